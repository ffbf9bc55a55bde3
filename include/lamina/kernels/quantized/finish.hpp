// lamina/kernels/quantized/finish.hpp: results of the sums of a product (product.hpp): floats, or whole numbers of another scale.
//
// Numerics: as XNNPACK has them. To floats: float(sum - zero · Σw) · (scale of the row · scale of the weights) + bias, then clamped. To
// whole numbers: float(sum) · scale, clamped, to the nearest whole number, halves to even, plus the zero point. The latter are the same
// bits with every instruction set; the former where multiplication and addition are one instruction.
// Reference: kernels/reference/quantized_product.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>
#include <lamina/core/partial.hpp>
#include <lamina/kernels/quantized/product.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// How sums become floats: y [rows], `step` numbers from one to the next. Arrays of outputs have `padded_outputs()` numbers, on 64 bytes.
struct float_results {
    const float* row_scale;       ///< of an activation, one for each `rows_of_scale` rows
    const std::int32_t* row_zero; ///< likewise: what stands for 0, as it is stored
    std::size_t rows_of_scale;
    const float* scale;       ///< of the weights of an output
    const std::int32_t* sums; ///< of the weights of an output
    const float* bias;
    float low, high;
    float* y;
    std::size_t step;
};

/// How sums become whole numbers: y [rows], `step` numbers from one to the next. Arrays of outputs have `padded_outputs()` numbers, on 64
/// bytes.
struct integer_results {
    const std::int32_t* start;             ///< of an output: added to its sums
    const std::int32_t *row_start, *times; ///< null, or of a row and of an output: their product is added
    const float* scale;                    ///< of an output
    std::int32_t zero, low, high;
    std::int8_t* y;
    std::size_t step;
};

namespace detail {

/// a + b · c without a sign: it may wrap around.
constexpr std::int32_t wrapped(std::int32_t a, std::int32_t b, std::int32_t c)
{
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) +
                                     static_cast<std::uint32_t>(b) * static_cast<std::uint32_t>(c));
}

inline void finish_floats(const void* with, const std::int32_t* sums, std::size_t step, std::size_t row, std::size_t rows,
                          std::size_t output, std::size_t outputs)
{
    const float_results& f = *static_cast<const float_results*>(with);
#if LAMINA_DOTS
    const simd::reals low(f.low), high(f.high);
    for (std::size_t i = 0; i < outputs; i += simd::dot_lanes) {
        const std::size_t o = output + i, here = std::min(simd::dot_lanes, outputs - i);
        const simd::reals scale = simd::reals::load_aligned(f.scale + o), bias = simd::reals::load_aligned(f.bias + o);
        const simd::sums of_weights = simd::sums::load_aligned(f.sums + o);
        float* y = f.y + row * f.step + o;
        std::size_t of = row / f.rows_of_scale, left = f.rows_of_scale - row % f.rows_of_scale;
        for (std::size_t r = 0; r < rows; ++r, y += f.step) {
            const simd::sums sum = simd::sums::load_aligned(sums + r * step + i) - simd::sums(f.row_zero[of]) * of_weights;
            simd::reals v = simd::fma(simd::to_reals(sum), simd::reals(f.row_scale[of]) * scale, bias);
            v = simd::at_most(simd::at_least(v, low), high);
            if (here == simd::dot_lanes) v.store_unaligned(y);
            else simd::store_partial(v, y, here);
            if (--left == 0) ++of, left = f.rows_of_scale;
        }
    }
#else
    for (std::size_t r = 0; r < rows; ++r, sums += step) {
        const std::size_t of = (row + r) / f.rows_of_scale;
        const float row_scale = f.row_scale[of];
        const std::int32_t zero = f.row_zero[of];
        float* const y = f.y + (row + r) * f.step + output;
        for (std::size_t i = 0; i < outputs; ++i) {
            const std::size_t o = output + i;
            const float v = static_cast<float>(wrapped(sums[i], -zero, f.sums[o])) * (row_scale * f.scale[o]) + f.bias[o];
            y[i] = v < f.low ? f.low : v > f.high ? f.high : v;
        }
    }
#endif
}

inline void finish_integers(const void* with, const std::int32_t* sums, std::size_t step, std::size_t row, std::size_t rows,
                            std::size_t output, std::size_t outputs)
{
    const integer_results& f = *static_cast<const integer_results*>(with);
    const auto low = static_cast<float>(f.low - f.zero), high = static_cast<float>(f.high - f.zero);
#if LAMINA_DOTS
    const simd::reals least(low), most(high);
    const simd::sums zero(f.zero);
    for (std::size_t i = 0; i < outputs; i += simd::dot_lanes) {
        const std::size_t o = output + i, here = std::min(simd::dot_lanes, outputs - i);
        const simd::sums start = simd::sums::load_aligned(f.start + o);
        const simd::reals scale = simd::reals::load_aligned(f.scale + o);
        std::int8_t* y = f.y + row * f.step + o;
        for (std::size_t r = 0; r < rows; ++r, y += f.step) {
            simd::sums sum = simd::sums::load_aligned(sums + r * step + i) + start;
            if (f.row_start) sum = sum + simd::sums(f.row_start[row + r]) * simd::sums::load_aligned(f.times + o);
            const simd::reals v = simd::at_most(simd::at_least(simd::to_reals(sum) * scale, least), most);
            simd::store_bytes(simd::to_sums(v) + zero, y, here);
        }
    }
#else
    for (std::size_t r = 0; r < rows; ++r, sums += step) {
        std::int8_t* const y = f.y + (row + r) * f.step + output;
        const std::int32_t of_row = f.row_start ? f.row_start[row + r] : 0;
        for (std::size_t i = 0; i < outputs; ++i) {
            const std::size_t o = output + i;
            const std::int32_t started = wrapped(sums[i], 1, f.start[o]);
            const std::int32_t sum = f.row_start ? wrapped(started, of_row, f.times[o]) : started;
            const float v = static_cast<float>(sum) * f.scale[o];
            const float clamped = !(v > low) ? low : v > high ? high : v;
            y[i] = static_cast<std::int8_t>(static_cast<std::int32_t>(std::nearbyint(clamped)) + f.zero);
        }
    }
#endif
}

} // namespace detail

inline product_finish finish_of(const float_results& results) { return {detail::finish_floats, &results}; }
inline product_finish finish_of(const integer_results& results) { return {detail::finish_integers, &results}; }

}}} // namespace lamina::internals::kernels
