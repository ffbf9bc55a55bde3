// lamina/kernels/pooling.hpp: average and maximum over windows, channels last, and their gradients.
//
// Contract: images are dense, one after another, of any alignment; no output overlaps an input. Padding is never part of a
// window, unless it is to be counted in averages: an average divides by the number of real cells, a maximum is one of them. Windows overlap
// or leave gaps as the strides say, cells of a maximum lie a dilation apart (`pooling_sizes`). A window without a real cell gives 0 (average) or -infinity (maximum) and no gradient.
// Numerics: maximum exact, NaN if its window has one. Average and both gradients in T:
// |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|), the terms being the cells, or the
// windows that share a cell.
// Reference: kernels/reference/pooling.hpp.
#pragma once

#include <lamina/core/architecture.hpp>

#if LAMINA_PLAIN_LOOPS
#include <lamina/kernels/plain/pooling.hpp>
#else
#include <lamina/kernels/pooling_sizes.hpp>

#include <algorithm>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// f(oy, ox, c, place in y) for each register of each output of one image.
template <class T, class S, class F> void each_window(S sizes, const F& f)
{
    const pooling_sizes s = sizes;
    for (std::size_t oy = 0; oy < s.out_height; ++oy)
        for (std::size_t ox = 0; ox < s.out_width; ++ox)
            for (std::size_t c = 0; c < s.channels; c += simd::lanes<T>) f(oy, ox, c, (oy * s.out_width + ox) * s.channels + c);
}

/// f(place in x) for each cell of a window.
template <class F>
[[gnu::always_inline]] inline void each_cell(std::size_t oy, std::size_t ox, const pooling_sizes& s, const F& f)
{
    const range rows = rows_of(oy, s), columns = columns_of(ox, s);
    for (std::size_t iy = rows.first; iy < rows.last; iy += s.dilation_height)
        for (std::size_t ix = columns.first; ix < columns.last; ix += s.dilation_width) f((iy * s.width + ix) * s.channels);
}

/// max(a, b), NaN if one of them is.
template <class T, class A> simd::batch<T, A> larger(const simd::batch<T, A>& a, const simd::batch<T, A>& b)
{
    return xsimd::select((a >= b) | !(a == a), a, b);
}

/// Whether every cell is in a window.
constexpr bool covers(const pooling_sizes& s)
{
    return s.adaptive || (s.stride_height <= s.window_height && s.stride_width <= s.window_width &&
                          windows_over_row(s.height - 1, s).size() > 0 && windows_over_column(s.width - 1, s).size() > 0);
}

/// The gradient of disjoint averages: each window writes change(its share, place) in its cells.
template <class T, class S, class F> void spread_averages(const T* dy, T* dx, std::size_t n, S sizes, const F& change)
{
    using lanes = simd::batch<T>;
    const pooling_sizes s = sizes;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.channels;
    const T* end = dy + n * out;
    if (!covers(s)) std::fill_n(dx, n * in, T(0));
    for (std::size_t image = 0; image < n; ++image)
        each_window<T>(sizes, [&](std::size_t oy, std::size_t ox, std::size_t c, std::size_t place) {
            const lanes share =
                load_within(dy + image * out + place, c, s.channels, end) * lanes(T(1) / T(divisor_of(oy, ox, s)));
            each_cell(oy, ox, s, [&](std::size_t at) {
                const std::size_t cell = image * in + at + c;
                store_before(change(share, cell, c), dx + cell, c, s.channels);
            });
        });
}

/// The gradient of averages that share cells: each cell adds up its windows.
template <class T, class S> void gather_averages(const T* dy, T* dx, std::size_t n, S sizes)
{
    using lanes = simd::batch<T>;
    const pooling_sizes s = sizes;
    const std::size_t out = s.out_height * s.out_width * s.channels;
    const T* end = dy + n * out;
    for (std::size_t image = 0; image < n; ++image)
        for (std::size_t iy = 0; iy < s.height; ++iy) {
            const range rows = windows_over_row(iy, s);
            for (std::size_t ix = 0; ix < s.width; ++ix, dx += s.channels) {
                const range columns = windows_over_column(ix, s);
                std::fill_n(dx, s.channels, T(0));
                for (std::size_t oy = rows.first; oy < rows.last; ++oy)
                    for (std::size_t ox = columns.first; ox < columns.last; ++ox) {
                        const lanes share(T(1) / T(divisor_of(oy, ox, s)));
                        const T* d = dy + image * out + (oy * s.out_width + ox) * s.channels;
                        for (std::size_t c = 0; c < s.channels; c += lanes::size) {
                            lanes sum = load_before(dx + c, c, s.channels);
                            simd::add_product(sum, load_within(d + c, c, s.channels, end), share);
                            store_before(sum, dx + c, c, s.channels);
                        }
                    }
            }
        }
}

} // namespace detail

