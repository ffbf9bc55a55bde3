// Penalties and constraints: their numbers, and a training that ends where Keras ends.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/blocks/after_step.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Plain = Dense<3>::on<4>;
using Penalized = Dense<3, KernelRegularizer<L1L2<0.1, 0.2>>, BiasRegularizer<L2<0.5>>>::on<4>::as<double>;
using Inside =
    Sequential<Input<4>, Residual<Dense<4, KernelConstraint<NonNegative>>, Dense<4, KernelRegularizer<L1<>>>>, Dense<1>>;
static_assert(!has_penalty<Plain> && !has_after_step<Plain> && has_penalty<Penalized> && !has_after_step<Penalized>);
static_assert(has_penalty<Inside> && has_after_step<Inside>);
static_assert(has_penalty<Conv2D<2, BiasRegularizer<L1<>>>::on<3, 3, 1>> &&
              has_after_step<Conv2D<2, BiasConstraint<NonNegative>>::on<3, 3, 1>>);

} // namespace

TEST_CASE("the derivative of a penalty agrees with differences", "[blocks][regularizers]")
{
    auto block = build<Penalized>(Seed{1});
    randomize(block, 1);
    auto gradient = zeros_like(block);
    const double value = penalty_of(block, &gradient);
    CHECK(value == penalty_of<Penalized>(block, nullptr));
    double expected = 0;
    const auto numbers = numbers_of(block), slopes = numbers_of(gradient);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        double& w = *numbers[i];
        expected += i < 12 ? 0.1 * std::fabs(w) + 0.2 * w * w : 0.5 * w * w;
        const double old = w, h = 1e-6;
        w = old + h;
        const double above = penalty_of<Penalized>(block, nullptr);
        w = old - h;
        const double below = penalty_of<Penalized>(block, nullptr);
        w = old;
        CHECK(*slopes[i] == Approx((above - below) / (2 * h)).epsilon(1e-7));
    }
    CHECK(value == Approx(expected).epsilon(1e-14));
    REQUIRE(gaps_are_zero(gradient));
    block.kernel.storage()->trainable = block.bias.storage()->trainable = false; // Keras counts what is trained
    CHECK(penalty_of<Penalized>(block, nullptr) == 0);
}

TEST_CASE("a penalty of a whole matrix agrees with differences", "[blocks][regularizers]")
{
    const auto check = [](auto block) {
        using B = decltype(block);
        randomize(block, 1);
        auto gradient = zeros_like(block);
        CHECK(penalty_of(block, &gradient) > 0);
        const auto numbers = numbers_of(block), slopes = numbers_of(gradient);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const double old = *numbers[i], h = 1e-6;
            *numbers[i] = old + h;
            const double above = penalty_of<B>(block, nullptr);
            *numbers[i] = old - h;
            const double below = penalty_of<B>(block, nullptr);
            *numbers[i] = old;
            CHECK(*slopes[i] == Approx((above - below) / (2 * h)).epsilon(1e-6).margin(1e-9));
        }
        CHECK(gaps_are_zero(gradient));
    };
    check(build<Dense<3, NoBias, KernelRegularizer<OrthogonalRegularizer<0.5>>>::on<4>::as<double>>(Seed{1}));
    check(build<Dense<5, NoBias, KernelRegularizer<OrthogonalRegularizer<0.5, OrthogonalMode::columns>>>::on<4>::as<double>>(
        Seed{1}));
}

TEST_CASE("norms go over the axes that a constraint names", "[blocks][regularizers]")
{
    auto block = build<Conv2D<3, Kernel<2>, KernelConstraint<UnitNorm<0, 1, 2>>>::on<4, 4, 5>::as<double>>(Seed{1});
    static_assert(has_after_step<decltype(block)>);
    tell_after_step(block);
    double squares[3]{};
    std::size_t i = 0;
    block.kernel.storage()->for_each<double>([&](double w) { squares[i++ % 3] += w * w; });
    for (const double square : squares) CHECK(square == Approx(1).epsilon(1e-5));
    CHECK(gaps_are_zero(block));
}

