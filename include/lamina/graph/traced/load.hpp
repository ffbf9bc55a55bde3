// lamina/graph/traced/load.hpp: Graph::load with the families of the ops that a file may need.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/safetensors.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/assign_kind.hpp>
#include <lamina/graph/traced/count_step.hpp>
#include <lamina/graph/traced/known_kinds.hpp>
#include <lamina/graph/traced/read_nodes.hpp>

namespace lamina {

/// A graph with the variables and the nodes of a safetensors file. The program compiles the ops of the families that it names, and no
/// others; headers of graph/families/ have them. Of a file without nodes the variables are read.
///
/// Refuses   by one sentence with the file's name and the node's, before anything runs: a node that reads one that does not stand before it;
///           an op of another family, which is named; other inputs, attributes, types or shapes than the op has; a variable that is not
///           in the file, or of another form; what is no JSON.
/// Source    the file: docs/graphs.md.
template <class Family, class... More> LAMINA_TAGGED Graph Graph::load(const internals::FilePath& path)
{
    internals::graphs::KnownKinds known;
    known.add<Family>();
    (known.add<More>(), ...);
    known.add(internals::graphs::count_steps);
    known.add(internals::graphs::assignments);
    return internals::graphs::read_graph(safetensors::read(path), known);
}

} // namespace lamina
