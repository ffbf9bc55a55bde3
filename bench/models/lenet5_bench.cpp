// LeNet-5: inference of a sample and of batches, and the training step with Adam, as `fit` runs it. items/s are images.
#include <lamina/lamina.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>

namespace {

using namespace lamina;
using namespace lamina::internals;

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

xt::xtensor<float, 4> images(std::size_t n)
{
    xt::xtensor<float, 4> x({n, 28, 28, 1});
    Random random(Seed{1});
    for (auto& pixel : x) pixel = static_cast<float>(random.uniform());
    return x;
}

void sample(benchmark::State& state)
{
    const auto model = build<LeNet5>(Seed{1});
    const auto x = images(1);
    xt::xtensor_fixed<float, xt::xshape<28, 28, 1>> one;
    std::copy(x.begin(), x.end(), one.begin());
    for (auto _ : state) {
        auto y = model(one);
        benchmark::DoNotOptimize(y);
    }
    state.SetItemsProcessed(state.iterations());
}

void batch(benchmark::State& state)
{
    const auto n = static_cast<std::size_t>(state.range(0));
    const auto model = build<LeNet5>(Seed{1});
    const auto x = images(n);
    xt::xtensor<float, 2> y({n, 10});
    Workspace<LeNet5> workspace(model);
    for (auto _ : state) {
        predict(model, x, y, workspace);
        benchmark::DoNotOptimize(y.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

void batch_on_threads(benchmark::State& state)
{
    const auto model = build<LeNet5>(Seed{1});
    const auto x = images(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        auto y = predict(model, x, {.threads = static_cast<std::size_t>(state.range(1))});
        benchmark::DoNotOptimize(y.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

/// One iteration is a training step of `fit`, shuffled: one of four epochs of 250 steps. All that a call of `fit` does is in it.
void training_step(benchmark::State& state)
{
    constexpr std::size_t steps = 250, epochs = 4;
    const auto n = static_cast<std::size_t>(state.range(0));
    auto model = build<LeNet5>(Seed{1});
    Samples train{images(n * steps), xt::xtensor<std::int32_t, 1>::from_shape({n * steps})};
    Random random(Seed{2});
    for (auto& label : train.y) label = static_cast<std::int32_t>(random.below(10));
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    while (state.KeepRunningBatch(steps * epochs))
        trainer.fit(train, {.epochs = epochs, .batch_size = n, .threads = static_cast<std::size_t>(state.range(1))});
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(sample)->Name("lenet5/inference/sample");
BENCHMARK(batch)->Name("lenet5/inference/batch")->Arg(1)->Arg(32)->Arg(256);
BENCHMARK(batch_on_threads)
    ->Name("lenet5/inference/batch")
    ->ArgNames({"", "threads"})
    ->Args({256, 1})
    ->Args({256, 2})
    ->UseRealTime();
BENCHMARK(training_step)->Name("lenet5/training/batch")->ArgNames({"", "threads"})->Args({256, 1})->Args({256, 2})->UseRealTime();
BENCHMARK(training_step)
    ->Name("lenet5/training/batch")
    ->ArgNames({"", "threads"})
    ->ArgsProduct({benchmark::CreateDenseRange(8, 33, 1), {1}})
    ->UseRealTime();

} // namespace
