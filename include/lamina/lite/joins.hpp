// lamina/lite/joins.hpp: operators that are run as one.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/joins/activation.hpp>
#include <lamina/lite/joins/averages.hpp>
#include <lamina/lite/joins/dilation.hpp>
#include <lamina/lite/joins/padding.hpp>
#include <lamina/lite/network.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A subgraph with fewer operators that computes the same. Tensors keep their numbers; those that nobody writes any more are not used.
[[gnu::cold]] inline Subgraph join_operators(Subgraph graph)
{
    join_dilation(graph);
    join_padding(graph);
    join_activation(graph);
    join_averages(graph);
    return graph;
}

}}} // namespace lamina::internals::tflite
