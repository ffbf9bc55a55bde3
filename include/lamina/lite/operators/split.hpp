// lamina/lite/operators/split.hpp: SPLIT and SPLIT_V: a tensor in pieces along an axis.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// SPLIT is given the axis and the tensor, SPLIT_V the tensor, the lengths and the axis.
[[gnu::cold]] inline std::size_t split_axis(const Step& step)
{
    const bool equal = step.op->op == code::split;
    return axis_of(step, integer_at(step, step.x(equal ? 0 : 2), 0), step.x(equal ? 1 : 0).shape.rank);
}

[[gnu::cold]] inline void infer_split(Step& step)
{
    require_known(step, 0, "the axis");
    const Extents& whole = step.x(1).shape;
    const std::size_t axis = split_axis(step), count = step.out.size();
    if (count == 0 || whole[axis] % count != 0) fail_at(step, {"axis ", axis, " of ", whole, " in ", count, " equal pieces"});
    Extents shape = whole;
    shape[axis] /= count;
    for (std::size_t i = 0; i < count; ++i) set_shape(step, i, shape);
}

[[gnu::cold]] inline void infer_split_v(Step& step)
{
    require_known(step, 1, "the lengths of the pieces");
    require_known(step, 2, "the axis");
    const Extents& whole = step.x().shape;
    const std::size_t axis = split_axis(step), count = step.out.size();
    if (step.x(1).size() != count) fail_at(step, {step.x(1).size(), " lengths of ", count, " pieces"});
    std::size_t open = count, left = whole[axis];
    for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t length = integer_at(step, step.x(1), i);
        if (length == -1 && open == count) {
            open = i;
            continue;
        }
        if (length < 0 || static_cast<std::size_t>(length) > left)
            fail_at(step, {"a piece of length ", length, " where ", left, " of axis ", axis, " of ", whole, " are left"});
        left -= static_cast<std::size_t>(length);
    }
    if (open == count && left > 0) fail_at(step, {left, " of axis ", axis, " of ", whole, " are in no piece"});
    Extents shape = whole;
    for (std::size_t i = 0; i < count; ++i) {
        shape[axis] = i == open ? left : static_cast<std::size_t>(integer_at(step, step.x(1), i));
        set_shape(step, i, shape);
    }
}

[[gnu::cold]] inline void run_split(const Step& step)
{
    const Value& x = step.x(step.op->op == code::split ? 1 : 0);
    if (x.size() == 0) return;
    const std::size_t axis = split_axis(step), outer = x.shape.product(0, axis);
    const std::size_t row = x.shape.product(axis, x.shape.rank) * bytes_of(x.type);
    const std::byte* from = x.data;
    for (const Value* const y : step.out) {
        const std::size_t share = y->shape.product(axis, y->shape.rank) * bytes_of(x.type);
        if (share == 0) continue;
        for (std::size_t i = 0; i < outer; ++i) copy_run(y->data + i * share, from + i * row, share);
        from += share;
    }
}

[[gnu::cold]] inline void prepare_split(Step& step, Preparation&)
{
    for (const Value* const y : step.out) require_alike(step, step.x(step.op->op == code::split ? 1 : 0), *y);
    step.run = run_split;
}

inline constexpr OperatorRules split_rules[] = {
    {code::split, infer_split, prepare_split},
    {code::split_v, infer_split_v, prepare_split},
};

}}} // namespace lamina::internals::tflite
