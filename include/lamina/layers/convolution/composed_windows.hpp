// lamina/layers/convolution/composed_windows.hpp: convolutions of layers in functions on tensors, with the windows of their kernels' sizes.
#pragma once

#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The zeros on both sides of an axis, of which sizes tell those before it; those behind are what the windows reach.
constexpr Sides zeros_around(std::size_t size, std::size_t before, std::size_t taps, std::size_t dilation, std::size_t stride,
                             std::size_t outputs)
{
    const std::size_t reached = (outputs - 1) * stride + (taps - 1) * dilation + 1;
    return {before, reached > before + size ? reached - before - size : 0};
}
constexpr Sides zeros_of_columns(const kernels::convolution_sizes& s)
{
    return zeros_around(s.width, s.pad_left, s.kernel_width, s.dilation_width, s.stride_width, s.out_width);
}
constexpr Border zeros_of(const kernels::convolution_sizes& s)
{
    return {zeros_around(s.height, s.pad_top, s.kernel_height, s.dilation_height, s.stride_height, s.out_height),
            zeros_of_columns(s)};
}

/// A convolution over one or two axes; of 0 groups the kernel is [height, width, channels, multiplier].
template <std::size_t Axes, class X>
X composed_convolution(const X& x, const X& kernel, const kernels::convolution_sizes& s, std::size_t groups)
{
    if constexpr (Axes == 1)
        return conv1d(
            x, kernel,
            {.strides = s.stride_width, .padding = zeros_of_columns(s), .dilations = s.dilation_width, .groups = groups});
    else
        return conv2d(x, kernel,
                      {.strides = {s.stride_height, s.stride_width},
                       .padding = zeros_of(s),
                       .dilations = {s.dilation_height, s.dilation_width},
                       .groups = groups});
}

/// The way from the outputs of that convolution to its inputs.
template <std::size_t Axes, class X> X composed_transposed(const X& x, const X& kernel, const kernels::convolution_sizes& s)
{
    if constexpr (Axes == 1)
        return conv1d_transpose(
            x, kernel,
            {.strides = s.stride_width, .padding = zeros_of_columns(s), .dilations = s.dilation_width, .output = s.width});
    else
        return conv2d_transpose(x, kernel,
                                {.strides = {s.stride_height, s.stride_width},
                                 .padding = zeros_of(s),
                                 .dilations = {s.dilation_height, s.dilation_width},
                                 .output = Window{s.height, s.width}});
}

}}} // namespace lamina::internals
