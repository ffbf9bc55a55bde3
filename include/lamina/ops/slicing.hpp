// lamina/ops/slicing.hpp: parts of a tensor, and a tensor as part of a larger one: slice, row, split, unstack, pad.
//
// The two ops for gradients are mirror images and take the tensor whose shape is meant: the part of x that has its shape, and x inside of
// zeros of its shape.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/run.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/strided_copy.hpp>
#include <lamina/ops/transpose.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Where the part begins in a tensor of this shape, in numbers; refuses a part that is not within it. Attributes 0 to 5 are where it begins.
[[gnu::cold]] inline void require_part(std::string_view op, const Attributes& with, const Shape& part, const Shape& whole)
{
    bool fits = part.rank == whole.rank;
    for (std::size_t axis = 0; fits && axis < part.rank; ++axis) {
        const std::int32_t begin = with.ints[axis];
        const std::size_t extent = part[axis] == unknown ? 0 : part[axis];
        fits = begin >= 0 && extent <= whole[axis] && static_cast<std::size_t>(begin) <= whole[axis] - extent;
    }
    if (!fits)
        fail({op, ": a part of shape ", part, " that begins at ", Integers(std::span(with.ints).first(part.rank)),
              " is not within a tensor of shape ", whole});
}
inline std::size_t begin_of(const Attributes& with, const Shape& whole)
{
    const Steps steps = steps_of(whole);
    std::ptrdiff_t begin = 0;
    for (std::size_t axis = 0; axis < whole.rank; ++axis) begin += with.ints[axis] * steps[axis];
    return static_cast<std::size_t>(begin);
}
inline void take_part(const AnyTensor& whole, const AnyTensor& part, const Attributes& with)
{
    if (part.size() == 0) return;
    const std::size_t bytes = bytes_of(part.dtype());
    copy_block(whole.body().data + begin_of(with, whole.shape()) * bytes, steps_of(whole.shape()), part.body().data,
               steps_of(part.shape()), part.shape(), bytes);
}
inline void put_part(const AnyTensor& part, const AnyTensor& whole, const Attributes& with)
{
    if (part.size() == 0) return;
    const std::size_t bytes = bytes_of(part.dtype());
    copy_block(part.body().data, steps_of(part.shape()), whole.body().data + begin_of(with, whole.shape()) * bytes,
               steps_of(whole.shape()), part.shape(), bytes);
}
/// Whether the numbers of a part lie one after another in the whole: axes of extent 1, one axis that is cut, axes that are whole.
constexpr bool lies_together(const Shape& part, const Shape& whole)
{
    std::size_t axis = 0;
    while (axis < part.rank && part[axis] == 1) ++axis;
    for (++axis; axis < part.rank; ++axis)
        if (part[axis] != whole[axis]) return false;
    return true;
}

/// Attributes of a part that begins behind others: the inputs from the third on, along the axis that is attribute 6. So no extent has to be
/// known where the part is asked for.
[[gnu::cold]] inline Attributes behind_others(std::string_view op, const Inputs& in, Attributes with)
{
    if (in.size() == 2) return with;
    const std::size_t axis = axis_within(op, in[0].shape(), with.ints[Shape::max_rank], in[0].rank());
    std::int32_t& begin = with.ints[axis];
    for (std::size_t i = 2; i < in.size(); ++i) {
        if (in[i].rank() != in[0].rank())
            fail({op, ": a part behind a tensor of shape ", in[i].shape(), " within one of shape ", in[0].shape()});
        const std::size_t extent = in[i].shape()[axis] == unknown ? 0 : in[i].shape()[axis];
        if (begin < 0 || extent > std::size_t(std::numeric_limits<std::int32_t>::max() - begin))
            fail({op, ": a part behind ", extent, " of axis ", axis, " of a tensor of shape ", in[0].shape()});
        begin += static_cast<std::int32_t>(extent);
    }
    return with;
}
/// The same op of another tensor and shape, behind the same.
[[gnu::cold]] inline AnyTensor run_behind(const OpEntry& op, const AnyTensor& x, const AnyTensor& like, const Inputs& in,
                                          const Attributes& with)
{
    std::vector<const AnyTensor*> all{&x, &like};
    for (std::size_t i = 2; i < in.size(); ++i) all.push_back(&in[i]);
    return run_on(op, {all.data(), all.size()}, with);
}

