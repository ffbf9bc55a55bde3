// lamina/lite/operators/gather.hpp: GATHER: the rows of a tensor that another one names.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The axis that is looked up, and how many axes in front of it belong together in both.
struct GatherAxes {
    std::size_t axis, batch;
};
[[gnu::cold]] inline GatherAxes gather_axes(const Step& step)
{
    const Extents &from = step.x().shape, &names = step.x(1).shape;
    const std::size_t axis = axis_of(step, step.options().axis, from.rank);
    const std::int64_t given = step.options().batch_dims,
                       batch = given < 0 ? given + static_cast<std::int64_t>(names.rank) : given;
    bool fits = batch >= 0 && batch <= static_cast<std::int64_t>(names.rank) && batch <= static_cast<std::int64_t>(axis);
    for (std::size_t a = 0; fits && a < static_cast<std::size_t>(batch); ++a) fits = from[a] == names[a];
    if (!fits)
        fail_at(step, {given, " common axes of ", from, ", of which axis ", axis, " is looked up, and indices of ", names});
    return {axis, static_cast<std::size_t>(batch)};
}

[[gnu::cold]] inline void infer_gather(Step& step)
{
    const GatherAxes axes = gather_axes(step);
    const Extents &from = step.x().shape, &names = step.x(1).shape;
    Extents shape;
    for (std::size_t a = 0; a < axes.axis; ++a) add_axis(step, shape, from[a]);
    for (std::size_t a = axes.batch; a < names.rank; ++a) add_axis(step, shape, names[a]);
    for (std::size_t a = axes.axis + 1; a < from.rank; ++a) add_axis(step, shape, from[a]);
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void run_gather(const Step& step)
{
    const Value &x = step.x(), &names = step.x(1), &y = step.y();
    if (y.size() == 0) return;
    const GatherAxes axes = gather_axes(step);
    const std::size_t extent = x.shape[axes.axis], row = x.shape.product(axes.axis + 1, x.shape.rank) * bytes_of(x.type);
    const std::size_t batches = x.shape.product(0, axes.batch), outer = x.shape.product(axes.batch, axes.axis);
    const std::size_t count = names.shape.product(axes.batch, names.shape.rank);
    const std::byte* from = x.data;
    std::byte* to = y.data;
    for (std::size_t b = 0; b < batches; ++b)
        for (std::size_t o = 0; o < outer; ++o, from += extent * row)
            for (std::size_t i = 0; i < count; ++i, to += row) {
                const std::int64_t at = integer_at(step, names, b * count + i);
                if (at < 0 || static_cast<std::uint64_t>(at) >= extent)
                    fail_at(step, {"index ", at, " of axis ", axes.axis, ", which has ", extent});
                copy_run(to, from + static_cast<std::size_t>(at) * row, row);
            }
}

[[gnu::cold]] inline void prepare_gather(Step& step, Preparation&)
{
    require_alike(step, step.x(), step.y());
    if (step.x(1).type != dtype::int32 && step.x(1).type != dtype::int64)
        fail_at(step, {"indices of ", name_of(step.x(1).type), "; int32 or int64 is needed"});
    step.run = run_gather;
}

inline constexpr OperatorRules gather_rules[] = {
    {code::gather, infer_gather, prepare_gather},
};

}}} // namespace lamina::internals::tflite
