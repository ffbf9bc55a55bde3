// lamina/autodiff/apply_gradients.hpp: an optimizer's step from gradients that a tape gave, and minimize.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/autodiff/optimizer_step.hpp>
#include <lamina/autodiff/variables.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/found_here.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/span_of.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_missing_gradient(std::string_view optimizer, const record& of)
{
    fail({optimizer, ": \"", of.name,
          "\" has no gradient, since the loss does not depend on it; leave it out of the variables, or freeze it"});
}

/// A gradient as an optimizer reads it.
[[gnu::noinline]] inline std::shared_ptr<record> gradient_record(std::string_view optimizer, const AnyTensor& gradient,
                                                                 const record& of)
{
    if (!gradient) refuse_missing_gradient(optimizer, of);
    if (gradient.dtype() != of.type() || gradient.shape() != of.extents()) refuse_gradient(optimizer, gradient, of);
    auto made = make_record({}, of.extents(), of.type(), of.as());
    copy_in(gradient.body().data, *made);
    return made;
}

/// What a traced step reads: gradients that fit. For a graph `values` loses what is not trained, which a file would not tell.
[[gnu::cold]] inline std::vector<const AnyTensor*> traced_gradients(std::string_view optimizer,
                                                                    const std::vector<AnyTensor>& gradients, Records& values)
{
    const bool all = tensors::tracing->works_on_objects();
    Records trained;
    std::vector<const AnyTensor*> steps;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!gradients[i]) refuse_missing_gradient(optimizer, *values[i]);
        if (!may_be_of(*values[i], gradients[i])) refuse_gradient(optimizer, gradients[i], *values[i]);
        if (!all && values[i]->as().observed)
            fail({optimizer, ": \"", values[i]->name,
                  "\" is a moving statistic; in a graph its layer changes it, so leave it out"});
        if (!all && !values[i]->learned()) continue;
        add_to(trained, values[i]);
        steps.push_back(&gradients[i]);
    }
    values = std::move(trained);
    return steps;
}

} // namespace internals

/// One step of an optimizer: what its `apply_gradients` calls. `variables` are those of a model, `variables(model)`, or any list of variables;
/// a state (slots) belongs to one list in one order. While a graph is traced it gives an operation of the graph, which a Node takes;
/// elsewhere an empty tensor. A traced function steps the optimizer itself, a graph a copy that goes on from where it is.
///
/// Errors     a gradient that is missing or has another shape; what the optimizer refuses.
/// Example    auto model = build<Sequential<Input<3>, Dense<1>>>(Seed{1}); SGD sgd; GradientTape t; auto loss = reduce_sum(model(ones({2, 3}))); sgd.apply_gradients(t.gradient(loss, variables(model)), variables(model));
template <class O, class Variables>
AnyTensor update_variables(O& optimizer, const std::vector<AnyTensor>& gradients, const Variables& variables)
{
    internals::Records values, steps;
    if (gradients.size() != variables.size())
        internals::fail({O::name, ": there are ", gradients.size(), " gradients for ", variables.size(), " variables"});
    for (const auto& variable : variables) internals::add_to(values, internals::record_of(variable));
    if (internals::tensors::tracing) [[unlikely]] {
        const auto traced = internals::traced_gradients(O::name, gradients, values);
        return internals::trace_step(optimizer, std::move(values), internals::span_of(traced));
    }
    for (const auto& value : values)
        internals::add_to(steps, internals::gradient_record(O::name, gradients[steps.size()], *value));
    take_step(internals::functions::found_here{}, optimizer, internals::span_of(values), internals::span_of(steps));
    return {};
}

/// Computes a loss under a tape, takes one step against its gradient, and returns the loss: what an optimizer's `minimize` calls. While a
/// graph is traced the step is an operation beside it, "Adam"; a traced function runs it.
///
/// Example    auto model = build<Sequential<Input<3>, Dense<1>>>(Seed{1}); SGD sgd; auto loss = sgd.minimize([&] { return reduce_mean(square(model(ones({2, 3})) - 5)); }, variables(model));
template <class O, class Loss, class Variables> auto minimize_loss(O& optimizer, const Loss& loss, const Variables& variables)
{
    GradientTape tape;
    auto value = loss();
    lamina::update_variables(optimizer, tape.gradient(value, variables), variables);
    return value;
}

}} // namespace lamina
