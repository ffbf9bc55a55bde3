// lamina/lite/operators/pack.hpp: PACK and UNPACK: tensors of one shape along a new axis, and apart again.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline void infer_pack(Step& step)
{
    const Extents& each = step.x().shape;
    const std::size_t at = axis_of(step, step.options().axis, each.rank + 1), count = step.in.size();
    for (std::size_t i = 1; i < count; ++i)
        if (!(step.x(i).shape == each)) fail_at(step, {"input ", i, " of shape ", step.x(i).shape, " beside ", each});
    Extents shape;
    for (std::size_t axis = 0; axis <= each.rank; ++axis)
        add_axis(step, shape, axis < at ? each[axis] : axis == at ? count : each[axis - 1]);
    set_shape(step, 0, shape);
}

[[gnu::cold]] inline void infer_unpack(Step& step)
{
    const Extents& whole = step.x().shape;
    const std::size_t at = axis_of(step, step.options().axis, whole.rank);
    if (whole[at] != step.out.size())
        fail_at(step, {step.out.size(), " outputs of axis ", at, " of ", whole, "; there have to be as many"});
    Extents shape;
    for (std::size_t axis = 0; axis < whole.rank; ++axis)
        if (axis != at) shape.push_back(whole[axis]);
    for (std::size_t i = 0; i < step.out.size(); ++i) set_shape(step, i, shape);
}

/// The parts of a whole: `outer` pieces of `share` bytes, the next one of a part all parts further.
struct Parts {
    std::size_t outer, share, row;
};
[[gnu::cold]] inline Parts parts_of(const Step& step, const Value& each, std::size_t count)
{
    const std::size_t at = axis_of(step, step.options().axis, each.shape.rank + 1);
    const std::size_t share = each.shape.product(at, each.shape.rank) * bytes_of(each.type);
    return {each.size() > 0 ? each.shape.product(0, at) : 0, share, share * count};
}

[[gnu::cold]] inline void run_pack(const Step& step)
{
    const Parts parts = parts_of(step, step.x(), step.in.size());
    for (std::size_t part = 0; part < step.in.size(); ++part)
        for (std::size_t i = 0; i < parts.outer; ++i)
            copy_run(step.y().data + i * parts.row + part * parts.share, step.x(part).data + i * parts.share, parts.share);
}

[[gnu::cold]] inline void run_unpack(const Step& step)
{
    const Parts parts = parts_of(step, step.y(), step.out.size());
    for (std::size_t part = 0; part < step.out.size(); ++part)
        for (std::size_t i = 0; i < parts.outer; ++i)
            copy_run(step.y(part).data + i * parts.share, step.x().data + i * parts.row + part * parts.share, parts.share);
}

[[gnu::cold]] inline void prepare_pack(Step& step, Preparation&)
{
    for (const Value* const x : step.in) require_alike(step, *x, step.y());
    step.run = run_pack;
}
[[gnu::cold]] inline void prepare_unpack(Step& step, Preparation&)
{
    for (const Value* const y : step.out) require_alike(step, step.x(), *y);
    step.run = run_unpack;
}

inline constexpr OperatorRules pack_rules[] = {
    {code::pack, infer_pack, prepare_pack},
    {code::unpack, infer_unpack, prepare_unpack},
};

}}} // namespace lamina::internals::tflite