TEST_CASE("training with penalties and constraints ends where Keras ends", "[blocks][regularizers]")
{
    // keras 3.15.1: Dense(5, kernel_regularizer=L2(0.02), bias_regularizer=L1(0.03), kernel_constraint=MaxNorm(1.2)), Dense(3,
    // kernel_constraint=NonNeg()), Dense(1, kernel_regularizer=L1L2(0.01, 0.02)); SGD(0.05), "mse", epochs=2, batch_size=40,
    // shuffle=False.
    using Model =
        Sequential<Input<4>, Dense<5, KernelRegularizer<L2<0.02>>, BiasRegularizer<L1<0.03>>, KernelConstraint<MaxNorm<1.2>>>,
                   Dense<3, KernelConstraint<NonNegative>>, Dense<1, KernelRegularizer<L1L2<0.01, 0.02>>>>;
    std::size_t drawn = 0;
    const auto draw = [&] { return static_cast<float>(static_cast<double>(drawn++ * 7919 % 1013) / 506.5 - 1); };
    auto model = build<Model>(Seed{1});
    for (const auto& [name, variable] : state(model)) variable.storage()->for_each<float>([&](float& v) { v = draw(); });
    auto x = xt::xtensor<float, 2>::from_shape({100, 4}), y = xt::xtensor<float, 2>::from_shape({100, 1});
    for (float& value : x) value = draw();
    for (std::size_t i = 0; i < 100; ++i) y(i, 0) = x(i, 0) * x(i, 1) - x(i, 2);

    auto trainer = compile(model, SGD{.learning_rate = 0.05f}, MeanSquaredError{});
    const auto history = trainer.fit(x, y, {.epochs = 2, .batch_size = 40, .shuffle = false});
    CHECK(history.epochs[0]["loss"] == Approx(0.99805421).epsilon(1e-6));
    CHECK(history.epochs[1]["loss"] == Approx(0.61399567).epsilon(1e-6));
    CHECK(trainer.evaluate(x, y)["loss"] == Approx(0.53443360).epsilon(1e-6));
    const std::vector<float> wanted{
        -0.793274105f, 0.400228739f,   0.321635485f,  -0.156225011f, -0.406021088f, -0.630125523f, 0.590408027f,  0.425798029f,
        0.0962567627f, -0.290085256f,  -0.489095569f, 0.753656566f,  0.557054579f,  0.312166899f,  -0.153970093f, -0.381890178f,
        -0.578077734f, 0.753776133f,   0.448387772f,  0.0342879742f, -0.300640494f, -0.653535366f, 0.941277504f,  0.593160808f,
        0.213200897f,  0.0144861937f,  0.f,           0.f,           0.809465528f,  0.357863933f,  0.0129382228f, 0.105990738f,
        0.f,           0.868355155f,   0.676574945f,  0.109034538f,  0.f,           0.0452825055f, 0.f,           0.738051713f,
        0.404868901f,  0.00728699705f, -0.352060586f, -0.825038493f, 0.854283094f,  0.334045708f,  0.17858693f};
    std::size_t i = 0;
    for (const auto& [name, variable] : state(model))
        variable.storage()->for_each<float>([&](float& v) { CHECK(v == Approx(wanted.at(i++)).epsilon(1e-6).margin(1e-6)); });
    CHECK(i == wanted.size());
}

namespace {

struct Twice { // a block that is used twice is penalized once
    Dense<4, KernelRegularizer<L2<0.25>>>::on<4> part;
    Dense<1>::on<4> head;
    auto operator()(const auto& x) const { return head(part(part(x))); }
};

} // namespace

TEST_CASE("the table of an Embedding has rules", "[blocks][regularizers]")
{
    auto words = build<Embedding<3, 2, Ones, KernelRegularizer<L2<0.5>>, KernelConstraint<MaxNorm<1>>>::on<4>>(Seed{1});
    auto slopes = zeros_like(words);
    CHECK(words.penalty(&slopes) == Approx(3));
    CHECK(slopes.embeddings.data()[0] == Approx(1));
    words.after_step();
    CHECK(words.embeddings.data()[0] == Approx(1 / std::sqrt(3.f)));
}

TEST_CASE("penalties inside of composites and structs count once", "[blocks][regularizers]")
{
    auto model = build<Twice>(Seed{1});
    model.head.kernel.storage()->for_each<float>([](float& v) { v = 0; });
    double squares = 0;
    model.part.kernel.storage()->for_each<float>([&](float& v) { squares += double(v) * double(v); });
    xt::xtensor<float, 2> y = xt::zeros<float>({3, 1});
    auto trainer = compile(model, SGD{.learning_rate = 0.f}, MeanSquaredError{});
    xt::xtensor<float, 2> ones = xt::ones<float>({3, 4});
    CHECK(trainer.evaluate(ones, y)["loss"] == Approx(0.25 * squares).epsilon(1e-6));
    CHECK(trainer.train_on_batch(ones, y)["loss"] == Approx(0.25 * squares).epsilon(1e-6));

    auto inside = build<Inside>(Seed{2});
    compile(inside, SGD{}, MeanSquaredError{}).train_on_batch(ones, y);
    inside.layer<0>().layer<0>().kernel.storage()->for_each<float>([](float& v) { CHECK(v >= 0); });
}
