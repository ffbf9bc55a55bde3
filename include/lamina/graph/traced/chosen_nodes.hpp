// lamina/graph/traced/chosen_nodes.hpp: which nodes of a graph are shown, and what a person is told of one.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/op_names.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// The nodes of a graph; `where` begins the sentence if it has none.
[[gnu::cold]] inline const NodeList& nodes_of(const Graph& graph, std::string_view where)
{
    if (!graph.nodes()) fail({where, ": the graph has no nodes; trace a function, or load a file that has some"});
    if (!graph.nodes()->can_run())
        fail({where, ": the graph has nodes that were read as a text; load them with the families of their ops: "
                     "Graph::load<families::core, …>(path)"});
    return static_cast<const NodeList&>(*graph.nodes());
}

/// Those that fetches need, themselves among them, or all if there is no fetch; of these those whose names begin with "scope/".
[[gnu::cold]] inline std::vector<std::uint32_t> chosen_nodes(const NodeList& list, const std::vector<Fetch>& fetches,
                                                             std::string_view scope, std::string_view where)
{
    while (scope.ends_with('/')) scope.remove_suffix(1);
    if (!scope.empty() && !list.find_scope(scope)) {
        NearestName nearby{scope};
        for (const GraphNode& node : list)
            for (std::size_t end = 0; (end = node.name.find('/', end)) != node.name.npos; ++end)
                nearby.look_at(std::string_view(node.name).substr(0, end));
        fail({where, ": no node's name begins with \"", scope, "/\"", nearby.found.empty() ? "" : " (the nearest is \"",
              nearby.found, nearby.found.empty() ? "" : "/\")", "; without a scope all nodes are shown"});
    }
    std::vector<char> needed(list.size(), fetches.empty());
    for (const Fetch& fetch : fetches) needed[fetch.place_in(list, where)] = 1;
    for (std::size_t i = list.size(); i-- > 0;)
        if (needed[i])
            for (const std::uint32_t in : list[i].inputs) needed[in] = 1;
    const std::string start = text_of({scope, scope.empty() ? "" : "/"});
    std::vector<std::uint32_t> chosen;
    for (std::uint32_t i = 0; i < list.size(); ++i)
        if (needed[i] && list[i].name.starts_with(start)) chosen.push_back(i);
    return chosen;
}

/// What a node does, in TensorFlow's words.
[[gnu::cold]] inline std::string_view operation_of(const GraphNode& node)
{
    switch (node.kind) {
    case NodeKind::placeholder: return "Placeholder";
    case NodeKind::constant: return "Const";
    case NodeKind::variable: return "Variable";
    case NodeKind::op: return names_of_op(node.op->name).kind;
    case NodeKind::action: return node.action->kind();
    case NodeKind::group: return "Group";
    }
    return "";
}

/// Whether a node has a value that one may want: what only changes variables says true.
[[gnu::cold]] inline bool has_value(const GraphNode& node)
{
    if (node.kind == NodeKind::group) return false;
    return node.kind != NodeKind::action || node.form.dtype() != dtype::boolean || node.form.rank() != 0;
}

/// The number of a constant that is one number; else nothing.
[[gnu::cold]] inline std::string number_of(const GraphNode& node)
{
    if (node.kind != NodeKind::constant || node.value.size() != 1) return {};
    if (node.value.dtype() == dtype::boolean) return node.value.item() != 0 ? "true" : "false";
    return is_of_variables(node.value.dtype()) ? text_of({node.value.item<double>()})
                                               : text_of({static_cast<std::ptrdiff_t>(node.value.item<std::int64_t>())});
}

/// The name of a node as one reads it beside another that is in the same scope of the graph: "kernel" beside "digits/MatMul".
inline std::string_view name_beside(std::string_view name, std::string_view other)
{
    const std::size_t scope = other.find('/');
    return scope != other.npos && name.starts_with(other.substr(0, scope + 1)) ? name.substr(scope + 1) : name;
}

}}} // namespace lamina::internals::graphs
