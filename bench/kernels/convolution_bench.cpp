// convolution: the two of LeNet-5 and a 64 to 64 of 3x3, forward and both gradients. FLOP/s counts a multiply and an add for
// each product that exists (none for the padding of "same"); "peak" is the share of what this core reached just before.
#include "../limits.hpp"

#include <lamina/kernels/plane_passes.hpp>

#include <benchmark/benchmark.h>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;

struct alignas(alignment) line {
    float values[alignment / sizeof(float)];
};

constexpr convolution_sizes lenet1{28, 28, 1, 6, 5, 5, 1, 1, 1, 1, 2, 2, 28, 28};
constexpr convolution_sizes lenet2{14, 14, 6, 16, 5, 5, 1, 1, 1, 1, 0, 0, 10, 10};
constexpr convolution_sizes wide{32, 32, 64, 64, 3, 3, 1, 1, 1, 1, 1, 1, 32, 32};

/// The products of one image along one axis, of `n` inputs, `kernel` taps and `outputs`; strides and dilations are 1 here.
std::size_t products(std::size_t n, std::size_t kernel, std::size_t outputs, std::size_t pad)
{
    std::size_t count = 0;
    for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t k = 0; k < kernel; ++k) count += o + k >= pad && o + k - pad < n;
    return count;
}

/// As Conv2D chooses.
template <convolution_sizes Sizes>
constexpr bool in_planes = internals::kernels::axis_of<float>(Sizes) == internals::kernels::convolution_axis::pixels;

template <convolution_sizes Sizes> struct layer {
    static constexpr fixed<Sizes> sizes{};

    explicit layer(std::size_t samples)
        : n(samples), x(n * Sizes.height * Sizes.width * Sizes.channels, 0.5f),
          y(n * Sizes.out_height * Sizes.out_width * Sizes.filters, 0.25f), bias(Sizes.filters, 0.125f),
          lines(Sizes.kernel_height * Sizes.kernel_width * Sizes.channels * row_stride<float>(Sizes.filters) / 16),
          scratch_lines(
              std::max(internals::kernels::convolution_scratch<float>(Sizes), internals::kernels::plane_scratch<float>(Sizes)) /
                  16 +
              1)
    {}

    float* weights() { return lines.data()->values; }
    float* scratch() { return scratch_lines.data()->values; }
    void finish(benchmark::State& state) const
    {
        const std::size_t taps = products(Sizes.height, Sizes.kernel_height, Sizes.out_height, Sizes.pad_top) *
                                 products(Sizes.width, Sizes.kernel_width, Sizes.out_width, Sizes.pad_left);
        bench::count_flop<float>(state, 2.0 * double(n * taps * Sizes.channels * Sizes.filters));
    }

    std::size_t n;
    std::vector<float> x, y, bias;
    std::vector<line> lines, scratch_lines;
};

template <convolution_sizes Sizes> void forward(benchmark::State& state)
{
    layer<Sizes> l(std::size_t(state.range(0)));
    for (auto _ : state) {
        if constexpr (in_planes<Sizes>)
            internals::kernels::plane_convolution_forward(l.x.data(), l.weights(), l.bias.data(), l.y.data(), l.scratch(), l.n,
                                                          l.sizes, std::identity{});
        else
            internals::kernels::convolution_forward(l.x.data(), l.weights(), l.bias.data(), l.y.data(), l.scratch(), l.n,
                                                    l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <convolution_sizes Sizes> void backward_data(benchmark::State& state)
{
    layer<Sizes> l(std::size_t(state.range(0)));
    for (auto _ : state) {
        internals::kernels::convolution_backward_data(l.y.data(), l.weights(), l.x.data(), l.scratch(), l.n, l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <convolution_sizes Sizes> void backward_weights(benchmark::State& state)
{
    layer<Sizes> l(std::size_t(state.range(0)));
    for (auto _ : state) {
        if constexpr (in_planes<Sizes>)
            internals::kernels::plane_convolution_backward_weights(l.x.data(), l.y.data(), l.weights(), l.bias.data(),
                                                                   l.scratch(), l.n, l.sizes);
        else
            internals::kernels::convolution_backward_weights(l.x.data(), l.y.data(), l.weights(), l.bias.data(), l.scratch(), l.n,
                                                             l.sizes);
        benchmark::ClobberMemory();
    }
    l.finish(state);
}

template <convolution_sizes Sizes> void all(const char* name)
{
    const auto add = [&](const char* pass, auto function) {
        benchmark::RegisterBenchmark((std::string("convolution/float/") + name + "/" + pass).c_str(), function)->Arg(1)->Arg(32);
    };
    add("forward", forward<Sizes>);
    add("backward_data", backward_data<Sizes>);
    add("backward_weights", backward_weights<Sizes>);
}

const bool registered =
    (all<lenet1>("28x28x1_6_5x5_same"), all<lenet2>("14x14x6_16_5x5_valid"), all<wide>("32x32x64_64_3x3_same"), true);

} // namespace