/// Of the first input the part that has the second one's shape.
struct PartLike {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        require_part("part_like", behind_others("part_like", in, with), in[1].shape(), in[0].shape());
        s = in[1].shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        take_part(in[0], out, behind_others("part_like", in, with));
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry part_like_entry{"part_like", keeps::none, PartLike::infer, PartLike::compute, PartLike::gradient};

/// The first input as a part of zeros that have the second one's shape.
struct PlaceLike {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        require_part("place_like", behind_others("place_like", in, with), in[0].shape(), in[1].shape());
        s = in[1].shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        if (out.size() > 0) std::memset(out.body().data, 0, out.size() * bytes_of(out.dtype()));
        put_part(in[0], out, behind_others("place_like", in, with));
    }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        dx[0] = run_behind(part_like_entry, step.dy, step.in[0], step.in, step.attributes);
    }
};
inline constexpr OpEntry place_like_entry{"place_like", keeps::none, PlaceLike::infer, PlaceLike::compute, PlaceLike::gradient};

inline void PartLike::gradient(const StepBack& step, AnyTensor* dx)
{
    dx[0] = run_behind(place_like_entry, step.dy, step.in[0], step.in, step.attributes);
}

/// Attributes: where the part begins (0 to 5) and its extents (6 to 11), -1 for what is left.
struct Slice {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        const Shape& from = in[0].shape();
        s = {};
        for (std::size_t axis = 0; axis < from.rank; ++axis) {
            const std::int32_t begin = with.ints[axis], extent = with.ints[axis + Shape::max_rank];
            if (begin < 0 || static_cast<std::size_t>(begin) > from[axis] || extent < -1)
                fail({"slice: from ", begin, " on ", extent, " of axis ", axis, " of a tensor of shape ", from});
            const std::size_t left = from[axis] == unknown ? unknown : from[axis] - static_cast<std::size_t>(begin);
            s.push_back(extent == -1 ? left : static_cast<std::size_t>(extent));
        }
        require_part("slice", with, s, from);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with) { take_part(in[0], out, with); }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        dx[0] = run(place_like_entry, step.dy, step.in[0], step.attributes);
    }
};
inline constexpr OpEntry slice_entry{"slice", keeps::none, Slice::infer, Slice::compute, Slice::gradient};

[[gnu::cold]] inline AnyTensor slice_with(const AnyTensor& x, const Attributes& with)
{
    const AnyTensor* const in[]{&x};
    Shape part = x.shape();
    dtype type = x.dtype();
    Slice::infer({in, 1}, with, part, type);
    if (is_symbolic(x) || !lies_together(part, x.shape())) return run(slice_entry, x, with);
    return run_sharing(slice_entry, {in, 1}, with, part.size() == 0 ? 0 : begin_of(with, x.shape()));
}

/// Part of one axis, the others whole.
[[gnu::cold]] inline AnyTensor slice_of_axis(const AnyTensor& x, std::size_t axis, std::size_t begin, std::size_t extent)
{
    Attributes with;
    with.count = 12;
    for (std::size_t i = Shape::max_rank; i < with.ints.size(); ++i) with.ints[i] = -1;
    with.ints[axis] = as_attribute("slice", static_cast<std::ptrdiff_t>(begin));
    with.ints[axis + Shape::max_rank] = as_attribute("slice", static_cast<std::ptrdiff_t>(extent));
    return slice_with(x, with);
}

/// Attributes: what comes before (0 to 5) and behind (6 to 11) each axis; the number that stands there.
struct Pad {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        const Shape& from = in[0].shape();
        s = {};
        for (std::size_t axis = 0; axis < from.rank; ++axis) {
            const std::int32_t before = with.ints[axis], behind = with.ints[axis + Shape::max_rank];
            if (before < 0 || behind < 0)
                fail({"pad: ", before, " before and ", behind, " behind axis ", axis, "; both are 0 or more"});
            s.push_back(sum_of_extents(from[axis], static_cast<std::size_t>(before) + static_cast<std::size_t>(behind)));
        }
        require_sizable("pad", s);
        if (type != dtype::boolean) require_computable("pad", type);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const AnyTensor one = scalar(out.dtype(), with.number);
        copy_block(one.body().data, Steps{}, out.body().data, steps_of(out.shape()), out.shape(), bytes_of(out.dtype()));
        put_part(in[0], out, with);
    }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        dx[0] = run(part_like_entry, step.dy, step.in[0], step.attributes);
    }
};
inline constexpr OpEntry pad_entry{"pad", keeps::none, Pad::infer, Pad::compute, Pad::gradient};

} // namespace internals::tensors

/// The part of a tensor that begins at `begin` and has these extents; -1 is what is left of an axis. Axes that are not named are whole. What lies
/// in one row, such as some of the first rows, is not copied.
///
/// Errors     a part that is not within the tensor.
/// Example    auto y = slice(eye(4), {0, 1}, {-1, 2}); // columns 1 and 2
[[gnu::cold]] inline AnyTensor slice(const AnyTensor& x, const internals::tensors::Integers& begin,
                                     const internals::tensors::Integers& extents)
{
    using namespace internals::tensors;
    if (begin.size() != extents.size() || begin.size() > x.rank())
        internals::fail({"slice: ", begin.size(), " places and ", extents.size(), " extents for a tensor of shape ", x.shape(),
                         "; give one of each for its first axes"});
    Attributes with;
    with.count = 12;
    for (std::size_t axis = 0; axis < Shape::max_rank; ++axis) {
        with.ints[axis] = axis < begin.size() ? as_attribute("slice", begin[axis]) : 0;
        with.ints[axis + Shape::max_rank] = axis < begin.size() ? as_attribute("slice", extents[axis]) : -1;
    }
    return slice_with(x, with);
}

