// lamina/lite/operators/binary_int8.hpp: operators of int8 numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Prepares a step of quantized numbers, and says whether it has done so.
[[gnu::cold]] inline bool prepare_int8_binary(Step&, Preparation&) { return false; }

}}} // namespace lamina::internals::tflite
