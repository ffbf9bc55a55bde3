// lamina/data/columns.hpp: a batch of structs: for each field, the batch of its values.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/literal.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A batch of S: a column for each of its fields, by name or by place.
///
/// Shapes   a field of n numbers gives a column [batch, n]; `fields` is the std::tuple of all columns
/// Refuses  a name that is no field of S, at compile time
///
/// Example: `for (auto& [image, label] : dataset)`, or `batch.template get<"image">()`
template <class S, class... Each> struct Columns {
    std::tuple<Each...> fields;

    template <internals::text Name> auto& get() { return std::get<place_of<Name>()>(fields); }
    template <internals::text Name> const auto& get() const { return std::get<place_of<Name>()>(fields); }

    template <std::size_t At> auto& get() & { return std::get<At>(fields); }
    template <std::size_t At> const auto& get() const& { return std::get<At>(fields); }
    template <std::size_t At> auto&& get() && { return std::get<At>(std::move(fields)); }

private:
    template <internals::text Name> static consteval std::size_t place_of()
    {
        constexpr auto& names = internals::field_names<S>;
        constexpr auto place = static_cast<std::size_t>(std::find(names.begin(), names.end(), Name.view()) - names.begin());
        static_assert(place < names.size(), "lamina: the struct of this batch has no field of this name");
        return place;
    }
};

}} // namespace lamina

template <class S, class... Each>
struct std::tuple_size<lamina::Columns<S, Each...>> : std::integral_constant<std::size_t, sizeof...(Each)> {};
template <std::size_t At, class S, class... Each> struct std::tuple_element<At, lamina::Columns<S, Each...>> {
    using type = std::tuple_element_t<At, std::tuple<Each...>>;
};
