// lamina/lite/operators/strided_slice.hpp: STRIDED_SLICE: every nth number of a part of each axis, with the five masks of the format.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/walk.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// What is taken of each axis of the input. Positions and steps of the file are data: each is brought into the axis, or refused.
struct StridedPart {
    struct Axis {
        std::size_t begin = 0, count = 0;
        std::int64_t stride = 1;
    };
    Axis axes[most_axes]{};
    bool left_out[most_axes]{}; ///< of an axis of the input: the result does not have it
    Extents shape{};            ///< of the result
    bool varies = false;        ///< what the numbers are is not known yet; `shape` is the largest
    std::ptrdiff_t first = 0;   ///< of the numbers, in bytes
};

/// What a bit of a mask says of entry i.
inline bool is_set(std::int32_t mask, std::size_t i) { return i < 31 && (static_cast<std::uint32_t>(mask) >> i & 1) != 0; }

/// One entry on an axis of some extent.
[[gnu::cold]] inline StridedPart::Axis part_of_axis(const Step& step, std::size_t i, std::size_t axis, bool leaves_out)
{
    const Options& o = step.options();
    constexpr std::int64_t most = std::int64_t{1} << 50; // above every extent, and sums of such do not overflow
    const auto number = [&](std::size_t input) { return std::clamp(integer_at(step, step.x(input), i), -most, most); };
    const auto extent = static_cast<std::int64_t>(step.x().shape[axis]);
    const std::int64_t stride = number(3), low = stride > 0 ? 0 : -1, high = stride > 0 ? extent : extent - 1;
    if (stride == 0) fail_at(step, {"a stride of 0 on axis ", axis});
    std::int64_t begin = number(1);
    if (leaves_out) {
        const std::int64_t at = is_set(o.begin_mask, i) ? 0 : begin < 0 ? begin + extent : begin;
        if (at < 0 || at >= extent) fail_at(step, {"position ", begin, " of axis ", axis, " of ", step.x().shape});
        return {static_cast<std::size_t>(at), 1, 1};
    }
    std::int64_t end = number(2);
    if (o.offset) end += begin; // counted from the begin as it was given
    const auto into_axis = [&](std::int64_t at) { return std::clamp(at < 0 ? at + extent : at, low, high); };
    begin = is_set(o.begin_mask, i) ? (stride > 0 ? 0 : extent - 1) : into_axis(begin);
    end = is_set(o.end_mask, i) ? (stride > 0 ? extent : -1) : into_axis(end);
    const std::int64_t distance = stride > 0 ? end - begin : begin - end;
    if (distance <= 0) return {0, 0, 1};
    const std::int64_t count = 1 + (distance - 1) / (stride > 0 ? stride : -stride);
    return {static_cast<std::size_t>(begin), static_cast<std::size_t>(count), count > 1 ? stride : 1};
}

[[gnu::cold]] inline StridedPart strided_part(const Step& step)
{
    const Options& o = step.options();
    const Extents& whole = step.x().shape;
    const std::size_t entries = step.x(1).size();
    if (step.x(2).size() != entries || step.x(3).size() != entries)
        fail_at(step, {entries, " begins, ", step.x(2).size(), " ends and ", step.x(3).size(), " strides"});
    std::size_t own = 0, ellipses = 0; // entries that stand for an axis of the input
    for (std::size_t i = 0; i < entries; ++i)
        if (is_set(o.ellipsis_mask, i)) ++ellipses;
        else own += !is_set(o.new_axis_mask, i);
    if (ellipses > 1) fail_at(step, {"two ellipses"});
    if (own > whole.rank) fail_at(step, {own, " axes of a tensor of shape ", whole});

    StridedPart part;
    const bool readable = step.readable(1) && step.readable(2) && step.readable(3);
    const Strides strides = strides_of(whole, bytes_of(step.x().type));
    std::size_t axis = 0;
    const auto all_of_axis = [&]() __attribute__((cold)) {
        part.axes[axis] = {0, whole[axis], 1};
        add_axis(step, part.shape, whole[axis++]);
    };
    for (std::size_t i = 0; i < entries; ++i) {
        if (is_set(o.ellipsis_mask, i))
            for (std::size_t rest = whole.rank - own; rest > 0; --rest) all_of_axis();
        else if (is_set(o.new_axis_mask, i)) add_axis(step, part.shape, 1);
        else {
            part.left_out[axis] = is_set(o.shrink_axis_mask, i);
            StridedPart::Axis& here = part.axes[axis];
            if (readable) here = part_of_axis(step, i, axis, part.left_out[axis]);
            else here = {0, part.left_out[axis] ? 1 : whole[axis], 1};
            if (!part.left_out[axis]) {
                add_axis(step, part.shape, here.count);
                part.varies = part.varies || !readable;
            }
            part.first += static_cast<std::ptrdiff_t>(here.begin) * strides[axis];
            ++axis;
        }
    }
    while (axis < whole.rank) all_of_axis();
    return part;
}

[[gnu::cold]] inline void infer_strided_slice(Step& step)
{
    const StridedPart part = strided_part(step);
    if (part.varies) step.y().varies = true;
    set_shape(step, 0, part.shape);
}

[[gnu::cold]] inline void run_strided_slice(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    const StridedPart part = strided_part(step);
    if (!(part.shape == y.shape)) fail_at(step, {"a part of shape ", part.shape, " where ", y.shape, " was planned"});
    if (y.size() == 0) return;
    const Strides from = strides_of(x.shape, bytes_of(x.type));
    std::ptrdiff_t to = static_cast<std::ptrdiff_t>(y.bytes());
    Walk walk(bytes_of(x.type));
    for (std::size_t axis = 0; axis < x.shape.rank; ++axis) {
        const StridedPart::Axis& here = part.axes[axis];
        to /= static_cast<std::ptrdiff_t>(here.count);
        walk.add(here.count, static_cast<std::ptrdiff_t>(here.stride) * from[axis], to);
    }
    walk.copy(x.data + part.first, y.data);
}

[[gnu::cold]] inline void prepare_strided_slice(Step& step, Preparation&)
{
    require_alike(step, step.x(), step.y());
    step.run = run_strided_slice;
}

inline constexpr OperatorRules strided_slice_rules[] = {
    {code::strided_slice, infer_strided_slice, prepare_strided_slice},
};

}}} // namespace lamina::internals::tflite
