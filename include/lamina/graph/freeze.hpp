// lamina/graph/freeze.hpp: parts of a model that training leaves alone, chosen by path or wildcard.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/graph/field_pattern.hpp>
#include <lamina/models/state.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Sets whether the variables that patterns stand for are trained; gives how many there are.
[[gnu::cold]] inline std::size_t set_trainable(const std::vector<NamedVariable>& all, const FieldPatterns& patterns, bool trains,
                                               std::string_view where)
{
    std::vector<std::string_view> paths;
    for (const auto& each : all) paths.emplace_back(each.name);
    require_matches(patterns, paths, where);
    std::size_t count = 0;
    for (const auto& each : all)
        if (chosen_by(patterns, each.name)) {
            each.variable.set_trainable(trains);
            ++count;
        }
    return count;
}

} // namespace internals

/// Training leaves variables alone, all or those that a pattern stands for: a path, the beginning of paths, or with `*` for any part of a
/// name and `**` for any part of a path. Moving statistics among them stand still, too. Gives how many variables are meant.
///
/// Refuses   a pattern that stands for nothing, and a model with an unbound variable; then nothing is changed.
/// Example   auto net = build<Sequential<Input<4>, Dense<5>, Dense<2>>>(Seed{1}); freeze(net, "0", "*/bias");
template <class Model, std::convertible_to<std::string_view>... Patterns>
LAMINA_OUTLINED std::size_t freeze(const Model& model, const Patterns&... patterns)
{
    return internals::set_trainable(state(model), {std::string(std::string_view(patterns))...}, false, "freeze");
}

/// The opposite of `freeze`: `unfreeze(model, "**/kernel")`.
template <class Model, std::convertible_to<std::string_view>... Patterns>
LAMINA_OUTLINED std::size_t unfreeze(const Model& model, const Patterns&... patterns)
{
    return internals::set_trainable(state(model), {std::string(std::string_view(patterns))...}, true, "unfreeze");
}

}} // namespace lamina
