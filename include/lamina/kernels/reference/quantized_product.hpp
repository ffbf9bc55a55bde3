// lamina/kernels/reference/quantized_product.hpp: products of whole numbers, and what is made of them, as plain loops.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/quantized/finish.hpp>
#include <lamina/kernels/quantized/product.hpp>
#include <lamina/kernels/quantized/rows.hpp>

#include <cmath>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// y[row][output] = the sum of activation · weight; activations are whole numbers, not as they are stored, weights [outputs][runs][run].
inline void multiply(const product_rows& x, const std::int8_t* w, const product_sizes& s, std::int32_t* y)
{
    for (std::size_t row = 0; row < x.count; ++row)
        for (std::size_t o = 0; o < s.outputs; ++o) {
            std::int64_t sum = 0;
            const std::int8_t* const from = x.images + row / x.pixels * x.image_bytes + x.at[row % x.pixels];
            for (std::size_t r = 0; r < s.runs; ++r)
                for (std::size_t i = 0; i < s.run; ++i) sum += from[x.runs_at[r] + i] * w[(o * s.runs + r) * s.run + i];
            y[row * s.outputs + o] = static_cast<std::int32_t>(sum);
        }
}

/// A sum in another scale.
inline std::int8_t requantize(std::int32_t sum, float scale, std::int32_t zero, std::int32_t low, std::int32_t high)
{
    const float product = static_cast<float>(sum) * scale; // rounded here, on every machine
    const double whole = std::nearbyint(static_cast<double>(product)) + zero;
    return static_cast<std::int8_t>(whole < low ? low : whole > high ? high : static_cast<std::int32_t>(whole));
}

/// A row of floats as whole numbers.
inline void quantize_row(const float* x, std::size_t n, const row_range& range, std::int8_t* q)
{
    for (std::size_t i = 0; i < n; ++i) {
        const float product = x[i] * range.times;
        const double whole = std::nearbyint(static_cast<double>(product)) + range.zero;
        q[i] = static_cast<std::int8_t>(whole < -128 ? -128 : whole > 127 ? 127 : whole);
    }
}

}}} // namespace lamina::internals::kernels::reference
