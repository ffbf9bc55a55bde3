// lamina/lite/operators/slice.hpp: SLICE: a part of a tensor from a position on; position and size may be computed while the plan runs.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Where the part begins on an axis; where it does not lie in the tensor, it is refused.
[[gnu::cold]] inline std::size_t slice_begin(const Step& step, std::size_t axis, std::size_t size)
{
    const std::int64_t begin = integer_at(step, step.x(1), axis);
    const std::size_t extent = step.x().shape[axis];
    if (begin < 0 || static_cast<std::uint64_t>(begin) > extent || size > extent - static_cast<std::size_t>(begin))
        fail_at(step, {size, " from position ", begin, " on of axis ", axis, " of ", step.x().shape});
    return static_cast<std::size_t>(begin);
}

[[gnu::cold]] inline void infer_slice(Step& step)
{
    const Extents& whole = step.x().shape;
    for (const std::size_t i : {std::size_t{1}, std::size_t{2}})
        if (step.x(i).size() != whole.rank) fail_at(step, {step.x(i).size(), " positions or sizes of a tensor of shape ", whole});
    Extents shape;
    for (std::size_t axis = 0; axis < whole.rank; ++axis) {
        std::size_t extent = whole[axis]; // the largest there can be
        const std::int64_t size = step.readable(2) ? integer_at(step, step.x(2), axis) : 0;
        if (!step.readable(2)) step.y().varies = true;
        else if (size == -1) { // all that is left
            if (step.readable(1)) extent -= slice_begin(step, axis, 0);
            else step.y().varies = true;
        }
        else {
            if (size < 0 || static_cast<std::uint64_t>(size) > extent)
                fail_at(step, {"size ", size, " of axis ", axis, " of ", whole});
            extent = static_cast<std::size_t>(size);
            if (step.readable(1)) slice_begin(step, axis, extent);
        }
        shape.push_back(extent);
    }
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void run_slice(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    const Strides from = strides_of(x.shape, bytes_of(x.type)), to = strides_of(y.shape, bytes_of(x.type));
    Walk walk(bytes_of(x.type));
    std::ptrdiff_t first = 0;
    for (std::size_t axis = 0; axis < y.shape.rank; ++axis) {
        first += static_cast<std::ptrdiff_t>(slice_begin(step, axis, y.shape[axis])) * from[axis];
        walk.add(y.shape[axis], from[axis], to[axis]);
    }
    if (y.size() > 0) walk.copy(x.data + first, y.data);
}

[[gnu::cold]] inline void prepare_slice(Step& step, Preparation&)
{
    require_alike(step, step.x(), step.y());
    step.run = run_slice;
}

inline constexpr OperatorRules slice_rules[] = {
    {code::slice, infer_slice, prepare_slice},
};

}}} // namespace lamina::internals::tflite
