// lamina/lite/operators/pooling.hpp: AVERAGE_POOL_2D and MAX_POOL_2D: shapes, and the choice of kernels by the types of numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/pooling_float.hpp>
#include <lamina/lite/operators/pooling_int8.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_pooling(Step& step)
{
    const kernels::pooling_sizes s = pooling_of(step);
    set_shape(step, 0, {step.x().shape[0], s.out_height, s.out_width, s.channels});
}

[[gnu::cold]] inline void prepare_pooling(Step& step, Preparation&)
{
    const dtype x = step.x().type, y = step.y().type;
    if (x == dtype::float32 && y == dtype::float32) return prepare_pooling_float(step);
    if (prepare_pooling_int8(step)) return;
    fail_at(step, {"no kernel for an input of ", name_of(x), " and a result of ", name_of(y)});
}

inline constexpr OperatorRules pooling_rules[] = {
    {code::average_pool_2d, infer_pooling, prepare_pooling},
    {code::max_pool_2d, infer_pooling, prepare_pooling},
};

}}} // namespace lamina::internals::tflite
