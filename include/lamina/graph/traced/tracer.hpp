// lamina/graph/traced/tracer.hpp: writes down what a thread computes with symbols, while it lives.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/traced/count_step.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/op_names.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

class Tracer final : public tensors::Tracing {
public:
    /// Whose nodes these are: a graph counts its training steps itself, a function is told the number of the step by each call.
    enum class of { graph, function };

    /// Names of nodes begin with `scope`, which is empty or ends in "/". `following` is the tape that follows the whole trace, if one does.
    Tracer(NodeList& nodes, std::string scope_of_names, GradientTape* following = nullptr, of what = of::graph)
        : tape(following), list(nodes), owner(what), scope(std::move(scope_of_names)), tracing_before(tensors::tracing),
          names_before(tensors::name_of_symbol)
    {
        tensors::tracing = this;
        tensors::name_of_symbol = [](const tensors::Body& value) {
            const auto* const tracer = static_cast<const Tracer*>(tensors::tracing);
            return tracer->list.made(value) ? tracer->list.value_name(value.node) : std::string("a value of another graph");
        };
    }
    ~Tracer()
    {
        tensors::tracing = tracing_before;
        tensors::name_of_symbol = names_before;
    }
    Tracer(const Tracer&) = delete;
    Tracer& operator=(const Tracer&) = delete;

    /// The one that this thread traces with.
    static Tracer& current(std::string_view what)
    {
        if (!tensors::tracing) fail({what, ": this works while a graph is traced, inside of graph.trace"});
        return static_cast<Tracer&>(*tensors::tracing);
    }

    AnyTensor placeholder(std::string_view name, dtype type, const Shape& extents)
    {
        return list.add({scoped(name), NodeKind::placeholder}, type, extents);
    }

    AnyTensor append(const OpEntry& op, const Inputs& in, const Attributes& with, const Shape& extents, dtype type) override
    {
        if (keeps_form(op, in[0], extents, type)) return in[0];
        auto inputs = places_of(in); // constants are named before
        GraphNode node{scoped(names_of_op(op.name).node), NodeKind::op, std::move(inputs)};
        node.op = &op;
        node.attributes = with;
        return list.add(std::move(node), type, extents);
    }

    AnyTensor read(const std::shared_ptr<record>& variable) override
    {
        if (const auto known = reads.find(variable.get()); known != reads.end()) return list[known->second].form;
        GraphNode node{list.unused_name(stored_name(variable)), NodeKind::variable};
        node.variable = variable;
        const auto form = list.add(std::move(node), variable->type(), variable->extents());
        reads.emplace(variable.get(), form.body().node);
        if (variable->learned() && !was_read(variable)) learned.push_back(variable);
        return form;
    }

    AnyTensor act(std::string_view name, std::shared_ptr<NodeAction> action, const Inputs& in, const Shape& extents,
                  dtype type) override
    {
        auto inputs = places_of(in);
        for (const auto& changed : action->changes()) {
            stored_name(changed);
            reads.erase(changed.get()); // who reads it from here on gets the new numbers
        }
        for (const auto& kept : action->keeps()) stored_name(kept);
        GraphNode node{scoped(name), NodeKind::action, std::move(inputs)};
        node.action = std::move(action);
        const bool has_effect = node.changes();
        const auto form = list.add(std::move(node), type, extents);
        if (has_effect) effects.push_back(form.body().node);
        return form;
    }

    AnyTensor step(std::string_view called, std::shared_ptr<NodeAction> action, const Inputs& in) override
    {
        static_cast<void>(act(text_of({called, "/update"}), std::move(action), in, Shape{}, dtype::boolean));
        return owner == of::graph ? group(called, take_effects()) : AnyTensor();
    }
    bool works_on_objects() const override { return owner == of::function; }
    std::string unused_name(std::string_view base) const override { return scoped(base).substr(scope.size()); }
    std::string variable_name(const std::shared_ptr<record>& variable) override
    {
        std::string name = stored_name(variable); // of a trace before, perhaps
        return name.starts_with(scope) ? name.substr(scope.size()) : name;
    }

    AnyTensor training_step(std::uint64_t first) override
    {
        if (owner == of::function) {
            if (told_step == NodeList::none) told_step = placeholder("training_step", dtype::int64, Shape{}).body().node;
            return list[told_step].form;
        }
        if (!steps) steps = make_record(text_of({scope, "training_step"}), Shape{}, dtype::int64);
        const AnyTensor count = read(steps);
        if (first == 0) return count;
        return tensors::run(tensors::formula_entry<ops::Plus>, count, constant(static_cast<std::int64_t>(first)));
    }

