// lamina/autodiff/apply_gradients.hpp: an optimizer's step from gradients that a tape gave, and minimize.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
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

/// A gradient as an optimizer reads it.
[[gnu::noinline]] inline std::shared_ptr<record> gradient_record(std::string_view optimizer, const AnyTensor& gradient,
                                                                 const record& of)
{
    if (!gradient)
        fail({optimizer, ": \"", of.name,
              "\" has no gradient, since the loss does not depend on it; leave it out of the variables, or freeze it"});
    if (gradient.dtype() != of.type() || gradient.shape() != of.extents())
        fail({optimizer, ": the gradient of \"", of.name, "\" is ", name_of(gradient.dtype()), ' ', gradient.shape(),
              ", the variable is ", name_of(of.type()), ' ', of.extents()});
    auto made = make_record({}, of.extents(), of.type(), of.as());
    copy_in(gradient.body().data, *made);
    return made;
}

} // namespace internals

/// One step of an optimizer: what its `apply_gradients` calls. `variables` are those of a model, `variables(model)`, or any list of variables;
/// a state (slots) belongs to one list in one order.
///
/// Errors     a gradient that is missing or has another shape; what the optimizer refuses.
/// Example    auto model = build<Sequential<Input<3>, Dense<1>>>(Seed{1}); SGD sgd; GradientTape t; auto loss = reduce_sum(model(ones({2, 3}))); sgd.apply_gradients(t.gradient(loss, variables(model)), variables(model));
template <class O, class Variables>
void update_variables(O& optimizer, const std::vector<AnyTensor>& gradients, const Variables& variables)
{
    std::vector<std::shared_ptr<stored_types::record>> values, steps;
    if (gradients.size() != variables.size())
        internals::fail({O::name, ": there are ", gradients.size(), " gradients for ", variables.size(), " variables"});
    for (const auto& variable : variables) {
        internals::add_to(values, internals::record_of(variable));
        internals::add_to(steps, internals::gradient_record(O::name, gradients[steps.size()], *values.back()));
    }
    take_step(internals::functions::found_here{}, optimizer, internals::span_of(values), internals::span_of(steps));
}

/// Computes a loss under a tape, takes one step against its gradient, and returns the loss: what an optimizer's `minimize` calls.
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
