// lamina/core/flat_tuple.hpp: a flat tuple: each value in a base of its own number, so that fifty of them nest nothing.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <cstddef>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// One value of a tuple.
template <std::size_t At, class T> struct slot {
    T value;
};

/// The values, an aggregate: `flat_tuple<std::index_sequence_for<A, B>, A, B>{{a}, {b}}`.
template <class Indices, class... T> struct flat_tuple;
template <std::size_t... At, class... T> struct flat_tuple<std::index_sequence<At...>, T...> : slot<At, T>... {};

/// The same by the types of its values: `values<A, B>{{a}, {b}}`.
template <class... T> using values = flat_tuple<std::index_sequence_for<T...>, T...>;

/// The value at a place, whose type is deduced and not searched for.
template <std::size_t At, class T> constexpr T& get(slot<At, T>& s) { return s.value; }
template <std::size_t At, class T> constexpr const T& get(const slot<At, T>& s) { return s.value; }

}}} // namespace lamina::internals
