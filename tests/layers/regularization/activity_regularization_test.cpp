// A penalty on what passes: its value and slope, and trainings that end where Keras ends, wherever the layer stands.
#include "catch.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/activity_regularization.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <algorithm>
#include <array>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Both = ActivityRegularization<0.03, 0.02>;
static_assert(Both::accept(Shape{5, 7}).output == Shape{5, 7});
static_assert(ActivityRegularization<-0.1>::accept(Shape{5}).answer == misfit::a_deviation_or_a_factor_is_not_below_0);
static_assert(ActivityRegularization<0, -0.1>::accept(Shape{5}).answer == misfit::a_deviation_or_a_factor_is_not_below_0);

using Row = Sequential<Input<4>, Dense<5, Tanh>, Both, Dense<5>, Both, Dense<1>>;

struct Twice { // the same layer at both places
    Dense<5, Tanh>::on<4> first;
    Both::on<5> activity;
    Dense<5>::on<5> second;
    Dense<1>::on<5> head;
    auto operator()(const auto& x) const { return head(activity(second(activity(first(x))))); }
};

using Inside = Sequential<Input<4>, Dense<5, Tanh>, Residual<Dense<5>, Both>, Dense<1>>;

template <class Activity> struct Beside { // nobody reads what the layer gives
    Dense<5, Tanh>::on<4> first;
    Dense<5>::on<5> second;
    Activity activity;
    Dense<1>::on<5> head;
    auto operator()(const auto& x) const
    {
        const auto h = first(x), g = second(h);
        activity(g);
        return head(h + g);
    }
};

struct Outcome {
    std::vector<float> numbers;
    std::vector<double> losses; ///< of both epochs, with that of validation, and of two evaluations
    bool operator==(const Outcome&) const = default;
};

template <class M> Outcome train(std::size_t threads)
{
    std::size_t drawn = 0;
    const auto draw = [&] { return static_cast<float>(static_cast<double>(drawn++ * 7919 % 1013) / 506.5 - 1); };
    auto model = build<M>(Seed{1});
    for (const auto& [name, variable] : state(model)) variable.storage()->template for_each<float>([&](float& v) { v = draw(); });
    auto x = xt::xtensor<float, 2>::from_shape({100, 4}), y = xt::xtensor<float, 2>::from_shape({100, 1});
    for (float& value : x) value = draw();
    for (std::size_t i = 0; i < 100; ++i) y(i, 0) = x(i, 0) * x(i, 1) - x(i, 2);
    Samples half{x, y}; // the first 50
    half.x.resize({50, 4});
    half.y.resize({50, 1});
    std::copy_n(x.data(), half.x.size(), half.x.data());
    std::copy_n(y.data(), half.y.size(), half.y.data());

    auto trainer = compile(model, SGD{.learning_rate = 0.05f}, MeanSquaredError{});
    const auto history =
        trainer.fit(x, y, {.epochs = 2, .batch_size = 80, .validation_data = &half, .shuffle = false, .threads = threads});
    Outcome end;
    for (const Logs& epoch : history.epochs) {
        end.losses.push_back(epoch["loss"]);
        end.losses.push_back(epoch["val_loss"]);
    }
    end.losses.push_back(trainer.evaluate(x, y, {.threads = threads})["loss"]);
    for (const auto& [name, variable] : state(model))
        variable.storage()->template for_each<float>([&](float& v) { end.numbers.push_back(v); });
    return end;
}

void check_equal(const Outcome& got, const Outcome& wanted)
{
    REQUIRE(got.numbers.size() == wanted.numbers.size());
    for (std::size_t i = 0; i < wanted.losses.size(); ++i) CHECK(got.losses[i] == Approx(wanted.losses[i]).epsilon(1e-6));
    for (std::size_t i = 0; i < wanted.numbers.size(); ++i)
        CHECK(got.numbers[i] == Approx(wanted.numbers[i]).epsilon(1e-6).margin(1e-6));
}

} // namespace

