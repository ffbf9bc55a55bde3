// lamina/lite/operators/tile.hpp: TILE, BROADCAST_TO and FILL: the same numbers again and again.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_tile(Step& step)
{
    require_known(step, 1, "how often each axis is repeated");
    const Extents& each = step.x().shape;
    if (step.x(1).size() != each.rank) fail_at(step, {step.x(1).size(), " repeats of a tensor of shape ", each});
    Extents shape;
    for (std::size_t axis = 0; axis < each.rank; ++axis) {
        const std::int64_t times = integer_at(step, step.x(1), axis);
        if (times < 0 || (each[axis] > 0 && static_cast<std::uint64_t>(times) > (std::uint64_t{1} << 48) / each[axis]))
            fail_at(step, {"axis ", axis, " of ", each, ' ', times, " times"});
        shape.push_back(each[axis] * static_cast<std::size_t>(times));
    }
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void run_tile(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (y.size() == 0) return;
    const Strides from = strides_of(x.shape, bytes_of(x.type)), to = strides_of(y.shape, bytes_of(x.type));
    Walk walk(bytes_of(x.type));
    for (std::size_t axis = 0; axis < x.shape.rank; ++axis) {
        walk.add(y.shape[axis] / x.shape[axis], 0, to[axis] * static_cast<std::ptrdiff_t>(x.shape[axis]));
        walk.add(x.shape[axis], from[axis], to[axis]);
    }
    walk.copy(x.data, y.data);
}

/// The shape that an input of the operator asks for.
[[gnu::cold]] inline void infer_asked_shape(Step& step, std::size_t input)
{
    require_known(step, input, "the shape");
    Extents shape;
    for (std::size_t axis = 0; axis < step.x(input).size(); ++axis)
        add_axis(step, shape, extent_from(step, integer_at(step, step.x(input), axis)));
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void infer_broadcast_to(Step& step)
{
    infer_asked_shape(step, 1);
    const Extents &x = step.x().shape, &y = step.y().shape;
    bool fits = x.rank <= y.rank;
    for (std::size_t axis = 0; fits && axis < x.rank; ++axis) fits = x[axis] == 1 || x[axis] == y[axis + y.rank - x.rank];
    if (!fits) fail_at(step, {x, " does not become ", y, " by repeating"});
}

[[gnu::cold]] inline void run_broadcast_to(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (y.size() == 0) return;
    const Strides from = strides_of(x.shape, bytes_of(x.type)), to = strides_of(y.shape, bytes_of(x.type));
    const std::size_t new_axes = y.shape.rank - x.shape.rank;
    Walk walk(bytes_of(x.type));
    for (std::size_t axis = 0; axis < y.shape.rank; ++axis) {
        const bool repeats = axis < new_axes || x.shape[axis - new_axes] == 1;
        walk.add(y.shape[axis], repeats ? 0 : from[axis - new_axes], to[axis]);
    }
    walk.copy(x.data, y.data);
}

[[gnu::cold]] inline void infer_fill(Step& step)
{
    infer_asked_shape(step, 0);
    if (step.x(1).size() != 1) fail_at(step, {"a tensor filled with ", step.x(1).size(), " numbers; it takes one"});
}

[[gnu::cold]] inline void run_fill(const Step& step)
{
    const Value& y = step.y();
    if (y.size() > 0) fill_with(y.data, step.x(1).data, bytes_of(y.type), y.size());
}

[[gnu::cold]] inline void prepare_tile(Step& step, Preparation&)
{
    const code op = step.op->op;
    require_alike(step, step.x(op == code::fill ? 1 : 0), step.y());
    step.run = op == code::tile ? run_tile : op == code::fill ? run_fill : run_broadcast_to;
}

inline constexpr OperatorRules tile_rules[] = {
    {code::tile, infer_tile, prepare_tile},
    {code::broadcast_to, infer_broadcast_to, prepare_tile},
    {code::fill, infer_fill, prepare_tile},
};

}}} // namespace lamina::internals::tflite
