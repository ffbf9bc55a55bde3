// lamina/lite/operators/dense_hybrid.hpp: FULLY_CONNECTED of floats with int8 weights: each sample is quantized while it runs (dynamic range).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/integer_product.hpp>
#include <lamina/lite/operators/step.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Prepares FULLY_CONNECTED of floats with int8 weights, and says whether it has done so.
///
/// Source: XNNPACK's rule for dynamically quantized rows, which are the samples of a batch.
[[gnu::cold]] inline bool prepare_dense_hybrid(Step& step, Preparation& with)
{
    if (!is_hybrid(step)) return false;
    const Extents& w = step.x(1).shape;
    prepare_product_of_floats(step, keep_product(step, with, geometry_of(w[1], w[0])), 2);
    return true;
}

}}} // namespace lamina::internals::tflite
