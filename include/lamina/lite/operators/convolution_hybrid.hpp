// lamina/lite/operators/convolution_hybrid.hpp: CONV_2D of floats with int8 weights: each image is quantized while it runs (dynamic range).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/integer_product.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Prepares CONV_2D of floats with int8 weights, and says whether it has done so.
///
/// Source: XNNPACK's rule for dynamically quantized rows, which are the images of a batch; where windows have one tap, their pixels.
[[gnu::cold]] inline bool prepare_convolution_hybrid(Step& step, Preparation& with)
{
    if (step.op->op != code::conv_2d || !is_hybrid(step)) return false;
    refuse_varying(step);
    const kernels::convolution_sizes s = convolution_of(step);
    const bool pixels = s.kernel_height == 1 && s.kernel_width == 1 && s.stride_height == 1 && s.stride_width == 1 &&
                        s.groups == 1 && s.out_height == s.height && s.out_width == s.width;
    prepare_product_of_floats(step, keep_product(step, with, pixels ? geometry_of(s.channels, s.filters) : geometry_of(step, s)),
                              2);
    return true;
}

}}} // namespace lamina::internals::tflite
