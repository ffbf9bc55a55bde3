// matmul: the dense layers of LeNet-5 and larger ones, forward and both gradients. FLOP/s counts a multiply and an add for each
// weight and sample; "peak" is the share of the multiply-adds per second that this core reached just before.
#include "../limits.hpp"

#include <lamina/kernels/matmul.hpp>

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::dense_sizes;

/// Zero-padded rows on 64 bytes are simplest to have as a vector of cache lines.
struct alignas(alignment) line {
    float values[alignment / sizeof(float)];
};

template <std::size_t Inputs, std::size_t Outputs> struct layer {
    static constexpr fixed<dense_sizes{Inputs, Outputs}> sizes{};

    explicit layer(std::size_t samples)
        : n(samples), x(n * Inputs, 0.5f), y(n * Outputs, 0.25f), bias(Outputs, 0.125f),
          lines(Inputs * row_stride<float>(Outputs) / 16)
    {}

    float* weights() { return lines.data()->values; }
    void finish(benchmark::State& state) const { bench::count_flop<float>(state, 2.0 * double(n * Inputs * Outputs)); }

    std::size_t n;
    std::vector<float> x, y, bias;
    std::vector<line> lines;
};

template <std::size_t Inputs, std::size_t Outputs> void forward(benchmark::State& state)
{
    layer<Inputs, Outputs> l(std::size_t(state.range(0)));
    for (auto _ : state) {
        internals::kernels::dense_forward(l.x.data(), l.weights(), l.bias.data(), l.y.data(), l.n, l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <std::size_t Inputs, std::size_t Outputs> void backward_data(benchmark::State& state)
{
    layer<Inputs, Outputs> l(std::size_t(state.range(0)));
    for (auto _ : state) {
        internals::kernels::dense_backward_data(l.y.data(), l.weights(), l.x.data(), l.n, l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <std::size_t Inputs, std::size_t Outputs> void backward_weights(benchmark::State& state)
{
    layer<Inputs, Outputs> l(std::size_t(state.range(0)));
    l.x.assign(l.x.size(), 0.f); // so that the weights do not grow without end
    for (auto _ : state) {
        internals::kernels::dense_backward_weights(l.x.data(), l.y.data(), l.weights(), l.bias.data(), l.n, l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <std::size_t Inputs, std::size_t Outputs> void all(const char* name)
{
    const auto add = [&](const char* pass, auto function) {
        benchmark::RegisterBenchmark((std::string("matmul/float/") + name + "/" + pass).c_str(), function)
            ->Arg(1)
            ->Arg(32)
            ->Arg(256);
    };
    add("forward", forward<Inputs, Outputs>);
    add("backward_data", backward_data<Inputs, Outputs>);
    add("backward_weights", backward_weights<Inputs, Outputs>);
}

const bool registered = (all<400, 120>("400x120"), all<120, 84>("120x84"), all<84, 10>("84x10"), all<512, 512>("512x512"),
                         all<784, 128>("784x128"), all<1024, 1024>("1024x1024"), true);

} // namespace
