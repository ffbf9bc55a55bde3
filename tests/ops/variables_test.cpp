// Variables in formulas: numbers as numpy has them, gradients, the same bits for a sample, a batch and predict; training, threads, freezing.
#include "trace/plan_check.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/optimizers/sgd.hpp>

#include <array>
#include <cmath>
#include <tuple>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Variables of all ranks, on either side, in every kind of op.
template <class T> struct Everything {
    using input = Input<4, 5>;
    Variable<T, Shape{5}> row;
    Variable<T, Shape{4, 5}> whole; // its rows are padded
    Variable<T, Shape{4, 1}> column;
    Variable<T, Shape{}> number;
    Variable<T, Shape{1, 1}> one;
    Variable<T, Shape{5, 3}> kernel;
    Variable<T, Shape{5, 3}, stored_types::storage_kind{.in_row = 2}> in_a_row;
    Variable<T, Shape{5, 17}> wide;
    Variable<T, Shape{17, 20}> large; // more than the small kernels take
    Variable<T, Shape{2, 4}> left;
    Variable<T, Shape{3, 5}> keys;

    auto operator()(const auto& x) const
    {
        // Of x alone xtensor would compute, and round otherwise: g++ makes one operation of x * x + 2.
        const auto scaled = row * x + whole - column / (square(row * x) + 2) + maximum(number, x) * one;
        const auto shifted = minimum(whole, scaled) - (scaled - row) / (2 + square(whole)) + (number - x);
        const auto width = 1 + exp(number);
        const auto soft = softmax(row * (2 - tanh(row)));
        const auto products = matmul(shifted / width, kernel) + matmul(x * soft, in_a_row) - matmul(x, kernel * number);
        const auto deep = tanh(matmul(tanh(matmul(x, wide)), large));
        const auto reduced = mean<0>(scaled - mean<0>(whole, KeepDims{}));
        return std::tuple{concatenate(products, dot(shifted, keys), whole), matmul(left, shifted),
                          matmul(reduced, kernel) * sum(square(kernel)), deep + 0.1f * sin(number), sum(scaled) * number};
    }
};

/// The same as one output, for check_plan.
struct Summed {
    using input = Input<4, 5>;
    Everything<double> all;
    auto operator()(const auto& x) const
    {
        const auto [a, b, c, d, e] = all(x);
        return sum<0>(a) * 0.3 + concatenate(sum<0>(b), c, c) + sum(d) * 0.01 + e;
    }
};

std::vector<float> list(const auto& result) { return {result.begin(), result.end()}; }

template <class V> void fill(V& variable, const std::vector<float>& numbers)
{
    std::size_t i = 0;
    variable.storage()->template for_each<float>([&](float& number) { number = numbers[i++ % numbers.size()]; });
}

struct Line {
    using input = Input<3>;
    Variable<float, Shape{3, 2}> kernel;
    Variable<float, Shape{2}> bias;

    void initialize(Random random) { protocols::initialize<GlorotUniform>(kernel, random, protocols::fans{3, 2}); }

    auto operator()(const auto& x) const { return matmul(x, kernel) + bias; }
};

/// A layer and variables of the struct itself: a gate that is learned, a width that stays positive.
struct Gate {
    Dense<6, Tanh>::on<3> body;
    Variable<float, Shape{6}> gate;
    Variable<float, Shape{}> log_width;
    Dense<1>::on<6> head;

    void initialize(Random random) { protocols::initialize<HeNormal>(gate, random, protocols::fans{6, 1}); }

    auto operator()(const auto& x) const
    {
        const auto h = body(x);
        return head(sigmoid(gate) * h / (1 + exp(log_width)));
    }
};

struct Layered {
    Dense<2>::on<3> dense;
    auto operator()(const auto& x) const { return dense(x); }
};

struct WithMean {
    using input = Input<3>;
    Observed<float, Shape{3}> mean;
    Dense<1>::on<3> head;
    auto operator()(const auto& x) const { return head(x - mean); }
};

Line elsewhere;

struct Borrows {
    using input = Input<3>;
    Dense<2>::on<3> own;
    auto operator()(const auto& x) const { return own(x) + elsewhere.bias; }
};

struct Data {
    xt::xtensor<float, 2> x{std::array<std::size_t, 2>{150, 3}}, y{std::array<std::size_t, 2>{150, 1}};
    Data()
    {
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(float(i) * 1.7f);
        for (std::size_t i = 0; i < 150; ++i) y(i, 0) = x(i, 0) - 0.5f * x(i, 1) * x(i, 2) + 0.2f;
    }
};

std::vector<float> all_numbers(const auto& model)
{
    std::vector<float> numbers;
    for (const auto& found : variables_of(model))
        found.variable->storage()->template for_each<float>([&](float& number) { numbers.push_back(number); });
    return numbers;
}

} // namespace

TEST_CASE("A variable beside a value is what numpy makes of it", "[ops][variables]")
{
    auto model = build<Line>(Seed{1});
    fill(model.kernel, {1, 2, 3, 4, 5, 6});
    fill(model.bias, {10, 20});
    CHECK(list(model(std::array{1.f, 0.f, -1.f})) == std::vector<float>{1 - 5 + 10, 2 - 6 + 20});
    const xt::xtensor<float, 2> batch{{1, 0, -1}, {0, 1, 0}};
    CHECK(list(model(batch)) == std::vector<float>{6, 16, 13, 24});
    CHECK(list(predict(model, batch)) == std::vector<float>{6, 16, 13, 24});
    const xt::xtensor<float, 1> sample{0, 0, 1};
    CHECK(list(model(sample)) == std::vector<float>{15, 26});
    CHECK(list(2 * model.bias - std::array{1.f, 2.f}) == std::vector<float>{19, 38});
    static_assert(output_of<Line> == Shape{2} && std::is_same_v<number_type<Line>, float>);
}

