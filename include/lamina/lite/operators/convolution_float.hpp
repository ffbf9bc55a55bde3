// lamina/lite/operators/convolution_float.hpp: CONV_2D and DEPTHWISE_CONV_2D of float32.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void prepare_convolution_float(Step& step, Preparation&) { fail_at(step, {"no kernel for float32"}); }

}}} // namespace lamina::internals::tflite
