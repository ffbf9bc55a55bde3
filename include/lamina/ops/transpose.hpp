// lamina/ops/transpose.hpp: axes of a tensor in another order, and numbers of an axis in reverse order.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/integers.hpp>
#include <lamina/ops/run.hpp>
#include <lamina/ops/strided_copy.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Attributes: of each axis of the result, which axis of the input it is.
struct Transpose {
    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype&)
    {
        const Shape& from = in[0].shape();
        std::uint32_t seen = 0;
        s = {};
        for (std::size_t axis = 0; axis < from.rank; ++axis) {
            const std::int32_t at = with.ints[axis];
            if (with.count != from.rank || at < 0 || static_cast<std::size_t>(at) >= from.rank || (seen >> at & 1) != 0)
                fail({"transpose: ", Integers(std::span(with.ints).first(std::min<std::size_t>(with.count, 6))),
                      " is no order of the axes of a tensor of shape ", from});
            seen |= 1u << at;
            s.push_back(from[static_cast<std::size_t>(at)]);
        }
        if (with.count != from.rank) fail({"transpose: of ", with.count, " axes; the tensor has none"});
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const Steps from = steps_of(in[0].shape());
        Steps steps{};
        for (std::size_t axis = 0; axis < out.rank(); ++axis) steps[axis] = from[static_cast<std::size_t>(with.ints[axis])];
        copy_block(in[0].body().data, steps, out.body().data, steps_of(out.shape()), out.shape(), bytes_of(out.dtype()));
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry transpose_entry{"transpose", keeps::none, Transpose::infer, Transpose::compute, Transpose::gradient};

inline void Transpose::gradient(const StepBack& step, AnyTensor* dx)
{
    Attributes back = step.attributes;
    for (std::size_t axis = 0; axis < back.count; ++axis)
        back.ints[static_cast<std::size_t>(step.attributes.ints[axis])] = static_cast<std::int32_t>(axis);
    dx[0] = run(transpose_entry, step.dy, back);
}

/// Attribute: a bit for each axis that is turned around.
struct Reverse {
    static void infer(const Inputs& in, const Attributes& with, Shape&, dtype&)
    {
        if ((static_cast<std::uint32_t>(with.ints[0]) >> in[0].rank()) != 0)
            fail({"reverse: of axes that a tensor of shape ", in[0].shape(), " does not have"});
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        if (out.size() == 0) return;
        const std::size_t bytes = bytes_of(out.dtype());
        const std::byte* from = in[0].body().data;
        const Steps to = steps_of(out.shape());
        Steps steps = to;
        for (std::size_t axis = 0; axis < out.rank(); ++axis)
            if ((with.ints[0] >> axis & 1) != 0) {
                from += (out.shape()[axis] - 1) * static_cast<std::size_t>(to[axis]) * bytes;
                steps[axis] = -to[axis];
            }
        copy_block(from, steps, out.body().data, to, out.shape(), bytes);
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry reverse_entry{"reverse", keeps::none, Reverse::infer, Reverse::compute, Reverse::gradient};
inline void Reverse::gradient(const StepBack& step, AnyTensor* dx) { dx[0] = run(reverse_entry, step.dy, step.attributes); }

} // namespace internals::tensors

/// The axes in another order: axis i of the result is axis order[i] of x. Without an order they are turned around.
///
/// Errors     what is no order of all axes.
/// Example    auto heads = transpose(ones({32, 10, 4, 8}), {0, 2, 1, 3}); // [32, 4, 10, 8]
[[gnu::cold]] inline AnyTensor transpose(const AnyTensor& x, const internals::tensors::Integers& order = {})
{
    using namespace internals::tensors;
    Attributes with;
    for (std::size_t axis = 0; axis < order.size(); ++axis)
        with.add(static_cast<std::int32_t>(axis_of("transpose", x.shape(), order[axis])));
    if (order.size() == 0)
        for (std::size_t axis = x.rank(); axis-- > 0;) with.add(static_cast<std::int32_t>(axis));
    return run(transpose_entry, x, with);
}

/// The numbers along these axes from the last to the first.
///
/// Example    auto y = reverse(constant({{1, 2}, {3, 4}}), {1}); // [[2 1] [4 3]]
[[gnu::cold]] inline AnyTensor reverse(const AnyTensor& x, const internals::tensors::Integers& axes)
{
    using namespace internals::tensors;
    Attributes with;
    with.add(axis_bits("reverse", x.shape(), axes));
    return run(reverse_entry, x, with);
}

}} // namespace lamina