TEST_CASE("A formula with variables gives the same bits for a sample, in a batch and out of predict", "[ops][variables]")
{
    static_assert(output_of<Everything<float>, 0> == Shape{4, 11} && output_of<Everything<float>, 1> == Shape{2, 5});
    static_assert(output_of<Everything<float>, 2> == Shape{3} && output_of<Everything<float>, 4> == Shape{});
    auto model = build<Everything<float>>(Seed{1});
    unsigned seed = 1;
    for (const auto& found : variables_of(model)) {
        std::mt19937 generator(seed++);
        std::uniform_real_distribution<float> any(-1, 1);
        found.variable->storage()->for_each<float>([&](float& number) { number = any(generator); });
    }
    for (const std::size_t n : {0u, 1u, 31u, 33u, 70u}) {
        INFO(n << " samples");
        xt::xtensor<float, 3> x({n, 4, 5});
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(float(i) * 0.7f);
        const auto planned = predict(model, x);
        const auto batch = model(x);
        const auto check = [&]<std::size_t At>(fixed<At>) {
            INFO("output " << At);
            const auto& p = std::get<At>(planned);
            const auto& b = std::get<At>(batch);
            REQUIRE(b.size() == p.size());
            CHECK(std::equal(b.begin(), b.end(), p.begin()));
            for (std::size_t i = 0; i < n; ++i) {
                FixedTensor<float, Shape{4, 5}> sample;
                std::copy_n(x.data() + i * 20, 20, sample.data());
                const auto results = model(sample);
                const auto& one = std::get<At>(results);
                REQUIRE(std::equal(one.begin(), one.end(), p.data() + i * one.size()));
            }
        };
        [&]<std::size_t... At>(std::index_sequence<At...>) { (check(fixed<At>{}), ...); }(std::make_index_sequence<5>{});
    }
}

TEST_CASE("The gradients by variables in formulas", "[ops][variables][gradients]")
{
    auto model = build<Summed>(Seed{1});
    check_plan(model, 2, {1, 5, 32});
}

TEST_CASE("Variables in formulas train as a layer does, and to the same numbers", "[ops][variables]")
{
    const Data data;
    const xt::xtensor<float, 2> y = xt::concatenate(xt::xtuple(data.y, 2.f * data.y), 1);
    auto layered = build<Layered>(Seed{1});
    auto line = build<Line>(Seed{2});
    std::vector<float> kernel;
    layered.dense.kernel.storage()->for_each<float>([&](float& number) { kernel.push_back(number); });
    fill(line.kernel, kernel);
    const auto losses = [&](auto& model) {
        auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, MeanSquaredError{});
        return trainer.fit(data.x, y, {.epochs = 10, .batch_size = 50})["loss"];
    };
    const auto first = losses(layered), second = losses(line);
    for (std::size_t i = 0; i < first.size(); ++i) CHECK(second[i] == Approx(first[i]).epsilon(1e-6));
    CHECK(second.back() < 0.5 * second.front());
}

TEST_CASE("The bits of what variables in formulas learn do not depend on threads", "[ops][variables][threads]")
{
    const Data data;
    std::vector<float> first;
    for (const int threads : {1, 2, 4}) {
        auto model = build<Gate>(Seed{5});
        CHECK(all_numbers(model) != all_numbers(build<Gate>(Seed{6})));
        auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, MeanSquaredError{});
        const auto loss =
            trainer.fit(data.x, data.y, {.epochs = 20, .batch_size = 150, .threads = static_cast<std::size_t>(threads)})["loss"];
        CHECK(loss.back() < loss.front());
        if (first.empty()) first = all_numbers(model);
        CHECK(first == all_numbers(model));
    }
}

TEST_CASE("A frozen or an observed variable of a formula is not changed", "[ops][variables]")
{
    const Data data;
    auto model = build<Gate>(Seed{5});
    model.gate.storage()->trainable = false;
    const float before = model.gate.data()[0], width = *model.log_width.data();
    auto trainer = compile(model, SGD{.learning_rate = 0.1f}, MeanSquaredError{});
    trainer.fit(data.x, data.y, {.epochs = 2});
    CHECK(model.gate.data()[0] == before);
    CHECK(*model.log_width.data() != width);

    auto observing = build<WithMean>(Seed{1});
    fill(observing.mean, {1, 2, 3});
    compile(observing, SGD{.learning_rate = 0.1f}, MeanSquaredError{}).fit(data.x, data.y, {.epochs = 2});
    CHECK(std::vector<float>(observing.mean.data(), observing.mean.data() + 3) == std::vector<float>{1, 2, 3});
}

TEST_CASE("A struct of variables is built, cloned, listed and refused where it is bound to nothing", "[ops][variables]")
{
    using Catch::Contains;
    const auto model = build<Gate>(Seed{5});
    const auto copy = clone(model);
    CHECK(all_numbers(copy) == all_numbers(model));
    CHECK_THAT(summary(model), Contains("gate (Variable)") && Contains("Total params: 38"));
    const Line unbound;
    const std::array<float, 3> sample{1, 2, 3};
    CHECK_THROWS_WITH(unbound(sample), Contains("variable of a formula") && Contains("build or load"));

    elsewhere = build<Line>(Seed{1});
    const auto borrows = build<Borrows>(Seed{1});
    CHECK_THROWS_WITH(predict(borrows, xt::xtensor<float, 2>({2, 3}, 1.f)),
                      Contains("used a variable that is no part of the model"));
}
