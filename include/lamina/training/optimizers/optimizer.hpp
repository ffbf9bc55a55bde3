// lamina/training/optimizers/optimizer.hpp: what an optimizer is, and one step of any of them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/training/optimizers/clipping.hpp>
#include <lamina/training/optimizers/judge_optimizer.hpp>
#include <lamina/training/optimizers/ranges.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// A rule that changes parameters by their gradients, as an aggregate with the members below.
///
/// `update(value, gradient, slot_data, n, learning_rate, step)` sees any range of a parameter as it is stored: pointers on 64
/// bytes, `n` a multiple of 64 bytes, so that registers are always full; `step` counts from 1. Elements must not depend on
/// each other, and where value, gradient and slots are zero they have to stay zero: that is the padding.
/// `update_each` makes of a formula what `update` does. A rate that callbacks may set is a member `LearningRate learning_rate`.
/// Optional are `check_settings()`, which throws one sentence where a setting makes no sense, and the three clipping options.
template <class O>
concept Optimizer = internals::optimizers::judge_of_any<O>() == internals::optimizer_is::fine;

} // namespace protocols

namespace internals {

namespace optimizers {

/// The slots that a rule may keep for each parameter.
inline constexpr std::size_t max_slots = 4;

inline bool alike(const record& a, const record& b)
{
    return a.extents() == b.extents() && a.type() == b.type() && a.stored_size() == b.stored_size();
}

/// Refuses a list with a record that is missing, or released by its graph.
[[gnu::cold]] inline void check_alive(std::string_view optimizer, std::string_view what,
                                      std::span<const std::shared_ptr<record>> records)
{
    for (std::size_t i = 0; i < records.size(); ++i)
        if (!records[i] || !records[i]->alive())
            fail({optimizer, ": ", what, ' ', i, " of ", records.size(),
                  " holds no numbers; was its model built, and is its graph still there?"});
}

/// Checks what a step needs of an optimizer and its parameters.
[[gnu::cold]] inline void check_rule(std::string_view optimizer, std::uint64_t step, float rate, std::size_t slot_count,
                                     std::span<const std::shared_ptr<record>> parameters)
{
    if (!is_finite(rate) || rate < 0)
        fail({optimizer, ": the learning rate of step ", step, " is ", rate, ", it has to be a finite number and not negative"});
    check_alive(optimizer, "parameter", parameters);
    if (slot_count > max_slots)
        fail({optimizer, ": ", slot_count, " slots a parameter were asked for, at most ", max_slots, " are possible"});
}

/// Slots for every parameter, filled with zeros.
[[gnu::cold]] inline std::vector<std::shared_ptr<record>> made_slots(std::span<const std::string> names,
                                                                     std::span<const std::shared_ptr<record>> parameters)
{
    std::vector<std::shared_ptr<record>> made;
    for (const auto& parameter : parameters)
        for (const auto& name : names) {
            std::string whole;
            append(whole, {name, '/', parameter->name});
            const auto slot = make_record(std::move(whole), parameter->extents(), parameter->type(), parameter->as());
            slot->trainable = false;
            add_to(made, slot);
        }
    return made;
}

[[gnu::cold]] inline void check_slots(std::string_view optimizer, std::span<const std::shared_ptr<record>> slot_data,
                                      std::size_t each, std::span<const std::shared_ptr<record>> parameters)
{
    if (slot_data.size() != each * parameters.size())
        fail({optimizer, ": its state has ", slot_data.size(), " slots, ", parameters.size(), " parameters need ",
              each * parameters.size(), "; does the state come from another model, or from other settings?"});
    check_alive(optimizer, "slot", slot_data);
    for (std::size_t i = 0; i < slot_data.size(); ++i) {
        const record &slot = *slot_data[i], &parameter = *parameters[i / each];
        if (!alike(slot, parameter))
            fail({optimizer, ": the slot \"", slot.name, "\" is ", name_of(slot.type()), ' ', slot.extents(),
                  ", its parameter \"", parameter.name, "\" is ", name_of(parameter.type()), ' ', parameter.extents(),
                  "; does the state come from another model?"});
    }
}

[[gnu::cold]] inline void check_gradients(std::string_view optimizer, std::span<const std::shared_ptr<record>> parameters,
                                          std::span<const std::shared_ptr<record>> gradients)
{
    if (gradients.size() != parameters.size())
        fail({optimizer, ": there are ", gradients.size(), " gradients for ", parameters.size(), " parameters"});
    check_alive(optimizer, "gradient", gradients);
    for (std::size_t i = 0; i < gradients.size(); ++i)
        if (!alike(*gradients[i], *parameters[i]))
            fail({optimizer, ": the gradient of \"", parameters[i]->name, "\" is ", name_of(gradients[i]->type()), ' ',
                  gradients[i]->extents(), ", the parameter is ", name_of(parameters[i]->type()), ' ', parameters[i]->extents()});
}

/// Sets the learning rate. Refuses it where that is a schedule.
template <class O> [[gnu::cold]] void set_learning_rate(O& optimizer, double rate)
{
    if constexpr (requires { optimizer.learning_rate.set(rate); }) optimizer.learning_rate.set(rate);
    else
        fail({O::name, ": the learning rate cannot be set to ", rate,
              " by a callback, since it is no LearningRate; declare LearningRate learning_rate in the optimizer"});
}

/// Checks settings and slots, makes the slots where there are none, and returns the learning rate of this step.
template <Optimizer O> [[gnu::cold]] float make_ready(O& optimizer, std::span<const std::shared_ptr<record>> parameters)
{
    if constexpr (requires { optimizer.check_settings(); }) optimizer.check_settings();
    if constexpr (Clipping<O>) check_clipping(optimizer);
    const float rate = optimizer.learning_rate(optimizer.state.step);
    const std::size_t each = optimizer.slot_count();
    check_rule(O::name, optimizer.state.step, rate, each, parameters);
    if (optimizer.state.slot_records.empty() && each > 0) {
        std::string names[max_slots];
        for (std::size_t s = 0; s < each; ++s) names[s] = optimizer.slot_name(s);
        optimizer.state.slot_records = made_slots({names, each}, parameters);
    }
    check_slots(O::name, span_of(optimizer.state.slot_records), each, parameters);
    return rate;
}

} // namespace optimizers

/// Makes the slots that are missing, filled with zeros; checks settings, and that slots from elsewhere fit the parameters.
/// Cheap where nothing is missing.
template <Optimizer O> void prepare(O& optimizer, std::span<const std::shared_ptr<record>> parameters)
{
    internals::optimizers::make_ready(optimizer, parameters);
}

} // namespace internals

