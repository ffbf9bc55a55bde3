// lamina/lite/operators/shape_of.hpp: SHAPE: the extents of a tensor as numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_shape_of(Step& step) { set_shape(step, 0, {step.x().shape.rank}); }

[[gnu::cold]] inline void run_shape_of(const Step& step)
{
    const Extents& shape = step.x().shape;
    for (std::size_t axis = 0; axis < shape.rank; ++axis)
        if (step.y().type == dtype::int64) step.y().numbers<std::int64_t>()[axis] = static_cast<std::int64_t>(shape[axis]);
        else step.y().numbers<std::int32_t>()[axis] = static_cast<std::int32_t>(shape[axis]);
}

[[gnu::cold]] inline void prepare_shape_of(Step& step, Preparation&)
{
    const dtype type = step.y().type;
    if (type != dtype::int32 && type != dtype::int64) fail_at(step, {"extents as ", name_of(type), "; int32 or int64 is needed"});
    for (const std::size_t extent : step.x().shape)
        if (type == dtype::int32 && extent > 0x7fffffff) fail_at(step, {"an extent of ", extent, " does not fit into int32"});
    step.run = run_shape_of;
}

inline constexpr OperatorRules shape_of_rules[] = {
    {code::shape, infer_shape_of, prepare_shape_of, output_place::of_shapes},
};

}}} // namespace lamina::internals::tflite