    std::string name_of(const AnyTensor& value) const override { return list.value_name(value.body().node); }

    std::string enter_scope(std::string_view name) override
    {
        std::string before = inner;
        std::string entered(name);
        for (std::size_t n = 1; list.find_scope(text_of({scope, inner, entered})); ++n) {
            entered = name;
            internals::append(entered, {'_', n});
        }
        internals::append(inner, {entered, '/'});
        return before;
    }
    void leave_scope(std::string before) override { inner = std::move(before); }

    /// All that changed something since it was asked last; a training step runs it.
    std::vector<std::uint32_t> take_effects()
    {
        if (steps) {
            act("training_step/count", std::make_shared<CountStep>(steps), {nullptr, 0}, Shape{}, dtype::int64);
            steps_counted.push_back(std::exchange(steps, nullptr));
        }
        return std::exchange(effects, {});
    }

    /// An operation that runs others.
    AnyTensor group(std::string_view name, std::vector<std::uint32_t> members)
    {
        return list.add({scoped(name), NodeKind::group, std::move(members)}, dtype::boolean, Shape{});
    }

    /// The node of a value; of numbers it is a constant.
    std::uint32_t place_of(const AnyTensor& value)
    {
        if (tensors::is_symbolic(value)) {
            if (!list.has(value)) fail({"trace: a value of another graph was used; each graph has its own"});
            return value.body().node;
        }
        if (const auto known = constants.find(&value.body()); known != constants.end()) return known->second;
        GraphNode node{scoped("Const"), NodeKind::constant};
        node.value = stop_gradient(value);
        const std::uint32_t at = list.add(std::move(node), value.dtype(), value.shape()).body().node;
        constants.emplace(&value.body(), at);
        return at;
    }

    /// The learned variables that were read, in the order of the program.
    const std::vector<std::shared_ptr<record>>& learned_variables() const { return learned; }

    /// The placeholder of the training step, where a function asked for it.
    std::uint32_t step_node() const { return told_step; }

    NodeList& nodes() { return list; }
    GradientTape* const tape;

private:
    std::string scoped(std::string_view name) const { return list.unused_name(text_of({scope, inner, name})); }

    /// Whether an op gives its first input as it is: layers reshape whatever they get. With one unknown extent in the same place before
    /// and behind, a reshape cannot have moved it.
    static bool keeps_form(const OpEntry& op, const AnyTensor& in, const Shape& extents, dtype type)
    {
        if (!tensors::is_symbolic(in) || in.dtype() != type || !(in.shape() == extents)) return false;
        std::size_t unknown = 0;
        for (std::size_t axis = 0; axis < extents.rank; ++axis) unknown += extents[axis] == tensors::unknown;
        if (op.name == "reshape") return unknown == 0 || (unknown == 1 && extents.size() != 0);
        return unknown == 0 && (op.name == "sum_to_like" || op.name == "broadcast_like" || op.name == "broadcast_to");
    }

    std::vector<std::uint32_t> places_of(const Inputs& in)
    {
        std::vector<std::uint32_t> places;
        for (std::size_t i = 0; i < in.size(); ++i) {
            places.push_back(place_of(in[i]));
            if (const GraphNode& node = list[places.back()]; node.kind == NodeKind::group)
                fail({"trace: \"", node.name, "\" is an operation, which has no value to compute with; graph.run runs it"});
        }
        return places;
    }
    bool was_read(const std::shared_ptr<record>& variable) const
    {
        for (const auto& one : learned)
            if (one == variable) return true;
        return false;
    }

    /// Under which name a record is stored beside the nodes.
    std::string stored_name(const std::shared_ptr<record>& variable)
    {
        for (const auto& [name, kept] : list.kept())
            if (kept == variable) return name;
        std::string name = variable->name.starts_with(scope) ? variable->name : text_of({scope, variable->name});
        const std::string base = name;
        for (std::size_t n = 1; list.kept().find(name) != list.kept().end(); ++n) name = text_of({base, '_', n});
        list.keep(name, variable);
        return name;
    }

    NodeList& list;
    of owner;
    std::uint32_t told_step = NodeList::none;
    std::string scope, inner; ///< of names: of the whole trace, and of what is traced now
    tensors::Tracing* tracing_before;
    tensors::NameOfSymbol names_before;
    std::map<const record*, std::uint32_t> reads;
    std::map<const tensors::Body*, std::uint32_t> constants;
    std::vector<std::shared_ptr<record>> learned, steps_counted;
    std::vector<std::uint32_t> effects;
    std::shared_ptr<record> steps;
};

}}} // namespace lamina::internals::graphs
