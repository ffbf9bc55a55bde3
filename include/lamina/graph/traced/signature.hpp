// lamina/graph/traced/signature.hpp: a function of tensors, traced once for each types and shapes of its arguments.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/autodiff/training_mode.hpp>
#include <lamina/autodiff/variables.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/run_nodes.hpp>
#include <lamina/graph/traced/short_list.hpp>
#include <lamina/graph/traced/tracer.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

using Tensors = std::vector<AnyTensor>;
using FunctionOfTensors = std::function<Tensors(Tensors)>;

class TracedFunction;

/// The nodes of a function that nobody stores.
class UnstoredNodes final : public NodeList {
public:
    void store(named_records&, named_texts&) const override {}
};

/// What a function became for arguments of some types and shapes.
struct Signature {
    Tensors arguments; ///< their forms
    CallMode mode{};   ///< in which it was traced, and how many calls of models there were in it
    std::uint64_t calls = 0;
    UnstoredNodes nodes;
    std::vector<std::uint32_t> fetches;             ///< the results, `none` of an empty one, and what changes something
    std::size_t results = 0;                        ///< how many of the fetches are results
    std::uint32_t step = NodeList::none;            ///< the number of the training step, where something is drawn
    std::vector<std::shared_ptr<record>> variables; ///< the learned ones that it reads
    std::vector<std::vector<std::shared_ptr<record>>> read_for; ///< all that each result depends on
    std::mutex making;
    std::vector<std::shared_ptr<TracedFunction>> backs; ///< the way back from each result

    /// The variables whose numbers a node depends on.
    [[gnu::cold]] std::vector<std::shared_ptr<record>> read_by(std::uint32_t node) const
    {
        std::vector<std::shared_ptr<record>> found;
        if (node == NodeList::none) return found;
        std::vector<char> needed(node + 1, 0);
        needed[node] = 1;
        for (std::size_t i = node + 1; i-- > 0;) {
            if (!needed[i]) continue;
            for (const std::uint32_t in : nodes[i].inputs) needed[in] = 1;
            if (nodes[i].kind == NodeKind::variable) found.push_back(nodes[i].variable);
        }
        return found;
    }

    bool fits(const Tensors& x) const
    {
        if (mode.training != call_mode.training || x.size() != arguments.size()) return false;
        if (mode.training && (mode.seed != call_mode.seed || mode.calls != call_mode.calls)) return false;
        for (std::size_t i = 0; i < x.size(); ++i)
            if (x[i].dtype() != arguments[i].dtype() || x[i].shape() != arguments[i].shape()) return false;
        return true;
    }
};

class TracedFunction {
public:
    explicit TracedFunction(FunctionOfTensors of, bool runs_effects = true) : f(std::move(of)), with_effects(runs_effects) {}

    /// The results for arguments. Tapes follow them: a call is one step for each result.
    Tensors operator()(const Tensors& x);

    /// How often the function was traced.
    std::size_t traces() const
    {
        const std::lock_guard guard(lock);
        return signatures.size();
    }

private:
    std::shared_ptr<Signature> signature_for(const Tensors& x)
    {
        const std::lock_guard guard(lock);
        for (const auto& known : signatures)
            if (known->fits(x)) return known;
        signatures.push_back(trace(x));
        return signatures.back();
    }
    [[gnu::cold]] std::shared_ptr<Signature> trace(const Tensors& x) const
    {
        auto made = std::make_shared<Signature>();
        made->mode = call_mode;
        const StopRecording pause(~0u);
        Tracer tracer(made->nodes, {}, nullptr, Tracer::of::function);
        Tensors symbols;
        for (const AnyTensor& one : x) {
            symbols.push_back(tracer.placeholder("x", one.dtype(), one.shape()));
            made->arguments.push_back(symbols.back());
        }
        for (const AnyTensor& y : f(std::move(symbols))) made->fetches.push_back(y ? tracer.place_of(y) : NodeList::none);
        made->results = made->fetches.size();
        for (const std::uint32_t result : made->fetches) made->read_for.push_back(made->read_by(result));
        if (auto effects = tracer.take_effects(); with_effects && !effects.empty())
            made->fetches.push_back(tracer.group("effects", std::move(effects)).body().node);
        made->step = tracer.step_node();
        made->variables = tracer.learned_variables();
        made->calls = call_mode.calls - made->mode.calls;
        call_mode.calls = made->mode.calls; // as each call counts them
        return made;
    }

    FunctionOfTensors f;
    bool with_effects;
    mutable std::mutex lock;
    std::vector<std::shared_ptr<Signature>> signatures;

    friend struct FunctionStep;
};

inline constexpr OpEntry function_entry{"function", keeps::inputs, nullptr, nullptr, nullptr};

