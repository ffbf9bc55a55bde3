// Kernels of bytes: products of int8 activations and of floats that are quantized row by row, tables, poolings. FLOP/s counts a multiply and an
// add for each product.
#include "../limits.hpp"

#include <lamina/core/aligned.hpp>
#include <lamina/kernels/quantized/finish.hpp>
#include <lamina/kernels/quantized/pooling.hpp>
#include <lamina/kernels/quantized/product.hpp>
#include <lamina/kernels/quantized/rows.hpp>
#include <lamina/kernels/quantized/table.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace {

using namespace lamina;
using namespace lamina::internals;

/// So many numbers, and a register behind them.
template <class T> Aligned<T> numbers(std::size_t count, T value)
{
    Aligned<T> result(count + 64);
    std::fill_n(result.data(), count + 64, value);
    return result;
}

/// `rows` samples of a dense layer, quantized first where `floats` is set.
void dense(benchmark::State& state, std::size_t rows, std::size_t inputs, std::size_t outputs, bool floats)
{
    const kernels::product_sizes s{outputs, 1, inputs};
    const std::size_t padded = s.padded_outputs();
    const auto x = numbers<float>(rows * inputs, 0.5f), bias = numbers<float>(padded, 0.1f),
               scale = numbers<float>(padded, 0.01f);
    const auto given = numbers<std::int8_t>(rows * inputs, 3);
    auto w = numbers<std::int8_t>(s.bytes(), 5), q = numbers<std::int8_t>(rows * inputs, 3);
    auto sums = numbers<std::int32_t>(padded, 7), zero = numbers<std::int32_t>(rows, 3);
    auto row_scale = numbers<float>(rows, 0.01f), y = numbers<float>(rows * outputs, 0.f);
    auto whole = numbers<std::int8_t>(rows * outputs, 0);
    const std::uint32_t none = 0;
    const kernels::product_rows activations{q.data(), inputs, rows, 1, &none, &none};
    for (auto _ : state) {
        if (floats) {
            for (std::size_t row = 0; row < rows; ++row) {
                float low, high;
                kernels::extremes_of(x.data() + row * inputs, inputs, low, high);
                const kernels::row_range range = kernels::range_of(low, high);
                kernels::quantize_row(x.data() + row * inputs, inputs, range, q.data() + row * inputs);
                row_scale[row] = range.scale, zero[row] = range.zero + simd::stored_offset;
            }
            const kernels::float_results results{row_scale.data(), zero.data(), 1,     scale.data(), sums.data(),
                                                 bias.data(),      0.f,         1e30f, y.data(),     outputs};
            kernels::multiply(activations, w.data(), s, false, kernels::finish_of(results));
        }
        else {
            kernels::store_row(given.data(), rows * inputs, q.data());
            const kernels::integer_results results{sums.data(), nullptr, nullptr,      scale.data(), 0,
                                                   -128,        127,     whole.data(), outputs};
            kernels::multiply(activations, w.data(), s, false, kernels::finish_of(results));
        }
        benchmark::ClobberMemory();
    }
    bench::count_flop<float>(state, 2 * double(rows * inputs * outputs));
}

void pooling(benchmark::State& state, kernels::pooling_sizes s, bool average)
{
    const auto x = numbers<std::int8_t>(s.height * s.width * s.channels, 3);
    auto y = numbers<std::int8_t>(s.out_height * s.out_width * s.channels, 0);
    auto scratch = numbers<std::int32_t>(kernels::pooling_scratch(s) / 4, 0);
    const auto pool = average ? kernels::average_bytes : kernels::maximum_of_bytes;
    for (auto _ : state) {
        pool(x.data(), y.data(), 1, s, -128, 127, scratch.data());
        benchmark::ClobberMemory();
    }
}

void table(benchmark::State& state)
{
    const auto x = numbers<std::int8_t>(4704, 3);
    auto y = numbers<std::int8_t>(4704, 0);
    kernels::byte_table of;
    for (int i = -128; i < 128; ++i) of[i] = static_cast<std::int8_t>(-i - 1);
    for (auto _ : state) {
        kernels::look_up(of, x.data(), y.data(), 4704);
        benchmark::ClobberMemory();
    }
}

template <class F> void add(const char* name, const F& f)
{
    benchmark::RegisterBenchmark((std::string("quantized/") + name).c_str(), f);
}

const bool registered = [] {
    using State = benchmark::State;
    add("int8/dense/512x512/1", [](State& state) { dense(state, 1, 512, 512, false); });
    add("int8/dense/512x512/8", [](State& state) { dense(state, 8, 512, 512, false); });
    add("int8/dense/512x512/32", [](State& state) { dense(state, 32, 512, 512, false); });
    add("dynamic_range/dense/512x512/1", [](State& state) { dense(state, 1, 512, 512, true); });
    add("dynamic_range/dense/512x512/32", [](State& state) { dense(state, 32, 512, 512, true); });
    add("dynamic_range/dense/400x120/1", [](State& state) { dense(state, 1, 400, 120, true); });
    add("average/28x28x6_2x2", [](State& state) { pooling(state, {28, 28, 6, 2, 2, 2, 2, 0, 0, 14, 14}, true); });
    add("max/28x28x32_2x2", [](State& state) { pooling(state, {28, 28, 32, 2, 2, 2, 2, 0, 0, 14, 14}, false); });
    add("table/4704", [](State& state) { table(state); });
    return true;
}();

} // namespace
