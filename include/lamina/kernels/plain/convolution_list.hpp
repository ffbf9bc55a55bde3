// lamina/kernels/plain/convolution_list.hpp: kernels/convolution_list.hpp for builds without optimization.
//
// Contract and numerics: as there.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>
#include <lamina/kernels/plain/loops.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

template <class T>
void list_forward(const T* field, const T* w, const T* bias, T* y, const pixel_list& list, std::size_t first, std::size_t last,
                  clamp_bounds<T> within)
{
    constexpr std::size_t line = plain::quads<T>::line;
    const std::size_t filters = list.filters(), step = row_stride<T>(filters);
    alignas(alignment) T start[line], sums[line];
    for (std::size_t f = 0; f < filters; f += line) {
        const std::size_t here = filters - f < line ? filters - f : line;
        const auto add = plain::line_loops<T>::times(here);
        plain::fill_line(bias + f, here, start);
        for (std::size_t p = first; p < last; ++p) {
            plain::copy(start, sums, line);
            const detail::range rows = detail::kernel_rows(list, p, p);
            const T *from = field + list.from[p] + rows.first * list.row_step,
                    *weights = w + rows.first * list.runs * list.run * step + f;
            for (std::size_t ky = rows.first; ky < rows.last; ++ky, from += list.row_step)
                for (std::size_t r = 0; r < list.runs; ++r, weights += list.run * step)
                    add(from + r * list.run_step, list.run, weights, step, sums);
            T* const to = y + (list.to ? list.to[p] : p) * list.sizes.filters + f;
            for (std::size_t i = 0; i < here; ++i) {
                const T least = sums[i] < within.low ? within.low : sums[i];
                to[i] = least > within.high ? within.high : least;
            }
        }
    }
}

}}} // namespace lamina::internals::kernels
