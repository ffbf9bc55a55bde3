// lamina/data/stack.hpp: elements one above the other: how a batch is made of them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/data/columns.hpp>
#include <lamina/data/element.hpp>
#include <lamina/data/make_room.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Whether elements of a type are made of numbers and texts alone; with `Lists` there may be lists of these among them.
template <class E, bool Lists> struct has_components {
    static consteval bool answer()
    {
        if constexpr (kind_of<E> == element_is::fields)
            return []<class... Fields>(field_list<Fields...>) {
                return (has_components<Fields, Lists>::answer() && ...);
            }(field_types<E>{});
        else return kind_of<E> == element_is::numbers || kind_of<E> == element_is::text;
    }
};
template <class T, bool Lists> struct has_components<std::vector<T>, Lists> {
    static consteval bool answer() { return Lists && (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>); }
};
template <class... E, bool Lists> struct has_components<std::tuple<E...>, Lists> {
    static consteval bool answer() { return (has_components<E, Lists>::answer() && ...); }
};
template <class A, class B, bool Lists>
struct has_components<std::pair<A, B>, Lists> : has_components<std::tuple<A, B>, Lists> {};

template <class E> struct stacked;

template <class S, class Fields> struct stacked_fields;
template <class S, class... Fields> struct stacked_fields<S, field_list<Fields...>> {
    using type = Columns<S, typename stacked<Fields>::type...>;
};

/// The batch of elements of a type: numbers of rank R give a tensor of rank R + 1, texts a list of them, tuples a tuple of batches,
/// structs `Columns`.
template <class E> struct stacked {
    template <element_is Kind> static auto choose()
    {
        if constexpr (Kind == element_is::numbers)
            return std::type_identity<row_major<typename numbers_of<E>::T, numbers_of<E>::rank + 1>>{};
        else if constexpr (Kind == element_is::text) return std::type_identity<std::vector<std::string>>{};
        else if constexpr (Kind == element_is::fields) return stacked_fields<E, field_types<E>>{};
        // nothing else: `has_components` was asked before
    }
    using type = typename decltype(choose<kind_of<E>>())::type;
};
template <class... E> struct stacked<std::tuple<E...>> {
    using type = std::tuple<typename stacked<E>::type...>;
};
template <class A, class B> struct stacked<std::pair<A, B>> : stacked<std::tuple<A, B>> {};

template <class E> using stacked_t = typename stacked<E>::type;

[[gnu::cold, gnu::noinline]] inline void print_extents(std::string& to, std::span<const std::size_t> extents)
{
    print(to, '[');
    for (std::size_t axis = 0; axis < extents.size(); ++axis) append(to, {axis ? ", " : "", extents[axis]});
    print(to, ']');
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_extents(std::size_t i, std::span<const std::size_t> found,
                                                                  std::span<const std::size_t> before)
{
    std::string text;
    append(text, {"batch: element ", i, " is "});
    print_extents(text, found);
    print(text, ", the elements before it ");
    print_extents(text, before);
    fail({text, "; use padded_batch, or resize them"});
}

/// Row i of n. The first row decides the extents of the batch.
template <class T, std::size_t R>
void put_numbers(row_major<T, R + 1>& to, std::size_t i, std::size_t n, const T* from, const std::array<std::size_t, R>& extents)
{
    if (i == 0) {
        std::array<std::size_t, R + 1> shape{n};
        std::copy_n(extents.begin(), R, shape.begin() + 1);
        internals::make_room(to, shape);
    }
    std::size_t size = 1;
    bool same = true;
    for (std::size_t axis = 0; axis < R; ++axis) {
        same &= to.shape()[axis + 1] == extents[axis];
        size *= extents[axis];
    }
    if (!same) refuse_extents(i, extents, {&to.shape()[1], R});
    std::copy_n(from, size, to.data() + i * size);
}

/// Puts element i of a batch of n. What an element owns may change places with what was in the batch.
template <class B, class E> void put(B& to, std::size_t i, std::size_t n, E& from)
{
    constexpr element_is kind = kind_of<E>;
    if constexpr (kind == element_is::numbers)
        put_numbers<typename numbers_of<E>::T, numbers_of<E>::rank>(to, i, n, numbers_of<E>::data(from),
                                                                    internals::extents_of(from));
    else if constexpr (kind == element_is::text) {
        if (i == 0) to.resize(n);
        std::swap(to[i], from);
    }
    else if constexpr (kind == element_is::tuple)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (internals::put(std::get<At>(to), i, n, std::get<At>(from)), ...);
        }(std::make_index_sequence<std::tuple_size_v<E>>{});
    else
        with_fields<field_count<E>()>(from, [&](auto&... field) {
            std::apply([&](auto&... column) { (internals::put(column, i, n, field), ...); }, to.fields);
        });
}

/// Cuts a batch to its first n elements.
template <class T, std::size_t R> [[gnu::cold]] void cut(row_major<T, R>& to, std::size_t n)
{
    auto shape = to.shape();
    shape[0] = n;
    row_major<T, R> less(shape);
    std::copy_n(to.data(), less.size(), less.data());
    to = std::move(less);
}
template <class T> [[gnu::cold]] void cut(std::vector<T>& to, std::size_t n) { to.resize(n); }
template <class... B> [[gnu::cold]] void cut(std::tuple<B...>& to, std::size_t n)
{
    std::apply([&](auto&... batch) { (internals::cut(batch, n), ...); }, to);
}
template <class S, class... B> [[gnu::cold]] void cut(Columns<S, B...>& to, std::size_t n) { internals::cut(to.fields, n); }

}}} // namespace lamina::internals
