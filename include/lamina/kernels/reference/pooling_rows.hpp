// lamina/kernels/reference/pooling_rows.hpp: poolings by rows as plain loops: those of reference/pooling.hpp for some rows, and the clamp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>
#include <lamina/kernels/reference/pooling.hpp>

#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

template <class T>
void put_rows(const std::vector<T>& all, T* y, const pooling_sizes& s, std::size_t first, std::size_t last,
              clamp_bounds<T> within)
{
    const std::size_t line = s.out_width * s.channels;
    for (std::size_t i = first * line; i < last * line; ++i)
        y[i] = all[i] < within.low ? within.low : all[i] > within.high ? within.high : all[i];
}

} // namespace detail

/// As kernels::average_pooling_rows and max_pooling_rows; the scratch is not used.
template <class T>
void average_pooling_rows(const T* x, T* y, T*, const pooling_sizes& s, std::size_t first, std::size_t last,
                          clamp_bounds<T> within)
{
    std::vector<T> all(s.out_height * s.out_width * s.channels);
    reference::average_pooling_forward(x, all.data(), 1, s);
    detail::put_rows(all, y, s, first, last, within);
}
template <class T>
void max_pooling_rows(const T* x, T* y, T*, const pooling_sizes& s, std::size_t first, std::size_t last, clamp_bounds<T> within)
{
    std::vector<T> all(s.out_height * s.out_width * s.channels);
    reference::max_pooling_forward(x, all.data(), 1, s);
    detail::put_rows(all, y, s, first, last, within);
}

}}} // namespace lamina::internals::kernels::reference
