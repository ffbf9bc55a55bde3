// lamina/data/element.hpp: what an element shows: numbers with extents, texts, or several of these.
//
// An element is a number, a tensor (xtensor, xtensor_fixed, std::array, Row), a text, a list, a std::tuple or std::pair of elements, or a
// plain struct, whose fields are components by name.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/columns.hpp>
#include <lamina/data/row.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a type is as an element.
enum class element_is { other, numbers, text, list, tuple, fields, columns };

/// The numbers of an element: their type `T`, their rank, where they lie and how many. `is_fixed`: the extents are the type's.
template <class E> struct numbers_of {
    static constexpr element_is kind = element_is::other;
};

template <class E>
    requires std::is_arithmetic_v<E>
struct numbers_of<E> {
    static constexpr element_is kind = element_is::numbers;
    using T = E;
    static constexpr std::size_t rank = 0;
    static constexpr bool is_fixed = true;
    static constexpr std::array<std::size_t, 0> extents{};
    static const T* data(const E& e) { return &e; }
};

template <class N, std::size_t R> struct numbers_of<Row<N, R>> {
    static constexpr element_is kind = element_is::numbers;
    using T = N;
    static constexpr std::size_t rank = R;
    static constexpr bool is_fixed = false;
    static std::array<std::size_t, R> extents_of(const Row<N, R>& e) { return e.extents; }
    static const T* data(const Row<N, R>& e) { return e.data; }
};

template <class N, std::size_t Size>
    requires std::is_arithmetic_v<N>
struct numbers_of<std::array<N, Size>> {
    static constexpr element_is kind = element_is::numbers;
    using T = N;
    static constexpr std::size_t rank = 1;
    static constexpr bool is_fixed = true;
    static constexpr std::array<std::size_t, 1> extents{Size};
    static const T* data(const std::array<N, Size>& e) { return e.data(); }
};

template <class N, std::size_t R> struct numbers_of<xt::xtensor<N, R, xt::layout_type::row_major>> {
    using E = xt::xtensor<N, R, xt::layout_type::row_major>;
    static constexpr element_is kind = element_is::numbers;
    using T = N;
    static constexpr std::size_t rank = R;
    static constexpr bool is_fixed = false;
    static std::array<std::size_t, R> extents_of(const E& e)
    {
        std::array<std::size_t, R> extents{};
        std::copy_n(e.shape().begin(), R, extents.begin());
        return extents;
    }
    static const T* data(const E& e) { return e.data(); }
};

template <class N, std::size_t... Extents, bool Sharable>
struct numbers_of<xt::xtensor_fixed<N, xt::xshape<Extents...>, xt::layout_type::row_major, Sharable>> {
    using E = xt::xtensor_fixed<N, xt::xshape<Extents...>, xt::layout_type::row_major, Sharable>;
    static constexpr element_is kind = element_is::numbers;
    using T = N;
    static constexpr std::size_t rank = sizeof...(Extents);
    static constexpr bool is_fixed = true;
    static constexpr std::array<std::size_t, rank> extents{Extents...};
    static const T* data(const E& e) { return e.data(); }
};

template <class E>
inline constexpr element_is kind_of = [] {
    if constexpr (numbers_of<E>::kind != element_is::other) return numbers_of<E>::kind;
    else if constexpr (std::is_class_v<E>) {
        if constexpr (fields_of<E> == fields_are::readable) return field_count<E>() > 0 ? element_is::fields : element_is::other;
        else return element_is::other;
    }
    else return element_is::other;
}();
template <> inline constexpr element_is kind_of<std::string> = element_is::text;
template <class T> inline constexpr element_is kind_of<std::vector<T>> = element_is::list;
template <class... E> inline constexpr element_is kind_of<std::tuple<E...>> = element_is::tuple;
template <class A, class B> inline constexpr element_is kind_of<std::pair<A, B>> = element_is::tuple;
template <class S, class... Each> inline constexpr element_is kind_of<Columns<S, Each...>> = element_is::columns;

/// The extents of numbers, whether they are the type's or the value's.
template <class E> constexpr auto extents_of(const E& e)
{
    if constexpr (numbers_of<E>::is_fixed) return numbers_of<E>::extents;
    else return numbers_of<E>::extents_of(e);
}

}}} // namespace lamina::internals
