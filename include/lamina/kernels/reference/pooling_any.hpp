// lamina/kernels/reference/pooling_any.hpp: the poolings of run-time sizes as plain loops, sums in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling_any.hpp>
#include <lamina/kernels/reference/pooling.hpp>

#include <cmath>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

template <class T> void average_pooling_any(const T* x, T* y, std::size_t n, const pooling_sizes& s)
{
    reference::average_pooling_forward(x, y, n, s);
}
template <class T> void spread_averages_any(const T* dy, T* dx, std::size_t n, const pooling_sizes& s)
{
    reference::average_pooling_backward(dy, dx, n, s);
}
template <class T> void max_pooling_any(const T* x, T* y, std::size_t n, const pooling_sizes& s)
{
    reference::max_pooling_forward(x, y, n, s);
}

namespace detail {

/// The first of the largest cells, or the first that is NaN; the number of cells where there is none.
template <class T> std::size_t first_largest(const T* x, const std::vector<std::size_t>& cells)
{
    for (std::size_t i = 0; i < cells.size(); ++i)
        if (std::isnan(x[cells[i]])) return i;
    std::size_t found = 0;
    for (std::size_t i = 1; i < cells.size(); ++i)
        if (x[cells[i]] > x[cells[found]]) found = i;
    return cells.empty() ? cells.size() : found;
}

} // namespace detail

template <class T> void take_at_max(const T* from, const T* x, T* y, std::size_t n, const pooling_sizes& s)
{
    for (std::size_t place = 0; place < detail::outputs(n, s); ++place) {
        const auto cells = detail::window_cells(place, s);
        const std::size_t at = detail::first_largest(x, cells);
        y[place] = at < cells.size() ? from[cells[at]] : T(0);
    }
}

template <class T> void spread_to_max(const T* dy, const T* x, T* dx, std::size_t n, const pooling_sizes& s)
{
    std::vector<double> sums(n * s.height * s.width * s.channels);
    for (std::size_t place = 0; place < detail::outputs(n, s); ++place) {
        const auto cells = detail::window_cells(place, s);
        const std::size_t at = detail::first_largest(x, cells);
        if (at < cells.size()) sums[cells[at]] += double(dy[place]);
    }
    for (std::size_t i = 0; i < sums.size(); ++i) dx[i] = T(sums[i]);
}

}}} // namespace lamina::internals::kernels::reference
