// lamina/ops/numbers.hpp: what of a program's numbers a function on values takes, and how it reads them.
//
// What blocks and functions gave (Result), and beside one of these what the model was given: std::array, std::span, xtensors,
// expressions of known rank. Either all are samples, or all are batches [n, …].
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/trace/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// What lies in a row in memory and is a sample, its shape known to the compiler.
template <class X>
concept FixedSample = FlatSample<X> || (FixedExpression<X> && LiesInOneRow<X>);

/// A tensor of run-time extents in a row.
template <class X>
concept LooseTensor = DenseTensor<X> && rank_of<X> != run_time_rank && rank_of<X> > 0;

/// What xtensor computes when it is asked, of known rank.
template <class X>
concept LazyExpression = requires(const X& x) {
    typename X::shape_type;
    x.dimension();
} && !FixedSample<X> && !DenseTensor<X> && (FixedExpression<X> || known_rank<typename X::shape_type> < run_time_rank);

template <class X>
concept Numbers = FixedSample<X> || LooseTensor<X> || LazyExpression<X>;

/// The numbers themselves: what they are, or what an expression is evaluated to.
template <Numbers X> decltype(auto) settled(const X& x)
{
    if constexpr (!LazyExpression<X>) return (x);
    else if constexpr (FixedExpression<X>) return FixedTensor<element<X>, static_shape<X>()>(x);
    else return row_major<element<X>, known_rank<typename X::shape_type>>(x);
}
template <Numbers X> using Settled = std::remove_cvref_t<decltype(settled(std::declval<const X&>()))>;

template <class X> consteval std::size_t axes_of()
{
    if constexpr (FixedSample<X>) return static_shape<X>().rank;
    else return rank_of<X>;
}

template <class X> const auto* numbers_in(const X& x)
{
    if constexpr (FlatSample<X>) return x.data();
    else return start_of(x);
}

/// Whether numbers beside each other are samples: one of them is known to be one.
template <class... X> inline constexpr bool are_samples = ((FixedSample<X> || is_loose_sample<X>) || ...);

/// The shape of a sample; of a batch its first axis is not part of it.
template <bool IsSample, class X> Shape shape_in(const X& x)
{
    if constexpr (FixedSample<X>) return static_shape<X>();
    else {
        Shape s;
        for (std::size_t axis = IsSample ? 0 : 1; axis < rank_of<X>; ++axis)
            s.push_back(static_cast<std::size_t>(x.shape()[axis]));
        return s;
    }
}

[[gnu::cold]] inline void require_samples(std::string_view op, std::size_t first, std::size_t other)
{
    if (first != other) fail({op, ": one value has ", first, " samples and another ", other, "; both need the same samples"});
}

[[noreturn, gnu::cold]] inline void refuse_shapes(std::string_view op, const Shape* shapes, std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i) append(text, {i == 0 ? "" : i + 1 == count ? " and " : ", ", shapes[i]});
    fail({op, ": values of shape ", text, " do not fit together"});
}

}}} // namespace lamina::internals::ops
