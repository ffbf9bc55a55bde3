// lamina/graph/traced/plan_nodes.hpp: what of a graph a run needs, and the forms of its values for feeds of known types and shapes.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/spreading.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// What a node is fed.
struct FedForm {
    std::uint32_t node;
    dtype type;
    Shape extents;
};

/// A node as a plan sees it.
struct PlanNode {
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    enum Product : std::uint8_t { no_product, by_stored, by_transposed, of_transposed, by_ready };

    AnyTensor value{};                  ///< its form; of a constant with its numbers
    bool form = false, numbers = false; ///< what is needed of it
    bool computed = false;              ///< an op that writes numbers
    bool is_variable = false;
    bool is_fetched = false;
    bool is_read = false;   ///< as a tensor
    bool in_record = false; ///< a variable whose numbers are read where they are stored
    bool told = false;      ///< a call needs to know where it lies
    Product product = no_product;
    std::shared_ptr<tensors::ReadyOp> ready{};
    std::uint32_t feed = none;
    std::uint32_t root = none; ///< whose numbers it has
    std::uint32_t readers = 0, reader = none, readers_of_root = 0;
    std::uint32_t place = none;  ///< the node at whose place in the program it is computed
    std::uint32_t joined = none; ///< the product that is computed with it
    std::uint32_t last = 0;      ///< the place of the last reader; none where its numbers are needed to the end
    std::uint32_t memory = none, needed = none;
    std::shared_ptr<record> destination{}; ///< where it is computed to, for the action that takes it from there
    std::uint32_t taken_by = none;

    bool is_fed() const { return feed != none; }
};

/// Whether an op reads the shape of an input alone.
inline bool lends_shape(const GraphNode& node, std::size_t input)
{
    const OpEntry* const op = node.op;
    return op && input == 1 &&
           (op == &tensors::sum_to_like_entry || op == &tensors::broadcast_like_entry || op == &tensors::reshape_like_entry ||
            op == &tensors::SpreadOver<false>::entry || op == &tensors::SpreadOver<true>::entry);
}

/// Whether the rows of a record lie as those of a tensor.
inline bool is_dense(const record& r) { return r.places().step == r.places().row || r.extents().size() == r.places().row; }

class PlanNodes {
public:
    [[gnu::cold]] PlanNodes(const NodeList& of, std::span<const std::uint32_t> fetches, std::span<const FedForm> feeds) : list(of)
    {
        std::uint32_t end = 0;
        for (const std::uint32_t fetch : fetches) end = std::max(end, fetch + 1);
        for (const FedForm& feed : feeds) end = std::max(end, feed.node + 1);
        all.resize(end);
        for (std::size_t k = 0; k < feeds.size(); ++k) take_feed(feeds[k], static_cast<std::uint32_t>(k));
        for (const std::uint32_t fetch : fetches) all[fetch].form = all[fetch].numbers = all[fetch].is_fetched = true;
        find_needed();
        for (std::uint32_t i = 0; i < end; ++i)
            if (all[i].form) find_form(i);
        count_readers(fetches);
    }

    std::size_t size() const { return all.size(); }
    PlanNode& operator[](std::uint32_t i) { return all[i]; }
    const PlanNode& operator[](std::uint32_t i) const { return all[i]; }

    /// The place of the first action behind a variable's node that changes the variable.
    [[gnu::cold]] std::uint32_t change_behind(std::uint32_t variable) const
    {
        for (const auto& [at, changed] : changes)
            if (at > variable && changed == list[variable].variable.get()) return at;
        return PlanNode::none;
    }
    std::uint32_t readers_of_root(std::uint32_t root) const { return all[root].readers_of_root; }

    /// Forms of what a node reads.
    struct Forms {
        std::vector<const AnyTensor*> at;
        Inputs inputs() const { return {at.data(), at.size()}; }
    };
    Forms inputs_of(const GraphNode& node) const
    {
        Forms forms;
        for (const std::uint32_t in : node.inputs) forms.at.push_back(&all[in].value);
        return forms;
    }

    [[gnu::cold]] std::vector<AnyTensor> take_values()
    {
        std::vector<AnyTensor> values;
        for (PlanNode& one : all) values.push_back(std::move(one.value));
        return values;
    }

private:
    [[gnu::cold]] void take_feed(const FedForm& feed, std::uint32_t k)
    {
        const GraphNode& node = list[feed.node];
        PlanNode& here = all[feed.node];
        if (node.kind == NodeKind::group || node.changes())
            fail({"run: \"", node.name, "\" is fed a value, but it is an operation; feed a placeholder"});
        if (here.is_fed()) fail({"run: \"", node.name, "\" is fed twice"});
        const Shape& wanted = node.form.shape();
        bool fits = feed.type == node.form.dtype() && feed.extents.rank == wanted.rank;
        for (std::size_t axis = 0; fits && axis < wanted.rank; ++axis)
            fits = wanted[axis] == tensors::unknown || wanted[axis] == feed.extents[axis];
        if (!fits) refuse_feed(node, feed);
        here.feed = k;
        here.value = without_numbers(feed.type, feed.extents);
        here.root = feed.node;
    }
    [[noreturn]] static void refuse_feed(const GraphNode& node, const FedForm& feed)
    {
        std::string wanted("[");
        for (std::size_t axis = 0; axis < node.form.rank(); ++axis) {
            if (axis > 0) append(wanted, {", "});
            if (node.form.shape()[axis] == tensors::unknown) append(wanted, {"any"});
            else append(wanted, {node.form.shape()[axis]});
        }
        fail({"run: \"", node.name, "\" is fed ", name_of(feed.type), ' ', feed.extents, ", it needs ",
              name_of(node.form.dtype()), ' ', std::string_view(wanted), ']'});
    }
    static AnyTensor without_numbers(dtype type, const Shape& extents) { return AnyTensor(tensors::new_body(type, extents, 0)); }

