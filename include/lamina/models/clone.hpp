// lamina/models/clone.hpp: another model of the same type and structure: a copy, or zeros (a gradient).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Gives the second part the structure of the first: sizes, keys, plain data.
template <class Part> void copy_structure(const Part& from, Part& to)
{
    if constexpr (is_variable<Part>) {}
    else if constexpr (has_layers<Part>)
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (copy_structure(from.template layer<At>(), to.template layer<At>()), ...);
        }(std::make_index_sequence<Part::layer_count>{});
    else if constexpr (is_list<Part>) {
        if constexpr (requires { to.resize(from.size()); }) to.resize(from.size());
        for (std::size_t i = 0; i < from.size(); ++i) copy_structure(from[i], to[i]);
    }
    else if constexpr (is_dictionary<Part>)
        for (const auto& [name, part] : from) copy_structure(part, to[name]);
    else if constexpr (is_maybe<Part>) {
        if (from) copy_structure(*from, to ? *to : to.emplace());
    }
    else if constexpr (has_fields<Part>) {
        with_fields<field_count<Part>()>(from, [&](const auto&... ours) {
            with_fields<field_count<Part>()>(to, [&](auto&... theirs) { (copy_structure(ours, theirs), ...); });
        });
    }
    else if constexpr (std::is_copy_assignable_v<Part>) to = from;
}

/// Makes a record for every record of a model; variables that share one share the new one.
[[gnu::cold]] inline void bind_alike(const std::vector<FoundVariable>& from, const std::vector<FoundVariable>& to,
                                     bool with_values)
{
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (!from[i].variable->bound()) continue;
        const auto& original = from[i].variable->storage();
        std::size_t first = 0;
        while (from[first].variable->storage() != original) ++first;
        if (first < i) {
            to[i].variable->bind(to[first].variable->storage());
            continue;
        }
        to[i].variable->make(original->name);
        record& made = *to[i].variable->storage();
        made.trainable = original->trainable;
        if (with_values)
            std::memcpy(made.data<std::byte>(), original->data<std::byte>(), made.stored_size() * bytes_of(made.type()));
    }
}

template <class M> LAMINA_OUTLINED M like(const M& model, bool with_values)
{
    M made{};
    copy_structure(model, made);
    bind_alike(variables_of(model), variables_of(made), with_values);
    return made;
}

/// A model of the same type and structure, whose variables are bound to the same records.
template <class M> LAMINA_OUTLINED M sharing(const M& model)
{
    M made{};
    copy_structure(model, made);
    const auto from = variables_of(model), to = variables_of(made);
    for (std::size_t i = 0; i < from.size(); ++i)
        if (from[i].variable->storage()) to[i].variable->bind(from[i].variable->storage());
    return made;
}

} // namespace internals

/// A model with the same values in records of its own; fields that shared a record share one again. Plain data is copied.
template <class M> M clone(const M& model) { return internals::like(model, true); }

/// A model of the same type and structure with all values zero: a gradient.
template <class M> M zeros_like(const M& model) { return internals::like(model, false); }

}} // namespace lamina
