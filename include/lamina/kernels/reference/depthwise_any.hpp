// lamina/kernels/reference/depthwise_any.hpp: a convolution of each channel by itself as plain loops, accumulated in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// As kernels::depthwise_any_forward.
template <class T>
void depthwise_any_forward(const T* x, const T* w, const T* bias, T* y, const convolution_sizes& s, std::size_t first,
                           std::size_t last, clamp_bounds<T> within)
{
    for (std::size_t oy = first; oy < last; ++oy)
        for (std::size_t ox = 0; ox < s.out_width; ++ox)
            for (std::size_t c = 0; c < s.channels; ++c) {
                double sum = double(bias[c]);
                for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
                    for (std::size_t kx = 0; kx < s.kernel_width; ++kx) {
                        const std::size_t iy =
                            oy * s.stride_height + ky * s.dilation_height - s.pad_top; // wraps when above the image
                        const std::size_t ix = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
                        if (iy >= s.height || ix >= s.width) continue;
                        sum += double(x[(iy * s.width + ix) * s.channels + c]) *
                               double(w[(ky * s.kernel_width + kx) * row_stride<T>(s.channels) + c]);
                    }
                if (sum < double(within.low)) sum = double(within.low);
                if (sum > double(within.high)) sum = double(within.high);
                y[(oy * s.out_width + ox) * s.channels + c] = static_cast<T>(sum);
            }
}

}}} // namespace lamina::internals::kernels::reference
