// lamina/ops/values_on_tensors.hpp: the functions of models that count axes, on tensors: dot, concatenate, reshape<…>, sum<…> and its kin.
//
// The first axis of a tensor is the batch, which they do not count, so one formula works on symbols and on tensors.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/ops/concat.hpp>
#include <lamina/ops/extremes.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/matmul.hpp>
#include <lamina/ops/reduce.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

namespace tensors {

/// The shape of a sample of a batch.
[[gnu::cold]] inline Shape sample_of(std::string_view op, const AnyTensor& x)
{
    if (x.rank() == 0) fail({op, ": a tensor of no axis has no batch, which this function does not count"});
    Shape s;
    for (std::size_t axis = 1; axis < x.rank(); ++axis) s.push_back(x.shape()[axis]);
    return s;
}
[[gnu::cold]] inline Shape batch_of_samples(const AnyTensor& x, const Shape& sample)
{
    if (sample.rank == Shape::max_rank) fail({"a batch of samples of shape ", sample, " has more than six axes"});
    Shape s{x.shape()[0]};
    for (std::size_t axis = 0; axis < sample.rank; ++axis) s.push_back(sample[axis]);
    return s;
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_samples(std::string_view op, const Shape& x)
{
    fail({op, ": tensors of shape ", x, " do not fit; the first axis is the batch, which is not counted"});
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_samples(std::string_view op, const Shape& a, const Shape& b)
{
    fail({op, ": tensors of shapes ", a, " and ", b, " do not fit; the first axis is the batch, which is not counted"});
}

/// Products over the last axes, sample by sample.
[[gnu::cold]] inline AnyTensor dot_of_samples(const AnyTensor& a, const AnyTensor& b)
{
    const Shape x = sample_of("dot", a), z = sample_of("dot", b);
    const ops::verdict answer = ops::Dot::accept({x, z});
    const std::size_t n = a.shape()[0];
    if (answer.answer != ops::misfit::none || !may_equal(n, b.shape()[0])) refuse_samples("dot", a.shape(), b.shape());
    const auto rows = [](const Shape& s) {
        std::size_t all = 1;
        for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) all = product_of_extents(all, s[axis]);
        return all;
    };
    const AnyTensor y = product(reshape(a, {n, rows(x), x.back()}), reshape(b, {n, rows(z), z.back()}), false, true);
    return reshape(y, batch_of_samples(a, answer.output));
}

[[gnu::cold]] inline AnyTensor concat_samples(const std::vector<AnyTensor>& all)
{
    for (const AnyTensor& one : all)
        if (sample_of("concatenate", one).rank == 0) refuse_samples("concatenate", one.shape());
    return concat(all, -1);
}

/// Attributes of a reduction for axes that do not count the batch.
[[gnu::cold]] inline Attributes sample_axes(std::string_view op, const AnyTensor& x, const int* axes, std::size_t count,
                                            bool keepdims)
{
    const auto rank = static_cast<int>(sample_of(op, x).rank);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const int at = axes[i] < 0 ? axes[i] + rank : axes[i];
        if (at < 0 || at >= rank)
            fail({op, ": axis ", axes[i], " of samples of a tensor of shape ", x.shape(), "; axes do not count the batch"});
        if ((bits >> (at + 1) & 1) != 0) fail({op, ": axis ", axes[i], " is given twice"});
        bits |= 1u << (at + 1);
    }
    Attributes with;
    with.add(static_cast<std::int32_t>(bits));
    with.add(keepdims);
    return with;
}

template <class Kind> constexpr const OpEntry& entry_of_reduction()
{
    if constexpr (std::is_same_v<Kind, ops::Sum>) return SumOver<false>::entry;
    else if constexpr (std::is_same_v<Kind, ops::Mean>) return SumOver<true>::entry;
    else if constexpr (std::is_same_v<Kind, ops::Max>) return ExtremeOver<true>::entry;
    else return ExtremeOver<false>::entry;
}

} // namespace tensors

namespace ops {

template <> struct on_tensors<Dot> {
    static AnyTensor call(double, const AnyTensor& a, const AnyTensor& b) { return tensors::dot_of_samples(a, b); }
};
template <> struct on_tensors<Concatenate> {
    template <class... A> static AnyTensor call(double, const A&... a) { return tensors::concat_samples({a...}); }
};
template <int... Extents> struct on_tensors<Reshape<Extents...>> {
    static AnyTensor call(double, const AnyTensor& x)
    {
        const verdict answer = Reshape<Extents...>::accept({tensors::sample_of("reshape", x)});
        if (answer.answer != misfit::none) tensors::refuse_samples("reshape", x.shape());
        return lamina::reshape(x, tensors::batch_of_samples(x, answer.output));
    }
};
template <class Kind, bool KeepDims, int... Axes> struct on_tensors<Reduce<Kind, KeepDims, Axes...>> {
    static AnyTensor call(double, const AnyTensor& x)
    {
        constexpr std::array<int, sizeof...(Axes)> axes{Axes...};
        return tensors::run(tensors::entry_of_reduction<Kind>(), x,
                            tensors::sample_axes(Kind::name, x, axes.data(), axes.size(), KeepDims));
    }
};

/// Over all axes: of a sample, or of the tensor? The one who writes it says so.
template <class Kind, bool KeepDims, class X>
    requires SomeTensors<X>
struct outcome_of<Reduce<Kind, KeepDims>, X> {
    static constexpr misfit reason = misfit::over_all_axes_of_a_tensor__write_reduce_sum_or_its_kin__or_name_axes;
    using type = AnyTensor;
};

} // namespace ops

}}} // namespace lamina::internals
