// lamina/models/readable.hpp: what is no tensor in rows becomes one: lazy expressions, an xarray, a std::vector, other orders of axes.
//
// a lazy expression, a view with gaps, column-major order   evaluated into an xtensor
// xt::xarray                                                 as it is; its rank is seen at run time
// std::vector, std::span, std::array of numbers              the samples one after another
// a list of such rows                                        a sample a row
// a Tensor whose number type is static                       as it is; its extents are seen at run time
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/found_here.hpp>
#include <lamina/trace/inputs.hpp>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A batch whose rank is known at run time: it refers to numbers that lie in rows, or holds them.
template <class V> class Batch {
public:
    using value_type = V;
    using shape_type = RunTimeExtents;
    static constexpr xt::layout_type static_layout = xt::layout_type::row_major;

    Batch(const V* at, const shape_type& of) : numbers(at), extents(of) {}
    explicit Batch(const shape_type& of) : extents(of), kept(of.product()) { numbers = kept.data(); }

    const shape_type& shape() const { return extents; }
    std::size_t size() const { return extents.product(); }
    const V* data() const { return numbers; }
    static constexpr std::size_t data_offset() { return 0; }
    const Batch& storage() const { return *this; }

    V* room() { return kept.data(); }

private:
    const V* numbers;
    shape_type extents;
    Aligned<V> kept{};
};

template <class X> inline constexpr bool is_batch = false;
template <class V> inline constexpr bool is_batch<Batch<V>> = true;

template <class V> inline constexpr bool is_number = std::is_arithmetic_v<V> && !std::is_same_v<std::remove_cv_t<V>, char>;

/// A tensor of autodiff.hpp whose number type the compiler knows.
template <class X>
concept TypedTensor = std::is_base_of_v<functions::tensor_base, X> && requires { typename X::value_type; };

/// Numbers behind each other: std::vector, std::span, std::array.
template <class X>
concept FlatNumbers = requires(const X& x) {
    x.size();
    requires is_number<std::remove_pointer_t<decltype(x.data())>>;
} && !TypedTensor<X> && !requires { typename X::shape_type; };

template <class X>
concept RowsOfNumbers = requires(const X& x) {
    x.size();
    requires FlatNumbers<std::remove_cvref_t<decltype(*x.begin())>>;
};

/// What xtensor can compute.
template <class X>
concept Expression = requires(const X& x) {
    typename X::shape_type;
    x.dimension();
    x.shape();
    requires is_number<std::remove_const_t<typename X::value_type>>;
};

template <class X>
concept OneReadable = Expression<X> || TypedTensor<X> || FlatNumbers<X> || RowsOfNumbers<X> ||
                      (DenseTensor<X> && is_number<std::remove_const_t<typename X::value_type>>);

template <class X> inline constexpr bool all_readable = OneReadable<X>;
template <class... X>
inline constexpr bool all_readable<std::tuple<X...>> = sizeof...(X) > 0 && (OneReadable<std::remove_cvref_t<X>> && ...);

/// [count, …each]
[[gnu::cold]] inline RunTimeExtents batch_of(std::size_t count, const Shape& each)
{
    RunTimeExtents extents;
    extents.push_back(count);
    for (std::size_t axis = 0; axis < each.rank; ++axis) extents.push_back(each[axis]);
    return extents;
}

[[gnu::cold]] inline std::size_t samples_in(std::size_t numbers, const Shape& each, const char* where)
{
    if (each.size() == 0 || numbers % each.size() != 0)
        fail({where, ": ", numbers, " numbers in a row were given, a sample of ", each, " has ", each.size(),
              "; give as many for each of them"});
    return numbers / each.size();
}

[[gnu::cold]] inline void require_row(std::size_t numbers, std::size_t row, const Shape& each, const char* where)
{
    if (numbers != each.size())
        fail({where, ": row ", row, " has ", numbers, " numbers, a sample of ", each, " has ", each.size()});
}

/// Where the rank is none of a batch nothing can be read.
[[gnu::cold]] inline void require_rank(std::size_t rank, const char* where)
{
    if (rank < 1 || rank > RunTimeExtents::most)
        fail({where, ": an array of ", rank, " axes was given; a batch has the axis of its samples and at most 6 others"});
}

/// A tensor itself, and a tensor made of what is none. `each` is the shape of a sample, for numbers that say nothing of theirs.
template <class X> decltype(auto) read_one(const X& x, [[maybe_unused]] const Shape& each, [[maybe_unused]] const char* where)
{
    if constexpr (DenseTensor<X>) return (x);
    else if constexpr (TypedTensor<X>) {
        require_rank(x.rank(), where);
        RunTimeExtents extents;
        for (std::size_t axis = 0; axis < x.rank(); ++axis) extents.push_back(x.shape()[axis]);
        return Batch<typename X::value_type>(x.data(), extents);
    }
    else if constexpr (FlatNumbers<X>) return Batch<element<X>>(x.data(), batch_of(samples_in(x.size(), each, where), each));
    else if constexpr (RowsOfNumbers<X>) {
        Batch<element<std::remove_cvref_t<decltype(*x.begin())>>> rows(batch_of(x.size(), each));
        auto* to = rows.room();
        std::size_t number = 0;
        for (const auto& row : x) {
            require_row(row.size(), number++, each, where);
            to = std::copy_n(row.data(), row.size(), to);
        }
        return rows;
    }
    else if constexpr (known_rank<typename X::shape_type> != unknown_rank)
        return xt::xtensor<element<X>, known_rank<typename X::shape_type>, xt::layout_type::row_major>(x);
    else if constexpr (is_fixed_shape<typename X::shape_type>)
        return xt::xtensor<element<X>, shape_of_fixed<typename X::shape_type>::value.rank, xt::layout_type::row_major>(x);
    else {
        require_rank(x.dimension(), where);
        RunTimeExtents extents;
        for (const auto extent : x.shape()) extents.push_back(static_cast<std::size_t>(extent));
        if constexpr (LiesInOneRow<X>) return Batch<element<X>>(start_of(x), extents);
        else {
            Batch<element<X>> evaluated(extents);
            std::copy_n(x.template begin<xt::layout_type::row_major>(), evaluated.size(), evaluated.room());
            return evaluated;
        }
    }
}

/// What `predict`, `fit` and `evaluate` can read: a tensor or what becomes one, or a std::tuple of such.
template <class X>
concept Readable = all_readable<X>;

/// As tensors. `each` are the shapes of the samples of each.
template <Readable X> decltype(auto) as_tensors(const X& x, const Shape* each, const char* where)
{
    if constexpr (DenseTensors<X>) return (x);
    else if constexpr (is_tuple<X>)
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            return std::tuple<decltype(read_one(std::get<At>(x), each[At], where))...>(
                read_one(std::get<At>(x), each[At], where)...);
        }(std::make_index_sequence<tensor_count<X>>{});
    else return read_one(x, *each, where);
}

/// Their types.
template <class X> struct tensors_of {
    using type = void;
};
template <Readable X> struct tensors_of<X> {
    using type = std::remove_cvref_t<decltype(as_tensors(std::declval<const X&>(), nullptr, nullptr))>;
};
template <class X> using Tensors = typename tensors_of<X>::type;

}}} // namespace lamina::internals
