// Tensors and tapes: a scalar op, the same under a tape, its way back; training steps of small networks by hand.
#include <lamina/autodiff.hpp>
#include <lamina/lamina.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace lamina;

constexpr int chain = 1000; // ops of a tape

AnyTensor multiplied(AnyTensor x, const AnyTensor& by, int times)
{
    for (int i = 0; i < times; ++i) x = x * by;
    return x;
}

void scalar_op(benchmark::State& state)
{
    const AnyTensor x = constant(1.f), c = constant(1.0001f);
    for (auto _ : state) {
        AnyTensor y = multiplied(x, c, chain);
        benchmark::DoNotOptimize(y);
    }
}

/// Times a tape over a chain of products: the ops, and the way back over them.
template <bool Back> void scalar_tape(benchmark::State& state)
{
    using clock = std::chrono::steady_clock;
    AnyTensor x = constant(1.f), c = constant(1.0001f);
    for (auto _ : state) {
        const auto begin = clock::now();
        GradientTape tape;
        tape.watch(x);
        const AnyTensor y = multiplied(x, c, chain);
        const auto middle = clock::now();
        AnyTensor g = tape.gradient(y, x);
        benchmark::DoNotOptimize(g);
        const auto time = Back ? clock::now() - middle : middle - begin;
        state.SetIterationTime(std::chrono::duration<double>(time).count());
    }
}

/// A tape, a hundred products, the gradient: what peers are asked as well.
void scalar_gradient(benchmark::State& state)
{
    AnyTensor x = constant(1.f), c = constant(1.0001f);
    for (auto _ : state) {
        GradientTape tape;
        tape.watch(x);
        AnyTensor g = tape.gradient(multiplied(x, c, 100), x);
        benchmark::DoNotOptimize(g);
    }
}

using Small = Sequential<Input<1>, Dense<64, Tanh>, Dense<64, Tanh>, Dense<1>>;

void small_step(benchmark::State& state)
{
    std::vector<float> x(32), y(32);
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<float>(i) / 16 - 1;
        y[i] = std::sin(3 * x[i]);
    }
    const AnyTensor inputs = constant(x.data(), {32, 1}), targets = constant(y.data(), {32, 1});
    auto model = build<Small>(Seed{1});
    Adam optimizer;
    for (auto _ : state) {
        AnyTensor loss =
            optimizer.minimize([&] { return reduce_mean(square(model(inputs) - targets)); }, variables(model));
        benchmark::DoNotOptimize(loss);
    }
}

template <class Last>
using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Last>>;

struct Digits {
    xt::xtensor<float, 4> x = xt::xtensor<float, 4>::from_shape({32, 28, 28, 1});
    xt::xtensor<std::int64_t, 1> y = xt::xtensor<std::int64_t, 1>::from_shape({32});
    Digits()
    {
        Random random(Seed{1});
        for (auto& pixel : x) pixel = static_cast<float>(random.uniform());
        for (auto& label : y) label = static_cast<std::int64_t>(random.below(10));
    }
};

void lenet5_step(benchmark::State& state)
{
    const Digits digits;
    const AnyTensor x = constant(digits.x.data(), {32, 28, 28, 1}), y = constant(digits.y.data(), {32});
    auto model = build<LeNet5<Linear>>(Seed{1});
    Adam optimizer;
    for (auto _ : state) {
        AnyTensor loss =
            optimizer.minimize([&] { return reduce_mean(sparse_softmax_cross_entropy(y, model(x))); }, variables(model));
        benchmark::DoNotOptimize(loss);
    }
}

void lenet5_trainer(benchmark::State& state)
{
    const Digits digits;
    auto model = build<LeNet5<Softmax>>(Seed{1});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{});
    for (auto _ : state) trainer.train_on_batch(digits.x, digits.y);
}

BENCHMARK(scalar_op)->Name("tape/scalar/op");
BENCHMARK(scalar_tape<false>)->Name("tape/scalar/followed")->UseManualTime();
BENCHMARK(scalar_tape<true>)->Name("tape/scalar/back")->UseManualTime();
BENCHMARK(scalar_gradient)->Name("tape/scalar/gradient");
BENCHMARK(small_step)->Name("tape/dense_1_64_64_1/step");
BENCHMARK(lenet5_step)->Name("tape/lenet5/step");
BENCHMARK(lenet5_trainer)->Name("tape/lenet5/train_on_batch");

} // namespace
