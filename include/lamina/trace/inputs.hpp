// lamina/trace/inputs.hpp: what may be given to a model: one sample, or a batch.
//
// xtensor_fixed, std::array, std::span<const T, N>   a sample, checked at compile time, fixed-size result
// a lazy expression of static shape                  evaluated on the stack, then the same (`h + mix(h)` in a struct)
// xtensor of the sample's rank                       a sample, checked at run time
// xtensor of one rank more                           a batch [n, …]
// a lazy expression of known rank, other orders      evaluated into an xtensor, then the same
// std::vector, std::span                             a sample, checked at run time
// anything else                                      refused, with a sentence
//
// predict, fit and evaluate take batches alone: an xtensor of one rank more, and for a model of several inputs a std::tuple of them;
// what they make of other things, models/readable.hpp says.
#pragma once

#include <lamina/core/architecture.hpp>
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

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

template <class X> inline constexpr std::size_t flat_size = 0;
template <class T, std::size_t N> inline constexpr std::size_t flat_size<std::array<T, N>> = N;
template <class T, std::size_t N> inline constexpr std::size_t flat_size<std::span<T, N>> = N == std::dynamic_extent ? 0 : N;

template <class S> inline constexpr bool is_fixed_shape = false;
template <std::size_t... E> inline constexpr bool is_fixed_shape<xt::fixed_shape<E...>> = true;

template <class S> struct shape_of_fixed;
template <std::size_t... E> struct shape_of_fixed<xt::fixed_shape<E...>> {
    static constexpr Shape value = Extents<E...>::value;
};

/// Extents of a batch whose rank the compiler does not know.
struct RunTimeExtents {
    static constexpr std::size_t most = Shape::max_rank + 1;

    std::size_t values[most]{};
    std::size_t rank = 0;

    void push_back(std::size_t extent) { values[rank++] = extent; }
    std::size_t operator[](std::size_t axis) const { return values[axis]; }
    std::size_t size() const { return rank; }
    const std::size_t* begin() const { return values; }
    const std::size_t* end() const { return values + rank; }
    std::size_t product() const
    {
        std::size_t n = 1;
        for (const std::size_t extent : *this) n *= extent;
        return n;
    }
};

inline constexpr std::size_t unknown_rank = ~std::size_t{0}, run_time_rank = unknown_rank - 1;

template <class S> inline constexpr std::size_t known_rank = unknown_rank;
template <class T, std::size_t N> inline constexpr std::size_t known_rank<std::array<T, N>> = N;
template <> inline constexpr std::size_t known_rank<RunTimeExtents> = run_time_rank;

template <class T, Shape S> struct fixed_tensor {
    template <std::size_t... Axis>
    static auto name(std::index_sequence<Axis...>) -> xt::xtensor_fixed<T, xt::xshape<S[Axis]...>, xt::layout_type::row_major>;
    using type = decltype(name(std::make_index_sequence<S.rank>{}));
};

/// The xtensor type of a sample of a shape: fixed size, no allocation.
template <class T, Shape S> using FixedTensor = typename fixed_tensor<T, S>::type;

/// A std::array or a std::span of static extent.
template <class X>
concept FlatSample = flat_size<X> > 0;

/// An xtensor, or an expression of xtensors, whose shape the compiler knows.
template <class X>
concept FixedExpression = requires { typename X::shape_type; } && is_fixed_shape<typename X::shape_type>;

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
} && known_rank<typename X::shape_type> != unknown_rank && LiesInOneRow<X>;

/// What the compiler knows of a sample's shape; rank 0 where it is nothing.
template <class X> consteval Shape static_shape()
{
    if constexpr (FlatSample<X>) return Shape{flat_size<X>};
    else if constexpr (FixedExpression<X>) return shape_of_fixed<typename X::shape_type>::value;
    else return {};
}

template <class X> inline constexpr bool is_dense_tuple = false;
template <class... X>
inline constexpr bool is_dense_tuple<std::tuple<X...>> = sizeof...(X) > 0 && (DenseTensor<std::remove_cvref_t<X>> && ...);

/// One such tensor, or a std::tuple of them: the inputs or outputs of a model.
template <class X>
concept DenseTensors = DenseTensor<X> || is_dense_tuple<X>;

template <DenseTensor X> inline constexpr std::size_t rank_of = known_rank<typename X::shape_type>;

/// Whether a tensor has this rank, or one that is seen at run time.
template <DenseTensor X> constexpr bool may_have_rank(std::size_t rank)
{
    return rank_of<X> == rank || rank_of<X> == run_time_rank;
}

/// The numbers that a tensor type holds.
template <class X> using element = std::remove_const_t<typename X::value_type>;

/// The first number of a tensor. A view (`xt::view(x, xt::range(100, 200))`) names its container's, and how far behind it starts.
template <class X> auto* start_of(X& x) { return x.data() + x.data_offset(); }

/// [n, …] of a tensor as a shape without its first axis.
template <DenseTensor X> Shape sample_shape(const X& x)
{
    static_assert(rank_of<X> == run_time_rank || (rank_of<X> >= 1 && rank_of<X> <= Shape::max_rank + 1),
                  "lamina: a batch has the axis of its samples and at most 6 others");
    Shape s;
    for (std::size_t axis = 1; axis < x.shape().size(); ++axis) s.push_back(static_cast<std::size_t>(x.shape()[axis]));
    return s;
}

/// Throws unless every sample of `x` has the shape `needed`.
template <DenseTensor X> void require_samples(const X& x, const Shape& needed, const char* where)
{
    if (sample_shape(x) != needed)
        fail({where, ": samples of shape ", sample_shape(x), " were given, the model needs ", needed,
              "; reshape them to [n, …] with these extents"});
}

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

/// Throws unless the samples of every input have the shape needed[i], and all inputs are of as many samples.
template <DenseTensors X> void require_inputs(const X& x, const Shape* needed, const char* where)
{
    [&]<std::size_t... At>(std::index_sequence<At...>) {
        const auto check_one = [&](const auto& input, std::size_t i) {
            if (sample_shape(input) != needed[i])
                require_samples(input, needed[i], place_of(where, "input", i, sizeof...(At)).c_str());
        };
        (check_one(tensor_at<At>(x), At), ...);
        (require_rows(tensor_at<At>(x).shape()[0], tensor_at<0>(x).shape()[0], At, where), ...);
    }(std::make_index_sequence<tensor_count<X>>{});
}

}}} // namespace lamina::internals
