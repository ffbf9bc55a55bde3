// lamina/lite/operators/convolution_int8.hpp: CONV_2D of whole numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/integer_product.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Prepares CONV_2D of int8 numbers, and says whether it has done so.
[[gnu::cold]] inline bool prepare_convolution_int8(Step& step, Preparation& with)
{
    if (step.op->op != code::conv_2d || step.x(1).type != dtype::int8 || !is_int8(step)) return false;
    refuse_varying(step);
    prepare_product_of_int8(step, keep_product(step, with, geometry_of(step, convolution_of(step))), 2);
    return true;
}

}}} // namespace lamina::internals::tflite
