// lamina/kernels/reference/convolution_list.hpp: a convolution over a list of pixels as plain loops, accumulated in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// As kernels::list_forward.
template <class T>
void list_forward(const T* field, const T* w, const T* bias, T* y, const pixel_list& list, std::size_t first, std::size_t last,
                  clamp_bounds<T> within)
{
    const std::size_t filters = list.filters(), step = row_stride<T>(filters);
    for (std::size_t p = first; p < last; ++p)
        for (std::size_t f = 0; f < filters; ++f) {
            double sum = double(bias[f]);
            for (std::size_t ky = 0; ky < list.rows; ++ky)
                for (std::size_t r = 0; r < list.runs; ++r)
                    for (std::size_t t = 0; t < list.run; ++t)
                        sum += double(field[list.from[p] + ky * list.row_step + r * list.run_step + t]) *
                               double(w[((ky * list.runs + r) * list.run + t) * step + f]);
            if (sum < double(within.low)) sum = double(within.low);
            if (sum > double(within.high)) sum = double(within.high);
            y[(list.to ? list.to[p] : p) * list.sizes.filters + f] = static_cast<T>(sum);
        }
}

}}} // namespace lamina::internals::kernels::reference
