// lamina/lite/operators/concatenation.hpp: CONCATENATION: tensors one after another along an axis.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_concatenation(Step& step)
{
    Extents shape = step.x().shape;
    const std::size_t axis = axis_of(step, step.options().axis, shape.rank);
    for (std::size_t i = 1; i < step.in.size(); ++i) {
        const Extents& other = step.x(i).shape;
        bool fits = other.rank == shape.rank;
        for (std::size_t a = 0; fits && a < shape.rank; ++a) fits = a == axis || other[a] == shape[a];
        if (!fits) fail_at(step, {"input ", i, " of shape ", other, " beside ", step.x().shape, " along axis ", axis});
        shape[axis] += other[axis];
    }
    set_shape(step, 0, shape);
}

/// Each input fills its share of a row: all that lies behind the axis.
[[gnu::cold]] inline void run_concatenation(const Step& step)
{
    const Value& y = step.y();
    if (y.size() == 0) return;
    const std::size_t axis = axis_of(step, step.options().axis, y.shape.rank);
    const std::size_t outer = y.shape.product(0, axis), row = y.shape.product(axis, y.shape.rank) * bytes_of(y.type);
    std::byte* to = y.data;
    for (const Value* const x : step.in) {
        const std::size_t share = x->shape.product(axis, x->shape.rank) * bytes_of(y.type);
        if (share == 0) continue;
        for (std::size_t i = 0; i < outer; ++i) copy_run(to + i * row, x->data + i * share, share);
        to += share;
    }
}

[[gnu::cold]] inline void prepare_concatenation(Step& step, Preparation&)
{
    if (step.options().activation != fused::none)
        fail_at(step, {"with a fused activation, which has to be an operator behind it"});
    for (const Value* const x : step.in) require_alike(step, *x, step.y());
    step.run = run_concatenation;
}

inline constexpr OperatorRules concatenation_rules[] = {
    {code::concatenation, infer_concatenation, prepare_concatenation},
};

}}} // namespace lamina::internals::tflite
