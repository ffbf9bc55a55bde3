// lamina/models/concatenate.hpp: values side by side in the last axis, in a model's operator().
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/models/inputs.hpp>
#include <lamina/models/merge.hpp>
#include <lamina/models/result.hpp>
#include <lamina/models/symbol.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <type_traits>
#include <utility>

namespace lamina::inline LAMINA_ARCHITECTURE {

namespace inner {

/// The shape of values side by side, or that they are not of one rank, or differ before the last axis.
template <shape... S>
inline constexpr verdict side_by_side = Concat::merge(std::array{S...});

/// Where it is false its arguments are the error message.
template <class... S>
inline constexpr bool shapes_differ_in_the_last_axis_alone = side_by_side<S::value...>.answer == fit::yes;

/// Rows of the last axis.
constexpr std::size_t rows_of(const shape& s)
{
    std::size_t rows = 1;
    for (std::size_t axis = 0; axis + 1 < s.rank; ++axis) rows *= s[axis];
    return rows;
}

template <std::size_t N, class T>
void join_rows(const T* const* from, const std::array<std::size_t, N>& widths, T* to, std::size_t rows)
{
    const std::size_t all = std::accumulate(widths.begin(), widths.end(), std::size_t{0});
    for (std::size_t i = 0, first = 0; i < N; first += widths[i++]) Concat::put(from[i], to, rows, first, widths[i], all);
}

template <std::size_t N, class T>
void part_rows(const T* from, const std::array<std::size_t, N>& widths, T* const* to, std::size_t rows)
{
    const std::size_t all = std::accumulate(widths.begin(), widths.end(), std::size_t{0});
    for (std::size_t i = 0, first = 0; i < N; first += widths[i++])
        if (to[i]) Concat::take(from, to[i], rows, first, widths[i], all);
}

/// What lies in a row in memory and is a sample, its shape known to the compiler.
template <class X>
concept FixedSample = FlatSample<X> || (FixedExpression<X> && LiesInOneRow<X>);

template <class X>
consteval std::size_t axes_of()
{
    if constexpr (FixedSample<X>) return lamina::detail::static_shape<X>().rank;
    else return rank_of<X>;
}

template <class X>
const auto* numbers_in(const X& x)
{
    if constexpr (FlatSample<X>) return x.data();
    else return start_of(x);
}

/// The extents of a value with `Rank` axes.
template <std::size_t Rank, class X>
std::array<std::size_t, Rank> extents_in(const X& x)
{
    std::array<std::size_t, Rank> extents{};
    if constexpr (FixedSample<X>) std::copy_n(lamina::detail::static_shape<X>().extents, Rank, extents.begin());
    else std::copy_n(x.shape().begin(), Rank, extents.begin());
    return extents;
}

[[noreturn, gnu::cold]] inline void refuse_to_join(std::size_t axis, std::size_t first, std::size_t other)
{
    fail({"concatenate: axis ", axis, " has ", first, " entries in the first value and ", other,
          " in another; they may differ in the last axis alone"});
}

} // namespace inner

/// Values side by side in the last axis: `head(concatenate(features(image), extra))`, two or more.
///
/// Shapes    [… , a], [… , b] … of equal other extents give [… , a + b + …].
template <class T, shape First, shape... More>
    requires(sizeof...(More) > 0)
auto concatenate(const Symbol<T, First>& first, const Symbol<T, More>&... more)
{
    static_assert(inner::shapes_differ_in_the_last_axis_alone<as_shape<First>, as_shape<More>...>,
                  "lamina: concatenate in a model joins values whose shapes differ in the last axis alone");
    constexpr shape whole = inner::side_by_side<First, More...>.output;
    auto node = inner::function_node<T>(
        [](const void*, Mode, const T* const* in, T* out, T*, T*, std::size_t n) {
            inner::join_rows(in, std::array{First.back(), More.back()...}, out, n * inner::rows_of(First));
        },
        [](const void*, void*, Mode, const T* const*, const T*, const T*, const T* dout, T* const* din, T*, std::size_t n) {
            inner::part_rows(dout, std::array{First.back(), More.back()...}, din, n * inner::rows_of(First));
        });
    return Symbol<T, whole>{first.plan, first.plan->add_node(std::move(node), no_position, {first.value, more.value...}, whole)};
}

/// An input without a declared shape cannot be joined.
template <class First, class... More>
    requires(inner::is_any_symbol<First> || ... || inner::is_any_symbol<More>)
auto concatenate(const First& first, const More&...)
{
    static_assert(!sizeof(First), "lamina: a model that joins its inputs before a block has seen them declares their shapes: "
                                  "using inputs = Inputs<Input<...>, Input<...>>;");
    return first;
}

/// The same of numbers: of results of blocks and of what the model was given, all samples or all batches [n, …].
template <class First, class... More>
    requires(sizeof...(More) > 0 && (inner::FixedSample<First> || DenseTensor<First>) &&
             ((inner::FixedSample<More> || DenseTensor<More>) && ...))
auto concatenate(const First& first, const More&... more)
{
    using T = element<First>;
    static_assert((std::is_same_v<element<More>, T> && ...),
                  "lamina: concatenate joins values of one number type; cast them, for instance with xt::cast");
    const T* const from[]{inner::numbers_in(first), inner::numbers_in(more)...};
    if constexpr (inner::FixedSample<First> && (inner::FixedSample<More> && ...)) {
        constexpr shape one = lamina::detail::static_shape<First>();
        static_assert(
            inner::shapes_differ_in_the_last_axis_alone<as_shape<one>, as_shape<lamina::detail::static_shape<More>()>...>,
            "lamina: concatenate in a model joins values whose shapes differ in the last axis alone");
        Result<FixedTensor<T, inner::side_by_side<one, lamina::detail::static_shape<More>()...>.output>> result;
        inner::join_rows(from, std::array{one.back(), lamina::detail::static_shape<More>().back()...}, result.data(),
                         inner::rows_of(one));
        return result;
    }
    else {
        constexpr std::size_t rank = inner::axes_of<First>();
        static_assert(rank > 0 && ((inner::axes_of<More>() == rank) && ...),
                      "lamina: concatenate joins samples with samples and batches with batches: values of one rank");
        const std::array all{inner::extents_in<rank>(first), inner::extents_in<rank>(more)...};
        auto extents = all[0];
        std::array<std::size_t, all.size()> widths{};
        std::size_t rows = 1;
        for (std::size_t axis = 0; axis + 1 < rank; ++axis) rows *= extents[axis];
        for (std::size_t i = 0; i < all.size(); ++i) {
            for (std::size_t axis = 0; axis + 1 < rank; ++axis)
                if (all[i][axis] != extents[axis]) inner::refuse_to_join(axis, extents[axis], all[i][axis]);
            widths[i] = all[i][rank - 1];
        }
        for (std::size_t i = 1; i < all.size(); ++i) extents[rank - 1] += widths[i];
        Result<xt::xtensor<T, rank>> result;
        result.resize(extents);
        inner::join_rows(from, widths, result.data(), rows);
        return result;
    }
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
