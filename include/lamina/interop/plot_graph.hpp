// lamina/interop/plot_graph.hpp: a drawing of a graph's nodes: as SVG, and as text for Graphviz.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/traced/chosen_nodes.hpp>
#include <lamina/graph/traced/feed.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/interop/plot_layout.hpp>
#include <lamina/interop/plot_picture.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Which nodes are drawn, and how.
struct NodesDrawn {
    std::vector<Fetch> fetch{}; ///< only what these need: nodes or names; none for all
    std::string scope{};        ///< only those whose names begin with it: "digits"
    bool gradients = false;     ///< the nodes of gradients too; else each way back is one box
    bool constants = false;     ///< constants as boxes; else they stand in the boxes of those that read them
};

namespace internals::graphs {

/// "digits/gradients" of "digits/gradients/MatMul": the way back that a node belongs to, or nothing.
inline std::string_view way_back_of(std::string_view name)
{
    for (std::size_t at = 0, end; (end = name.find('/', at)) != name.npos; at = end + 1) {
        const std::string_view part = name.substr(at, end - at);
        if (part == "gradients" || part.starts_with("gradients_")) return name.substr(0, end);
    }
    return {};
}

[[gnu::cold]] inline PlotBox box_of(const GraphNode& node, std::string_view shown_name)
{
    PlotBox box;
    box.title = operation_of(node);
    if (shown_name != box.title) box.subtitle = shown_name;
    if (const std::string number = number_of(node); !number.empty()) append(box.subtitle, {" = ", number});
    box.is_input = node.kind == NodeKind::placeholder;
    box.learns = node.kind == NodeKind::variable;
    box.acts = node.kind == NodeKind::action || node.kind == NodeKind::group;
    if (!has_value(node)) return box;
    if (node.form.dtype() != dtype::float32) append(box.gives, {name_of(node.form.dtype()), ' '});
    append(box.gives, {node.form.shape()});
    return box;
}

/// Puts nodes into boxes: each into one of its own, those of a way back into one together, unless they are to be seen.
class BoxesOfNodes {
public:
    BoxesOfNodes(const NodeList& nodes, const NodesDrawn& how, std::string_view where) : list(nodes), drawn(how)
    {
        const auto chosen = chosen_nodes(list, drawn.fetch, drawn.scope, where);
        box_of_node.assign(list.size(), no_part);
        for (const std::uint32_t i : chosen) common = common && same_scope(chosen[0], i);
        for (const std::uint32_t i : chosen) add(i);
        for (PlotBox& box : plot.boxes) { // what depends on no placeholder stands near to who reads it
            box.late = true;
            if (!box.is_input)
                for (const std::size_t from : box.reads)
                    box.late = box.late && plot.boxes[from].late && !plot.boxes[from].is_input;
        }
        for (const auto& [box, nodes_in] : folded) {
            append(plot.boxes[box].subtitle, {" · ", nodes_in, nodes_in == 1 ? " node" : " nodes"});
            // Of all that it reads what was computed last, which is next to the loss: lines from everywhere would hide the rest.
            auto& reads = plot.boxes[box].reads;
            if (!reads.empty()) reads = {*std::max_element(reads.begin(), reads.end())};
        }
    }

    PlotGraph plot{};

private:
    bool same_scope(std::uint32_t a, std::uint32_t b) const
    {
        const std::string_view first = list[a].name;
        const std::size_t scope = first.find('/');
        return scope != first.npos && list[b].name.starts_with(first.substr(0, scope + 1));
    }
    std::string_view shown_name(std::string_view name) const { return common ? name.substr(name.find('/') + 1) : name; }

