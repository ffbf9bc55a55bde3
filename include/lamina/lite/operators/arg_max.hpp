// lamina/lite/operators/arg_max.hpp: ARG_MAX: where along an axis the largest number is; the first of equal ones.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/cast.hpp>
#include <lamina/lite/operators/step.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_arg_max(Step& step)
{
    require_known(step, 1, "the axis");
    const Extents& from = step.x().shape;
    const std::size_t at = axis_of(step, integer_at(step, step.x(1), 0), from.rank);
    if (from[at] == 0) fail_at(step, {"the largest of axis ", at, " of ", from, ", which has none"});
    Extents shape;
    for (std::size_t axis = 0; axis < from.rank; ++axis)
        if (axis != at) shape.push_back(from[axis]);
    set_shape(step, 0, shape);
}

/// The index of the largest of `extent` numbers that lie `step` apart.
template <class T> [[gnu::cold]] std::size_t index_of_largest(const T* from, std::size_t extent, std::size_t step)
{
    std::size_t best = 0;
    for (std::size_t k = 1; k < extent; ++k)
        if (from[k * step] > from[best * step]) best = k;
    return best;
}

[[gnu::cold]] inline void run_arg_max(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (y.size() == 0) return;
    const std::size_t at = axis_of(step, integer_at(step, step.x(1), 0), x.shape.rank);
    const std::size_t extent = x.shape[at], inner = x.shape.product(at + 1, x.shape.rank);
    for (std::size_t i = 0; i < y.size(); ++i) {
        std::size_t best = 0;
        with_lite_type(x.type, [&]<class T>(T) {
            best = index_of_largest(x.numbers<const T>() + i / inner * extent * inner + i % inner, extent, inner);
        });
        if (y.type == dtype::int64) y.numbers<std::int64_t>()[i] = static_cast<std::int64_t>(best);
        else y.numbers<std::int32_t>()[i] = static_cast<std::int32_t>(best);
    }
}

[[gnu::cold]] inline void prepare_arg_max(Step& step, Preparation&)
{
    if (!with_lite_type(step.x().type, [](auto) {})) fail_at(step, {"the largest of numbers of ", name_of(step.x().type)});
    if (step.y().type != dtype::int32 && step.y().type != dtype::int64)
        fail_at(step, {"a position as ", name_of(step.y().type), "; int32 or int64 is needed"});
    step.run = run_arg_max;
}

inline constexpr OperatorRules arg_max_rules[] = {
    {code::arg_max, infer_arg_max, prepare_arg_max},
};

}}} // namespace lamina::internals::tflite
