// lamina/graph/traced/plan_maker.hpp: makes the plan of what fetches need, for feeds of known types and shapes.
//
// Steps keep the order of the program, which is the order of effects. On the way:
//   - what only lends its shape, such as the second input of `sum_to_like`, is not computed
//   - what changes no number, such as a reshape, is its input under another form
//   - ops element by element write over an input that nobody reads behind them
//   - a product with a variable reads the rows of its record, and a bias that is added to it is a part of it
//   - other readers of a variable get the record's memory where its rows are dense and nobody changes it before they ran, else a copy
//   - gradients are computed to where an optimizer's step takes them from
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/plan.hpp>
#include <lamina/graph/traced/plan_calls.hpp>
#include <lamina/graph/traced/plan_memory.hpp>
#include <lamina/graph/traced/plan_nodes.hpp>
#include <lamina/ops/arithmetic.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/matmul.hpp>
#include <lamina/ops/stored_products.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

class PlanMaker {
public:
    PlanMaker(const NodeList& of, std::span<const std::uint32_t> fetches, std::span<const FedForm> feeds)
        : list(of), nodes(of, fetches, feeds), plan(std::make_shared<Plan>())
    {
        join_products();
        find_last_readers();
        choose_places_of_variables();
        choose_gradients();
        lay_out(fetches, feeds);
        for (std::uint32_t i = 0; i < nodes.size(); ++i)
            if (nodes[i].numbers) write_steps(i);
        finish();
    }
    std::shared_ptr<Plan> made() { return std::move(plan); }

private:
    static constexpr std::uint32_t none = Plan::none;

    const GraphNode& node(std::uint32_t i) const { return list[i]; }
    PlanNode& root_of(std::uint32_t i) { return nodes[nodes[i].root]; }
    bool is_product(std::uint32_t i) const { return nodes[i].computed && node(i).op == &tensors::MatrixProduct<>::entry; }

