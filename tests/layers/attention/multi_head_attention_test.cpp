// MultiHeadAttention: gradients of every option against differences, on itself and on other sequences; masks; numbers of Keras.
#include "catch.hpp"
#include "layers/as_one.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/attention/multi_head_attention.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <xtensor/xview.hpp>

using namespace lamina;
using namespace lamina::protocols;

namespace {

using Cross = MultiHeadAttention<2, 3>::on_inputs<Input<4, 5>, Input<3, 2>>;
using WithKey = MultiHeadAttention<2, 3, ValueDim<2>, OutputDim<4>>::on_inputs<Input<4, 5>, Input<3, 2>, Input<3, 1>>;

static_assert(Block<MultiHeadAttention<2, 3>::on<4, 5>> && JoiningBlock<Cross> && !Block<Cross> && JoiningBlock<WithKey>);
static_assert(MultiHeadAttention<2, 3>::on<4, 5>::output == Shape{4, 5} && Cross::output == Shape{4, 5});
static_assert(WithKey::output == Shape{4, 4});
static_assert(MultiHeadAttention<2, 3>::accept(Shape{4}).answer == misfit::needs_rank_2__steps_features);
static_assert(MultiHeadAttention<0, 3>::accept(Shape{4, 5}).answer == misfit::an_extent_is_zero);
static_assert(MultiHeadAttention<2, 3, DropoutRate<1.0>>::accept(Shape{4, 5}).answer ==
              misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(MultiHeadAttention<2, 3>::accept(Shape{4, 5}, Shape{3, 2}, Shape{2, 2}).answer ==
              misfit::the_keys_have_another_number_of_steps_than_the_values);

constexpr double w(std::size_t i, double k) { return std::sin(0.7 * double(i) + k); }

/// Every weight a sine, as the numbers of Keras below were made.
template <class M> void fill_with_sines(M& model)
{
    double k = 1;
    for_each_variable(model, [&](auto& v) {
        std::size_t i = 0;
        v.storage()->template for_each<float>([&](float& e) { e = float(w(i++, k) * 0.5); });
        k += 1;
    });
}
template <std::size_t... E> auto batch(double k)
{
    xt::xtensor<float, sizeof...(E)> x(std::array<std::size_t, sizeof...(E)>{E...});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = float(w(i, k));
    return x;
}

/// Of Keras 3.15: five places of y, and of the gradient of each input and weight, for dy of sines, the first, the last and the sum of
/// absolutes.
struct Keras {
    std::vector<double> y;
    std::vector<std::array<double, 3>> gradients;
};
const Keras cross{{0.4755771, 0.2325147, -0.1296956, -0.3545163, -0.4660829},
                  {{-0.0212163, 0.01035703, 0.4609759},
                   {-0.09790409, -0.04458212, 0.4622854},
                   {0.07017196, -0.0863355, 1.781755},
                   {-0.01623521, 0.007530558, 0.07497053},
                   {0.05806975, 0.06969798, 0.5989129},
                   {0, 0, 0},
                   {-0.365821, -0.2883037, 3.742556},
                   {-0.01371931, -1.270783, 4.992811},
                   {-0.1065278, -0.0411451, 7.18399},
                   {0.6796787, -0.8891901, 3.210814}}};
const Keras masked{{0.4659753, 0.2406452, -0.1075313, -0.3610974, -0.47012},
                   {{-0.01884858, 0, 0.2786577},
                    {-0.150063, -0.056055, 0.6581252},
                    {0.06445201, -0.03878469, 1.28798},
                    {-0.04736413, -0.01148972, 0.1568708},
                    {-0.01117129, 0.02334575, 0.2137355},
                    {0, 0, 0},
                    {-0.120723, -0.1486898, 1.896666},
                    {-0.0137192, -1.270783, 4.992812},
                    {-0.1307313, -0.08240698, 6.048969},
                    {0.6796787, -0.8891901, 3.210814}}};
const Keras with_key{{0.4798054, 0.1946689, -0.4716023, -0.1634178, -0.4669207},
                     {{-0.003406101, -0.0136408, 0.2524118},
                      {0.1080439, -0.04645132, 0.7808437},
                      {0.004675676, 0.009367815, 0.04834639},
                      {-0.002141669, -0.003049884, 0.5863011},
                      {0.0009015161, 0.00302546, 0.03294562},
                      {-0.00742622, -0.02145052, 0.09662046},
                      {0, 0, 0},
                      {0.01204823, 0.08836409, 1.004235},
                      {-0.8360731, 0.9827127, 3.875201},
                      {0.05342594, -0.5040998, 3.645554},
                      {0.04922038, -0.8815112, 2.502027}}};
const Keras causal{{0.3973108, 0.1883039, -0.1380112, -0.3545163, -0.4660829},
                   {{0, 0.01035703, 0.3159232},
                    {-0.08625156, -0.02484736, 0.9137589},
                    {0.04891507, -0.05271623, 1.137323},
                    {-0.01357591, -0.0107996, 0.04234626},
                    {0.03367632, 0.02942682, 0.2986431},
                    {0, 0, 0},
                    {0.2370009, -1.053862, 9.148872},
                    {-0.01371913, -1.270783, 4.992811},
                    {-0.4421151, -0.3830643, 8.492175},
                    {0.6796787, -0.8891901, 3.210814}}};

template <class B> void check_against(const Keras& keras, const std::uint8_t* const* masks)
{
    auto block = build<B>(Seed{1}), gradient = zeros_like(block);
    fill_with_sines(block);
    constexpr std::size_t n = 2, out = B::output.size(), count = B::inputs::count;
    std::vector<std::vector<float>> x(count), dx(count);
    const float* in[count];
    float* din[count];
    for (std::size_t i = 0; i < count; ++i) {
        x[i].resize(n * B::inputs::values[i].size());
        dx[i].resize(x[i].size());
        for (std::size_t k = 0; k < x[i].size(); ++k) x[i][k] = float(w(k, double(i + 1)));
        in[i] = x[i].data();
        din[i] = dx[i].data();
    }
    Buffer<float> y(n * out), dy(n * out), saved(B::saved(n)), scratch(B::scratch(n));
    for (std::size_t k = 0; k < n * out; ++k) dy[k] = float(w(k, 9));
    const Mode mode{.training = true, .masks = masks};
    block.forward(mode, in, y.data(), saved.data(), scratch.data(), n);
    block.backward(mode, in, y.data(), saved.data(), dy.data(), din, gradient, scratch.data(), n);

    const auto near = [](double value) { return Approx(value).epsilon(2e-6).margin(1e-6); };
    const std::size_t places[]{0, 1, 7, n * out - 2, n * out - 1};
    for (std::size_t i = 0; i < 5; ++i) CHECK(y[places[i]] == near(keras.y[i]));
    std::size_t row = 0;
    const auto compare = [&](const std::vector<float>& slopes) {
        INFO("gradient " << row);
        double sum = 0;
        for (const float slope : slopes) sum += std::fabs(slope);
        const auto& [first, last, all] = keras.gradients[row++];
        CHECK(slopes.front() == near(first));
        CHECK(slopes.back() == near(last));
        CHECK(sum == near(all));
    };
    for (const auto& slopes : dx) compare(slopes);
    for_each_variable(gradient, [&](auto& v) {
        std::vector<float> slopes;
        v.storage()->template for_each<float>([&](float& e) { slopes.push_back(e); });
        compare(slopes);
    });
}

struct Decoder {
    Cross look;
    auto operator()(const auto& query, const auto& memory) const { return look(query, memory); }
};

} // namespace

TEST_CASE("the gradients of attention agree with differences", "[layers][attention]")
{
    check_gradients_of_each<MultiHeadAttention<1, 1>::on<1, 1>::as<double>, MultiHeadAttention<1, 1>::on<3, 2>::as<double>,
                            MultiHeadAttention<2, 3>::on<4, 1>::as<double>, MultiHeadAttention<2, 3>::on<5, 3>::as<double>,
                            MultiHeadAttention<3, 5, CausalMask, ValueDim<2>, OutputDim<9>, NoBias>::on<7, 4>::as<double>,
                            MultiHeadAttention<2, 4, DropoutRate<0.25>>::on<3, 17>::as<double>>({.tolerance = 3e-6});
    check_gradients_of_each<AsOne<Cross::as<double>>, AsOne<WithKey::as<double>>,
                            AsOne<MultiHeadAttention<1, 9, CausalMask>::on_inputs<Input<3, 2>, Input<5, 4>>::as<double>>>(
        {.tolerance = 3e-6});
}

TEST_CASE("attention on another sequence is that of Keras", "[layers][attention]")
{
    constexpr std::uint8_t queries[]{1, 1, 0, 1, 1, 1, 1, 0}, values[]{1, 0, 1, 0, 0, 0};
    const std::uint8_t* const masks[]{queries, values};
    check_against<Cross>(cross, nullptr);
    check_against<Cross>(masked, masks);
    check_against<WithKey>(with_key, nullptr);
    check_against<MultiHeadAttention<2, 3, CausalMask>::on_inputs<Input<4, 5>, Input<3, 2>>>(causal, nullptr);
}

TEST_CASE("a struct calls a block of several inputs on symbols, samples and batches", "[layers][attention]")
{
    auto model = build<Decoder>(Seed{3});
    const auto query = batch<6, 4, 5>(1), memory = batch<6, 3, 2>(2);
    const auto all = predict(model, std::tuple{query, memory});
    REQUIRE(all.shape()[0] == 6);
    const auto called = model(query, memory);
    for (std::size_t sample = 0; sample < 6; ++sample) {
        xt::xtensor_fixed<float, xt::xshape<4, 5>> q = xt::view(query, sample);
        xt::xtensor_fixed<float, xt::xshape<3, 2>> m = xt::view(memory, sample);
        const auto one = model(q, m);
        const auto expression = model(q + 0.f, xt::xtensor<float, 2>(m));
        for (std::size_t i = 0; i < 20; ++i) {
            CHECK(one.data()[i] == all.data()[sample * 20 + i]);
            CHECK(expression.data()[i] == one.data()[i]);
            CHECK(called.data()[sample * 20 + i] == one.data()[i]);
        }
    }
    CHECK_THROWS_WITH(
        model(xt::xtensor<float, 2>(std::array<std::size_t, 2>{4, 4}), xt::xtensor<float, 2>(std::array<std::size_t, 2>{3, 2})),
        "a sample of shape [4, 4] was given, the model needs [4, 5]");
    CHECK(summary(model).find("look (MultiHeadAttention)") != std::string::npos);

    // The block is a model by itself.
    auto alone = build<Cross>(Seed{3});
    const auto same = predict(alone, std::tuple{query, memory});
    CHECK(same.shape()[1] == 4);
}

TEST_CASE("penalties and constraints of attention are those of each of its linear maps", "[layers][attention]")
{
    using Ruled = MultiHeadAttention<2, 3, KernelRegularizer<L2<0.5>>, BiasConstraint<NonNegative>>;
    const auto check = []<class B>(B block) {
        fill_with_sines(block);
        B gradient = zeros_like(block);
        double squares = 0, slopes = 0, least = 0;
        const auto sum = [&](auto& kernel) {
            kernel.storage()->template for_each<float>([&](float& w) { squares += double(w) * w; });
        };
        sum(block.query.kernel), sum(block.key.kernel), sum(block.value.kernel), sum(block.attention_output.kernel);
        CHECK(block.penalty(static_cast<B*>(nullptr)) == Approx(0.5 * squares));
        CHECK(block.penalty(&gradient) == Approx(0.5 * squares));
        for_each_variable(gradient,
                          [&](auto& v) { v.storage()->template for_each<float>([&](float& d) { slopes += double(d) * d; }); });
        CHECK(slopes == Approx(squares)); // each is 2 · 0.5 · w
        block.after_step();
        const auto lowest = [&](auto& bias) {
            bias.storage()->template for_each<float>([&](float& b) { least = std::fmin(least, b); });
        };
        lowest(block.query.bias), lowest(block.key.bias), lowest(block.value.bias), lowest(block.attention_output.bias);
        CHECK(least == 0);
    };
    check(build<Ruled::on<4, 5>>(Seed{1}));
    check(build<Ruled::on_inputs<Input<4, 5>, Input<3, 2>>>(Seed{1}));
}

TEST_CASE("attention on another sequence is trained", "[layers][attention]")
{
    auto model = build<Decoder>(Seed{5});
    const auto query = batch<40, 4, 5>(1), memory = batch<40, 3, 2>(2);
    auto target = xt::xtensor<float, 3>(batch<40, 4, 5>(3) * 0.3f);
    const auto weights_after = [&](std::size_t threads) {
        auto one = clone(model);
        auto training = compile(one, SGD{1.f}, MeanSquaredError{});
        const auto history =
            training.fit(std::tuple{query, memory}, target, {.epochs = 30, .batch_size = 40, .threads = threads});
        CHECK(history["loss"].back() < 0.8 * history["loss"].front());
        std::vector<float> all;
        for_each_variable(one, [&](auto& v) { v.storage()->template for_each<float>([&](float& e) { all.push_back(e); }); });
        return all;
    };
    const auto once = weights_after(1);
    CHECK(weights_after(2) == once);
    CHECK(weights_after(4) == once);
}
