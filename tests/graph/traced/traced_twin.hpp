// A function of tensors and the same one traced: once with extents that are not known, run on tensors of several shapes.
#pragma once

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced/node_list.hpp>
#include <lamina/graph/traced/run_nodes.hpp>
#include <lamina/graph/traced/tracer.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace traced {

using lamina::AnyTensor, lamina::Shape;
using List = std::vector<AnyTensor>;
using Function = std::function<AnyTensor(const List&)>;

/// A function's result, and its gradients by each input that has some; empty ones where nothing flows.
inline List with_gradients(const Function& f, List x, bool differentiated)
{
    lamina::GradientTape tape;
    for (AnyTensor& one : x)
        if (differentiated && lamina::internals::is_of_variables(one.dtype())) tape.watch(one);
    List all{f(x)};
    if (!differentiated || !lamina::internals::is_of_variables(all[0].dtype())) return all;
    for (AnyTensor& found : tape.gradient(all[0], x)) all.push_back(std::move(found));
    return all;
}

/// A function as a graph.
class Twin {
public:
    /// Of inputs of these shapes, in which extents may be unknown, and the types of `like`.
    Twin(const Function& f, const std::vector<Shape>& shapes, const List& like, bool differentiated)
    {
        lamina::internals::graphs::Tracer tracer(list, "twin/");
        for (std::size_t i = 0; i < shapes.size(); ++i) inputs.push_back(tracer.placeholder("x", like[i].dtype(), shapes[i]));
        outputs = with_gradients(f, inputs, differentiated);
        for (const AnyTensor& one : outputs)
            if (one) places.push_back(tracer.place_of(one));
    }

    List run(const List& x) const
    {
        std::vector<lamina::internals::graphs::FedValue> feeds;
        for (std::size_t i = 0; i < x.size(); ++i) feeds.push_back({inputs[i].body().node, x[i]});
        List found = lamina::internals::graphs::run_nodes(list, places, feeds), all;
        std::size_t next = 0;
        for (const AnyTensor& one : outputs) all.push_back(one ? found[next++] : AnyTensor());
        return all;
    }

    List inputs, outputs;

private:
    /// Nodes that nobody stores.
    struct Nodes final : lamina::internals::graphs::NodeList {
        void store(lamina::internals::named_records&, lamina::internals::named_texts&) const override {}
    };
    Nodes list;
    std::vector<std::uint32_t> places;
};

/// What is different between two lists, in a sentence; empty where nothing is by more than `tolerance` of the largest number, or of 1.
inline std::string difference(const List& found, const List& wanted, double tolerance)
{
    std::string text;
    for (std::size_t i = 0; i < wanted.size() && text.empty(); ++i) {
        const std::string what = i == 0 ? "the result" : "gradient " + std::to_string(i - 1);
        if (bool(found[i]) != bool(wanted[i])) return what + (wanted[i] ? " is missing" : " should be empty");
        if (!wanted[i]) continue;
        if (found[i].shape() != wanted[i].shape() || found[i].dtype() != wanted[i].dtype()) {
            lamina::internals::append(text,
                                      {what, " is ", lamina::internals::name_of(found[i].dtype()), ' ', found[i].shape(),
                                       ", needed is ", lamina::internals::name_of(wanted[i].dtype()), ' ', wanted[i].shape()});
            return text;
        }
        double largest = 1;
        for (std::size_t k = 0; k < wanted[i].size(); ++k)
            if (std::isfinite(wanted[i].item(k))) largest = std::max(largest, std::fabs(wanted[i].item(k)));
        for (std::size_t k = 0; k < wanted[i].size() && text.empty(); ++k) {
            const double a = found[i].item(k), b = wanted[i].item(k);
            if (!(std::fabs(a - b) <= tolerance * largest || a == b || (a != a && b != b)))
                lamina::internals::append(text, {what, " has ", a, " at ", k, ", needed is ", b});
        }
    }
    return text;
}

/// Whether the form that a trace gave fits what came out of a run.
inline bool fits_form(const AnyTensor& form, const AnyTensor& value)
{
    return !form || (form.dtype() == value.dtype() && lamina::internals::tensors::may_equal(form.shape(), value.shape()));
}

/// The shapes with an unknown extent at each axis whose bit is set.
inline std::vector<Shape> opened(const List& x, std::uint32_t axes)
{
    std::vector<Shape> shapes;
    for (const AnyTensor& one : x) {
        shapes.push_back(one.shape());
        for (std::size_t axis = 0; axis < one.rank(); ++axis)
            if ((axes >> axis & 1) != 0) shapes.back().extents[axis] = lamina::internals::tensors::unknown;
    }
    return shapes;
}

/// What is wrong with a function that is traced with inputs of these shapes and run on each list of inputs, in a sentence.
inline std::string judge(const Function& f, const std::vector<List>& runs, const std::vector<Shape>& shapes, bool differentiated,
                         double tolerance)
{
    const Twin twin(f, shapes, runs[0], differentiated);
    for (const List& x : runs) {
        const List wanted = with_gradients(f, x, differentiated), found = twin.run(x);
        if (const std::string wrong = difference(found, wanted, tolerance); !wrong.empty()) return wrong;
        for (std::size_t i = 0; i < found.size(); ++i)
            if (!fits_form(twin.outputs[i], found[i])) return "a result does not have the form that was traced";
    }
    return {};
}

} // namespace traced
