// lamina/kernels/quantized/pooling.hpp: averages and maxima of bytes under windows; channels last, sizes are numbers.
//
// Averages have the input's scale: the sum, divided by the number of elements that are no padding, to nearest, halves away from zero.
// Reference: kernels/reference/quantized_pooling.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>
#include <lamina/kernels/pooling_sizes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// The part of a window that lies in the image: first and one behind the last.
struct window_part {
    std::size_t first, last;
    window_part(std::size_t window, std::size_t stride, std::size_t pad, std::size_t taps, std::size_t size)
        : first(std::max(window * stride, pad) - pad), last(std::min(std::max(window * stride + taps, pad) - pad, size))
    {}
};

/// sum / count, halves away from zero; 0 of nothing.
inline std::int32_t rounded_quotient(std::int32_t sum, std::int32_t count)
{
    if (count == 0) return 0;
    return sum >= 0 ? (sum + count / 2) / count : -((-sum + count / 2) / count);
}

} // namespace detail

/// y[window] = what `combine` makes of the elements of a window, from `first` on, and then `finish(value, elements)`, within limits.
/// `sums` has room for [width][channels] numbers.
///
/// Shapes x [n][height][width][channels], y [n][out_height][out_width][channels].
template <class Combine, class Finish>
void pool_bytes(const std::int8_t* x, std::int8_t* y, std::size_t n, const pooling_sizes& s, std::int32_t low, std::int32_t high,
                std::int32_t first, std::int32_t* sums, const Combine& combine, const Finish& finish)
{
    const std::size_t channels = s.channels, row = s.width * channels;
    for (std::size_t image = 0; image < n; ++image, x += s.height * row)
        for (std::size_t oy = 0; oy < s.out_height; ++oy) {
            const detail::window_part rows(oy, s.stride_height, s.pad_top, s.window_height, s.height);
            for (std::size_t i = 0; i < row; ++i) sums[i] = first;
            for (std::size_t iy = rows.first; iy < rows.last; ++iy) {
                const std::int8_t* const from = x + iy * row;
                for (std::size_t i = 0; i < row; ++i) sums[i] = combine(sums[i], from[i]);
            }
            for (std::size_t ox = 0; ox < s.out_width; ++ox, y += channels) {
                const detail::window_part columns(ox, s.stride_width, s.pad_left, s.window_width, s.width);
                const auto elements = static_cast<std::int32_t>((rows.last - rows.first) * (columns.last - columns.first));
                for (std::size_t c = 0; c < channels; ++c) {
                    std::int32_t value = first;
                    for (std::size_t ix = columns.first; ix < columns.last; ++ix) value = combine(value, sums[ix * channels + c]);
                    y[c] = static_cast<std::int8_t>(std::clamp(finish(value, elements), low, high));
                }
            }
        }
}

inline void average_bytes(const std::int8_t* x, std::int8_t* y, std::size_t n, const pooling_sizes& s, std::int32_t low,
                          std::int32_t high, std::int32_t* sums)
{
    pool_bytes(x, y, n, s, low, high, 0, sums, [](std::int32_t a, std::int32_t b) { return a + b; }, detail::rounded_quotient);
}

inline void maximum_of_bytes(const std::int8_t* x, std::int8_t* y, std::size_t n, const pooling_sizes& s, std::int32_t low,
                             std::int32_t high, std::int32_t* sums)
{
    pool_bytes(
        x, y, n, s, low, high, -128, sums, [](std::int32_t a, std::int32_t b) { return a < b ? b : a; },
        [](std::int32_t value, std::int32_t) { return value; });
}

}}} // namespace lamina::internals::kernels