    [[gnu::cold]] void find_needed()
    {
        for (std::size_t i = all.size(); i-- > 0;) {
            const PlanNode& here = all[i];
            if (!here.form || here.is_fed()) continue;
            const GraphNode& node = list[i];
            for (std::size_t k = 0; k < node.inputs.size(); ++k) {
                PlanNode& in = all[node.inputs[k]];
                in.form = true;
                in.numbers |= here.numbers && !lends_shape(node, k);
            }
        }
    }

    [[gnu::cold]] void find_form(std::uint32_t i)
    {
        const GraphNode& node = list[i];
        PlanNode& here = all[i];
        here.place = i;
        if (here.is_fed()) return;
        here.root = i;
        if (node.kind == NodeKind::placeholder) fail({"run: \"", node.name, "\" is needed and was not fed"});
        else if (node.kind == NodeKind::constant) here.value = node.value;
        else if (node.kind == NodeKind::variable) {
            here.is_variable = true;
            here.value = without_numbers(node.variable->type(), node.variable->extents());
        }
        else if (node.kind == NodeKind::action) {
            here.value =
                without_numbers(node.form.dtype(), node.action->result_shape(inputs_of(node).inputs(), node.form.shape()));
            require_known(node, here.value.shape());
            if (here.numbers)
                for (const auto& changed : node.action->changes()) changes.emplace_back(i, changed.get());
        }
        else if (node.kind == NodeKind::op) find_form_of_op(i);
    }
    [[gnu::cold]] static void require_known(const GraphNode& node, const Shape& extents)
    {
        std::size_t elements = 1;
        for (std::size_t axis = 0; axis < extents.rank; ++axis) {
            if (extents[axis] == tensors::unknown) fail({"run: \"", node.name, "\" has an extent that its inputs do not tell"});
            if (extents[axis] != 0 && elements > most_elements / extents[axis])
                fail({"run: \"", node.name, "\" would have the shape ", extents, ", which is more than 2^32 numbers"});
            elements *= extents[axis];
        }
    }
    [[gnu::cold]] void find_form_of_op(std::uint32_t i)
    {
        const GraphNode& node = list[i];
        PlanNode& here = all[i];
        const Forms forms = inputs_of(node);
        const Inputs in = forms.inputs();
        Shape extents = in.size() > 0 ? in[0].shape() : Shape{};
        dtype type = in.size() > 0 ? in[0].dtype() : node.attributes.type;
        try {
            node.op->infer(in, node.attributes, extents, type);
        }
        catch (const error& refusal) {
            fail({"run: \"", node.name, "\": ", std::string_view(refusal.what())});
        }
        require_known(node, extents);
        here.value = without_numbers(type, extents);
        if (changes_nothing(node, in, here.value)) here.root = all[node.inputs[0]].root;
        else here.computed = true;
    }
    /// Whether the result has the numbers of the first input, in its order and type.
    [[gnu::cold]] static bool changes_nothing(const GraphNode& node, const Inputs& in, const AnyTensor& out)
    {
        const OpEntry* const op = node.op;
        if (op->compute == tensors::copy_all) return true;
        if (in.size() == 0 || in[0].shape() != out.shape() || in[0].dtype() != out.dtype()) return false;
        return op == &tensors::sum_to_like_entry || op == &tensors::broadcast_like_entry || op == &tensors::cast_entry;
    }

    [[gnu::cold]] void count_readers(std::span<const std::uint32_t> fetches)
    {
        const auto count = [&](std::uint32_t of, std::uint32_t by) {
            ++all[of].readers;
            all[of].reader = by;
            if (by == PlanNode::none || all[by].root == by) ++all[all[of].root].readers_of_root;
        };
        for (std::uint32_t i = 0; i < all.size(); ++i) {
            if (!all[i].numbers || all[i].is_fed()) continue;
            for (std::size_t k = 0; k < list[i].inputs.size(); ++k)
                if (!lends_shape(list[i], k)) count(list[i].inputs[k], i);
        }
        for (const std::uint32_t fetch : fetches) count(fetch, PlanNode::none);
    }

    static constexpr std::size_t most_elements = std::size_t{1} << 32;
    const NodeList& list;
    std::vector<PlanNode> all;
    std::vector<std::pair<std::uint32_t, const record*>> changes;
};

}}} // namespace lamina::internals::graphs
