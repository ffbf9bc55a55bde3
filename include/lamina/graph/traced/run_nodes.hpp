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

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// What a node is fed.
struct FedValue {
    std::uint32_t node;
    AnyTensor value;
};

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
inline void run_plan(const NodeList& list, Plan& plan, std::span<const AnyTensor> fed, std::span<AnyTensor> results)
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

/// The values of fetches, an empty one where it has none.
inline std::vector<AnyTensor> run_nodes(const NodeList& list, std::span<const std::uint32_t> fetches,
                                        std::span<const FedValue> feeds)
{
    PlanKey key;
    key.reserve(1 + fetches.size() + feeds.size() * 4);
    key.push_back(fetches.size());
    for (const std::uint32_t fetch : fetches) key.push_back(fetch);
    for (const FedValue& feed : feeds) {
        if (!feed.value || feed.value.body().symbolic) refuse_fed_value(list[feed.node], !feed.value);
        const Shape& s = feed.value.shape();
        key.push_back(std::uint64_t{feed.node} << 16 | static_cast<std::uint64_t>(feed.value.dtype()) << 8 | s.rank);
        for (std::size_t axis = 0; axis < s.rank; ++axis) key.push_back(s[axis]);
    }
    std::shared_ptr<Plan> plan = list.plans.take(key);
    if (!plan || plan->is_stale()) {
        std::vector<FedForm> forms;
        for (const FedValue& feed : feeds) forms.push_back({feed.node, feed.value.dtype(), feed.value.shape()});
        plan = make_plan(list, fetches, forms);
    }
    std::vector<AnyTensor> fed, results(fetches.size());
    fed.reserve(feeds.size());
    for (const FedValue& feed : feeds) fed.push_back(feed.value);
    run_plan(list, *plan, fed, results);
    list.plans.give_back(key, std::move(plan));
    return results;
}

}}} // namespace lamina::internals::graphs
