// Kernels of run-time sizes, as the interpreter of TensorFlow Lite files calls them: convolutions over a list of pixels and in planes, depthwise,
// poolings by rows, dense layers. FLOP/s counts a multiply and an add for each tap of each output, padding included.
#include "../limits.hpp"

#include <lamina/core/aligned.hpp>
#include <lamina/kernels/convolution_list.hpp>
#include <lamina/kernels/convolution_planes_any.hpp>
#include <lamina/kernels/dense_any.hpp>
#include <lamina/kernels/depthwise_any.hpp>
#include <lamina/kernels/pooling_rows.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

namespace {

using namespace lamina;
using namespace lamina::internals;
using internals::kernels::convolution_sizes;

constexpr kernels::clamp_bounds<float> relu{0.f, 1e30f};

/// So many numbers, and a register behind them.
Aligned<float> numbers(std::size_t count, float value)
{
    Aligned<float> result(count + 16);
    std::fill_n(result.data(), count + 16, value);
    return result;
}

template <class F> void run(benchmark::State& state, double flop, const F& f)
{
    for (auto _ : state) {
        f();
        benchmark::ClobberMemory();
    }
    bench::count_flop<float>(state, flop);
}

convolution_sizes same(std::size_t image, std::size_t channels, std::size_t filters, std::size_t size, std::size_t stride)
{
    const std::size_t out = (image + stride - 1) / stride, covered = (out - 1) * stride + size,
                      pad = covered > image ? (covered - image) / 2 : 0;
    return {image, image, channels, filters, size, size, stride, stride, 1, 1, pad, pad, out, out};
}
double flop_of(const convolution_sizes& s)
{
    return 2 * double(s.out_height * s.out_width * s.kernel_height * s.kernel_width) * double(s.channels / s.groups * s.filters);
}

void over_list(benchmark::State& state, convolution_sizes s)
{
    kernels::pixel_list list = kernels::list_of(s);
    Aligned<std::uint32_t> places(list.pixels + kernels::list_room);
    kernels::list_places(s, places.data());
    list.from = places.data();
    const auto x = numbers(s.height * s.width * s.channels, 0.5f), bias = numbers(s.filters, 0.1f),
               w = numbers(s.kernel_height * s.kernel_width * s.channels * row_stride<float>(s.filters), 0.25f);
    auto y = numbers(list.pixels * s.filters, 0), field = numbers(kernels::field_size(s), 0);
    run(state, flop_of(s), [&] {
        const float* from = x.data();
        if (kernels::field_size(s) > 0) kernels::pad_image(from, field.data(), s), from = field.data();
        kernels::list_forward(from, w.data(), bias.data(), y.data(), list, 0, list.pixels, relu);
    });
}

void in_planes(benchmark::State& state, convolution_sizes s, bool averages)
{
    const auto x = numbers(s.height * s.width * s.channels, 0.5f), bias = numbers(s.filters, 0.1f),
               w = numbers(s.kernel_height * s.kernel_width * s.channels * row_stride<float>(s.filters), 0.25f);
    auto y = numbers(s.out_height * s.out_width * s.filters, 0), scratch = numbers(kernels::planes_any_scratch<float>(s), 0);
    run(state, flop_of(s), [&] {
        const float* const planes =
            kernels::planes_any_forward(x.data(), w.data(), bias.data(), scratch.data(), s, relu, [](float*, std::size_t) {});
        if (averages) kernels::average_planes(planes, y.data(), scratch.data(), s);
        else kernels::interleave_planes(planes, y.data(), s);
    });
}

void depthwise(benchmark::State& state, convolution_sizes s)
{
    s.groups = s.channels;
    const auto x = numbers(s.height * s.width * s.channels, 0.5f), bias = numbers(s.filters, 0.1f),
               w = numbers(s.kernel_height * s.kernel_width * row_stride<float>(s.filters), 0.25f);
    auto y = numbers(s.out_height * s.out_width * s.filters, 0);
    run(state, flop_of(s),
        [&] { kernels::depthwise_any_forward(x.data(), w.data(), bias.data(), y.data(), s, 0, s.out_height, relu); });
}

void pooling(benchmark::State& state, kernels::pooling_sizes s, bool average)
{
    const auto x = numbers(s.height * s.width * s.channels, 0.5f);
    auto y = numbers(s.out_height * s.out_width * s.channels, 0), scratch = numbers(kernels::pooling_rows_scratch<float>(s), 0);
    for (auto _ : state) {
        if (average) kernels::average_pooling_rows(x.data(), y.data(), scratch.data(), s, 0, s.out_height, relu);
        else kernels::max_pooling_rows(x.data(), y.data(), scratch.data(), s, 0, s.out_height, relu);
        benchmark::ClobberMemory();
    }
}

void dense(benchmark::State& state, std::size_t n, kernels::dense_sizes s)
{
    const auto x = numbers(n * s.inputs, 0.5f), bias = numbers(s.outputs, 0.1f),
               w = numbers(kernels::dense_packed_size<float>(s), 0.25f);
    auto y = numbers(n * s.outputs, 0);
    run(state, 2 * double(n * s.inputs * s.outputs), [&] {
        for (std::size_t block = 0; block < kernels::dense_blocks(s); ++block)
            kernels::dense_any_forward(x.data(), w.data(), bias.data(), y.data(), s, 0, n, block, relu);
    });
}

template <class F> void add(const char* name, const F& f)
{
    benchmark::RegisterBenchmark((std::string("any_sizes/float/") + name).c_str(), f);
}

const bool registered = [] {
    using State = benchmark::State;
    add("list/14x14x64_64_1x1", [](State& state) { over_list(state, same(14, 64, 64, 1, 1)); });
    add("list/16x16x24_96_1x1", [](State& state) { over_list(state, same(16, 24, 96, 1, 1)); });
    add("list/28x28x32_32_3x3", [](State& state) { over_list(state, same(28, 32, 32, 3, 1)); });
    add("list/8x8x128_128_3x3", [](State& state) { over_list(state, same(8, 128, 128, 3, 1)); });
    add("list/10x10x16_32_3x3", [](State& state) { over_list(state, same(10, 16, 32, 3, 1)); });
    add("list/32x32x3_16_3x3_2", [](State& state) { over_list(state, same(32, 3, 16, 3, 2)); });
    add("list/28x28x1_6_5x5", [](State& state) { over_list(state, same(28, 1, 6, 5, 1)); });
    add("planes/28x28x1_6_5x5", [](State& state) { in_planes(state, same(28, 1, 6, 5, 1), false); });
    add("planes/28x28x1_6_5x5_averages", [](State& state) { in_planes(state, same(28, 1, 6, 5, 1), true); });
    add("depthwise/14x14x96_3x3", [](State& state) { depthwise(state, same(14, 96, 96, 3, 1)); });
    add("depthwise/56x56x64_3x3_2", [](State& state) { depthwise(state, same(56, 64, 64, 3, 2)); });
    add("average/28x28x6_2x2", [](State& state) { pooling(state, {28, 28, 6, 2, 2, 2, 2, 0, 0, 14, 14}, true); });
    add("max/32x32x64_3x3_2", [](State& state) { pooling(state, {32, 32, 64, 3, 3, 2, 2, 0, 0, 16, 16}, false); });
    add("dense/512x512/1", [](State& state) { dense(state, 1, {512, 512}); });
    add("dense/512x512/32", [](State& state) { dense(state, 32, {512, 512}); });
    return true;
}();

} // namespace
