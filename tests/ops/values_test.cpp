// Functions on values in structs: numbers, a sample as in a batch, gradients, training; what batches and corners give.
#include "trace/plan_check.hpp"

#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Many functions at once; one output each.
struct All {
    using input = Input<5>;
    Dense<12, Tanh>::on<5> left, right;

    auto operator()(const auto& x) const
    {
        const auto a = left(x), b = right(x);
        const auto rows = reshape<4, 3>(a);
        return std::tuple{0.5f * a + 1,
                          (1 - a) * b / 2,
                          -a / (2 + b),
                          maximum(a, b) - minimum(a, 0.1f),
                          abs(a) + sqrt(square(b)) + exp(a) + log(2 + b) + pow(a, 3) + pow(2 + a, 0.3),
                          relu(a) + gelu(b) + tanh(a) * sigmoid(b),
                          sin(a) + cos(b) * tan(a) + sinh(a) - cosh(b) + asin(a) + acos(b) + atan(a) + asinh(b) + acosh(2 + a) +
                              atanh(b),
                          log1p(square(a)) + expm1(b) + erf(a) + sign(b) * rsqrt(2 + a),
                          softmax(rows),
                          rows * mean<0>(rows) - mean<-1>(rows, KeepDims{}),
                          concatenate(a, sum(rows) + b),
                          dot(rows, reshape<-1, 3>(b)),
                          matmul(rows, reshape<3, 4>(b)),
                          max<0>(rows) + min<0>(rows) + sum<0>(rows) + max(a) - min(a)};
    }
};

/// Values of all kinds in one model: a gate, attention, a mean.
struct Gated {
    using input = Input<5>;
    Dense<12, Tanh>::on<5>::as<double> body, keys;
    Dense<12>::on<5>::as<double> gate;
    Dense<2>::on<17>::as<double> head;

    auto operator()(const auto& x) const
    {
        const auto g = sigmoid(gate(x));
        const auto h = g * body(x) + (1 - g) * 0.5f;
        const auto rows = reshape<4, 3>(h), key = reshape<4, 3>(keys(x));
        const auto seen = matmul(softmax(dot(rows, key)), rows) - mean<-1>(key, KeepDims{});
        return head(concatenate(reshape<12>(seen) * max(h), log(2 + square(x))));
    }
};

/// One model of each function that is to train; all are of one type.
struct Trained {
    int kind = 0;
    Dense<6, Tanh>::on<3> left, right;
    Dense<1>::on<6> head;
    Dense<1>::on<12> wide;

    auto operator()(const auto& x) const
    {
        const auto a = left(x), b = right(x);
        switch (kind) {
        case 0: return head(0.5f * a);
        case 1: return head(a * b);
        case 2: return head(maximum(a, b));
        case 3: return head(relu(a));
        case 4: return wide(concatenate(a, b));
        case 5: return head(a * dot(a, b));
        default: return head(concatenate(mean<0>(reshape<2, 3>(a)), mean<0>(reshape<2, 3>(b))));
        }
    }
};

template <class T> using Copy = typename Activation<Linear>::template on<4>::template as<T>;

std::vector<float> list(const auto& result) { return {result.begin(), result.end()}; }

} // namespace

TEST_CASE("A function on values gives the same bits for a sample, in a batch and out of predict", "[ops][values]")
{
    static_assert(output_count<All> == 14 && output_of<All, 9> == Shape{4, 3} && output_of<All, 10> == Shape{24});
    static_assert(output_of<All, 11> == Shape{4, 4} && output_of<All, 13> == Shape{3});
    const auto model = build<All>(Seed{1});
    for (const std::size_t n : {0u, 1u, 31u, 33u, 70u}) {
        INFO(n << " samples");
        xt::xtensor<float, 2> x({n, 5});
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(float(i) * 0.7f);
        const auto planned = predict(model, x);
        const auto batch = model(x);
        std::size_t output = 0;
        std::apply(
            [&](const auto&... each) {
                const auto check = [&]<std::size_t At>(fixed<At>, const auto& result) {
                    INFO("output " << output++);
                    REQUIRE(result.size() == std::get<At>(planned).size());
                    CHECK(std::equal(result.begin(), result.end(), std::get<At>(planned).begin()));
                };
                [&]<std::size_t... At>(std::index_sequence<At...>, const auto& all) {
                    (check(fixed<At>{}, std::get<At>(all)), ...);
                    for (std::size_t i = 0; i < n; ++i) {
                        FixedTensor<float, Shape{5}> sample;
                        std::copy_n(x.data() + i * 5, 5, sample.data());
                        const auto one = model(sample);
                        const bool same = (std::equal(std::get<At>(one).begin(), std::get<At>(one).end(),
                                                      std::get<At>(planned).data() + i * std::get<At>(one).size()) &&
                                           ...);
                        REQUIRE(same);
                    }
                }(std::index_sequence_for<decltype(each)...>{}, std::tie(each...));
            },
            batch);
    }
}