    /// Products whose right matrix is a variable that still has its numbers when they run, and the biases that are added to them; convolutions
    /// likewise.
    [[gnu::cold]] void join_products()
    {
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            if (!nodes[i].numbers || !nodes[i].computed || (!is_product(i) && !node(i).op->ready)) continue;
            const std::uint32_t right = node(i).inputs[1], w = nodes[right].root;
            if (!nodes[w].is_variable || nodes[right].value.shape() != nodes[w].value.shape()) continue;
            const std::uint32_t sum = bias_behind(i);
            const auto kind = product_with(i, *node(w).variable);
            const bool joins = kind != PlanNode::by_transposed && sum != none;
            if (kind == PlanNode::no_product || (joins ? sum : i) >= nodes.change_behind(w)) continue;
            nodes[i].product = kind;
            if (!joins) continue;
            nodes[i].place = sum;
            nodes[sum].joined = i;
        }
    }
    /// How a node multiplies with a variable where that is stored.
    [[gnu::cold]] PlanNode::Product product_with(std::uint32_t i, const record& w)
    {
        if (is_product(i)) {
            const Attributes& with = node(i).attributes;
            if (with.ints[0] != 0 || !tensors::is_stored_matrix(w) || nodes[i].value.rank() != 2) return PlanNode::no_product;
            return with.ints[1] != 0 ? PlanNode::by_transposed : PlanNode::by_stored;
        }
        nodes[i].ready = node(i).op->ready(nodes.inputs_of(node(i)).inputs(), node(i).attributes, w);
        return nodes[i].ready ? PlanNode::by_ready : PlanNode::no_product;
    }
    /// The node that adds a bias to a product which nobody else reads.
    [[gnu::cold]] std::uint32_t bias_behind(std::uint32_t product) const
    {
        const PlanNode& here = nodes[product];
        if (here.readers != 1 || here.is_fetched) return none;
        const std::uint32_t sum = here.reader;
        if (!nodes[sum].computed || node(sum).op != &tensors::formula_entry<ops::Plus> || nodes[sum].joined != none) return none;
        const auto& in = node(sum).inputs;
        const Shape &bias = nodes[in[0] == product ? in[1] : in[0]].value.shape(), &all = here.value.shape();
        const bool fits = nodes[sum].value.shape() == all && bias.rank > 0 && bias.back() == all.back();
        return fits && bias.size() == all.back() ? sum : none;
    }

    /// f(input, place) for what a node reads: numbers as they lie in a tensor.
    template <class F> [[gnu::cold]] void for_each_read(std::uint32_t i, const F& f)
    {
        const PlanNode& here = nodes[i];
        if (!here.numbers || here.root != i || here.is_fed()) return; // who reads another form of numbers reads the numbers
        for (std::uint32_t k = 0; k < node(i).inputs.size(); ++k) {
            const std::uint32_t in = node(i).inputs[k];
            if (in == here.joined || lends_shape(node(i), k) || (k == 1 && here.product != PlanNode::no_product)) continue;
            f(in, here.place);
        }
    }
    [[gnu::cold]] void find_last_readers()
    {
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            for_each_read(i, [&](std::uint32_t in, std::uint32_t at) {
                PlanNode& root = root_of(in);
                root.last = std::max(root.last, at);
                root.is_read = true;
            });
            if (nodes[i].is_fetched) root_of(i).last = none, root_of(i).is_read = true;
        }
    }

    [[gnu::cold]] void choose_places_of_variables()
    {
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            PlanNode& here = nodes[i];
            if (!here.numbers || here.is_fed()) continue;
            if (node(i).kind == NodeKind::action) {
                for (const auto& changed : node(i).action->changes()) watch(changed, changed->name);
                for (const auto& kept : node(i).action->keeps()) watch(kept, kept->name);
            }
            if (!here.is_variable) continue;
            watch(node(i).variable, node(i).name);
            if (here.is_read) here.in_record = is_dense(*node(i).variable) && here.last < nodes.change_behind(i);
        }
    }
    /// Has the plan made anew where a record lies elsewhere, or was let go.
    [[gnu::cold]] void watch(const std::shared_ptr<record>& one, std::string_view name)
    {
        plan->watched.push_back({one, one->data<std::byte>(), one->places().step});
        if (!plan->watched.back().at) fail({"run: the variable \"", name, "\" has no numbers any more; its graph has let it go"});
    }

    /// Where an action wants its inputs in records and reads one alone, it is computed there.
    [[gnu::cold]] void choose_gradients()
    {
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            if (!nodes[i].numbers || node(i).kind != NodeKind::action || nodes[i].is_fed()) continue;
            const auto wanted = node(i).action->receives();
            for (std::size_t k = 0; k < wanted.size(); ++k) {
                const std::uint32_t in = node(i).inputs[k], root = nodes[in].root;
                PlanNode& made = nodes[root];
                const bool alone = nodes.readers_of_root(root) == 1 && !made.destination && made.computed;
                if (!alone || wanted[k]->extents().size() != made.value.size() || wanted[k]->type() != made.value.dtype())
                    continue;
                const Attributes& with = node(root).attributes;
                if (is_product(root) && with.ints[0] != 0 && with.ints[1] == 0 && made.value.rank() == 2 && in == root &&
                    tensors::is_stored_matrix(*wanted[k]))
                    made.product = PlanNode::of_transposed;
                else if (!is_dense(*wanted[k])) continue;
                made.destination = wanted[k];
                made.taken_by = i;
            }
        }
    }

    /// The memories of fed values, constants, records and results, and of what is computed in between.
    [[gnu::cold]] void lay_out(std::span<const std::uint32_t> fetches, std::span<const FedForm> feeds)
    {
        for (const FedForm& feed : feeds) plan->fed_memory.push_back(nodes[feed.node].numbers ? new_memory(feed.node) : none);
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            PlanNode& here = nodes[i];
            if (!here.numbers || here.root != i || here.is_fed()) continue;
            if (node(i).kind == NodeKind::constant) at(new_memory(i)) = here.value.body().data;
            else if (here.in_record) at(new_memory(i)) = node(i).variable->data<std::byte>();
            else if (here.destination) at(new_memory(i)) = here.destination->data<std::byte>();
        }
        for (std::uint32_t k = 0; k < fetches.size(); ++k) {
            const std::uint32_t of = fetches[k];
            PlanNode& root = root_of(of);
            if (node(of).kind == NodeKind::group) plan->given.push_back({Plan::Result::nothing, k, of, none});
            else if (root.is_fed()) plan->given.push_back({Plan::Result::fed, k, of, root.feed});
            else if (root.memory != none) plan->given.push_back({Plan::Result::copied, k, of, root.memory});
            else plan->given.push_back({Plan::Result::computed, k, of, new_memory(nodes[of].root)});
        }
        for (std::uint32_t i = 0; i < nodes.size(); ++i)
            if (nodes[i].numbers && nodes[i].root == i && nodes[i].memory == none && writes_itself(i)) place(i);
        plan->arena_bytes = place_memory(needed);
        plan->arena = allocate_aligned(plan->arena_bytes);
        for (std::size_t k = 0; k < needed.size(); ++k) at(memory_of_needed[k]) = plan->arena.get() + needed[k].offset;
    }
    /// Whether a node has numbers that a step writes.
    [[gnu::cold]] bool writes_itself(std::uint32_t i) const
    {
        const PlanNode& here = nodes[i];
        if (here.is_variable) return here.is_read && !here.in_record;
        return (here.computed && here.place == i) || node(i).kind == NodeKind::action;
    }
    [[gnu::cold]] std::uint32_t new_memory(std::uint32_t root)
    {
        plan->memory.emplace_back();
        return nodes[root].memory = static_cast<std::uint32_t>(plan->memory.size() - 1);
    }
    std::byte*& at(std::uint32_t memory) { return plan->memory[memory].at; }

    /// In the memory of an input that is read no more, or in new one.
    [[gnu::cold]] void place(std::uint32_t i)
    {
        PlanNode& here = nodes[i];
        const std::size_t bytes = here.value.size() * bytes_of(here.value.dtype());
        const std::uint32_t last = std::max(here.last, i);
        if (here.computed && here.joined == none && node(i).op->loop)
            for (const std::uint32_t in : node(i).inputs) {
                const PlanNode& from = root_of(in);
                if (from.needed == none || from.last != i || from.value.dtype() != here.value.dtype() ||
                    from.value.size() != here.value.size())
                    continue;
                here.memory = from.memory, here.needed = from.needed;
                needed[here.needed].last = last;
                return;
            }
        here.needed = static_cast<std::uint32_t>(needed.size());
        needed.push_back({bytes, i, last});
        memory_of_needed.push_back(new_memory(i));
    }

    [[gnu::cold]] void write_steps(std::uint32_t i)
    {
        PlanNode& here = nodes[i];
        const GraphNode& of = node(i);
        if (here.is_fed() || of.kind == NodeKind::group || of.kind == NodeKind::constant) return;
        if (here.is_variable) {
            plan->uses_variables = true;
            if (here.is_read && !here.in_record) call({.run = call_copy, .variable = of.variable}, {}, i);
        }
        else if (of.kind == NodeKind::action) write_action(i);
        else if (here.root != i || here.place != i) return;
        else if (here.joined != none) {
            const auto& in = of.inputs;
            write_product(here.joined, in[0] == here.joined ? in[1] : in[0], i);
        }
        else if (here.product != PlanNode::no_product) write_product(i, none, i);
        else if (!write_loop(i)) call({.run = call_op, .op = of.op, .with = of.attributes}, of.inputs, i);
    }
    [[gnu::cold]] void write_product(std::uint32_t product, std::uint32_t bias, std::uint32_t to)
    {
        const auto& in = node(product).inputs;
        std::vector<std::uint32_t> from{in[0]};
        if (nodes[product].product == PlanNode::of_transposed) {
            from.push_back(in[1]);
            return call({.run = call_to_weights, .variable = nodes[product].destination}, from, to);
        }
        const auto& weights = node(nodes[in[1]].root).variable;
        if (nodes[product].product == PlanNode::by_transposed) return call({.run = call_to_input, .variable = weights}, from, to);
        if (bias != none) from.push_back(bias);
        if (const auto& ready = nodes[product].ready; nodes[product].product == PlanNode::by_ready)
            return call({.run = call_ready, .variable = weights, .ready = ready}, from, to);
        call({.run = call_product, .variable = weights}, from, to);
    }
    /// An op element by element on arrays of one size.
    [[gnu::cold]] bool write_loop(std::uint32_t i)
    {
        const GraphNode& of = node(i);
        if (!of.op->loop) return false;
        const auto loop = of.op->loop(nodes[i].value.dtype());
        if (!loop) return false;
        for (const std::uint32_t in : of.inputs)
            if (nodes[in].value.size() != nodes[i].value.size() || nodes[in].value.dtype() != nodes[i].value.dtype())
                return false;
        const std::uint32_t a = root_of(of.inputs[0]).memory, b = root_of(of.inputs.back()).memory;
        plan->steps.push_back({loop, a, b, nodes[i].memory, 0, nodes[i].value.size()});
        return true;
    }
    [[gnu::cold]] void write_action(std::uint32_t i)
    {
        const GraphNode& of = node(i);
        const auto& wanted = of.action->receives();
        for (std::size_t k = 0; k < wanted.size(); ++k)
            if (const PlanNode& from = root_of(of.inputs[k]); from.destination != wanted[k] || from.taken_by != i)
                call({.run = call_store, .variable = wanted[k]}, {of.inputs[k]}, i);
        plan->effects |= of.changes();
        plan->uses_variables |= of.changes();
        const bool given = wanted.empty();
        call({.run = given && !of.action->only_reads() ? call_action_on_copies : call_action, .action = of.action},
             given ? of.inputs : std::vector<std::uint32_t>{}, i);
    }
    [[gnu::cold]] void call(PlanCall made, const std::vector<std::uint32_t>& in, std::uint32_t out)
    {
        made.first = static_cast<std::uint32_t>(read.size());
        made.count = static_cast<std::uint32_t>(in.size());
        made.out = out;
        for (const std::uint32_t one : in) {
            read.push_back(one);
            nodes[one].told = true;
        }
        nodes[out].told = true;
        plan->steps.push_back({nullptr, 0, 0, 0, static_cast<std::uint32_t>(plan->calls.size()), 0});
        plan->calls.push_back(std::move(made));
    }

    /// Tells the values that calls use where their numbers are.
    [[gnu::cold]] void finish()
    {
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            if (!nodes[i].told || (node(i).kind == NodeKind::constant && !nodes[i].is_fed())) continue;
            if (const std::uint32_t memory = root_of(i).memory; memory != none) plan->memory[memory].told.push_back(i);
        }
        plan->values = nodes.take_values();
        for (const std::uint32_t one : read) plan->inputs.push_back(&plan->values[one]);
        for (std::uint32_t m = 0; m < plan->memory.size(); ++m) plan->lay(m, plan->memory[m].at);
    }

    const NodeList& list;
    PlanNodes nodes;
    std::shared_ptr<Plan> plan;
    std::vector<NeededMemory> needed;
    std::vector<std::uint32_t> memory_of_needed, read;
};

}}} // namespace lamina::internals::graphs
