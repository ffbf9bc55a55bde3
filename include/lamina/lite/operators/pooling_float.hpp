// lamina/lite/operators/pooling_float.hpp: AVERAGE_POOL_2D and MAX_POOL_2D of float32.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void prepare_pooling_float(Step& step) { fail_at(step, {"no kernel for float32"}); }

}}} // namespace lamina::internals::tflite
