// lamina/lite/operators/pad.hpp: PAD, PADV2 and MIRROR_PAD: room around a tensor, of zeros, of a number, or of the tensor itself.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// How much comes before an axis and behind it: the paddings are [axes, 2].
struct Margins {
    std::size_t before, behind;
};
[[gnu::cold]] inline Margins margins_of(const Step& step, std::size_t axis)
{
    return {extent_from(step, integer_at(step, step.x(1), 2 * axis)),
            extent_from(step, integer_at(step, step.x(1), 2 * axis + 1))};
}

[[gnu::cold]] inline void infer_pad(Step& step)
{
    require_known(step, 1, "the padding");
    const Extents& inner = step.x().shape;
    if (step.x(1).size() != 2 * inner.rank) fail_at(step, {step.x(1).size(), " paddings of a tensor of shape ", inner});
    if (step.op->op == code::padv2 && step.x(2).size() != 1)
        fail_at(step, {"a padding of ", step.x(2).size(), " numbers; it takes one"});
    const int mirror = step.op->op == code::mirror_pad ? step.options().mirror_mode : 2;
    Extents shape;
    for (std::size_t axis = 0; axis < inner.rank; ++axis) {
        const Margins margins = margins_of(step, axis);
        const std::size_t most = mirror == 0 && inner[axis] > 0 ? inner[axis] - 1 : inner[axis]; // that a mirror shows
        if (mirror < 2 && (margins.before > most || margins.behind > most))
            fail_at(step, {"a mirror of ", margins.before, " and ", margins.behind, " of axis ", axis, " of ", inner});
        shape.push_back(margins.before + inner[axis] + margins.behind);
    }
    set_shape(step, 0, shape);
}

/// The input at its place in the output.
[[gnu::cold]] inline void copy_inner(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (x.size() == 0) return;
    const Strides from = strides_of(x.shape, bytes_of(x.type)), to = strides_of(y.shape, bytes_of(x.type));
    std::ptrdiff_t first = 0;
    Walk walk(bytes_of(x.type));
    for (std::size_t axis = 0; axis < x.shape.rank; ++axis) {
        first += static_cast<std::ptrdiff_t>(margins_of(step, axis).before) * to[axis];
        walk.add(x.shape[axis], from[axis], to[axis]);
    }
    walk.copy(x.data, y.data + first);
}

[[gnu::cold]] inline void run_pad(const Step& step)
{
    const Value& y = step.y();
    if (y.size() == 0) return;
    if (step.op->op == code::padv2) fill_with(y.data, step.x(2).data, bytes_of(y.type), y.size());
    else fill_with_zeros(y);
    copy_inner(step);
}

/// The inner part first, then the margins of each axis from what is there: the last axis first, so that a later one copies whole rows.
[[gnu::cold]] inline void run_mirror_pad(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    if (y.size() == 0) return;
    copy_inner(step);
    const Strides strides = strides_of(y.shape, bytes_of(y.type));
    const std::size_t shift = step.options().mirror_mode == 0 ? 1 : 0; // REFLECT does not repeat the border
    for (std::size_t axis = y.shape.rank; axis-- > 0;) {
        const Margins margins = margins_of(step, axis);
        std::ptrdiff_t first = 0; // of the inner part in the axes that are still to come
        for (std::size_t outer = 0; outer < axis; ++outer)
            first += static_cast<std::ptrdiff_t>(margins_of(step, outer).before) * strides[outer];
        const auto mirror = [&](std::size_t count, std::size_t from, std::size_t to, std::ptrdiff_t direction) {
            Walk walk(bytes_of(y.type));
            for (std::size_t a = 0; a < y.shape.rank; ++a)
                if (a == axis) walk.add(count, -direction * strides[a], direction * strides[a]);
                else walk.add(a < axis ? x.shape[a] : y.shape[a], strides[a], strides[a]);
            if (count > 0)
                walk.copy(y.data + first + static_cast<std::ptrdiff_t>(from) * strides[axis],
                          y.data + first + static_cast<std::ptrdiff_t>(to) * strides[axis]);
        };
        const std::size_t end = margins.before + x.shape[axis];
        if (margins.before > 0) mirror(margins.before, margins.before + shift, margins.before - 1, -1);
        if (margins.behind > 0) mirror(margins.behind, end - 1 - shift, end, 1);
    }
}

[[gnu::cold]] inline void prepare_pad(Step& step, Preparation&)
{
    const bool mirror = step.op->op == code::mirror_pad;
    require_alike(step, step.x(), step.y());
    if (step.op->op == code::padv2) require_alike(step, step.x(2), step.y());
    if (mirror && step.options().mirror_mode != 0 && step.options().mirror_mode != 1)
        fail_at(step, {"mirror mode ", step.options().mirror_mode, "; 0 reflects, 1 is symmetric"});
    step.run = mirror ? run_mirror_pad : run_pad;
}

inline constexpr OperatorRules pad_rules[] = {
    {code::pad, infer_pad, prepare_pad},
    {code::padv2, infer_pad, prepare_pad},
    {code::mirror_pad, infer_pad, prepare_pad},
};

}}} // namespace lamina::internals::tflite
