// lamina/graph/traced/fields.hpp: to_graph and from_graph of structs whose fields are nodes.
//
// Needs nlohmann-json, as field_map.hpp does.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/graph/field_map.hpp>
#include <lamina/graph/field_pattern.hpp>
#include <lamina/graph/graph.hpp>
#include <lamina/graph/holds_nodes.hpp>
#include <lamina/graph/problems.hpp>
#include <lamina/graph/traced/node.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/trace.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::graphs {

/// A field that is a node, and what it may be bound to.
struct FoundNode {
    std::string path;
    AnyTensor* field;
    bool is_input = false; ///< it needs a placeholder of this form
    dtype type{};
    Shape extents{};
};

template <class Part> [[gnu::cold]] void find_nodes(Part& part, const std::string& path, std::vector<FoundNode>& to)
{
    if constexpr (is_placeholder<Part>)
        to.push_back({path, &part, true, stored_types::dtype_of<typename Part::value_type>, Part::extents});
    else if constexpr (std::is_same_v<Part, Node>) to.push_back({path, &part});
    else if constexpr (holds_nodes<Part>())
        for_each_part(part, [&](std::string_view name, auto& inner) {
            find_nodes(inner, text_of({path, path.empty() ? "" : "/", name}), to);
        });
}

class NodeFields final : public OtherFields {
public:
    NodeFields(std::vector<FoundNode> nodes, const Graph* graph) : found(std::move(nodes))
    {
        if (graph && graph->nodes() && graph->nodes()->can_run()) list = static_cast<const NodeList*>(graph->nodes().get());
        else if (graph && graph->nodes()) text_alone = true;
    }

    std::size_t size() const override { return found.size(); }
    std::string_view path(std::size_t i) const override { return found[i].path; }

    [[gnu::cold]] std::string stored_name(std::size_t i) const override
    {
        const AnyTensor& value = *found[i].field;
        if (!value)
            fail({"to_graph: \"", found[i].path, "\" is bound to no node; trace the struct, or bind it by from_graph, first"});
        if (!tensors::is_symbolic(value)) fail({"to_graph: \"", found[i].path, "\" holds numbers, and is no node of a graph"});
        const NodeList* const of = NodeList::of(value);
        if (!of || !of->has(value))
            fail({"to_graph: \"", found[i].path, "\" was a node of a graph that is gone; trace the struct, or bind it, again"});
        return of->value_name(value.body().node);
    }

    bool stores(std::string_view name) const override { return list && list->find(name) != NodeList::none; }
    [[gnu::cold]] void show_names(NearestName& to) const override
    {
        names.clear();
        for (std::uint32_t i = 0; list && i < list->size(); ++i) names.push_back(list->value_name(i));
        for (const std::string& name : names) to.look_at(name);
    }

    [[gnu::cold]] void judge(std::size_t i, const std::string& name, Problems& problems) override
    {
        const FoundNode& field = found[i];
        const GraphNode& node = (*list)[list->find(name)];
        if (!field.is_input || (node.kind == NodeKind::placeholder && fits(field, node.form)))
            to_bind.emplace_back(&field, node.form);
        else if (node.kind != NodeKind::placeholder)
            problems.add({'"', name, "\" is no input of the graph, the field \"", field.path,
                          "\" is a Placeholder; bind it to a placeholder, or make it a Node"});
        else
            problems.add({'"', name, "\" is ", name_of(node.form.dtype()), ' ', node.form.shape(), ", the field \"", field.path,
                          "\" needs ", name_of(field.type), ' ', field.extents});
    }

    void bind() override
    {
        for (auto& [field, form] : to_bind) *field->field = std::move(form);
    }

    /// What a graph without nodes is told about, in place of every name.
    [[gnu::cold]] void require_nodes(const FieldMap& map, const FromGraph& how) const
    {
        if (list || how.partial) return;
        for (const FoundNode& field : found)
            if (map.find(field.path) && chosen_by(how.fields, field.path))
                fail({"from_graph: the graph has no nodes", text_alone ? " that were read with their ops" : "",
                      ", and the field \"", field.path, "\" needs one; nothing was bound; ",
                      text_alone ? "load the file with the families of its ops: Graph::load<families::core, …>(path)"
                                 : "load a file that has some, or trace the function"});
    }

private:
    /// An extent that one of both leaves open fits any.
    static bool fits(const FoundNode& field, const AnyTensor& form)
    {
        const Shape& s = form.shape();
        bool same = form.dtype() == field.type && s.rank == field.extents.rank;
        for (std::size_t axis = 0; same && axis < s.rank; ++axis)
            same = s[axis] == field.extents[axis] || s[axis] == tensors::unknown || field.extents[axis] == tensors::unknown;
        return same;
    }

    std::vector<FoundNode> found;
    std::vector<std::pair<const FoundNode*, AnyTensor>> to_bind;
    mutable std::vector<std::string> names; ///< that were shown
    const NodeList* list = nullptr;
    bool text_alone = false;
};

template <class Fields> [[gnu::cold]] std::vector<FoundNode> nodes_in(Fields& fields)
{
    std::vector<FoundNode> found;
    find_nodes(fields, {}, found);
    return found;
}

} // namespace internals::graphs

/// The name in its graph of every field that is a node: a value's ends in ":0", as "digits/x:0", an operation's does not, as "digits/Adam". A
/// struct may hold models beside nodes: their variables are in the same map, "net/dense/kernel". `to_graph(digits, {"x"})` names some.
///
/// Refuses   a field that is bound to no node, one whose graph is gone, and a pattern that fits no field.
/// Example   struct Twice { Placeholder<float, dyn> x; Node y; }; Graph graph; auto twice = graph.trace<Twice>("twice", [](Twice& t) { t.y = 2.f * t.x; }); to_graph(twice).write("twice.json");
template <internals::graphs::HoldsNodes Fields>
LAMINA_OUTLINED FieldMap to_graph(const Fields& fields, const internals::FieldPatterns& chosen = {})
{
    const internals::graphs::NodeFields nodes(internals::graphs::nodes_in(const_cast<Fields&>(fields)), nullptr);
    return internals::map_of(internals::variables_of(fields), chosen, &nodes);
}

/// Binds the fields that a map names to nodes of a graph, and variables of models beside them to what it stores. A Node is bound to any
/// node. A Placeholder is bound to a placeholder of its type and rank; an extent that is open on either side, as `dyn` is, fits any, and the
/// graph checks what it is fed. Fields that the map does not name stay as they are. Gives the fields that a partial binding left out.
///
/// Refuses   names that the struct or the graph does not have (unless partial), other types, ranks and extents, a Placeholder for what is
///           computed: all of them in one error, with the nearest names, and then nothing was bound.
/// Example   struct Twice { Placeholder<float, dyn> x; Node y; }; Graph graph; graph.trace<Twice>("twice", [](Twice& t) { t.y = 2.f * t.x; }); Twice twice; from_graph(twice, {{"x", "twice/x:0"}, {"y", "twice/mul:0"}}, graph); graph.run(twice.y, {{twice.x, constant({1.f, 2.f})}});
template <internals::graphs::HoldsNodes Fields>
LAMINA_OUTLINED std::vector<std::string> from_graph(Fields& fields, const FieldMap& map, Graph& graph, const FromGraph& how = {})
{
    internals::graphs::NodeFields nodes(internals::graphs::nodes_in(fields), &graph);
    nodes.require_nodes(map, how);
    return internals::bind_fields(internals::variables_of(fields), map, graph, how, &nodes);
}

}} // namespace lamina
