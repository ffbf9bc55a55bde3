// lamina/models/clone.hpp: another model of the same type and structure: a copy, or zeros (a gradient).
#pragma once

#include <lamina/core/parts.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina {

namespace detail {

/// Walks two parts of one type side by side, giving the second the structure of the first (sizes, keys, plain data).
template <class Part, class F>
void walk_alike(const Part& from, Part& to, F& f)
{
    if constexpr (is_variable<Part>) f(from, to);
    else if constexpr (requires { from.for_each_layer(ignore{}); })
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (walk_alike(from.template layer<I>(), to.template layer<I>(), f), ...);
        }(std::make_index_sequence<Part::layer_count>{});
    else if constexpr (is_list<Part>) {
        if constexpr (requires { to.resize(from.size()); }) to.resize(from.size());
        for (std::size_t i = 0; i < from.size(); ++i) walk_alike(from[i], to[i], f);
    }
    else if constexpr (is_dictionary<Part>)
        for (const auto& [name, part] : from) walk_alike(part, to[name], f);
    else if constexpr (is_maybe<Part>) {
        if (from) walk_alike(*from, to.emplace(), f);
    }
    else if constexpr (std::is_class_v<Part> && std::is_aggregate_v<Part> && !is_numbers<Part>) {
        auto ours = tie_fields<field_count<Part>()>(from);
        auto theirs = tie_fields<field_count<Part>()>(to);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (walk_alike(std::get<I>(ours), std::get<I>(theirs), f), ...);
        }(std::make_index_sequence<field_count<Part>()>{});
    }
    else if constexpr (std::is_copy_assignable_v<Part>) to = from;
}

/// Calls `fill(record of the model, new record)` once for every record; variables that share one share the new one.
template <class M, class F>
M like(const M& model, F fill)
{
    M made{};
    std::vector<std::pair<const record*, std::shared_ptr<record>>> known;
    const auto each = [&](const auto& from, auto& to) {
        const record* const original = from.storage().get();
        if (!from.bound()) return;
        const auto found = std::find_if(known.begin(), known.end(), [&](const auto& pair) { return pair.first == original; });
        if (found != known.end()) return to.bind(found->second);
        to.make(original->name);
        to.storage()->trainable = original->trainable;
        fill(*original, *to.storage());
        known.emplace_back(original, to.storage());
    };
    walk_alike(model, made, each);
    return made;
}

} // namespace detail

/// A model with the same values in records of its own; fields that shared a record share one again. Plain data is copied.
template <class M>
M clone(const M& model)
{
    return detail::like(model, [](const record& from, record& to) {
        std::copy_n(from.data<std::byte>(), from.stored_size() * bytes_of(from.type()), to.data<std::byte>());
    });
}

/// A model of the same type and structure with all values zero: a gradient.
template <class M>
M zeros_like(const M& model)
{
    return detail::like(model, [](const record&, record&) {});
}

/// The records of a model in the order of its fields, each once.
template <class M>
std::vector<std::shared_ptr<record>> records_of(const M& model)
{
    std::vector<std::shared_ptr<record>> found;
    for_each_variable(model, [&](const auto& variable) {
        if (variable.storage() && std::find(found.begin(), found.end(), variable.storage()) == found.end())
            found.push_back(variable.storage());
    });
    return found;
}

/// Throws an `error` that names the first variable that is bound to nothing.
template <class M>
void require_bound(const M& model)
{
    bool all = true;
    for_each_variable(model, [&](const auto& variable) { all = all && variable.bound(); });
    if (!all)
        for_each_named_variable(model, [](const std::string& path, const auto& variable) {
            if (!variable.bound())
                fail('"', path, "\" is bound to no stored variable; make the model with build or load before it is used");
        });
}

} // namespace lamina
