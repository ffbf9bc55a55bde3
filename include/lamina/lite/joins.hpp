// lamina/lite/joins.hpp: operators that are run as one.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/network.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A subgraph with fewer operators that computes the same.
[[gnu::cold]] inline Subgraph join_operators(const Subgraph& graph) { return graph; }

}}} // namespace lamina::internals::tflite
