// lamina/graph/traced/node_list.hpp: the nodes of traced graphs, in the order of the program that was traced.
//
// A node reads only nodes before it, so a list has no cycle, and running it is going through it once.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/graph_nodes.hpp>
#include <lamina/graph/traced/op_names.hpp>
#include <lamina/graph/traced/plan_cache.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

using tensors::Attributes, tensors::Inputs, tensors::NodeAction, tensors::OpEntry;

enum class NodeKind : std::uint8_t {
    placeholder, ///< what a run is fed
    constant,
    variable, ///< reads a variable as it is at this place of the program
    op,
    action, ///< changes variables, or calls a function of the program
    group   ///< has no value: running it runs what it reads
};

struct GraphNode {
    std::string name;
    NodeKind kind;
    std::vector<std::uint32_t> inputs{}; ///< all before it
    const OpEntry* op = nullptr;
    Attributes attributes{};
    AnyTensor value{};                  ///< of a constant
    std::shared_ptr<record> variable{}; ///< that is read
    std::shared_ptr<NodeAction> action{};
    AnyTensor form{}; ///< its value as a symbol: type and shape

    /// Whether it changes anything.
    bool changes() const { return action && !action->changes().empty(); }
};

class NodeList : public GraphNodes {
public:
    ~NodeList() override { *self = nullptr; }

    std::size_t size() const { return nodes.size(); }
    const GraphNode& operator[](std::size_t i) const { return nodes[i]; }
    auto begin() const { return nodes.begin(); }
    auto end() const { return nodes.end(); }

    /// Adds a node; gives its value. The name is taken as it is.
    AnyTensor add(GraphNode node, dtype type, const Shape& extents)
    {
        node.form = tensors::symbol(type, extents, static_cast<std::uint32_t>(nodes.size()), self);
        by_name.emplace(node.name, static_cast<std::uint32_t>(nodes.size()));
        nodes.push_back(std::move(node));
        return nodes.back().form;
    }

    /// A name that no node has: `base`, then `base_1`, as TensorFlow counts.
    std::string unused_name(std::string_view base) const
    {
        std::string name(base);
        for (std::size_t n = 1; by_name.find(name) != by_name.end(); ++n) {
            name = base;
            append(name, {'_', n});
        }
        return name;
    }

    /// The place of a node, by "digits/add", or by "digits/add:0" as a value is called; `none` where there is none.
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    std::uint32_t find(std::string_view name) const
    {
        if (name.ends_with(":0")) name.remove_suffix(2);
        const auto found = by_name.find(name);
        return found == by_name.end() ? none : found->second;
    }

    /// The name that was probably meant, as values are called; none where none is like it.
    [[gnu::cold]] std::string nearest(std::string_view name) const
    {
        if (name.ends_with(":0")) name.remove_suffix(2);
        NearestName nearby{name};
        for (const auto& [known, at] : by_name) nearby.look_at(known);
        return nearby.found.empty() ? std::string() : value_name(by_name.find(nearby.found)->second);
    }

    /// Whether names begin with "scope/".
    bool find_scope(std::string_view scope) const
    {
        const auto next = by_name.lower_bound(text_of({scope, '/'}));
        return next != by_name.end() && next->first.starts_with(scope) && next->first[scope.size()] == '/';
    }

    /// Takes the last nodes out again, and the records that no other node needs.
    [[gnu::cold]] void cut(std::size_t to)
    {
        for (; nodes.size() > to; nodes.pop_back()) by_name.erase(nodes.back().name);
        std::set<const record*> needed;
        for (const GraphNode& node : nodes) {
            needed.insert(node.variable.get());
            if (!node.action) continue;
            for (const auto& changed : node.action->changes()) needed.insert(changed.get());
            for (const auto& kept : node.action->keeps()) needed.insert(kept.get());
        }
        for (auto at = records.begin(); at != records.end();)
            at = needed.count(at->second.get()) ? std::next(at) : records.erase(at);
        plans.clear();
    }

    /// Whether a value is one of this list's: not of another graph, nor of a trace that failed.
    bool has(const AnyTensor& value) const
    {
        if (!tensors::is_symbolic(value) || !made(value.body())) return false;
        const std::uint32_t at = value.body().node;
        return at < nodes.size() && &nodes[at].form.body() == &value.body();
    }

    /// Whether a symbol's body was made here.
    bool made(const tensors::Body& symbol) const { return symbol.keeper == self; }

    /// The list that a symbol belongs to, or null: its graph is gone.
    static const NodeList* of(const AnyTensor& symbol)
    {
        return *static_cast<const NodeList* const*>(symbol.body().keeper.get());
    }

    /// What a value is called: "digits/add:0"; a node without a value is called as it is.
    std::string value_name(std::uint32_t i) const
    {
        return text_of({nodes[i].name, nodes[i].kind == NodeKind::group ? "" : ":0"});
    }

    /// The records that the nodes need from run to run, by the names under which they are stored.
    void keep(std::string name, std::shared_ptr<record> kept) { records.emplace(std::move(name), std::move(kept)); }
    const std::map<std::string, std::shared_ptr<record>, std::less<>>& kept() const { return records; }

    /// What was made of the nodes to run them.
    mutable PlanCache plans;

private:
    std::shared_ptr<const NodeList*> self = std::make_shared<const NodeList*>(this); ///< known to its symbols
    std::vector<GraphNode> nodes;
    std::map<std::string, std::uint32_t, std::less<>> by_name;
    std::map<std::string, std::shared_ptr<record>, std::less<>> records;
};

}}} // namespace lamina::internals::graphs
