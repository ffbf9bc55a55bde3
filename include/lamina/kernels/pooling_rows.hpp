// lamina/kernels/pooling_rows.hpp: average and maximum over windows whose sizes are known at run time only: rows are joined first, in whole
// registers, then columns.
//
// Contract: as pooling.hpp, without dilation: an average divides by its real cells, a window without one gives 0 or -infinity. Behind x lies a
// register that may be read. `scratch` holds pooling_rows_scratch<T> numbers on 64 bytes. No output overlaps an input.
// Numerics: maximum exact, NaN if its window has one. Average in T, columns of rows, whichever rows are asked for:
// |got - reference| <= (2 + cells) · epsilon · (sum of |terms|) / cells. The clamp keeps NaN.
// Reference: kernels/reference/pooling_rows.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>
#include <lamina/kernels/pooling_sizes.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// The numbers that a pooling works in: a row of the image.
template <class T> constexpr std::size_t pooling_rows_scratch(const pooling_sizes& s)
{
    return padded<T>(s.width * s.channels) + 2 * alignment / sizeof(T);
}

namespace detail {

/// How an average joins numbers, and a maximum.
struct joined_by_sum {
    static constexpr bool divides = true;
    template <class V> static V join(const V& a, const V& b) { return a + b; }
    template <class T> static T none() { return T(0); }
};
struct joined_by_maximum {
    static constexpr bool divides = false;
    template <class V> static V join(const V& a, const V& b)
    {
#if LAMINA_PLAIN_LOOPS
        return b > a || b != b ? b : a;
#else
        return simd::select((a >= b) | !(a == a), a, b);
#endif
    }
    template <class T> static T none() { return -std::numeric_limits<T>::infinity(); }
};

#if !LAMINA_PLAIN_LOOPS
/// to = the joined rows, `count` of them, `step` apart; whole registers.
template <class How, class T>
LAMINA_ONE_COPY void join_rows(const T* from, T* to, std::size_t width, std::size_t count, std::size_t step)
{
    using lanes = simd::batch<T>;
    for (std::size_t i = 0; i < width; i += lanes::size) {
        lanes all = lanes::load_unaligned(from + i);
        for (std::size_t r = 1; r < count; ++r) all = How::join(all, lanes::load_unaligned(from + r * step + i));
        all.store_aligned(to + i);
    }
}

/// to = `count` joined pixels of a row, times `factor` and clamped; whole registers before `end`.
template <class How, class T>
[[gnu::always_inline]] inline void join_columns(const T* from, T* to, const T* end, std::size_t channels, std::size_t count,
                                                T factor, const clamp_bounds<T>& within)
{
    using lanes = simd::batch<T>;
    for (std::size_t c = 0; c < channels; c += lanes::size) {
        lanes all = lanes::load_unaligned(from + c);
        for (std::size_t q = 1; q < count; ++q) all = How::join(all, lanes::load_unaligned(from + q * channels + c));
        if constexpr (How::divides) all = all * lanes(factor);
        all = simd::at_most(simd::at_least(all, lanes(within.low)), lanes(within.high));
        if (end - (to + c) >= std::ptrdiff_t(lanes::size))
            all.store_unaligned(to + c); // what is behind the pixel is written later
        else store_before(all, to + c, c, channels);
    }
}
#endif

template <class How, class T>
LAMINA_ONE_COPY void pool_rows(const T* x, T* y, [[maybe_unused]] T* scratch, const pooling_sizes& s, std::size_t first,
                               std::size_t last, const clamp_bounds<T>& within)
{
    const std::size_t width = s.width * s.channels, line = s.out_width * s.channels;
    [[maybe_unused]] const T* const end = y + last * line;
    y += first * line;
    for (std::size_t oy = first; oy < last; ++oy) {
        const range rows = rows_of(oy, s);
#if !LAMINA_PLAIN_LOOPS
        if (rows.size() > 0) join_rows<How>(x + rows.first * width, scratch, width, rows.size(), width);
#endif
        for (std::size_t ox = 0; ox < s.out_width; ++ox, y += s.channels) {
            const range columns = columns_of(ox, s);
            const std::size_t cells = rows.size() * columns.size();
            if (cells == 0) {
                std::fill_n(y, s.channels, std::min(std::max(How::template none<T>(), within.low), within.high));
                continue;
            }
            const T factor = T(1) / T(cells);
#if LAMINA_PLAIN_LOOPS
            for (std::size_t c = 0; c < s.channels; ++c) {
                T all = How::template none<T>();
                for (std::size_t iy = rows.first; iy < rows.last; ++iy)
                    for (const T *from = x + iy * width + columns.first * s.channels + c, *const behind =
                                                                                              from + columns.size() * s.channels;
                         from != behind; from += s.channels)
                        all = How::join(all, *from);
                if constexpr (How::divides) all *= factor;
                y[c] = all < within.low ? within.low : all > within.high ? within.high : all;
            }
#else
            join_columns<How>(scratch + columns.first * s.channels, y, end, s.channels, columns.size(), factor, within);
#endif
        }
    }
}

} // namespace detail

/// y = clamp(the average of each window), for the rows of outputs from `first` to `last`.
///
/// Shapes  x [height][width][channels], y [out_height][out_width][channels].
template <class T>
void average_pooling_rows(const T* x, T* y, T* scratch, const pooling_sizes& s, std::size_t first, std::size_t last,
                          clamp_bounds<T> within)
{
    detail::pool_rows<detail::joined_by_sum>(x, y, scratch, s, first, last, within);
}

/// y = clamp(the largest cell of each window), likewise.
template <class T>
void max_pooling_rows(const T* x, T* y, T* scratch, const pooling_sizes& s, std::size_t first, std::size_t last,
                      clamp_bounds<T> within)
{
    detail::pool_rows<detail::joined_by_maximum>(x, y, scratch, s, first, last, within);
}

}}} // namespace lamina::internals::kernels
