// lamina/kernels/quantized/pooling.hpp: averages and maxima of bytes under windows; channels last, sizes are numbers.
//
// The rows of a window are made one, then its columns. Averages have the input's scale: the sum, divided by the number of elements that are
// no padding, to nearest, halves away from zero.
// Reference: kernels/reference/quantized_images.hpp.
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
    std::size_t count() const { return last > first ? last - first : 0; }
};

/// y[c] = the average of `columns` sums, each of a column of a window, within limits.
inline void average_of_sums(const std::int32_t* sums, std::size_t step, std::size_t columns, std::size_t elements,
                            std::int32_t low, std::int32_t high, std::size_t channels, std::int8_t* y)
{
#if LAMINA_DOTS
    // A sum that is no half lies at least 1 / (2 · elements) from one, so that a quarter of 1 / elements decides halves alone.
    constexpr std::size_t lanes = simd::dot_lanes;
    const simd::reals count(static_cast<float>(std::max(elements, std::size_t{1}))), quarter(0.25f);
    const simd::sums least(low), most(high);
    for (std::size_t c = 0; c < channels; c += lanes) {
        simd::sums sum(0);
        for (std::size_t i = 0; i < columns; ++i) sum = sum + simd::sums::load_unaligned(sums + i * step + c);
        const simd::reals v = simd::to_reals(sum);
        const simd::sums q = simd::to_sums((v + xsimd::select(v < simd::reals(0.f), -quarter, quarter)) / count);
        simd::store_bytes(xsimd::min(xsimd::max(q, least), most), y + c, std::min(lanes, channels - c));
    }
#else
    const auto count = static_cast<std::int32_t>(std::max(elements, std::size_t{1}));
    for (std::size_t c = 0; c < channels; ++c) {
        std::int32_t sum = 0;
        for (std::size_t i = 0; i < columns; ++i) sum += sums[i * step + c];
        const std::int32_t q = sum >= 0 ? (sum + count / 2) / count : -((-sum + count / 2) / count);
        y[c] = static_cast<std::int8_t>(std::clamp(q, low, high));
    }
#endif
}

#if LAMINA_DOTS
using bytes_of_128 = simd::sized<std::int8_t, 16>;
#endif

/// y[i] = the largest of x[i], x[i + step], … of `count` rows, and of `least`.
inline void largest_of_rows(const std::int8_t* x, std::size_t step, std::size_t count, std::int8_t least, std::int8_t* y,
                            std::size_t n)
{
#if LAMINA_DOTS
    if (n >= 16) { // the last register meets some of the numbers again
        for (std::size_t i = 0; i < n; i += 16) {
            const std::size_t at = std::min(i, n - 16);
            bytes_of_128 largest(least);
            for (std::size_t r = 0; r < count; ++r)
                largest = xsimd::max(largest, bytes_of_128::load_unaligned(x + r * step + at));
            largest.store_unaligned(y + at);
        }
        return;
    }
#endif
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = least;
        for (std::size_t r = 0; r < count; ++r) y[i] = std::max(y[i], x[r * step + i]);
    }
}

} // namespace detail

/// The bytes of scratch that a pooling needs: a row of the image, and a register behind it.
constexpr std::size_t pooling_scratch(const pooling_sizes& s) { return s.width * s.channels * sizeof(std::int32_t) + alignment; }

/// y = the averages of the windows of x, within limits.
///
/// Shapes x [n][height][width][channels], y [n][out_height][out_width][channels], windows of at most 16384 elements.
inline void average_bytes(const std::int8_t* x, std::int8_t* y, std::size_t n, const pooling_sizes& s, std::int32_t low,
                          std::int32_t high, std::int32_t* sums)
{
    const std::size_t channels = s.channels, row = s.width * channels;
    std::fill_n(sums + row, alignment / sizeof(std::int32_t), 0);
    for (std::size_t image = 0; image < n; ++image, x += s.height * row)
        for (std::size_t oy = 0; oy < s.out_height; ++oy) {
            const detail::window_part rows(oy, s.stride_height, s.pad_top, s.window_height, s.height);
            const std::int8_t* const from = x + rows.first * row;
            std::size_t i = 0;
#if LAMINA_DOTS
            for (; i + simd::dot_lanes <= row; i += simd::dot_lanes) {
                simd::sums sum(0);
                for (std::size_t r = 0; r < rows.count(); ++r) sum = sum + simd::load_bytes(from + r * row + i);
                sum.store_unaligned(sums + i);
            }
#endif
            for (; i < row; ++i) {
                sums[i] = 0;
                for (std::size_t r = 0; r < rows.count(); ++r) sums[i] += from[r * row + i];
            }
            for (std::size_t ox = 0; ox < s.out_width; ++ox, y += channels) {
                const detail::window_part columns(ox, s.stride_width, s.pad_left, s.window_width, s.width);
                detail::average_of_sums(sums + columns.first * channels, channels, columns.count(),
                                        rows.count() * columns.count(), low, high, channels, y);
            }
        }
}

/// y = the largest numbers of the windows of x, within limits.
inline void maximum_of_bytes(const std::int8_t* x, std::int8_t* y, std::size_t n, const pooling_sizes& s, std::int32_t low,
                             std::int32_t high, std::int32_t* scratch)
{
    const std::size_t channels = s.channels, row = s.width * channels;
    const auto least = static_cast<std::int8_t>(low), most = static_cast<std::int8_t>(high);
    std::int8_t* const larger = reinterpret_cast<std::int8_t*>(scratch);
    for (std::size_t image = 0; image < n; ++image, x += s.height * row)
        for (std::size_t oy = 0; oy < s.out_height; ++oy) {
            const detail::window_part rows(oy, s.stride_height, s.pad_top, s.window_height, s.height);
            detail::largest_of_rows(x + rows.first * row, row, rows.count(), least, larger, row);
            std::int8_t* const line = y;
            for (std::size_t ox = 0; ox < s.out_width; ++ox, y += channels) {
                const detail::window_part columns(ox, s.stride_width, s.pad_left, s.window_width, s.width);
                detail::largest_of_rows(larger + columns.first * channels, channels, columns.count(), least, y, channels);
            }
            if (most < 127)
                for (std::int8_t* q = line; q != y; ++q) *q = std::min(*q, most);
        }
}

}}} // namespace lamina::internals::kernels