/// y = the average of each window.
///
/// Shapes  x [n][height][width][channels], y [n][out_height][out_width][channels].
template <class T, extent_of<pooling_sizes> S> void average_pooling_forward(const T* x, T* y, std::size_t n, S sizes)
{
    using lanes = simd::batch<T>;
    const pooling_sizes s = sizes;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.channels;
    const T* end = x + n * in;
    for (std::size_t image = 0; image < n; ++image)
        detail::each_window<T>(sizes, [&](std::size_t oy, std::size_t ox, std::size_t c, std::size_t place) {
            lanes sum(T(0));
            detail::each_cell(oy, ox, s,
                              [&](std::size_t cell) { sum = sum + load_within(x + image * in + cell + c, c, s.channels, end); });
            const std::size_t cells = std::max<std::size_t>(detail::divisor_of(oy, ox, s), 1);
            store_before(sum * lanes(T(1) / T(cells)), y + image * out + place, c, s.channels);
        });
}

/// dx = each window's gradient, split evenly among its cells.
///
/// Shapes  dy as y, dx as x.
template <class T, extent_of<pooling_sizes> S> void average_pooling_backward(const T* dy, T* dx, std::size_t n, S sizes)
{
    const pooling_sizes s = sizes;
    if (detail::disjoint(s))
        detail::spread_averages(dy, dx, n, sizes, [](const simd::batch<T>& share, std::size_t, std::size_t) { return share; });
    else detail::gather_averages(dy, dx, n, sizes);
}

/// dz = slope(x, dx) with the dx of average_pooling_backward, for windows side by side: the derivative of what gave x, in the same
/// pass.
///
/// Shapes  x as in forward, dy as y, dz as x.
template <class T, extent_of<pooling_sizes> S, class F>
void average_pooling_backward(const T* x, const T* dy, T* dz, std::size_t n, S sizes, const F& slope)
{
    const pooling_sizes s = sizes;
    const T* end = x + n * s.height * s.width * s.channels;
    detail::spread_averages(dy, dz, n, sizes, [&](const simd::batch<T>& share, std::size_t cell, std::size_t c) {
        return slope(load_within(x + cell, c, s.channels, end), share);
    });
}

/// y = the largest of each window's real cells; NaN if one of them is.
///
/// Shapes  x [n][height][width][channels], y [n][out_height][out_width][channels].
template <class T, extent_of<pooling_sizes> S> void max_pooling_forward(const T* x, T* y, std::size_t n, S sizes)
{
    using lanes = simd::batch<T>;
    const pooling_sizes s = sizes;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.channels;
    const T* end = x + n * in;
    for (std::size_t image = 0; image < n; ++image)
        detail::each_window<T>(sizes, [&](std::size_t oy, std::size_t ox, std::size_t c, std::size_t place) {
            lanes most(-std::numeric_limits<T>::infinity());
            detail::each_cell(oy, ox, s, [&](std::size_t cell) {
                most = detail::larger(most, load_within(x + image * in + cell + c, c, s.channels, end));
            });
            store_before(most, y + image * out + place, c, s.channels);
        });
}

/// dx = each window's gradient, given to the first of its largest cells in row-major order; to its first NaN if it has one.
///
/// Shapes  x, y as in forward, dy as y, dx as x.
template <class T, extent_of<pooling_sizes> S>
void max_pooling_backward(const T* x, const T* y, const T* dy, T* dx, std::size_t n, S sizes)
{
    using lanes = simd::batch<T>;
    const pooling_sizes s = sizes;
    const std::size_t in = s.height * s.width * s.channels, out = s.out_height * s.out_width * s.channels;
    std::fill_n(dx, n * in, T(0));
    for (std::size_t image = 0; image < n; ++image)
        detail::each_window<T>(sizes, [&](std::size_t oy, std::size_t ox, std::size_t c, std::size_t place) {
            const lanes most = load_within(y + image * out + place, c, s.channels, y + n * out), zero(T(0));
            lanes rest = load_within(dy + image * out + place, c, s.channels, dy + n * out); // zero in a lane whose cell is found
            detail::each_cell(oy, ox, s, [&](std::size_t at) {
                const std::size_t cell = image * in + at + c;
                const lanes value = load_within(x + cell, c, s.channels, x + n * in);
                const auto found = (value == most) | !(value == value);
                lanes given = xsimd::select(found, rest, zero);
                if (!detail::disjoint(s)) given = given + load_before(dx + cell, c, s.channels);
                store_before(given, dx + cell, c, s.channels);
                rest = xsimd::select(found, zero, rest);
            });
        });
}

}}} // namespace lamina::internals::kernels

#endif // LAMINA_PLAIN_LOOPS