/// Element i of an axis, without that axis; negative i from the end.
///
/// Example    auto image = row(ones({32, 28, 28}), 3), step = row(ones({32, 10, 8}), -1, 1); // the fourth image, the last steps
[[gnu::cold]] inline AnyTensor row(const AnyTensor& x, std::ptrdiff_t i, int axis = 0)
{
    using namespace internals::tensors;
    const std::size_t along = axis_of("row", x.shape(), axis);
    if (i < 0 && x.shape()[along] == unknown) return row(reverse(x, {along}), -1 - i, axis);
    const bool open = x.shape()[along] == unknown; // which row there is, is seen when the graph runs
    const auto extent = open ? std::numeric_limits<std::ptrdiff_t>::max() : static_cast<std::ptrdiff_t>(x.shape()[along]),
               at = i < 0 ? i + extent : i;
    if (at < 0 || at >= extent)
        internals::fail(
            {"row: ", i, " of axis ", along, " of a tensor of shape ", x.shape(), "; rows are in [", -extent, ", ", extent, ")"});
    return squeeze(slice_of_axis(x, along, static_cast<std::size_t>(at), 1), along);
}

/// A tensor cut along an axis into parts of these extents, or into so many equal parts.
///
/// Errors     extents that do not add up to the axis; an axis that does not divide.
/// Example    auto gates = split(ones({32, 256}), 4, -1); // four of [32, 64]
[[gnu::cold]] inline std::vector<AnyTensor> split(const AnyTensor& x, const std::vector<std::size_t>& extents, int axis = 0)
{
    using namespace internals::tensors;
    const std::size_t along = axis_of("split", x.shape(), axis);
    require_known_extent("split", x.shape(), along);
    std::vector<AnyTensor> parts;
    std::size_t at = 0;
    for (const std::size_t extent : extents) {
        if (extent > x.shape()[along] - at) break;
        parts.push_back(slice_of_axis(x, along, at, extent));
        at += extent;
    }
    if (parts.size() != extents.size() || at != x.shape()[along])
        internals::fail({"split: the extents of the parts do not add up to axis ", along, " of a tensor of shape ", x.shape()});
    return parts;
}
[[gnu::cold]] inline std::vector<AnyTensor> split(const AnyTensor& x, std::size_t parts, int axis = 0)
{
    using namespace internals::tensors;
    const std::size_t extent = require_known_extent("split", x.shape(), axis_of("split", x.shape(), axis));
    if (parts == 0 || extent % parts != 0)
        internals::fail({"split: axis ", axis, " of a tensor of shape ", x.shape(), " into ", parts, " equal parts"});
    return split(x, std::vector<std::size_t>(parts, extent / parts), axis);
}

/// The elements of an axis, each without that axis.
///
/// Example    for (const AnyTensor& step : unstack(ones({32, 10, 8}), 1)) std::cout << step.shape(); // ten times [32, 8]
[[gnu::cold]] inline std::vector<AnyTensor> unstack(const AnyTensor& x, int axis = 0)
{
    using namespace internals::tensors;
    std::vector<AnyTensor> all;
    const std::size_t extent = require_known_extent("unstack", x.shape(), axis_of("unstack", x.shape(), axis));
    for (std::size_t i = 0; i < extent; ++i) all.push_back(row(x, static_cast<std::ptrdiff_t>(i), axis));
    return all;
}

/// A tensor with numbers around it: {before, behind} for each of its first axes; 0 unless it is said.
///
/// Example    auto y = pad(ones({2, 3}), {{0, 0}, {1, 2}}); // [2, 6]
[[gnu::cold]] inline AnyTensor pad(const AnyTensor& x, const std::vector<std::pair<std::size_t, std::size_t>>& around,
                                   double value = 0)
{
    using namespace internals::tensors;
    if (around.size() > x.rank())
        internals::fail({"pad: around ", around.size(), " axes of a tensor of shape ", x.shape(), "; it has ", x.rank()});
    Attributes with;
    with.count = 12;
    with.number = value;
    for (std::size_t axis = 0; axis < around.size(); ++axis) {
        with.ints[axis] = as_attribute("pad", static_cast<std::ptrdiff_t>(around[axis].first));
        with.ints[axis + Shape::max_rank] = as_attribute("pad", static_cast<std::ptrdiff_t>(around[axis].second));
    }
    return run(pad_entry, x, with);
}

}} // namespace lamina
