// lamina/data/spec.hpp: what the elements of a dataset are: the types and the shapes of their components.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/data/columns.hpp>
#include <lamina/data/element.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// An extent that only the data know.
inline constexpr std::int64_t unknown_extent = -1;

/// One tensor, text or list of an element: the field's name (empty where it has none), the dtype's name or "string", and the extents.
struct Component {
    std::string name;
    std::string type;
    std::vector<std::int64_t> extents;
};

namespace internals {

template <class S> struct struct_of;
template <class S, class... Each> struct struct_of<Columns<S, Each...>> {
    static constexpr const auto& names = field_names<S>;
};

template <class T> constexpr std::string_view type_name()
{
    if constexpr (std::is_same_v<T, std::string>) return "string";
    else if constexpr (std::is_arithmetic_v<T>) return name_of(dtype_of<T>);
    else return "?";
}

[[gnu::cold, gnu::noinline]] inline void add_component(std::vector<Component>& to, std::string_view name, std::string_view type,
                                                       std::size_t rank, const std::size_t* extents)
{
    Component added{std::string(name), std::string(type), {}};
    for (std::size_t axis = 0; axis < rank; ++axis)
        added.extents.push_back(extents ? static_cast<std::int64_t>(extents[axis]) : unknown_extent);
    to.push_back(std::move(added));
}

/// The components of an element's type; what only the data know is unknown.
template <class E> [[gnu::cold]] void add_components(std::vector<Component>& to, std::string_view name)
{
    constexpr element_is kind = kind_of<E>;
    if constexpr (kind == element_is::columns)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (internals::add_components<std::tuple_element_t<At, E>>(to, struct_of<E>::names[At]), ...);
        }(std::make_index_sequence<std::tuple_size_v<E>>{});
    else if constexpr (kind == element_is::numbers) {
        const std::size_t* fixed = nullptr;
        if constexpr (numbers_of<E>::is_fixed) fixed = numbers_of<E>::extents.data();
        add_component(to, name, type_name<typename numbers_of<E>::T>(), numbers_of<E>::rank, fixed);
    }
    else if constexpr (kind == element_is::list) add_component(to, name, type_name<typename E::value_type>(), 1, nullptr);
    else if constexpr (kind == element_is::tuple)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (internals::add_components<std::tuple_element_t<At, E>>(to, name), ...);
        }(std::make_index_sequence<std::tuple_size_v<E>>{});
    else if constexpr (kind == element_is::fields)
        [&]<class... Fields>(field_list<Fields...>) {
            std::size_t at = 0;
            (internals::add_components<Fields>(to, field_names<E>[at++]), ...);
        }(field_types<E>{});
    else add_component(to, name, type_name<E>(), 0, nullptr);
}

/// Writes the components of a type by `write(component)`, a tuple's in parentheses, a struct's in braces behind their names.
template <class E, class Write>
[[gnu::cold]] void write_nested(std::string& to, const std::vector<Component>& all, std::size_t& at, Write write)
{
    constexpr element_is kind = kind_of<E>;
    [[maybe_unused]] std::size_t part = 0;
    [[maybe_unused]] const auto named = [&]<class Part>(std::type_identity<Part>, std::string_view name) {
        append(to, {part++ ? ", " : "{", name, ": "});
        internals::write_nested<Part>(to, all, at, write);
    };
    if constexpr (kind == element_is::columns) {
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (named(std::type_identity<std::tuple_element_t<At, E>>{}, struct_of<E>::names[At]), ...);
        }(std::make_index_sequence<std::tuple_size_v<E>>{});
        print(to, '}');
    }
    else if constexpr (kind == element_is::fields) {
        [&]<class... Fields>(field_list<Fields...>) {
            std::size_t field = 0;
            (named(std::type_identity<Fields>{}, field_names<E>[field++]), ...);
        }(field_types<E>{});
        print(to, '}');
    }
    else if constexpr (kind == element_is::tuple) {
        print(to, '(');
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            ((print(to, At ? ", " : ""), internals::write_nested<std::tuple_element_t<At, E>>(to, all, at, write)), ...);
        }(std::make_index_sequence<std::tuple_size_v<E>>{});
        print(to, ')');
    }
    else write(to, all[at++]);
}

[[gnu::cold]] inline void print_type(std::string& to, const Component& of) { print(to, of.type); }
[[gnu::cold]] inline void print_shape(std::string& to, const Component& of)
{
    print(to, '(');
    for (std::size_t axis = 0; axis < of.extents.size(); ++axis) {
        if (axis > 0) print(to, ", ");
        if (of.extents[axis] == unknown_extent) print(to, '?');
        else print(to, of.extents[axis]);
    }
    print(to, of.extents.size() == 1 ? ",)" : ")"); // as Python writes a tuple of one
}

[[gnu::cold, gnu::noinline]] inline void append_spec(std::vector<Component>& to, std::vector<Component> more)
{
    for (Component& one : more) to.push_back(std::move(one)); // `insert` would take longer to compile
}

/// The components of batches.
[[gnu::cold, gnu::noinline]] inline std::vector<Component> batched_spec(std::vector<Component> of, std::int64_t size)
{
    for (Component& one : of) {
        std::vector<std::int64_t>& extents = one.extents;
        extents.push_back(size);
        for (std::size_t axis = extents.size() - 1; axis > 0; --axis) std::swap(extents[axis], extents[axis - 1]);
    }
    return of;
}

} // namespace internals

/// What the elements of a dataset are, component by component. Extents are known from the element's type, or where the data know them.
///
/// Example: `spec(slices(images, labels))[0].extents` is 28, 28, 1
template <Dataset D> [[gnu::cold]] std::vector<Component> spec(const D& dataset)
{
    if constexpr (requires { dataset.spec(); }) return dataset.spec();
    else {
        std::vector<Component> all;
        internals::add_components<typename D::element>(all, "");
        return all;
    }
}

/// The types of the elements as text: `(float32, int32)`; of structs with the names: `{image: float32, label: int64}`.
template <Dataset D> [[gnu::cold]] std::string output_types(const D& dataset)
{
    std::string text;
    std::size_t at = 0;
    internals::write_nested<typename D::element>(text, spec(dataset), at, internals::print_type);
    return text;
}

/// The shapes of the elements as text, `?` for what is not known: `((?, 28, 28, 1), (?,))`.
///
/// Example: `output_shapes(slices(images, labels) | batch(32))`
template <Dataset D> [[gnu::cold]] std::string output_shapes(const D& dataset)
{
    std::string text;
    std::size_t at = 0;
    internals::write_nested<typename D::element>(text, spec(dataset), at, internals::print_shape);
    return text;
}

}} // namespace lamina