TEST_CASE("What functions on values give is what they say", "[ops][values]")
{
    const auto copy = build<Copy<float>>(Seed{1});
    const auto a = copy(std::array{1.f, -2.f, 0.5f, 4.f}), b = copy(std::array{2.f, -2.f, 1.f, -8.f});
    CHECK(list(a + b) == std::vector<float>{3, -4, 1.5, -4});
    CHECK(list(a - 1) == std::vector<float>{0, -3, -0.5, 3});
    CHECK(list(3 - a) == std::vector<float>{2, 5, 2.5, -1});
    CHECK(list(2 / a) == std::vector<float>{2, -1, 4, 0.5});
    CHECK(list(a / b) == std::vector<float>{0.5, 1, 0.5, -0.5});
    CHECK(list(minimum(a, b)) == std::vector<float>{1, -2, 0.5, -8});
    CHECK(list(maximum(a, b, 0)) == std::vector<float>{2, 0, 1, 4});
    CHECK(list(minimum(a, b, -a)) == std::vector<float>{-1, -2, -0.5, -8});
    CHECK(list(maximum(0, a)) == std::vector<float>{1, 0, 0.5, 4});
    CHECK(list(pow(a, -2)) == std::vector<float>{1, 0.25, 4, 0.0625});
    CHECK(list(relu6(2 * a)) == std::vector<float>{2, 0, 1, 6});
    CHECK(list(sign(b)) == std::vector<float>{1, -1, 1, -1});
    CHECK(list(rsqrt(square(b))) == std::vector<float>{0.5, 0.5, 1, 0.125});
    CHECK(list(dot(a, b)) == std::vector<float>{2 + 4 + 0.5 - 32});
    CHECK(list(dot(reshape<2, 2>(a), reshape<2, 2>(b))) == std::vector<float>{6, 17, -7, -31.5});
    CHECK(list(matmul(reshape<2, 2>(a), reshape<2, 2>(b))) == std::vector<float>{0, 14, 5, -33});
    CHECK(list(sum(a)) == std::vector<float>{3.5});
    CHECK(list(mean<1>(reshape<2, 2>(a))) == std::vector<float>{-0.5, 2.25});
    CHECK(list(max<-2>(reshape<2, 2>(a), KeepDims{})) == std::vector<float>{1, 4});
    CHECK(list(a * std::array{1.f, 2.f, 3.f, 4.f}) == std::vector<float>{1, -4, 1.5, 16});  // with what the model was given
    CHECK(list(a + xt::xtensor<float, 1>{1, 2, 3, 4}) == std::vector<float>{2, 0, 3.5, 8}); // its shape known at run time
    static_assert(std::is_same_v<decltype(sum(a)), Result<FixedTensor<float, Shape{}>>>);
    static_assert(std::is_same_v<decltype(max(reshape<2, 2>(a), KeepDims{})), Result<FixedTensor<float, Shape{1, 1}>>>);
}

TEST_CASE("Numbers at corners", "[ops][values]")
{
    constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
    const auto copy = build<Copy<float>>(Seed{1});
    const auto a = copy(std::array{0.f, -1.f, nan, infinity}), zeros = 0 * copy(std::array{1.f, 2.f, 3.f, 4.f});
    CHECK(list(log(a))[0] == -infinity);
    CHECK(std::isnan(list(log(a))[1]));
    CHECK(list(sqrt(a))[0] == 0);
    CHECK(std::isnan(list(sqrt(a))[1]));
    CHECK(list(1 / a)[0] == infinity);
    CHECK(list(pow(a, 0.5))[3] == infinity);
    CHECK(std::isnan(list(maximum(a, zeros))[2]));
    CHECK(std::isnan(list(maximum(zeros, a))[2]));
    CHECK(std::isnan(list(max(a))[0]));
    CHECK(std::isnan(list(min(a))[0]));

    // Derivatives: those of TensorFlow.
    const auto slopes = []<class Op>(Op, std::vector<double> x, std::vector<double> z = {}) {
        const std::array<const double*, 2> in{x.data(), z.data()};
        std::vector<double> y(4), dx(4), dz(4), dy(4, 6.0), scratch(4);
        const std::array<double*, 2> din{dx.data(), dz.data()};
        constexpr Shape row{4};
        const auto node = [&] {
            if constexpr (requires { Op::accept(std::array{row, row}); }) return ops::node_of_op<Op, double, row, row>(0);
            else return ops::node_of_op<Op, double, row>(0);
        }();
        node.forward(&node.number, {}, in.data(), y.data(), nullptr, nullptr, 1);
        node.backward(&node.number, nullptr, {}, in.data(), y.data(), nullptr, dy.data(), din.data(), scratch.data(), 1);
        if (!z.empty()) dx.insert(dx.end(), dz.begin(), dz.end());
        return dx;
    };
    CHECK(slopes(ops::elementwise<ops::AbsoluteValue>{}, {0, 2, -2, -0.0}) == std::vector<double>{0, 6, -6, 0});
    CHECK(slopes(ops::elementwise<ops::Sign>{}, {0, 2, -2, 0.5}) == std::vector<double>(4));
    CHECK(slopes(ops::elementwise<ops::InverseSine>{}, {1, 0, 0, 0}) ==
          std::vector<double>{std::numeric_limits<double>::infinity(), 6, 6, 6});
    CHECK(std::isnan(slopes(ops::elementwise<ops::InverseHyperbolicTangent>{}, {2, 0, 0, 0})[0]));
    CHECK(std::isnan(slopes(ops::elementwise<ops::InverseHyperbolicCosine>{}, {-2, 2, 2, 2})[0]));
    CHECK(slopes(ops::elementwise<ops::InverseHyperbolicSine>{}, {1e200, 0, 0, 0})[0] == 6 / 1e200);
    CHECK(slopes(ops::elementwise<ops::SquareRoot>{}, {0, 4, 9, 1})[0] == std::numeric_limits<double>::infinity());
    CHECK(slopes(ops::elementwise<ops::Logarithm>{}, {0, 2, 3, 1}) ==
          std::vector<double>{std::numeric_limits<double>::infinity(), 3, 2, 6});
    CHECK(slopes(ops::elementwise<ops::Larger>{}, {1, 2, 3, 4}, {1, 3, 2, 4}) == std::vector<double>{6, 0, 6, 6, 0, 6, 0, 0});
    CHECK(slopes(ops::elementwise<ops::Smaller>{}, {1, 2, 3, 4}, {1, 3, 2, 4}) == std::vector<double>{6, 6, 0, 6, 0, 0, 6, 0});
    CHECK(slopes(ops::Reduce<ops::Max, true>{}, {1, 7, 7, 4}) == std::vector<double>{0, 3, 3, 0}); // they share it
    CHECK(slopes(ops::Reduce<ops::Min, false, 0>{}, {5, 5, 7, 5}) == std::vector<double>{2, 2, 0, 2});
}

