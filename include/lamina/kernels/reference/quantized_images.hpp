// lamina/kernels/reference/quantized_images.hpp: depthwise convolutions and poolings of bytes as plain loops.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>
#include <lamina/kernels/pooling_sizes.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// sums[out_height][out_width][filters] of one image, w [taps][filters]; filter f sees channel f · channels / filters.
inline void depthwise_sums(const std::int8_t* x, std::int32_t zero, const std::int8_t* w, const convolution_sizes& s,
                           std::int32_t* sums)
{
    for (std::size_t oy = 0; oy < s.out_height; ++oy)
        for (std::size_t ox = 0; ox < s.out_width; ++ox)
            for (std::size_t f = 0; f < s.filters; ++f, ++sums) {
                *sums = 0;
                for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
                    for (std::size_t kx = 0; kx < s.kernel_width; ++kx) {
                        const std::size_t iy = oy * s.stride_height + ky * s.dilation_height - s.pad_top; // wraps above the image
                        const std::size_t ix = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
                        if (iy >= s.height || ix >= s.width) continue;
                        *sums += (x[(iy * s.width + ix) * s.channels + f * s.channels / s.filters] - zero) *
                                 w[(ky * s.kernel_width + kx) * s.filters + f];
                    }
            }
}

/// Averages, halves away from zero, or maxima; of no elements 0, or the least.
inline void pool_bytes(const std::int8_t* x, std::int8_t* y, std::size_t n, const pooling_sizes& s, bool average, int low,
                       int high)
{
    for (std::size_t image = 0; image < n; ++image, x += s.height * s.width * s.channels)
        for (std::size_t oy = 0; oy < s.out_height; ++oy)
            for (std::size_t ox = 0; ox < s.out_width; ++ox)
                for (std::size_t c = 0; c < s.channels; ++c, ++y) {
                    int sum = 0, most = -128, count = 0;
                    for (std::size_t ky = 0; ky < s.window_height; ++ky)
                        for (std::size_t kx = 0; kx < s.window_width; ++kx) {
                            const std::size_t iy = oy * s.stride_height + ky - s.pad_top,
                                              ix = ox * s.stride_width + kx - s.pad_left;
                            if (iy >= s.height || ix >= s.width) continue;
                            const int q = x[(iy * s.width + ix) * s.channels + c];
                            sum += q, most = std::max(most, q), ++count;
                        }
                    const int twice = 2 * std::max(count, 1), size = sum < 0 ? -sum : sum;
                    const int mean = (2 * size + std::max(count, 1)) / twice;
                    *y = static_cast<std::int8_t>(std::clamp(!average ? most : sum < 0 ? -mean : mean, low, high));
                }
}

}}} // namespace lamina::internals::kernels::reference