TEST_CASE("The penalty and its slope", "[layers][activity_regularization]")
{
    const ActivityRegularization<0.5, 0.25>::on<3>::as<double> block{};
    auto gradient = block;
    const std::array<double, 6> x{1, -2, 0, 3, 4, -5}, dy{1, 2, 3, 4, 5, 6};
    std::array<double, 6> y{}, dx{};
    double penalty = 10;
    Mode mode{.training = true, .penalty = &penalty, .batch = 4};
    block.forward(mode, x.data(), y.data(), nullptr, nullptr, 2);
    CHECK(y == x);
    CHECK(penalty == Approx(10 + 0.5 * 15 + 0.25 * 55).epsilon(1e-15)); // it is added; the trainer divides it
    block.backward(mode, x.data(), y.data(), nullptr, dy.data(), dx.data(), gradient, nullptr, 2);
    for (std::size_t i = 0; i < 6; ++i)
        CHECK(dx[i] == Approx(dy[i] + (0.5 * (x[i] > 0) - 0.5 * (x[i] < 0) + 0.5 * x[i]) / 4).epsilon(1e-15));
    block.forward({}, x.data(), y.data(), nullptr, nullptr, 2); // nobody asks
    CHECK(block(xt::xtensor<double, 1>{1, -2, 3})(1) == -2);
}

TEST_CASE("Training with penalized activities ends where Keras ends, on any number of threads",
          "[layers][activity_regularization]")
{
    // keras 3.15.1: Dense(5, "tanh"), activity = ActivityRegularization(0.03, 0.02), Dense(5), activity again, Dense(1); SGD(0.05), "mse",
    // epochs=2, batch_size=80, shuffle=False, validation_data the first 50.
    const Outcome wanted{
        {-1.06794798f,  0.573879242f,  0.255872846f,    -0.115347639f,  -0.344379336f, -0.812269092f, 0.834016979f,
         0.449500829f,  0.0795817077f, -0.311638564f,   -0.576820433f,  1.01809132f,   0.63769722f,   0.267596841f,
         -0.209919035f, -0.458266914f, -0.8274225f,     0.791130781f,   0.427786618f,  0.0277859308f, -0.229561865f,
         -0.618183196f, 0.937892139f,  0.567583621f,    0.153503954f,   -0.118646197f, -0.488885939f, -0.859876156f,
         0.767485678f,  0.404600948f,  0.0796718076f,   -0.300588876f,  -0.684441209f, 0.930902421f,  0.55834496f,
         0.146773785f,  -0.190773591f, -0.521482706f,   -0.85172081f,   0.790400565f,  0.3267878f,    -0.0133485626f,
         -0.348175794f, -0.683675647f, 0.963041842f,    0.524886489f,   0.175071537f,  -0.172738746f, -0.521484971f,
         -0.873245895f, 0.675009549f,  0.3349334f,      0.00518811401f, -0.321880877f, -0.694696486f, 0.81185329f,
         0.509414852f,  0.20715934f,   -0.00380692631f, -0.558110774f,  -0.96290046f},
        {1.67650175, 0.744296253, 0.718157649, 0.646743417, 0.632504642}};
    const Outcome row = train<Row>(1), twice = train<Twice>(1);
    check_equal(row, wanted);
    check_equal(twice, wanted);
    for (const std::size_t threads : {2u, 4u}) {
        CHECK(train<Row>(threads) == row);
        CHECK(train<Twice>(threads) == twice);
    }
}

TEST_CASE("An activity is penalized inside of a Residual, and where nobody reads it", "[layers][activity_regularization]")
{
    const Outcome inside = train<Inside>(1), beside = train<Beside<Both::on<5>>>(1);
    check_equal(inside, beside);
    CHECK(train<Beside<Sequential<Input<5>, Residual<Both>>>>(1) == beside);
    CHECK(train<Inside>(4) == inside);
    CHECK(train<Beside<Both::on<5>>>(4) == beside);
}
