// Recurrent networks: small LSTMs one step at a time, as in sound effects, and LSTM 64 over sequences of 50 steps. items/s are steps, or sequences.
#include "../limits.hpp"

#include <lamina/lamina.hpp>
#include <lamina/models/stream.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>

namespace {

using namespace lamina;

template <class Layer> using Effect = Sequential<Input<64, 1>, Layer, Dense<1>>;
using Sequences = Sequential<Input<50, 16>, LSTM<64>>;

/// A model with biases, too: states without input do not die away into subnormal numbers.
template <class M> M drawn()
{
    auto model = build<M>(Seed{1});
    Random random(Seed{2});
    for_each_variable(model, [&](auto& variable) {
        variable.storage()->template for_each<float>([&](float& v) { v += static_cast<float>(random.uniform(-0.1, 0.1)); });
    });
    return model;
}

template <class Layer> void step(benchmark::State& state)
{
    const auto model = drawn<Effect<Layer>>();
    Stream stream(model);
    std::array<float, 1> x{};
    unsigned count = 0;
    for (auto _ : state) {
        x[0] = float(++count % 64) * 0.02f;
        auto y = stream(x);
        benchmark::DoNotOptimize(y);
    }
    state.SetItemsProcessed(state.iterations());
}

/// Each input is made from the output before.
template <class Layer> void chained(benchmark::State& state)
{
    const auto model = drawn<Effect<Layer>>();
    Stream stream(model);
    std::array<float, 1> x{0.3f};
    for (auto _ : state) x[0] = stream(x)(0) * 0.001f;
    benchmark::DoNotOptimize(x);
    state.SetItemsProcessed(state.iterations());
}

void sequences(benchmark::State& state)
{
    const auto n = static_cast<std::size_t>(state.range(0));
    const auto model = build<Sequences>(Seed{1});
    xt::xtensor<float, 3> x({n, 50, 16});
    Random random(Seed{2});
    for (auto& number : x) number = static_cast<float>(random.uniform(-1, 1));
    xt::xtensor<float, 2> y({n, 64});
    Workspace<Sequences> workspace(model);
    for (auto _ : state) {
        predict(model, x, y, workspace);
        benchmark::DoNotOptimize(y.data());
    }
    bench::count_flop<float>(state, 2.0 * double(n * Sequences::multiply_adds));
}

BENCHMARK(step<LSTM<8>>)->Name("lstm_8/step");
BENCHMARK(step<LSTM<16>>)->Name("lstm_16/step");
BENCHMARK(step<LSTM<32>>)->Name("lstm_32/step");
BENCHMARK(step<GRU<16>>)->Name("gru_16/step");
BENCHMARK(chained<LSTM<8>>)->Name("lstm_8/chained");
BENCHMARK(chained<LSTM<16>>)->Name("lstm_16/chained");
BENCHMARK(chained<LSTM<32>>)->Name("lstm_32/chained");
BENCHMARK(sequences)->Name("lstm_64_50x16/inference/batch")->Arg(1)->Arg(32);

} // namespace