    void add(std::uint32_t i)
    {
        const GraphNode& node = list[i];
        if (node.kind == NodeKind::constant && !drawn.constants) return; // whoever reads it says so
        const std::string_view back = way_back_of(node.name);
        std::size_t& at = box_of_node[i];
        if (back.empty() || drawn.gradients) {
            at = plot.boxes.size();
            plot.boxes.push_back(box_of(node, shown_name(node.name)));
            if (!back.empty()) plot.boxes[at].group = group(back);
        }
        else if (const auto known = ways_back.find(back); known != ways_back.end()) at = known->second;
        else {
            at = plot.boxes.size();
            ways_back.emplace(back, at);
            PlotBox box;
            box.title = "Gradients";
            box.subtitle = shown_name(back);
            plot.boxes.push_back(std::move(box));
        }
        const bool together = !back.empty() && !drawn.gradients;
        if (together) ++folded[at];
        for (const std::uint32_t in : node.inputs) read(plot.boxes[at], at, in, together);
    }

    void read(PlotBox& box, std::size_t at, std::uint32_t in, bool together)
    {
        if (list[in].kind == NodeKind::constant && !drawn.constants) {
            if (together) return;
            const std::string number = number_of(list[in]);
            append(box.subtitle,
                   {box.subtitle.empty() ? "" : " · ", number.empty() ? text_of({"constant ", list[in].form.shape()}) : number});
            return;
        }
        const std::size_t from = box_of_node[in];
        if (from == no_part || from == at || contains(box.reads, from)) return;
        add_to(box.reads, from);
    }

    std::size_t group(std::string_view name)
    {
        for (std::size_t i = 0; i < plot.groups.size(); ++i)
            if (plot.groups[i] == shown_name(name)) return i;
        plot.groups.emplace_back(shown_name(name));
        return plot.groups.size() - 1;
    }

    const NodeList& list;
    const NodesDrawn& drawn;
    bool common = true; ///< all names begin with the same scope, which is not said again in each box
    std::vector<std::size_t> box_of_node;
    std::map<std::string_view, std::size_t> ways_back;
    std::map<std::size_t, std::size_t> folded; ///< how many nodes are in a box
};

} // namespace internals::graphs

/// A drawing of a graph's nodes, top down: a box for each with its operation and name, and beside the lines the shapes of what passes, and
/// the types that are not float32. Placeholders have an orange edge, variables a blue one, what changes variables a green one. The
/// nodes of a gradient are one box with a line from what was computed last before them, and constants stand in the boxes that read them.
///
/// Options   fetch: only what these nodes need. scope: only names below it. gradients, constants: draws these too, each in a box; of a network of
///           many layers Graphviz makes a better picture then: `graph_to_dot`.
/// Refuses   a graph without nodes, a fetch that is not in it, a scope that no name begins with.
/// Example   struct Twice { Placeholder<float, dyn> x; Node y; }; Graph graph; graph.trace<Twice>("twice", [](Twice& t) { t.y = 2.f * t.x; }); plot_graph(graph).write("twice.svg");
[[gnu::cold]] inline draw::Svg plot_graph(const Graph& graph, const NodesDrawn& drawn = {})
{
    using namespace internals;
    graphs::BoxesOfNodes boxes(graphs::nodes_of(graph, "plot_graph"), drawn, "plot_graph");
    for (PlotBox& box : boxes.plot.boxes) box.group = no_part; // a frame around gradients would be around others too
    boxes.plot.groups.clear();
    return Plot(std::move(boxes.plot)).svg();
}

/// The same as text for Graphviz: `dot -Tsvg graph.dot -o graph.svg`. The nodes of a gradient, where they are drawn, are in a frame.
///
/// Example   struct Twice { Placeholder<float, dyn> x; Node y; }; Graph graph; graph.trace<Twice>("twice", [](Twice& t) { t.y = 2.f * t.x; }); std::cout << graph_to_dot(graph);
[[gnu::cold]] inline std::string graph_to_dot(const Graph& graph, const NodesDrawn& drawn = {})
{
    using namespace internals;
    return dot_of(graphs::BoxesOfNodes(graphs::nodes_of(graph, "graph_to_dot"), drawn, "graph_to_dot").plot, "graph_of_nodes",
                  true);
}

}} // namespace lamina
