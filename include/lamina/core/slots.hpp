// lamina/core/slots.hpp: a flat tuple: each value in a base of its own number, so that fifty of them nest nothing.
#pragma once

#include <cstddef>
#include <utility>

namespace lamina::detail {

/// One value of a tuple.
template <std::size_t I, class T>
struct slot {
    T value;
};

/// The values, an aggregate: `slots<std::index_sequence_for<A, B>, A, B>{{a}, {b}}`.
template <class Indices, class... T>
struct slots;
template <std::size_t... I, class... T>
struct slots<std::index_sequence<I...>, T...> : slot<I, T>... {};

/// The same by the types of its values: `values<A, B>{{a}, {b}}`.
template <class... T>
using values = slots<std::index_sequence_for<T...>, T...>;

/// The value at a place, whose type is deduced and not searched for.
template <std::size_t I, class T>
constexpr T& get(slot<I, T>& s)
{
    return s.value;
}
template <std::size_t I, class T>
constexpr const T& get(const slot<I, T>& s)
{
    return s.value;
}

} // namespace lamina::detail
