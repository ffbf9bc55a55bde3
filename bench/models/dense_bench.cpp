// Dense networks: 1-8-8-1 as in sound effects, a sample at a time, and 784-128-10 on images. items/s are samples.
#include "../limits.hpp"

#include <lamina/lamina.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>

namespace {

using namespace lamina;
using namespace lamina::internals;

using Small = Sequential<Input<1>, Dense<8, Tanh>, Dense<8, Tanh>, Dense<1>>;
using Perceptron = Sequential<Input<784>, Dense<128, Relu>, Dense<10, Softmax>>;

using Samples784 = Samples<xt::xtensor<float, 2>, xt::xtensor<std::int32_t, 1>>;

xt::xtensor<float, 2> images(std::size_t n)
{
    xt::xtensor<float, 2> x({n, 784});
    Random random(Seed{1});
    for (auto& pixel : x) pixel = static_cast<float>(random.uniform());
    return x;
}

void finish(benchmark::State& state)
{
    using benchmark::Counter;
    state.counters["cycles"] = Counter(1 / bench::clock_rate(), Counter::kIsIterationInvariantRate | Counter::kInvert);
}

void small(benchmark::State& state)
{
    const auto model = build<Small>(Seed{1});
    std::array<float, 1> x{};
    for (auto _ : state) {
        x[0] += 0.001f;
        auto y = model(x);
        benchmark::DoNotOptimize(y);
    }
    finish(state);
}

/// Each input is made from the output before.
void chained(benchmark::State& state)
{
    const auto model = build<Small>(Seed{1});
    std::array<float, 1> x{0.3f};
    for (auto _ : state) { x[0] = model(x)(0) * 0.001f; }
    benchmark::DoNotOptimize(x);
    finish(state);
}

void perceptron(benchmark::State& state)
{
    const auto n = static_cast<std::size_t>(state.range(0));
    const auto model = build<Perceptron>(Seed{1});
    const auto x = images(n);
    xt::xtensor<float, 2> y({n, 10});
    Workspace<Perceptron> workspace(model);
    for (auto _ : state) {
        predict(model, x, y, workspace);
        benchmark::DoNotOptimize(y.data());
    }
    bench::count_flop<float>(state, 2.0 * double(n * Perceptron::multiply_adds));
}

void perceptron_step(benchmark::State& state)
{
    constexpr std::size_t steps = 100;
    const auto n = static_cast<std::size_t>(state.range(0));
    auto model = build<Perceptron>(Seed{1});
    Samples784 train{images(n * steps), xt::xtensor<std::int32_t, 1>::from_shape({n * steps})};
    Random random(Seed{2});
    for (auto& label : train.y) label = static_cast<std::int32_t>(random.below(10));
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    while (state.KeepRunningBatch(steps)) trainer.fit(train, {.batch_size = n});
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(small)->Name("dense_1_8_8_1/sample");
BENCHMARK(chained)->Name("dense_1_8_8_1/chained");
BENCHMARK(perceptron)->Name("mlp_784_128_10/inference/batch")->Arg(1)->Arg(32)->Arg(256);
BENCHMARK(perceptron_step)->Name("mlp_784_128_10/training/batch")->Arg(32);

} // namespace