/// A call under tapes. The way back is a traced function of the arguments and the cotangent, so that it has derivatives itself.
struct FunctionStep final : tensors::Extension {
    FunctionOfTensors f;
    std::shared_ptr<Signature> signature;
    std::size_t result;
    CallMode mode; ///< in which it was called: on the way back the same numbers are drawn
    std::vector<std::uint64_t> versions;

    /// `before` are the versions of the variables that the result depends on, before the call, which may change some itself.
    FunctionStep(const FunctionOfTensors& of, std::shared_ptr<Signature> as, std::size_t which, const CallMode& called,
                 std::vector<std::uint64_t> before)
        : f(of), signature(std::move(as)), result(which), mode(called), versions(std::move(before))
    {}

    void gradient(const tensors::StepBack& step, AnyTensor* dx) override
    {
        const auto& read = signature->read_for[result];
        for (std::size_t i = 0; i < versions.size(); ++i)
            if (read[i]->version() != versions[i])
                fail(
                    {"GradientTape: \"", read[i]->name,
                     "\" was changed between the call of a function that reads it and the gradient; take the gradient before the "
                     "optimizer's step"});
        const CallsAs again(mode);
        Tensors arguments;
        for (std::size_t i = 0; i < signature->arguments.size(); ++i) arguments.push_back(step.in[i]);
        arguments.push_back(step.dy);
        Tensors found = (*way_back())(arguments);
        for (std::size_t i = 0; i < found.size(); ++i) dx[i] = std::move(found[i]);
    }

private:
    std::shared_ptr<TracedFunction> way_back()
    {
        const std::lock_guard guard(signature->making);
        signature->backs.resize(signature->results);
        auto& back = signature->backs[result];
        if (!back)
            back = std::make_shared<TracedFunction>(
                [f = f, variables = signature->variables, result = result](Tensors x) {
                    const AnyTensor dy = std::move(x.back());
                    x.pop_back();
                    GradientTape tape;
                    for (AnyTensor& one : x)
                        if (is_of_variables(one.dtype())) tape.watch(one);
                    const AnyTensor y = f(x)[result];
                    for (const auto& variable : variables) x.push_back(form_of(variable, 0));
                    return tape.gradient(y, x, dy);
                },
                false);
        return back;
    }
};

inline Tensors TracedFunction::operator()(const Tensors& x)
{
    if (tensors::tracing) return f(x); // a part of the graph that is traced
    for (const AnyTensor& one : x)
        if (!one || one.body().symbolic)
            fail({"function: an argument is ", one ? "a value of a graph, which has no numbers" : "an empty tensor"});
    const auto signature = signature_for(x);
    ShortList<std::uint32_t> fetches(signature->fetches.size()), fed_nodes(x.size() + 1);
    ShortList<const AnyTensor*> fed(x.size() + 1);
    for (std::size_t i = 0; i < x.size(); ++i) {
        fed_nodes.push_back(signature->arguments[i].body().node);
        fed.push_back(&x[i]);
    }
    AnyTensor step;
    if (signature->step != NodeList::none) {
        step = tensors::scalar(dtype::int64, static_cast<double>(call_mode.step));
        fed_nodes.push_back(signature->step);
        fed.push_back(&step);
    }
    const CallMode called = call_mode;
    call_mode.calls += signature->calls;
    for (const std::uint32_t fetch : signature->fetches)
        if (fetch != NodeList::none) fetches.push_back(fetch);
    std::vector<std::vector<std::uint64_t>> versions;
    if (tensors::recording != 0)
        for (const auto& read : signature->read_for) {
            versions.emplace_back();
            for (const auto& variable : read) versions.back().push_back(variable->version());
        }
    Tensors results(fetches.size());
    run_nodes(signature->nodes, fetches, fed_nodes, {fed.data(), fed.size()}, results);
    results.resize(signature->fetches.size());
    for (std::size_t i = signature->fetches.size(), next = fetches.size(); i-- > 0;) // where there is none it stays empty
        if (signature->fetches[i] != NodeList::none && --next != i) std::swap(results[i], results[next]);
    results.resize(signature->results);
    if (tensors::recording == 0) return results;

    Tensors leaves;
    std::vector<const AnyTensor*> in;
    for (const AnyTensor& one : x) in.push_back(&one);
    for (const auto& variable : signature->variables) leaves.push_back(form_of(variable, tapes_for(*variable)));
    for (const AnyTensor& leaf : leaves) in.push_back(&leaf);
    const Inputs all(in.data(), in.size());
    auto& journal = tensors::journal();
    if (const auto tapes = journal.followed(all))
        for (std::size_t i = 0; i < results.size(); ++i)
            if (results[i] && is_of_variables(results[i].dtype()))
                journal.append(function_entry, all, results[i], {}, tapes).more =
                    std::make_unique<FunctionStep>(f, signature, i, called, std::move(versions[i]));
    return results;
}

}}} // namespace lamina::internals::graphs