/// One step: clips the gradients (in place), counts the step and updates every trainable parameter, on at most `threads`
/// threads. Every element is computed in the same way whatever the threads, so the bits are the same too. Allocates in the
/// first call only. Where it throws, no parameter and no gradient was changed. `Numbers` is the type that all parameters have,
/// where it is known.
template <class Numbers = void, protocols::Optimizer O>
[[gnu::cold]] void apply_gradients(O& optimizer, std::span<const std::shared_ptr<stored_types::record>> parameters,
                                   std::span<const std::shared_ptr<stored_types::record>> gradients, std::size_t threads = 1)
{
    const float rate = internals::optimizers::make_ready(optimizer, parameters);
    internals::optimizers::check_gradients(O::name, parameters, gradients);

    if constexpr (internals::optimizers::Clipping<O>) internals::optimizers::clip<Numbers>(optimizer, parameters, gradients);
    const std::uint64_t step = ++optimizer.state.step;
    const std::size_t each = optimizer.slot_count();

    internals::optimizers::for_each_range(parameters, threads, [&](std::size_t index, std::size_t first, std::size_t count) {
        if (!parameters[index]->trainable) return;
        const internals::FlushSubnormals flush;
        if (parameters[index]->as().observed) {
            internals::optimizers::with_numbers<Numbers>(*parameters[index], [&]<class T>(T* value) {
                internals::kernels::add(std::as_const(*gradients[index]).template data<T>() + first, value + first, count);
            });
            return;
        }
        internals::optimizers::with_numbers<Numbers>(*parameters[index], [&]<class T>(T* value) {
            std::array<T*, internals::optimizers::max_slots> slot_data{};
            for (std::size_t s = 0; s < each; ++s)
                slot_data[s] = optimizer.state.slot_records[index * each + s]->template data<T>() + first;
            const stored_types::record& gradient = *gradients[index];
            const O& rule = optimizer;
            rule.update(value + first, gradient.data<T>() + first, slot_data.data(), count, rate, step);
        });
    });
}

}} // namespace lamina
