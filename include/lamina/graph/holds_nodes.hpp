// lamina/graph/holds_nodes.hpp: whether a struct has fields that are nodes of a graph (graph/traced/node.hpp).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/variable.hpp>

#include <cstddef>
#include <tuple>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

class Node;
template <class T, std::ptrdiff_t... Extents> class Placeholder;

namespace internals::graphs {

template <class P> inline constexpr bool is_node = false;
template <> inline constexpr bool is_node<Node> = true;
template <class T, std::ptrdiff_t... Extents> inline constexpr bool is_node<Placeholder<T, Extents...>> = true;

/// Itself or in structs and arrays inside of it; layers have none.
template <class P> consteval bool holds_nodes()
{
    if constexpr (is_node<P>) return true;
    else if constexpr (is_variable<P> || has_layers<P>) return false;
    else if constexpr (is_list<P>) {
        if constexpr (requires { std::tuple_size<P>::value; }) return holds_nodes<typename P::value_type>();
        else return false;
    }
    else if constexpr (has_fields<P> && fields_of<P> == fields_are::readable)
        return []<class... Fields>(field_list<Fields...>) { return (false || ... || holds_nodes<Fields>()); }(part_types<P>());
    else return false;
}

template <class P>
concept HoldsNodes = holds_nodes<P>();

/// Never true: its argument is the error message.
template <class Fields> inline constexpr bool has_its_header = false;

} // namespace internals::graphs

}} // namespace lamina
