// lamina/graph/families/optimizer.hpp: the training steps of one optimizer.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/graph/traced/action_kinds.hpp>
#include <lamina/graph/traced/optimizer_kinds.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// The steps of one optimizer, with whatever settings a file has. Needs nlohmann-json, and the header of the optimizer.
///
/// Example    Graph graph = Graph::load<families::core, families::optimizer<Adam>>("digits.safetensors");
template <class O> struct optimizer {
    static constexpr std::string_view name = internals::kind_of_optimizer<O>();
    static constexpr const internals::graphs::ActionKind* actions[]{&internals::graphs::optimizer_kind<O>};
};

}}} // namespace lamina::families
