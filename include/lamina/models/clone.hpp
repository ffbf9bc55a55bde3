// lamina/models/clone.hpp: another model of the same type and structure: a copy, or zeros (a gradient).
#pragma once

#include <lamina/core/once.hpp>
#include <lamina/core/parts.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina {

namespace detail {

/// Gives the second part the structure of the first: sizes, keys, plain data.
template <class Part>
void copy_structure(const Part& from, Part& to)
{
    if constexpr (is_variable<Part>) {}
    else if constexpr (requires { from.for_each_layer(ignore{}); })
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (copy_structure(from.template layer<I>(), to.template layer<I>()), ...);
        }(std::make_index_sequence<Part::layer_count>{});
    else if constexpr (is_list<Part>) {
        if constexpr (requires { to.resize(from.size()); }) to.resize(from.size());
        for (std::size_t i = 0; i < from.size(); ++i) copy_structure(from[i], to[i]);
    }
    else if constexpr (is_dictionary<Part>)
        for (const auto& [name, part] : from) copy_structure(part, to[name]);
    else if constexpr (is_maybe<Part>) {
        if (from) copy_structure(*from, to.emplace());
    }
    else if constexpr (std::is_class_v<Part> && std::is_aggregate_v<Part> && !is_numbers<Part>) {
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

template <class M>
LAMINA_ONCE M like(const M& model, bool with_values)
{
    M made{};
    copy_structure(model, made);
    bind_alike(variables_of(model), variables_of(made), with_values);
    return made;
}

template <class M>
[[noreturn, gnu::cold, gnu::noinline]] void refuse_unbound(const M& model)
{
    const auto variables = variables_of(model);
    std::size_t first = 0;
    while (variables[first].variable->bound()) ++first;
    refuse_unbound(*variables[first].variable, variables[first].path);
}

} // namespace detail

/// A model with the same values in records of its own; fields that shared a record share one again. Plain data is copied.
template <class M>
M clone(const M& model)
{
    return detail::like(model, true);
}

/// A model of the same type and structure with all values zero: a gradient.
template <class M>
M zeros_like(const M& model)
{
    return detail::like(model, false);
}

/// The records of a model in the order of its fields, each once.
template <class M>
LAMINA_ONCE std::vector<std::shared_ptr<record>> records_of(const M& model)
{
    detail::now_and_then();
    std::vector<std::shared_ptr<record>> found;
    for_each_any_variable(model, [&](const AnyVariable& variable) __attribute__((cold)) {
        if (variable.storage() && !contains(found, variable.storage())) found.push_back(variable.storage());
    });
    return found;
}

/// Throws an `error` that names the first variable that is bound to nothing.
template <class M>
[[gnu::always_inline]] inline void require_bound(const M& model)
{
    if (!all_bound(model)) [[unlikely]]
        detail::refuse_unbound(model);
}

} // namespace lamina
