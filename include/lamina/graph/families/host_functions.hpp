// lamina/graph/families/host_functions.hpp: nodes that call functions of the program.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/graph/traced/action_kinds.hpp>
#include <lamina/graph/traced/host_calls.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace families {

/// Calls of functions that the program defines by `host_function` under the names that the file has. Needs nlohmann-json.
///
/// Example    Graph graph = Graph::load<families::core, families::host_functions>("digits.safetensors");
struct host_functions {
    static constexpr std::string_view name = "host_functions";
    static constexpr const internals::graphs::ActionKind* actions[]{&internals::graphs::host_calls};
};

}}} // namespace lamina::families
