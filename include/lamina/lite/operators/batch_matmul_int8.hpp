// lamina/lite/operators/batch_matmul_int8.hpp: BATCH_MATMUL of int8 numbers, and of floats by int8 numbers (dynamic range).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/kernels/quantized/finish.hpp>
#include <lamina/kernels/quantized/product.hpp>
#include <lamina/kernels/quantized/rows.hpp>
#include <lamina/lite/operators/batch_product.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The regions of scratch: a and b as products take them, and what is known of their rows and columns.
struct ByteProductRoom {
    std::int8_t *rows, *turned, *packed;
    std::int32_t *column_sums, *row_sums, *start;
    float *scale, *bias, *row_scale;
    std::size_t bytes = 0;

    ByteProductRoom(const BatchProduct& p, const kernels::product_sizes& s, std::byte* scratch)
    {
        const auto take = [&]<class T>(T*& to, std::size_t n) {
            to = scratch ? reinterpret_cast<T*>(scratch + bytes) : nullptr;
            bytes += round_up(n * sizeof(T) + alignment, alignment);
        };
        take(rows, p.rows * p.terms);
        take(turned, std::max(p.terms * p.columns, p.rows * p.terms));
        take(packed, s.bytes());
        take(column_sums, s.padded_outputs());
        take(row_sums, p.rows);
        take(start, s.padded_outputs());
        take(scale, s.padded_outputs());
        take(bias, s.padded_outputs());
        take(row_scale, p.rows);
    }
};

/// from [rows][columns], transposed.
[[gnu::noinline]] inline void transpose_into(const std::int8_t* from, std::size_t rows, std::size_t columns, std::int8_t* to)
{
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t i = 0; i < columns; ++i) to[i * rows + row] = from[row * columns + i];
}

/// One product of int8 matrices. With zero points z: the sum of (a - za) · (b - zb) is that of a · b, less za times b's column, less zb
/// times a's row, plus terms · za · zb.
[[gnu::noinline]] inline void multiply_int8(const Step& step, const BatchProduct& p, const kernels::product_sizes& s,
                                            const ByteProductRoom& room, const std::int8_t* a, bool any, std::int8_t* y)
{
    const std::int32_t a_zero = step.x(0).zero, b_zero = step.x(1).zero;
    const auto terms = static_cast<std::int32_t>(p.terms);
    for (std::size_t row = 0; row < p.rows; ++row) {
        std::int32_t sum = 0;
        for (std::size_t i = 0; i < p.terms; ++i) sum += a[row * p.terms + i];
        room.row_sums[row] = sum - terms * a_zero;
    }
    std::fill_n(room.bias, s.padded_outputs(), 0.f);
    auto* const times = reinterpret_cast<std::int32_t*>(room.bias);
    const float scale = scale_of_sums(step.x(0).scale, step.x(1).scale, step.y().scale);
    for (std::size_t o = 0; o < s.padded_outputs(); ++o) {
        times[o] = -b_zero;
        room.start[o] = -(a_zero + simd::stored_offset) * room.column_sums[o];
        room.scale[o] = scale;
    }
    kernels::store_row(a, p.rows * p.terms, room.rows);
    const kernels::integer_results results{room.start, room.row_sums, times, room.scale, step.y().zero, -128, 127, y, p.columns};
    const std::uint32_t none = 0;
    kernels::multiply({room.rows, p.terms, p.rows, 1, &none, &none}, room.packed, s, any, kernels::finish_of(results),
                      step.threads);
}

/// One product of a matrix of floats, each row quantized by itself, and one of int8.
[[gnu::noinline]] inline void multiply_hybrid(const Step& step, const BatchProduct& p, const kernels::product_sizes& s,
                                              const ByteProductRoom& room, const float* a, bool any, float* y)
{
    for (std::size_t row = 0; row < p.rows; ++row) {
        float low, high;
        kernels::extremes_of(a + row * p.terms, p.terms, low, high);
        const kernels::row_range range = kernels::range_of(low, high);
        kernels::quantize_row(a + row * p.terms, p.terms, range, room.rows + row * p.terms);
        room.row_scale[row] = range.scale;
        room.row_sums[row] = range.zero + simd::stored_offset;
    }
    const std::vector<float>& scale = step.x(1).tensor->quantization.scale;
    for (std::size_t o = 0; o < s.padded_outputs(); ++o) {
        room.bias[o] = 0;
        room.scale[o] = scale[scale.size() == 1 ? 0 : std::min(o, scale.size() - 1)];
    }
    constexpr clamp_range all = clamp_of(fused::none);
    const kernels::float_results results{room.row_scale, room.row_sums, 1,        room.scale, room.column_sums,
                                         room.bias,      all.low,       all.high, y,          p.columns};
    const std::uint32_t none = 0;
    kernels::multiply({room.rows, p.terms, p.rows, 1, &none, &none}, room.packed, s, any, kernels::finish_of(results),
                      step.threads);
}

inline void run_batch_matmul_int8(const Step& step)
{
    const BatchProduct p(step);
    const kernels::product_sizes s{p.columns, 1, p.terms};
    const ByteProductRoom room(p, s, step.scratch);
    const Extents& y = step.y().shape;
    const std::size_t count = y.product(0, y.rank - 2);
    const bool hybrid = step.x(0).type == dtype::float32;
    const std::int8_t* of_packed = nullptr;
    bool any = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t a_at = broadcast_matrix(step.x(0).shape, y, i) * p.rows * p.terms, y_at = i * p.rows * p.columns;
        const std::int8_t* b =
            step.x(1).numbers<const std::int8_t>() + broadcast_matrix(step.x(1).shape, y, i) * p.terms * p.columns;
        if (b != of_packed) {
            of_packed = b;
            if (!step.options().adjoint_y) transpose_into(b, p.terms, p.columns, room.turned), b = room.turned;
            any = kernels::pack_product(b, p.terms, s, room.packed, room.column_sums);
        }
        if (hybrid)
            multiply_hybrid(step, p, s, room, step.x(0).numbers<const float>() + a_at, any, step.y().numbers<float>() + y_at);
        else {
            const std::int8_t* a = step.x(0).numbers<const std::int8_t>() + a_at;
            if (step.options().adjoint_x) transpose_into(a, p.terms, p.rows, room.turned), a = room.turned;
            multiply_int8(step, p, s, room, a, any, step.y().numbers<std::int8_t>() + y_at);
        }
    }
}

/// Prepares BATCH_MATMUL whose second matrix is int8, and says whether it has done so.
[[gnu::cold]] inline bool prepare_batch_matmul_int8(Step& step)
{
    const bool hybrid = is_hybrid(step);
    if (step.x(1).type != dtype::int8 || (!hybrid && !is_int8(step))) return false;
    if (hybrid && step.options().adjoint_x) fail_at(step, {"adj_x of floats by int8 numbers"});
    if (!hybrid) require_scale(step, "an input", step.x(1));
    else if (step.x(1).tensor->quantization.scale.empty()) fail_at(step, {"an int8 input without a scale"});
    const BatchProduct p(step);
    if (hybrid) scale_of_output(step, step.x(1), 0, p.columns); // refuses what does not fit
    if (p.terms > 32768) fail_at(step, {"sums of ", p.terms, " products of whole numbers, which may not fit"});
    step.scratch_bytes = ByteProductRoom(p, {p.columns, 1, p.terms}, nullptr).bytes;
    step.run = run_batch_matmul_int8;
    return true;
}

}}} // namespace lamina::internals::tflite
