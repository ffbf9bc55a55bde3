// lamina/kernels/plain/pooling.hpp: kernels/pooling.hpp for builds without optimization.
//
// Contract and numerics: as there.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/plain/loops.hpp>
#include <lamina/kernels/pooling_sizes.hpp>

#include <cstddef>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace plain {

/// f(first cell of the window's next row, cells up to its end, output, what its average is divided by) for each row of each window; all
/// but the last times channels.
template <class F> void each_window_row(std::size_t n, const pooling_sizes& s, const F& f)
{
    std::size_t output = 0;
    for (std::size_t image = 0; image < n; ++image)
        for (std::size_t oy = 0; oy < s.out_height; ++oy)
            for (std::size_t ox = 0; ox < s.out_width; ++ox, output += s.channels) {
                const detail::range rows = detail::rows_of(oy, s), columns = detail::columns_of(ox, s);
                const std::size_t cells = detail::divisor_of(oy, ox, s);
                if (rows.size() * columns.size() == 0) continue;
                for (std::size_t iy = rows.first; iy < rows.last; iy += s.dilation_height)
                    f(((image * s.height + iy) * s.width + columns.first) * s.channels, columns.size() * s.channels, output,
                      cells);
            }
}

} // namespace plain

template <class T> void average_pooling_forward(const T* x, T* y, std::size_t n, pooling_sizes s)
{
    if (n > 0) plain::fill(y, T(0), n * s.out_height * s.out_width * s.channels);
    plain::each_window_row(n, s, [&](std::size_t first, std::size_t count, std::size_t output, std::size_t) {
        for (const T *from = x + first, *const end = from + count; from != end; from += s.channels)
            plain::add(from, y + output, s.channels);
    });
    std::size_t last = std::numeric_limits<std::size_t>::max();
    plain::each_window_row(n, s, [&](std::size_t, std::size_t, std::size_t output, std::size_t cells) {
        if (output == last) return; // its other rows
        last = output;
        const T share = T(1) / T(cells);
        for (T *to = y + output, *const end = to + s.channels; to != end; ++to) *to *= share;
    });
}

template <class T> void average_pooling_backward(const T* dy, T* dx, std::size_t n, pooling_sizes s)
{
    if (n > 0) plain::fill(dx, T(0), n * s.height * s.width * s.channels);
    plain::each_window_row(n, s, [&](std::size_t first, std::size_t count, std::size_t output, std::size_t cells) {
        const T share = T(1) / T(cells);
        for (T *to = dx + first, *const end = to + count; to != end;)
            for (const T *from = dy + output, *const row = from + s.channels; from != row; ++from, ++to) *to += share * *from;
    });
}

template <class T, class F>
void average_pooling_backward(const T* x, const T* dy, T* dz, std::size_t n, pooling_sizes s, const F& slope)
{
    average_pooling_backward(dy, dz, n, s);
    transform(x, dz, dz, n * s.height * s.width * s.channels, slope);
}

template <class T> void max_pooling_forward(const T* x, T* y, std::size_t n, pooling_sizes s)
{
    if (n > 0) plain::fill(y, -std::numeric_limits<T>::infinity(), n * s.out_height * s.out_width * s.channels);
    plain::each_window_row(n, s, [&](std::size_t first, std::size_t count, std::size_t output, std::size_t) {
        for (std::size_t at = first; at < first + count; at += s.dilation_width * s.channels) {
            const T* from = x + at;
            for (T *to = y + output, *const row = to + s.channels; to != row; ++from, ++to)
                if (!(*from <= *to) && *to == *to) *to = *from; // a NaN stays
        }
    });
}

template <class T> void max_pooling_backward(const T* x, const T* y, const T* dy, T* dx, std::size_t n, pooling_sizes s)
{
    if (n > 0) plain::fill(dx, T(0), n * s.height * s.width * s.channels);
    for (std::size_t c = 0; c < s.channels; ++c) {
        std::size_t found = std::numeric_limits<std::size_t>::max(); // the output whose cell was met last
        plain::each_window_row(n, s, [&](std::size_t first, std::size_t count, std::size_t output, std::size_t) {
            const T most = y[output + c];
            for (std::size_t at = first + c; found != output && at < first + count; at += s.dilation_width * s.channels)
                if (x[at] == most || x[at] != x[at]) dx[at] += dy[output + c], found = output;
        });
    }
}

}}} // namespace lamina::internals::kernels
