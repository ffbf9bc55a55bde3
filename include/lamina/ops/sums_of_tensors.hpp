// lamina/ops/sums_of_tensors.hpp: reduce_sum and reduce_mean over axes of a tensor, and spreading over them again: mirror images.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/spreading.hpp>

#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// The attributes of a reduction: a bit for each axis that goes, and whether these stay with extent 1.
struct Reduced {
    std::uint32_t axes;
    bool keeps_axes;

    explicit Reduced(const Attributes& with) : axes(static_cast<std::uint32_t>(with.ints[0])), keeps_axes(with.ints[1] != 0) {}
    bool has(std::size_t axis) const { return (axes >> axis & 1) != 0; }

    void require_within(std::string_view op, const Shape& s) const
    {
        if ((axes >> s.rank) != 0) fail({op, ": over axes that a tensor of shape ", s, " does not have"});
    }
    /// The shape with extents of 1 for what goes, and the shape of the result.
    Shape narrow(const Shape& s) const
    {
        Shape kept;
        for (std::size_t axis = 0; axis < s.rank; ++axis) kept.push_back(has(axis) ? 1 : s[axis]);
        return kept;
    }
    Shape result(const Shape& s) const
    {
        if (keeps_axes) return narrow(s);
        Shape kept;
        for (std::size_t axis = 0; axis < s.rank; ++axis)
            if (!has(axis)) kept.push_back(s[axis]);
        return kept;
    }
};

/// The attributes for axes as a user counts them: negative ones from the last on, all of them if there are none.
[[gnu::noinline]] inline Attributes reduced_axes(std::string_view op, const Shape& s, std::initializer_list<int> axes,
                                                 bool keepdims)
{
    Attributes with;
    std::uint32_t bits = axes.size() == 0 ? (1u << s.rank) - 1 : 0;
    for (const int axis : axes) {
        const int rank = static_cast<int>(s.rank), at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank)
            fail({op, ": axis ", axis, " of a tensor of shape ", s, "; axes are in [", -rank, ", ", rank, ")"});
        if ((bits >> at & 1) != 0) fail({op, ": axis ", axis, " is given twice"});
        bits |= 1u << at;
    }
    with.add(static_cast<std::int32_t>(bits));
    with.add(keepdims);
    return with;
}

/// The sum over axes, and the mean. Accumulated in the tensor's type.
template <bool IsMean> struct SumOver {
    static constexpr std::string_view name = IsMean ? "reduce_mean" : "reduce_sum";

    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        require_real(name, type);
        Reduced(with).require_within(name, in[0].shape());
        s = Reduced(with).result(in[0].shape());
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        with_real(name, out.dtype(), [&]<class T>(T) {
            T* const y = out.numbers<T>();
            SumToLike::add_up(in[0], Reduced(with).narrow(in[0].shape()), y);
            if constexpr (IsMean) {
                const T terms = static_cast<T>(in[0].size()) / static_cast<T>(out.size());
                for (std::size_t i = 0; i < out.size(); ++i) y[i] /= terms;
            }
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
    static constexpr OpEntry entry{name, keeps::none, infer, compute, gradient};
};

/// A tensor spread over the axes that a reduction took from the second one; for a mean divided by their number. It stays linear.
template <bool IsMean> struct SpreadOver {
    static constexpr std::string_view name = IsMean ? "spread_mean" : "spread_sum";

    static void infer(const Inputs& in, const Attributes& with, Shape& s, dtype& type)
    {
        require_real(name, type);
        Reduced(with).require_within(name, in[1].shape());
        if (!may_equal(in[0].shape(), Reduced(with).result(in[1].shape())))
            fail({name, ": a tensor of shape ", in[0].shape(), " does not spread over ", in[1].shape()});
        s = in[1].shape();
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        const Shape narrow = Reduced(with).narrow(out.shape());
        if constexpr (!IsMean) BroadcastLike::spread(in[0], narrow, out, bytes_of(out.dtype()));
        else
            with_real(name, out.dtype(), [&]<class T>(T) {
                AnyTensor shares = empty_tensor(out.dtype(), narrow);
                const T terms = static_cast<T>(out.size()) / static_cast<T>(narrow.size());
                for (std::size_t i = 0; i < narrow.size(); ++i) shares.numbers<T>()[i] = in[0].numbers<T>()[i] / terms;
                BroadcastLike::spread(shares, narrow, out, sizeof(T));
            });
    }
    static void gradient(const StepBack& step, AnyTensor* dx) { dx[0] = run(SumOver<IsMean>::entry, step.dy, step.attributes); }
    static constexpr OpEntry entry{name, keeps::none, infer, compute, gradient};
};

template <bool IsMean> void SumOver<IsMean>::gradient(const StepBack& step, AnyTensor* dx)
{
    dx[0] = run(SpreadOver<IsMean>::entry, step.dy, step.in[0], step.attributes);
}

} // namespace internals::tensors

/// Sums over axes of a tensor, counted from the end where negative, over all of them if none are given. `keepdims`: they stay, with
/// extent 1.
///
/// Errors     an axis that is not there or given twice; integers.
/// Numerics   accumulated in the tensor's type, in an order that depends on the shape and the width of a register alone.
/// Example    auto y = reduce_sum(ones({2, 3}), {-1}, true); // [2, 1]
inline AnyTensor reduce_sum(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    return run(SumOver<false>::entry, x, reduced_axes("reduce_sum", x.shape(), axes, keepdims));
}
template <StaticTensor X> Tensor<typename X::value_type> reduce_sum(const X& x)
{
    return Tensor<typename X::value_type>(lamina::reduce_sum(static_cast<const AnyTensor&>(x)));
}

/// Means, likewise. Of no numbers NaN.
///
/// Example    auto loss = reduce_mean(square(ones({2, 3}) - 5));
inline AnyTensor reduce_mean(const AnyTensor& x, std::initializer_list<int> axes = {}, bool keepdims = false)
{
    using namespace internals::tensors;
    return run(SumOver<true>::entry, x, reduced_axes("reduce_mean", x.shape(), axes, keepdims));
}
template <StaticTensor X> Tensor<typename X::value_type> reduce_mean(const X& x)
{
    return Tensor<typename X::value_type>(lamina::reduce_mean(static_cast<const AnyTensor&>(x)));
}

}} // namespace lamina