TEST_CASE("Batches that do not fit together are refused with a sentence", "[ops][values]")
{
    using Catch::Contains;
    const auto copy = build<Copy<float>>(Seed{1});
    const xt::xtensor<float, 2> three({3, 4}, 1.f), four({4, 4}, 1.f), narrow({3, 2}, 1.f);
    CHECK_THROWS_WITH(copy(three) * copy(four), Contains("multiply") && Contains("3 samples") && Contains("another 4"));
    CHECK_THROWS_WITH(copy(three) + narrow, Contains("add") && Contains("[4] and [2]") && Contains("do not fit"));
    const xt::xtensor<float, 2> column({3, 1}, 2.f);
    CHECK(list(copy(three) * column) == std::vector<float>(12, 2.f));
    CHECK(list(copy(three) + 2.f * three) == std::vector<float>(12, 3.f)); // an expression of xtensor's
}

TEST_CASE("The gradients through functions on values", "[ops][values][gradients]")
{
    auto model = build<Gated>(Seed{1});
    check_plan(model, 2, {1, 5, 32});
}

TEST_CASE("A struct with functions on values trains", "[ops][values]")
{
    xt::xtensor<float, 2> x({96, 3}), y({96, 1});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(float(i) * 1.7f);
    for (std::size_t i = 0; i < 96; ++i) y(i, 0) = x(i, 0) - 0.5f * x(i, 1) + 0.2f;
    for (int kind = 0; kind < 7; ++kind) {
        INFO("kind " << kind);
        auto model = build<Trained>(Seed{3});
        model.kind = kind;
        auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, MeanSquaredError{});
        const auto loss = trainer.fit(x, y, {.epochs = 12, .batch_size = 32})["loss"];
        CHECK(loss.back() < 0.5 * loss.front());
    }
}

namespace {

/// An activation as a layer and as a function.
struct Classes {
    bool layer = false;
    Dense<3>::on<4> body;
    Activation<Softmax>::on<3> last;

    auto operator()(const auto& x) const
    {
        const auto z = body(x);
        if (layer) return last(z);
        return softmax(z);
    }
};

} // namespace

TEST_CASE("A model that ends in softmax as a function trains as one that ends in the layer", "[ops][values]")
{
    const xt::xtensor<float, 2> x = xt::reshape_view(xt::sin(xt::arange<float>(0, 80)), {20, 4});
    xt::xtensor<int, 1> y = xt::xtensor<int, 1>::from_shape({20});
    for (std::size_t i = 0; i < 20; ++i) y(i) = static_cast<int>(i % 3);
    std::vector<float> kernels[2];
    for (const bool layer : {false, true}) {
        auto model = build<Classes>(Seed{1});
        model.layer = layer;
        CHECK(Execution<float>::ends_in(trace(model)) == output_activation::softmax);
        CHECK(Execution<float>::hands_out_logits(trace(model)));
        auto trainer = compile(model, SGD{}, SparseCategoricalCrossentropy{});
        trainer.fit(x, y, {.epochs = 3, .batch_size = 7});
        for (int row = 0; row < 4; ++row) kernels[layer].push_back(model.body.kernel.data()[row * 16]);
    }
    CHECK(kernels[0] == kernels[1]);
}
