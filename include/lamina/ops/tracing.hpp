// lamina/ops/tracing.hpp: the door to a graph: where ops on values without numbers are written down instead of computed.
//
// While a thread traces, `tracing` is what writes. A symbolic tensor is a value of the graph: type and shape, in which an extent may be
// unknown, and no numbers. An op with a symbolic input becomes a node; one with numbers alone is computed at once, and its result
// becomes a constant where a node reads it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/record.hpp>
#include <lamina/ops/entry.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tensors {

/// What a node does that is no op: it changes variables, or calls a function of the program.
struct NodeAction {
    NodeAction() = default;
    NodeAction(const NodeAction&) = delete;
    NodeAction& operator=(const NodeAction&) = delete;
    virtual ~NodeAction() = default;

    virtual std::string_view kind() const = 0; ///< as a file names it
    virtual void run(const Inputs& in, const AnyTensor& out) = 0;
    /// The shape of its value where its inputs have these; `form` is what is known without them.
    virtual Shape result_shape(const Inputs&, const Shape& form) const { return form; }
    /// A JSON object, from which a file's reader makes the same action again.
    virtual std::string settings() const { return "{}"; }
    virtual std::span<const std::shared_ptr<record>> changes() const { return {}; } ///< the variables that it writes
    virtual std::span<const std::shared_ptr<record>> keeps() const { return {}; } ///< what else it needs from run to run, by name
    /// Where its inputs are to lie when it runs, a record for each of its type and shape, as a plan can often write them at once; `run` then
    /// does not read `in`. Empty where it reads tensors.
    virtual std::span<const std::shared_ptr<record>> receives() const { return {}; }
    /// Whether `run` keeps none of its inputs, so that they may lie in memory that is used again. If not it is given tensors of its own.
    virtual bool only_reads() const { return false; }
};

struct Tracing {
    /// A node of an op, whose `infer` gave this form.
    virtual AnyTensor append(const OpEntry& op, const Inputs& in, const Attributes& with, const Shape& extents, dtype type) = 0;
    /// A node that reads a variable.
    virtual AnyTensor read(const std::shared_ptr<record>& variable) = 0;
    /// A node of an action. One that changes something runs whenever the graph's next training step does, or is asked for.
    virtual AnyTensor act(std::string_view name, std::shared_ptr<NodeAction> action, const Inputs& in, const Shape& extents,
                          dtype type) = 0;
    /// A step of an optimizer: an action `called/update`. In a graph it gives an operation `called` that runs it with all that changed
    /// something before; in a function, which runs all that anyway, an empty tensor.
    virtual AnyTensor step(std::string_view called, std::shared_ptr<NodeAction> action, const Inputs& in) = 0;
    /// Whether actions work on objects of the program, as in a function, or on copies, which a file can keep.
    virtual bool works_on_objects() const = 0;
    /// `base`, or `base_1`, …: what no node is called yet.
    virtual std::string unused_name(std::string_view base) const = 0;
    /// What a variable is called in the graph, behind the scope of the trace.
    virtual std::string variable_name(const std::shared_ptr<record>& variable) = 0;
    /// The number of the training step, an int64 number, which drawing at random depends on: in a graph how many it has run, counted on from
    /// `first`; in a function what each call is told.
    virtual AnyTensor training_step(std::uint64_t first) = 0;
    virtual std::string name_of(const AnyTensor& value) const = 0;
    /// The names of what is appended from here on begin with this one too, until `leave_scope` is given what this gave.
    virtual std::string enter_scope(std::string_view name) = 0;
    virtual void leave_scope(std::string before) = 0;

protected:
    ~Tracing() = default;
};
inline constinit thread_local Tracing* tracing = nullptr;

/// What is written down while it lives has a name below this one: "digits/gradients/MatMul".
class ScopeOfNames {
public:
    explicit ScopeOfNames(std::string_view name) : in(tracing)
    {
        if (in) before = in->enter_scope(name);
    }
    ~ScopeOfNames()
    {
        if (in) in->leave_scope(std::move(before));
    }
    ScopeOfNames(const ScopeOfNames&) = delete;
    ScopeOfNames& operator=(const ScopeOfNames&) = delete;

private:
    Tracing* in;
    std::string before;
};

/// A value of a graph: a form without numbers. `graph` tells which one has it, and outlives the graph, so that no other is taken for it.
[[gnu::cold]] inline AnyTensor symbol(dtype type, const Shape& extents, std::uint32_t node, std::shared_ptr<const void> graph)
{
    AnyTensor made(new_body(type, extents, 0));
    made.body().symbolic = true;
    made.body().node = node;
    made.body().keeper = std::move(graph);
    return made;
}
inline bool is_symbolic(const AnyTensor& t) { return t && t.body().symbolic; }

/// Of an op with a symbolic input.
[[gnu::cold, gnu::noinline]] inline AnyTensor write_node(const OpEntry& op, const Inputs& in, const Attributes& with,
                                                         const Shape& extents, dtype type)
{
    if (!tracing)
        fail({op.name, ": was given a value of a graph, which has numbers only while the graph runs; ask graph.run for it"});
    return tracing->append(op, in, with, extents, type);
}

}}} // namespace lamina::internals::tensors
