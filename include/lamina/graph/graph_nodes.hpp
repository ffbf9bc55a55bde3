// lamina/graph/graph_nodes.hpp: what a Graph knows of the computations that it stores: how they get into its file.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <string>
#include <string_view>
#include <utility>

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

    /// Whether they can be run: a program that reads a file without ops has them as a text alone.
    virtual bool can_run() const { return true; }
};

/// The name of the text in a file's metadata that says what its nodes are.
inline constexpr std::string_view nodes_key = "lamina.graph";

/// Nodes that a program does not compute: a text, which is written again as it was read.
class NodesAsText final : public GraphNodes {
public:
    explicit NodesAsText(std::string as_read) : text(std::move(as_read)) {}
    [[gnu::cold]] void store(protocols::named_records&, protocols::named_texts& metadata) const override
    {
        metadata.push_back({std::string(nodes_key), text});
    }
    bool can_run() const override { return false; }

private:
    std::string text;
};

}}} // namespace lamina::internals
