// lamina/ops/shaping.hpp: the same numbers in another shape: reshape, expand_dims, squeeze. Nothing is copied.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/run.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Runs an op whose result is numbers of its first input that lie one after another, `begin` numbers behind its first: they are shared. Few are
/// copied, which costs less.
[[gnu::cold]] inline AnyTensor run_sharing(const OpEntry& op, const Inputs& in, const Attributes& with, std::size_t begin = 0)
{
    const AnyTensor& x = in[0];
    Shape extents = x.shape();
    dtype type = x.dtype();
    bool symbolic = false;
    for (std::size_t i = 0; i < in.size(); ++i) symbolic |= is_symbolic(in[i]);
    if (!x.body().data || symbolic) return run_on(op, in, with);
    op.infer(in, with, extents, type);
    if (extents.size() * bytes_of(type) <= 64) return run_on(op, in, with);
    AnyTensor out = same_numbers(x, extents);
    out.body().data += begin * bytes_of(type);
    if (recording != 0 && op.gradient) write_down(op, in, out, with);
    return out;
}
[[gnu::cold]] inline AnyTensor run_sharing(const OpEntry& op, const AnyTensor& x, const Attributes& with)
{
    const AnyTensor* const in[]{&x};
    return run_sharing(op, {in, 1}, with);
}

inline void copy_all(const Inputs& in, const AnyTensor& out, const Attributes&)
{
    if (out.size() > 0) std::memcpy(out.body().data, in[0].body().data, out.size() * bytes_of(out.dtype()));
}

/// The numbers of the first in the shape of the second.
struct ReshapeLike {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype&)
    {
        if (!may_have_as_many(in[0].shape(), in[1].shape()))
            fail({"reshape_like: a tensor of shape ", in[0].shape(), " has not as many numbers as one of shape ", in[1].shape()});
        s = in[1].shape();
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry reshape_like_entry{"reshape_like", keeps::none, ReshapeLike::infer, copy_all, ReshapeLike::gradient};

[[gnu::cold]] inline AnyTensor shaped_like(const AnyTensor& x, const AnyTensor& like)
{
    if (are_same_of_as_many(x.shape(), like.shape())) return x;
    const AnyTensor* const in[]{&x, &like};
    return run_sharing(reshape_like_entry, {in, 2}, no_attributes);
}
inline void ReshapeLike::gradient(const StepBack& step, AnyTensor* dx) { dx[0] = shaped_like(step.dy, step.in[0]); }

/// Attributes: the extents, of which one may be -1.
struct ReshapeTo {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        if (with.count > Shape::max_rank) fail({"reshape: to ", with.count, " axes; a tensor has at most ", Shape::max_rank});
        Shape to;
        std::size_t left = Shape::max_rank;
        for (std::size_t axis = 0; axis < with.count; ++axis) {
            const std::int32_t extent = with.ints[axis];
            if (extent < -1 || (extent == -1 && left < Shape::max_rank))
                fail({"reshape: to ", Integers(std::span(with.ints).first(with.count)),
                      "; extents are 0 or more, and one may be -1"});
            if (extent == -1) left = axis;
            to.push_back(extent == -1 ? 1 : static_cast<std::size_t>(extent));
        }
        require_sizable("reshape", to);
        const std::size_t known = to.size(), size = product_of_extents(in[0].shape());
        if (left < Shape::max_rank && known > 0) to.extents[left] = size == unknown ? unknown : size / known;
        if (!may_have_as_many(to, in[0].shape()))
            fail({"reshape: a tensor of shape ", in[0].shape(), " to ", Integers(std::span(with.ints).first(with.count)),
                  ", which has another number of numbers"});
        s = to;
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = shaped_like(step.dy, step.in[0]); }
};
inline constexpr OpEntry reshape_entry{"reshape", keeps::none, ReshapeTo::infer, copy_all, ReshapeTo::gradient};

/// Attribute: the axis of the result that has extent 1.
struct ExpandDims {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        const Shape& from = in[0].shape();
        if (from.rank == Shape::max_rank)
            fail({"expand_dims: a tensor of shape ", from, " has six axes, the most that there are"});
        const std::size_t at = axis_within("expand_dims", from, with.ints[0], from.rank + 1);
        s = {};
        for (std::size_t axis = 0; axis <= from.rank; ++axis) s.push_back(axis == at ? 1 : from[axis < at ? axis : axis - 1]);
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = shaped_like(step.dy, step.in[0]); }
};
inline constexpr OpEntry expand_dims_entry{"expand_dims", keeps::none, ExpandDims::infer, copy_all, ExpandDims::gradient};

/// Attribute: a bit for each axis that goes.
struct Squeeze {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        const Shape& from = in[0].shape();
        const auto bits = static_cast<std::uint32_t>(with.ints[0]);
        if ((bits >> from.rank) != 0) fail({"squeeze: of axes that a tensor of shape ", from, " does not have"});
        s = {};
        for (std::size_t axis = 0; axis < from.rank; ++axis) {
            const bool goes = (bits >> axis & 1) != 0;
            if (goes && !may_equal(from[axis], 1))
                fail({"squeeze: axis ", axis, " of a tensor of shape ", from, " has not extent 1"});
            if (!goes) s.push_back(from[axis]);
        }
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = shaped_like(step.dy, step.in[0]); }
};
inline constexpr OpEntry squeeze_entry{"squeeze", keeps::none, Squeeze::infer, copy_all, Squeeze::gradient};

} // namespace internals::tensors

/// The same numbers in another shape, without a copy; one extent may be -1, which is what is left.
///
/// Errors     another number of numbers, two extents of -1.
/// Example    auto images = ones({32, 28, 28}), rows = reshape(images, {images.shape()[0], -1}); // [32, 784]
[[gnu::cold]] inline AnyTensor reshape(const AnyTensor& x, const internals::tensors::Integers& extents)
{
    using namespace internals::tensors;
    Attributes with;
    for (std::size_t axis = 0; axis < extents.size(); ++axis) with.add(as_attribute("reshape", extents[axis]));
    return run_sharing(reshape_entry, x, with);
}

/// The same numbers in the shape of another tensor.
inline AnyTensor reshape_like(const AnyTensor& x, const AnyTensor& like) { return internals::tensors::shaped_like(x, like); }

/// One more axis, of extent 1: before axis `axis`, or from the end where negative, so that -1 is behind all others.
///
/// Example    auto y = expand_dims(ones({2, 5}), -1); // [2, 5, 1]
[[gnu::cold]] inline AnyTensor expand_dims(const AnyTensor& x, int axis)
{
    using namespace internals::tensors;
    Attributes with;
    with.add(static_cast<std::int32_t>(axis_among("expand_dims", x.shape(), axis, x.rank() + 1)));
    return run_sharing(expand_dims_entry, x, with);
}

/// Without axes of extent 1: those that are given, or all there are.
///
/// Errors     an axis of another extent.
/// Example    auto y = squeeze(ones({2, 5, 1}), -1); // [2, 5]
[[gnu::cold]] inline AnyTensor squeeze(const AnyTensor& x, const internals::tensors::Integers& axes = {})
{
    using namespace internals::tensors;
    std::uint32_t all = 0;
    for (std::size_t axis = 0; axis < x.rank(); ++axis) all |= x.shape()[axis] == 1 ? 1u << axis : 0;
    Attributes with;
    with.add(axes.size() == 0 ? static_cast<std::int32_t>(all) : axis_bits("squeeze", x.shape(), axes));
    return run_sharing(squeeze_entry, x, with);
}

}} // namespace lamina
