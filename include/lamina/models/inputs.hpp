// lamina/models/inputs.hpp: what may be given to a model: one sample, or a batch.
//
// xtensor_fixed, std::array, std::span<const T, N>   a sample, checked at compile time, fixed-size result
// a lazy expression of static shape                  evaluated on the stack, then the same (`h + mix(h)` in a struct)
// xtensor of the sample's rank                       a sample, checked at run time
// xtensor of one rank more                           a batch [n, …]
// anything else                                      refused, with a sentence
//
// predict, fit and evaluate take batches alone: an xtensor of one rank more, and for a model of several inputs a std::tuple of them.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/tensor.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina {

namespace detail {

template <class X>
inline constexpr std::size_t flat_size = 0;
template <class T, std::size_t N>
inline constexpr std::size_t flat_size<std::array<T, N>> = N;
template <class T, std::size_t N>
inline constexpr std::size_t flat_size<std::span<T, N>> = N == std::dynamic_extent ? 0 : N;

template <class S>
inline constexpr bool is_fixed_shape = false;
template <std::size_t... E>
inline constexpr bool is_fixed_shape<xt::fixed_shape<E...>> = true;

template <class S>
struct shape_of_fixed;
template <std::size_t... E>
struct shape_of_fixed<xt::fixed_shape<E...>> {
    static constexpr shape value = Shape<E...>::value;
};

template <class S>
inline constexpr std::size_t known_rank = ~std::size_t{0};
template <class T, std::size_t N>
inline constexpr std::size_t known_rank<std::array<T, N>> = N;

template <class T, shape S>
struct fixed_tensor {
    template <std::size_t... Axis>
    static auto name(std::index_sequence<Axis...>) -> xt::xtensor_fixed<T, xt::xshape<S[Axis]...>>;
    using type = decltype(name(std::make_index_sequence<S.rank>{}));
};

} // namespace detail

/// The xtensor type of a sample of a shape: fixed size, no allocation.
template <class T, shape S>
using FixedTensor = typename detail::fixed_tensor<T, S>::type;

/// A std::array or a std::span of static extent.
template <class X>
concept FlatSample = detail::flat_size<X> > 0;

/// An xtensor, or an expression of xtensors, whose shape the compiler knows.
template <class X>
concept FixedExpression = requires { typename X::shape_type; } && detail::is_fixed_shape<typename X::shape_type>;

/// Its numbers lie behind each other in memory, in row-major order: no lazy expression, and no view that leaves some out.
template <class X>
concept LiesInOneRow = requires(const X& x) {
    x.data();
    x.data_offset();
} && X::static_layout == xt::layout_type::row_major;

/// An xtensor container or adaptor in row-major order, of known rank and run-time extents.
template <class X>
concept DenseTensor = requires(const X& x) {
    typename X::shape_type;
    x.storage();
} && detail::known_rank<typename X::shape_type> != ~std::size_t{0} && LiesInOneRow<X>;

namespace detail {
/// What the compiler knows of a sample's shape; rank 0 where it is nothing.
template <class X>
consteval shape static_shape()
{
    if constexpr (FlatSample<X>) return shape{flat_size<X>};
    else if constexpr (FixedExpression<X>) return shape_of_fixed<typename X::shape_type>::value;
    else return {};
}

template <class X>
inline constexpr bool is_dense_tuple = false;
template <class... X>
inline constexpr bool is_dense_tuple<std::tuple<X...>> = sizeof...(X) > 0 && (DenseTensor<std::remove_cvref_t<X>> && ...);
} // namespace detail

/// One such tensor, or a std::tuple of them: the inputs or outputs of a model.
template <class X>
concept DenseTensors = DenseTensor<X> || detail::is_dense_tuple<X>;

template <DenseTensor X>
inline constexpr std::size_t rank_of = detail::known_rank<typename X::shape_type>;

/// The numbers that a tensor type holds.
template <class X>
using element = std::remove_const_t<typename X::value_type>;

/// The first number of a tensor. A view (`xt::view(x, xt::range(100, 200))`) names its container's, and how far behind it starts.
template <class X>
auto* start_of(X& x)
{
    return x.data() + x.data_offset();
}

/// [n, …] of a tensor as a shape without its first axis.
template <DenseTensor X>
shape sample_shape(const X& x)
{
    static_assert(rank_of<X> >= 1 && rank_of<X> <= shape::max_rank + 1,
                  "lamina: a batch has the axis of its samples and at most 6 others");
    shape s;
    for (std::size_t axis = 1; axis < rank_of<X>; ++axis) s.push_back(static_cast<std::size_t>(x.shape()[axis]));
    return s;
}

/// Throws unless every sample of `x` has the shape `needed`.
template <DenseTensor X>
void require_samples(const X& x, const shape& needed, const char* where)
{
    if (sample_shape(x) != needed)
        fail({where, ": samples of shape ", sample_shape(x), " were given, the model needs ", needed,
              "; reshape them to [n, …] with these extents"});
}

namespace detail {

/// "fit, input 2": the place of a sentence about one of several inputs or outputs; `where` where there is only one.
[[gnu::cold]] inline std::string place_of(const char* where, const char* what, std::size_t i, std::size_t count)
{
    std::string place = where;
    if (count > 1) append(place, {", ", what, ' ', i + 1});
    return place;
}

[[gnu::cold]] inline void require_rows(std::size_t rows, std::size_t first, std::size_t i, const char* where)
{
    if (rows != first)
        fail({where, ": input ", i + 1, " has ", rows, " samples and input 1 has ", first,
              "; row i of every input belongs to sample i, so each needs as many"});
}

} // namespace detail

/// Throws unless the samples of every input have the shape needed[i], and all inputs are of as many samples.
template <DenseTensors X>
void require_inputs(const X& x, const shape* needed, const char* where)
{
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        const auto check = [&](const auto& input, std::size_t i) {
            if (sample_shape(input) != needed[i])
                require_samples(input, needed[i], detail::place_of(where, "input", i, sizeof...(I)).c_str());
        };
        (check(tensor_at<I>(x), I), ...);
        (detail::require_rows(tensor_at<I>(x).shape()[0], tensor_at<0>(x).shape()[0], I, where), ...);
    }(std::make_index_sequence<tensor_count<X>>{});
}

} // namespace lamina
