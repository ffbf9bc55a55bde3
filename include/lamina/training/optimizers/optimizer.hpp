// lamina/training/optimizers/optimizer.hpp: what an optimizer is, and one step of any of them.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/training/optimizers/clipping.hpp>
#include <lamina/training/optimizers/ranges.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina {

/// What an optimizer remembers. The slots of parameter i are `slots[i · slot_count]` and those behind it, each with the
/// parameter's shape and type, under the name "velocity/dense/kernel". Copies of an optimizer share their slots.
struct OptimizerState {
    std::uint64_t step = 0; ///< updates done
    std::vector<std::shared_ptr<record>> slots;
};

} // namespace lamina

namespace lamina::inline LAMINA_ARCHITECTURE {

/// A rule that changes parameters by their gradients, as an aggregate with the members below.
///
/// `update(value, gradient, slots, n, learning_rate, step)` sees any range of a parameter as it is stored: pointers on 64
/// bytes, `n` a multiple of 64 bytes, so that registers are always full; `step` counts from 1. Elements must not depend on
/// each other, and where value, gradient and slots are zero they have to stay zero: that is the padding.
/// Optional are `check()`, which throws one sentence where a setting makes no sense, and the three clipping options.
template <class O>
concept Optimizer = requires(O& o, const O& rule, float* value, const float* gradient, float* const* slots, std::size_t n) {
    { O::name } -> std::convertible_to<std::string_view>;
    { rule.learning_rate(n) } -> std::convertible_to<float>;
    { rule.slot_count() } -> std::convertible_to<std::size_t>;
    { rule.slot_name(n) } -> std::convertible_to<std::string_view>;
    rule.update(value, gradient, slots, n, 0.f, std::uint64_t{1});
    { o.state } -> std::same_as<OptimizerState&>;
};

namespace optimizers {

/// The slots that a rule may keep for each parameter.
inline constexpr std::size_t max_slots = 4;

inline bool alike(const record& a, const record& b) { return a.extents() == b.extents() && a.type() == b.type(); }

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
    if (!(rate >= 0 && std::isfinite(rate)))
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
            const auto slot = make_record(std::move(whole), parameter->extents(), parameter->type());
            slot->trainable = false;
            made.push_back(slot);
        }
    return made;
}

[[gnu::cold]] inline void check_slots(std::string_view optimizer, std::span<const std::shared_ptr<record>> slots,
                                      std::size_t each, std::span<const std::shared_ptr<record>> parameters)
{
    if (slots.size() != each * parameters.size())
        fail({optimizer, ": its state has ", slots.size(), " slots, ", parameters.size(), " parameters need ",
              each * parameters.size(), "; does the state come from another model, or from other settings?"});
    check_alive(optimizer, "slot", slots);
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const record &slot = *slots[i], &parameter = *parameters[i / each];
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

/// Checks settings and slots, makes the slots where there are none, and returns the learning rate of this step.
template <Optimizer O>
[[gnu::cold]] float make_ready(O& optimizer, std::span<const std::shared_ptr<record>> parameters)
{
    if constexpr (requires { optimizer.check(); }) optimizer.check();
    if constexpr (Clipping<O>) check_clipping(optimizer);
    const float rate = optimizer.learning_rate(optimizer.state.step);
    const std::size_t each = optimizer.slot_count();
    check_rule(O::name, optimizer.state.step, rate, each, parameters);
    if (optimizer.state.slots.empty() && each > 0) {
        std::string names[max_slots];
        for (std::size_t s = 0; s < each; ++s) names[s] = optimizer.slot_name(s);
        optimizer.state.slots = made_slots({names, each}, parameters);
    }
    check_slots(O::name, span_of(optimizer.state.slots), each, parameters);
    return rate;
}

} // namespace optimizers

/// Makes the slots that are missing, filled with zeros; checks settings, and that slots from elsewhere fit the parameters.
/// Cheap where nothing is missing.
template <Optimizer O>
void prepare(O& optimizer, std::span<const std::shared_ptr<record>> parameters)
{
    optimizers::make_ready(optimizer, parameters);
}

/// One step: clips the gradients (in place), counts the step and updates every trainable parameter, on at most `threads`
/// threads. Every element is computed in the same way whatever the threads, so the bits are the same too. Allocates in the
/// first call only. Where it throws, no parameter and no gradient was changed. `Numbers` is the type that all parameters have,
/// where it is known.
template <class Numbers = void, Optimizer O>
[[gnu::cold]] void apply_gradients(O& optimizer, std::span<const std::shared_ptr<record>> parameters,
                                   std::span<const std::shared_ptr<record>> gradients, std::size_t threads = 1)
{
    const float rate = optimizers::make_ready(optimizer, parameters);
    optimizers::check_gradients(O::name, parameters, gradients);

    if constexpr (optimizers::Clipping<O>) optimizers::clip<Numbers>(optimizer, parameters, gradients);
    const std::uint64_t step = ++optimizer.state.step;
    const std::size_t each = optimizer.slot_count();

    optimizers::for_each_range(parameters, threads, [&](std::size_t index, std::size_t first, std::size_t count) {
        if (!parameters[index]->trainable) return;
        const FlushSubnormals flush;
        optimizers::with_numbers<Numbers>(*parameters[index], [&]<class T>(T* value) {
            std::array<T*, optimizers::max_slots> slots{};
            for (std::size_t s = 0; s < each; ++s) slots[s] = optimizer.state.slots[index * each + s]->template data<T>() + first;
            const record& gradient = *gradients[index];
            const O& rule = optimizer;
            rule.update(value + first, gradient.data<T>() + first, slots.data(), count, rate, step);
        });
    });
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
