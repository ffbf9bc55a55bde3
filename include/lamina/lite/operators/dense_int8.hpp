// lamina/lite/operators/dense_int8.hpp: FULLY_CONNECTED of whole numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/integer_product.hpp>
#include <lamina/lite/operators/step.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Prepares FULLY_CONNECTED of int8 numbers, and says whether it has done so.
[[gnu::cold]] inline bool prepare_dense_int8(Step& step, Preparation& with)
{
    if (step.x(1).type != dtype::int8 || !is_int8(step)) return false;
    const Extents& w = step.x(1).shape;
    prepare_product_of_int8(step, keep_product(step, with, geometry_of(w[1], w[0])), 2);
    return true;
}

}}} // namespace lamina::internals::tflite
