// lamina/lite/operators/transpose_conv_int8.hpp: TRANSPOSE_CONV with int8 weights: a convolution of the image with zeros between its pixels.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/integer_product.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/transpose_conv_float.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Prepares TRANSPOSE_CONV of int8 numbers, or of floats with int8 weights, and says whether it has done so.
[[gnu::cold]] inline bool prepare_transpose_conv_int8(Step& step, Preparation& with)
{
    const bool hybrid = is_hybrid(step, 2);
    if (step.x(1).type != dtype::int8 || (!hybrid && !is_int8(step, 2))) return false;
    if (step.x(2).varies) fail_at(step, {"the shape of its input depends on what a loop computes, which lamina does not run"});
    require_known(step, 1);
    const kernels::convolution_sizes back = transposed_of(step, step.y().shape); // from the result to the image
    if (back.pad_top >= back.kernel_height || back.pad_left >= back.kernel_width)
        fail_at(step, {"padding that is as wide as the windows"});
    kernels::convolution_sizes s{};
    s.channels = back.filters, s.filters = back.channels;
    s.kernel_height = back.kernel_height, s.kernel_width = back.kernel_width;
    s.stride_height = s.stride_width = s.dilation_height = s.dilation_width = 1;
    s.out_height = back.height, s.out_width = back.width;
    ProductGeometry g;
    g.input = 2;
    kernels::image_frame& f = g.frame;
    f.height = back.out_height, f.width = back.out_width, f.channels = s.channels;
    f.top = s.kernel_height - 1 - back.pad_top, f.left = s.kernel_width - 1 - back.pad_left;
    f.step_height = back.stride_height, f.step_width = back.stride_width;
    f.frame_height = std::max(s.out_height + s.kernel_height - 1, f.top + (f.height - 1) * f.step_height + 1);
    f.frame_width = std::max(s.out_width + s.kernel_width - 1, f.left + (f.width - 1) * f.step_width + 1);
    place_runs(step, g, s);
    g.how = g.runs_at.size() == 1 ? "turned product of windows" : "turned product of rows of taps";
    const std::size_t taps = s.kernel_height * s.kernel_width;
    Aligned<std::int8_t> turned(s.filters * taps * s.channels); // the last tap first
    const auto* const w = step.x(1).numbers<const std::int8_t>();
    for (std::size_t o = 0; o < s.filters; ++o)
        for (std::size_t t = 0; t < taps; ++t)
            std::copy_n(w + (o * taps + t) * s.channels, s.channels, turned.data() + (o * taps + taps - 1 - t) * s.channels);
    const auto kept = keep_product(step, with, std::move(g), turned.data());
    if (hybrid) prepare_product_of_floats(step, kept, 3);
    else prepare_product_of_int8(step, kept, 3);
    return true;
}

}}} // namespace lamina::internals::tflite
