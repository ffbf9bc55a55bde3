// lamina/graph/traced/minimize.hpp: an optimizer's step as an operation of a graph.
#pragma once

#include <lamina/autodiff/optimizer_step.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/graph/traced/node.hpp>
#include <lamina/graph/traced/tracer.hpp>
#include <lamina/ops/tracing.hpp>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// One step of an optimizer against the gradient of a loss, as an operation of the graph that is traced, for every variable that is
/// trained and that the loss depends on: what an optimizer's `minimize(loss)` calls. What else changes variables, such as the moving
/// statistics of layers that train, runs with it.
template <class O> Node minimize_traced(const O& optimizer, const AnyTensor& loss)
{
    using namespace internals;
    graphs::Tracer& tracer = graphs::Tracer::current("minimize(loss)");
    if (!tracer.tape) fail({O::name, ": minimize(loss) works inside of graph.trace; elsewhere write minimize(loss, variables)"});
    std::vector<AnyTensor> sources;
    for (const auto& variable : tracer.learned_variables()) sources.push_back(form_of(variable, 0));
    const std::vector<AnyTensor> found = tracer.tape->gradient(loss, sources);
    std::vector<std::shared_ptr<record>> variables;
    std::vector<const AnyTensor*> gradients;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!found[i]) continue;
        variables.push_back(tracer.learned_variables()[i]);
        gradients.push_back(&found[i]);
    }
    if (gradients.empty()) fail({O::name, ": the loss depends on no variable that is trained"});
    return trace_step(optimizer, std::move(variables), span_of(gradients));
}

}} // namespace lamina
