// lamina/kernels/pooling_any.hpp: poolings whose sizes are known at run time only, closed under their own gradients.
//
// Averages and their spreading are each other's gradients. A maximum takes one cell of each window, so its gradient is linear in dy: what
// is spread to those cells (`spread_to_max`); and the gradient of that is what is taken at them (`take_at_max`).
//
// Contract: as pooling.hpp, with windows as `pooling_sizes` says. No output overlaps an input; results are written.
// Numerics: taking is exact; sums as in pooling.hpp. A tie goes to the first cell in row-major order, and a NaN is the largest number. At a
// window without a real cell nothing is taken: 0.
// Reference: kernels/reference/pooling_any.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// y = the average of each window; dx = the gradient of x.
template <class T> LAMINA_ONE_COPY void average_pooling_any(const T* x, T* y, std::size_t n, const pooling_sizes& s)
{
    average_pooling_forward(x, y, n, s);
}
template <class T> LAMINA_ONE_COPY void spread_averages_any(const T* dy, T* dx, std::size_t n, const pooling_sizes& s)
{
    average_pooling_backward(dy, dx, n, s);
}

/// y = the largest cell of each window.
template <class T> LAMINA_ONE_COPY void max_pooling_any(const T* x, T* y, std::size_t n, const pooling_sizes& s)
{
    max_pooling_forward(x, y, n, s);
}

namespace detail {

/// f(the place in y, the place in x of its largest cell) for each window that has a cell.
template <class T, class F> void each_largest(const T* x, std::size_t n, const pooling_sizes& s, const F& f)
{
    const std::size_t in = s.height * s.width * s.channels;
    std::size_t output = 0;
    for (const T* const end = x + n * in; x != end; x += in)
        for (std::size_t oy = 0; oy < s.out_height; ++oy)
            for (std::size_t ox = 0; ox < s.out_width; ++ox) {
                const range rows = rows_of(oy, s), columns = columns_of(ox, s);
                for (std::size_t c = 0; c < s.channels; ++c, ++output) {
                    std::size_t place = in;
                    for (std::size_t iy = rows.first; iy < rows.last; iy += s.dilation_height)
                        for (std::size_t ix = columns.first; ix < columns.last; ix += s.dilation_width) {
                            const std::size_t at = (iy * s.width + ix) * s.channels + c;
                            if (place == in || x[at] > x[place] || (x[at] != x[at] && x[place] == x[place])) place = at;
                        }
                    if (place != in) f(output, x + place);
                }
            }
}

} // namespace detail

/// y = the numbers of `from` where each window of x has its largest cell.
///
/// Shapes  x, from [n][height][width][channels], y [n][out_height][out_width][channels].
template <class T> LAMINA_ONE_COPY void take_at_max(const T* from, const T* x, T* y, std::size_t n, const pooling_sizes& s)
{
    std::fill_n(y, n * s.out_height * s.out_width * s.channels, T(0));
    detail::each_largest(x, n, s, [=](std::size_t output, const T* cell) { y[output] = from[cell - x]; });
}

/// dx = each window's number, given to the largest cell that the window has in x.
///
/// Shapes  dy as y above, dx as x.
template <class T> LAMINA_ONE_COPY void spread_to_max(const T* dy, const T* x, T* dx, std::size_t n, const pooling_sizes& s)
{
    std::fill_n(dx, n * s.height * s.width * s.channels, T(0));
    detail::each_largest(x, n, s, [=](std::size_t output, const T* cell) { dx[cell - x] += dy[output]; });
}

}}} // namespace lamina::internals::kernels
