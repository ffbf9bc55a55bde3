// lamina/graph/traced/run_nodes.hpp: runs the nodes that fetches need, by a plan that is kept.
//
// Runs of a graph may go on in several threads at once: each has a plan of its own. One that changes variables waits until all others are
// done, and others wait for it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/plan.hpp>
#include <lamina/graph/traced/plan_cache.hpp>
#include <lamina/graph/traced/plan_maker.hpp>
#include <lamina/graph/traced/short_list.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// A plan for what fetches need. Feeds may name any node that has a value: what is fed takes the place of what it would compute.
///
/// Errors     a placeholder that is needed and not fed; a feed of another type or shape; what ops refuse; a value of more than 2^32 numbers.
[[gnu::cold]] inline std::shared_ptr<Plan> make_plan(const NodeList& list, std::span<const std::uint32_t> fetches,
                                                     std::span<const FedForm> feeds)
{
    return PlanMaker(list, fetches, feeds).made();
}

/// What a thread runs, so that a function of the program that is called meanwhile and runs the same graph does not wait for itself.
struct Running {
    const NodeList* list;
    bool alone;
    const Running* outer;

    static const Running*& innermost()
    {
        static constinit thread_local const Running* now = nullptr;
        return now;
    }
    Running(const NodeList& of, bool changes) : list(&of), alone(changes), outer(innermost()) { innermost() = this; }
    ~Running() { innermost() = outer; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// The run of a graph that this one is in, or null.
    static const Running* of(const NodeList& list)
    {
        const Running* one = innermost();
        while (one && one->list != &list) one = one->outer;
        return one;
    }
};

/// Runs a plan when others let it.
inline void run_plan(const NodeList& list, Plan& plan, const Inputs& fed, std::span<AnyTensor> results)
{
    if (!plan.has_variables() && !plan.has_effects()) return plan.run(fed, results);
    if (const Running* outer = Running::of(list)) {
        if (plan.has_effects() && !outer->alone)
            fail({"run: a function that a run calls runs the same graph and changes its variables; let the outer run change "
                  "some, too, "
                  "or call it afterwards"});
        return plan.run(fed, results);
    }
    const Running here(list, plan.has_effects());
    if (plan.has_effects()) {
        const std::unique_lock alone(list.plans.running);
        plan.run(fed, results);
    }
    else {
        const std::shared_lock with_others(list.plans.running);
        plan.run(fed, results);
    }
}

[[gnu::cold]] inline void refuse_fed_value(const GraphNode& node, bool is_empty)
{
    fail({"run: \"", node.name, "\" is fed ",
          is_empty ? "an empty tensor, as the gradient of a source that is not connected is"
                   : "a value of a graph, which has no numbers; feed a tensor"});
}

[[gnu::cold]] inline std::shared_ptr<Plan> make_plan_for(const NodeList& list, std::span<const std::uint32_t> fetches,
                                                         std::span<const std::uint32_t> fed_nodes, const Inputs& fed)
{
    std::vector<FedForm> forms;
    for (std::size_t i = 0; i < fed.size(); ++i) forms.push_back({fed_nodes[i], fed[i].dtype(), fed[i].shape()});
    return make_plan(list, fetches, forms);
}

/// Writes the values of fetches, an empty one where it has none. `fed` is what the nodes `fed_nodes` are fed.
inline void run_nodes(const NodeList& list, std::span<const std::uint32_t> fetches, std::span<const std::uint32_t> fed_nodes,
                      const Inputs& fed, std::span<AnyTensor> results)
{
    ShortList<std::uint64_t, 32> key(1 + fetches.size() + fed.size() * (1 + Shape::max_rank));
    key.push_back(fetches.size());
    for (const std::uint32_t fetch : fetches) key.push_back(fetch);
    for (std::size_t i = 0; i < fed.size(); ++i) {
        if (!fed[i] || fed[i].body().symbolic) refuse_fed_value(list[fed_nodes[i]], !fed[i]);
        const Shape& s = fed[i].shape();
        key.push_back(std::uint64_t{fed_nodes[i]} << 16 | static_cast<std::uint64_t>(fed[i].dtype()) << 8 | s.rank);
        for (std::size_t axis = 0; axis < s.rank; ++axis) key.push_back(s[axis]);
    }
    std::shared_ptr<Plan> plan = list.plans.take(key);
    if (!plan || plan->is_stale()) plan = make_plan_for(list, fetches, fed_nodes, fed);
    run_plan(list, *plan, fed, results);
    list.plans.give_back(key, std::move(plan));
}

/// What a node is fed.
struct FedValue {
    std::uint32_t node;
    AnyTensor value;
};

/// The same in lists.
[[gnu::cold]] inline std::vector<AnyTensor> run_nodes(const NodeList& list, std::span<const std::uint32_t> fetches,
                                                      std::span<const FedValue> feeds)
{
    std::vector<std::uint32_t> nodes;
    std::vector<const AnyTensor*> fed;
    for (const FedValue& feed : feeds) {
        nodes.push_back(feed.node);
        fed.push_back(&feed.value);
    }
    std::vector<AnyTensor> results(fetches.size());
    run_nodes(list, fetches, nodes, {fed.data(), fed.size()}, results);
    return results;
}

}}} // namespace lamina::internals::graphs
