// lamina/lite/operators/transpose.hpp: TRANSPOSE and REVERSE_V2: the axes in another order, or backwards.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <array>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The axis of the input that each axis of the result is.
[[gnu::cold]] inline std::array<std::size_t, most_axes> order_of_axes(const Step& step)
{
    const std::size_t rank = step.x().shape.rank;
    if (step.x(1).size() != rank)
        fail_at(step, {"an order of ", step.x(1).size(), " axes of a tensor of shape ", step.x().shape});
    std::array<std::size_t, most_axes> order{};
    std::array<bool, most_axes> taken{};
    for (std::size_t axis = 0; axis < rank; ++axis) {
        order[axis] = axis_of(step, integer_at(step, step.x(1), axis), rank);
        if (taken[order[axis]]) fail_at(step, {"axis ", order[axis], " twice in the order of the axes"});
        taken[order[axis]] = true;
    }
    return order;
}

[[gnu::cold]] inline void infer_transpose(Step& step)
{
    require_known(step, 1, "the order of the axes");
    const auto order = order_of_axes(step);
    Extents shape;
    for (std::size_t axis = 0; axis < step.x().shape.rank; ++axis) shape.push_back(step.x().shape[order[axis]]);
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void run_transpose(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (y.size() == 0) return;
    const auto order = order_of_axes(step);
    const Strides from = strides_of(x.shape, bytes_of(x.type)), to = strides_of(y.shape, bytes_of(x.type));
    Walk walk(bytes_of(x.type));
    for (std::size_t axis = 0; axis < y.shape.rank; ++axis) walk.add(y.shape[axis], from[order[axis]], to[axis]);
    walk.copy(x.data, y.data);
}

[[gnu::cold]] inline void infer_reverse(Step& step) { set_shape(step, 0, step.x().shape); }

[[gnu::cold]] inline void run_reverse(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    std::array<bool, most_axes> backwards{};
    for (std::size_t i = 0; i < step.x(1).size(); ++i) {
        const std::size_t axis = axis_of(step, integer_at(step, step.x(1), i), x.shape.rank);
        if (backwards[axis]) fail_at(step, {"axis ", axis, " twice"});
        backwards[axis] = true;
    }
    if (y.size() == 0) return;
    const Strides strides = strides_of(x.shape, bytes_of(x.type));
    std::ptrdiff_t first = 0;
    Walk walk(bytes_of(x.type));
    for (std::size_t axis = 0; axis < x.shape.rank; ++axis) {
        if (backwards[axis]) first += static_cast<std::ptrdiff_t>(x.shape[axis] - 1) * strides[axis];
        walk.add(x.shape[axis], backwards[axis] ? -strides[axis] : strides[axis], strides[axis]);
    }
    walk.copy(x.data + first, y.data);
}

[[gnu::cold]] inline void prepare_transpose(Step& step, Preparation&)
{
    require_alike(step, step.x(), step.y());
    step.run = step.op->op == code::transpose ? run_transpose : run_reverse;
}

inline constexpr OperatorRules transpose_rules[] = {
    {code::transpose, infer_transpose, prepare_transpose},
    {code::reverse_v2, infer_reverse, prepare_transpose},
};

}}} // namespace lamina::internals::tflite
