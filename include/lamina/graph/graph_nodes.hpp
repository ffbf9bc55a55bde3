// lamina/graph/graph_nodes.hpp: what a Graph knows of the computations that it stores: how they get into its file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/tensor_file.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The nodes of a graph (graph/traced/node_list.hpp), as who only stores variables sees them.
class GraphNodes {
public:
    GraphNodes() = default;
    GraphNodes(const GraphNodes&) = delete;
    GraphNodes& operator=(const GraphNodes&) = delete;
    virtual ~GraphNodes() = default;

    /// Adds what the nodes need to the tensors and the metadata of a file.
    virtual void store(protocols::named_records& tensors, protocols::named_texts& metadata) const = 0;
};

}}} // namespace lamina::internals
