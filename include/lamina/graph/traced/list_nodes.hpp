// lamina/graph/traced/list_nodes.hpp: the nodes of a graph as a table.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/text_table.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/chosen_nodes.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/node_list.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Which nodes are listed.
struct NodesListed {
    std::vector<Fetch> fetch{}; ///< only what these need: nodes or names; none for all
    std::string scope{};        ///< only those whose names begin with it: "digits", "digits/gradients"
};

/// A table of a graph's nodes in the order in which they run: name, operation, type, shape, and what each reads, there without the first
/// scope of the names if it is the reader's own. An extent of -1 is known when the graph runs. A constant that is one number shows it.
///
/// Options   fetch: only what these nodes need. scope: only names below it.
/// Refuses   a graph without nodes, a fetch that is not in it, a scope that no name begins with.
/// Example   struct Twice { Placeholder<float, dyn> x; Node y; }; Graph graph; graph.trace<Twice>("twice", [](Twice& t) { t.y = 2.f * t.x; }); std::cout << list_nodes(graph, {.fetch = {"twice/mul:0"}});
[[gnu::cold]] inline std::string list_nodes(const Graph& graph, const NodesListed& listed = {})
{
    using namespace internals;
    const graphs::NodeList& list = graphs::nodes_of(graph, "list_nodes");
    const auto chosen = graphs::chosen_nodes(list, listed.fetch, listed.scope, "list_nodes");
    std::vector<table_row> rows{{"Name", "Operation", "Type", "Shape", "Reads"}};
    std::size_t placeholders = 0, variables = 0, constants = 0;
    for (const std::uint32_t i : chosen) {
        const graphs::GraphNode& node = list[i];
        placeholders += node.kind == graphs::NodeKind::placeholder;
        variables += node.kind == graphs::NodeKind::variable;
        constants += node.kind == graphs::NodeKind::constant;
        std::string reads;
        if (const std::string number = graphs::number_of(node); !number.empty()) append(reads, {"= ", number});
        constexpr std::size_t most = 4; // an optimizer reads the gradients of all variables
        for (std::size_t k = 0; k < node.inputs.size() && k < most; ++k)
            append(reads, {k == 0 ? "" : ", ", graphs::name_beside(list[node.inputs[k]].name, node.name)});
        if (node.inputs.size() > most) append(reads, {" and ", node.inputs.size() - most, " more"});
        const bool valued = graphs::has_value(node);
        add_to(rows, {node.name, std::string(graphs::operation_of(node)), std::string(valued ? name_of(node.form.dtype()) : ""),
                      valued ? text_of({node.form.shape()}) : "", reads});
    }
    std::string text = boxed(rows, "lllll");
    append(text, {' ', with_commas(chosen.size())});
    if (chosen.size() != list.size()) append(text, {" of ", with_commas(list.size())});
    append(text, {" nodes, of them placeholders: ", placeholders, ", variables: ", variables, ", constants: ", constants, '\n'});
    return text;
}

}} // namespace lamina
