// lamina/training/optimizers/optimizer.hpp: what an optimizer is, and one step of any of them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/found_here.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/training/optimizers/judge_optimizer.hpp>
#include <lamina/training/optimizers/ranges.hpp>
#include <lamina/training/optimizers/shared_options.hpp>
#include <lamina/training/optimizers/whole_parameter.hpp>

#include <algorithm>
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

class AnyTensor; // autodiff.hpp

namespace protocols {

/// A rule that changes parameters by their gradients, as an aggregate with the members below.
///
/// `update(value, gradient, slot_data, n, learning_rate, step)` sees any range of a parameter as it is stored: pointers on 64
/// bytes, `n` a multiple of 64 bytes, so that registers are always full; `step` counts from 1. Elements must not depend on
/// each other, and where value, gradient and slots are zero they have to stay zero: that is the padding.
/// `update_each` makes of a formula what `update` does. A rate that callbacks may set is a member `LearningRate learning_rate`.
/// A rule that has to see all of a parameter has `update_whole(whole_parameter, learning_rate, step)` instead, and may give slots shapes of
/// their own by `slot_shape(i, parameter)`.
/// Optional are `check_settings()`, which throws one sentence where a setting makes no sense, `slot_start(i)`, the number that a slot
/// begins with, `begin_update(step)`, called once before each update, and the options of shared_options.hpp. Numbers that it remembers besides
/// its state it names in `for_each_number(f)`, `f("momentum_product", product)`, so that a graph's file has them.
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

/// A slot of a parameter: of its shape and kind, or of another shape.
[[gnu::cold]] inline std::shared_ptr<record> made_slot(std::string_view name, const record& parameter, const Shape& extents)
{
    std::string whole;
    append(whole, {name, '/', parameter.name});
    const auto slot = make_record(std::move(whole), extents, parameter.type(),
                                  extents == parameter.extents() ? parameter.as() : stored_types::storage_kind{});
    slot->trainable = false;
    return slot;
}

/// The shape of a slot.
template <class O> Shape slot_shape(const O& optimizer, std::size_t slot, const record& parameter)
{
    if constexpr (requires { optimizer.slot_shape(slot, parameter); }) return optimizer.slot_shape(slot, parameter);
    else return parameter.extents();
}

/// Slots for every parameter, filled with what they start from, which is zero most of the time.
template <class O>
[[gnu::cold]] std::vector<std::shared_ptr<record>> made_slots(const O& optimizer,
                                                              std::span<const std::shared_ptr<record>> parameters)
{
    std::vector<std::shared_ptr<record>> made;
    for (const auto& parameter : parameters)
        for (std::size_t s = 0; s < optimizer.slot_count(); ++s) {
            add_to(made, made_slot(optimizer.slot_name(s), *parameter, slot_shape(optimizer, s, *parameter)));
            if constexpr (requires { optimizer.slot_start(s); })
                with_numbers(*made.back(), [&]<class T>(T*) { // and not what lies behind rows
                    made.back()->template for_each<T>([start = static_cast<T>(optimizer.slot_start(s))](T& x) { x = start; });
                });
        }
    return made;
}

/// A record for every parameter that is like it; a copy of it or of zeros.
[[gnu::cold]] inline std::vector<std::shared_ptr<record>> made_likes(std::string_view name, bool copied,
                                                                     std::span<const std::shared_ptr<record>> parameters)
{
    std::vector<std::shared_ptr<record>> made;
    for (const auto& parameter : parameters) {
        add_to(made, made_slot(name, *parameter, parameter->extents()));
        if (copied)
            with_numbers(*parameter,
                         [&]<class T>(T* from) { std::copy_n(from, parameter->stored_size(), made.back()->template data<T>()); });
    }
    return made;
}

[[gnu::cold]] inline void refuse_slot(std::string_view optimizer, const record& slot, const record& parameter)
{
    fail({optimizer, ": the slot \"", slot.name, "\" is ", name_of(slot.type()), ' ', slot.extents(), ", its parameter \"",
          parameter.name, "\" is ", name_of(parameter.type()), ' ', parameter.extents(),
          "; does the state come from another model?"});
}

/// Checks that there are `each` of them for each parameter.
[[gnu::cold]] inline void check_count(std::string_view optimizer, std::span<const std::shared_ptr<record>> slot_data,
                                      std::size_t each, std::span<const std::shared_ptr<record>> parameters)
{
    if (slot_data.size() != each * parameters.size())
        fail({optimizer, ": its state has ", slot_data.size(), " slots, ", parameters.size(), " parameters need ",
              each * parameters.size(), "; does the state come from another model, or from other settings?"});
    check_alive(optimizer, "slot", slot_data);
}

/// Checks records that are like the parameters: there are some, or none where `wanted` is false.
[[gnu::cold]] inline void check_likes(std::string_view optimizer, bool wanted, std::span<const std::shared_ptr<record>> likes,
                                      std::span<const std::shared_ptr<record>> parameters)
{
    check_count(optimizer, likes, wanted ? 1 : 0, parameters);
    for (std::size_t i = 0; i < likes.size(); ++i)
        if (!alike(*likes[i], *parameters[i])) refuse_slot(optimizer, *likes[i], *parameters[i]);
}

template <class O> [[gnu::cold]] void check_slots(const O& optimizer, std::span<const std::shared_ptr<record>> parameters)
{
    const auto slot_data = span_of(optimizer.state.slot_records);
    const std::size_t each = optimizer.slot_count();
    check_count(O::name, slot_data, each, parameters);
    for (std::size_t i = 0; i < slot_data.size(); ++i) {
        const record &slot = *slot_data[i], &parameter = *parameters[i / each];
        const Shape needed = slot_shape(optimizer, i % each, parameter);
        if (slot.type() != parameter.type() || slot.extents() != needed ||
            (needed == parameter.extents() && !alike(slot, parameter)))
            refuse_slot(O::name, slot, parameter);
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
    check_shared(optimizer);
    OptimizerState& state = optimizer.state;
    const float rate = optimizer.learning_rate(state.step);
    const std::size_t each = optimizer.slot_count();
    const bool accumulates = batches_of(optimizer) > 1;
    check_rule(O::name, state.step, rate, each, parameters);
    if (state.slot_records.empty() && each > 0) state.slot_records = made_slots(optimizer, parameters);
    if (state.averages.empty() && averages(optimizer)) state.averages = made_likes("average", true, parameters);
    if (state.gradients.empty() && accumulates) state.gradients = made_likes("gradient", false, parameters);
    check_slots(optimizer, parameters);
    check_likes(O::name, averages(optimizer), span_of(state.averages), parameters);
    check_likes(O::name, accumulates, span_of(state.gradients), parameters);
    return rate;
}

/// One update of a range of a parameter, or of all of it: first the decay.
template <class T, class O>
void update_range_of(const O& rule, std::span<const std::shared_ptr<record>> parameters,
                     std::span<const std::shared_ptr<record>> gradients, std::size_t index, std::size_t first, std::size_t count,
                     float rate, std::uint64_t update)
{
    const std::size_t each = rule.slot_count();
    T* const value = parameters[index]->template data<T>() + first;
    T* const gradient = gradients[index]->template data<T>() + first;
    if constexpr (Decaying<O>)
        if (const float decay = decay_of(rule, *parameters[index]); decay != 0) decay_range(value, count, decay, rate);
    const auto kept = span_of(rule.state.slot_records).subspan(index * each, each);
    if constexpr (updates_whole<O, T>)
        rule.update_whole(WholeParameter<T>{*parameters[index], value, gradient, count, kept}, rate, update);
    else {
        std::array<T*, max_slots> slot_data{};
        for (std::size_t s = 0; s < each; ++s) slot_data[s] = kept[s]->template data<T>() + first;
        rule.update(value, static_cast<const T*>(gradient), slot_data.data(), count, rate, update);
    }
}

} // namespace optimizers

/// Makes the slots that are missing; checks settings, and that slots from elsewhere fit the parameters. Cheap where nothing is missing.
template <Optimizer O> void prepare(O& optimizer, std::span<const std::shared_ptr<record>> parameters)
{
    internals::optimizers::make_ready(optimizer, parameters);
}

} // namespace internals

/// One step: clips the gradients (in place), counts the step and updates every trainable parameter, on at most `threads`
/// threads. Every element is computed in the same way whatever the threads, so the bits are the same too. Allocates in the
/// first call only, but for rules that need room for whole parameters. Where it throws, no parameter and no gradient was changed.
/// Gradients may be changed. `Numbers` is the type that all parameters have, where it is known.
template <class Numbers = void, protocols::Optimizer O>
[[gnu::cold]] void apply_gradients(O& optimizer, std::span<const std::shared_ptr<stored_types::record>> parameters,
                                   std::span<const std::shared_ptr<stored_types::record>> gradients, std::size_t threads = 1)
{
    namespace parts = internals::optimizers;
    const float rate = parts::make_ready(optimizer, parameters);
    parts::check_gradients(O::name, parameters, gradients);

    const O& rule = optimizer;
    const std::uint64_t batches = parts::batches_of(rule), update = optimizer.state.step++ / batches + 1;
    const bool updates = optimizer.state.step % batches == 0;
    constexpr bool whole = internals::has_member_update_whole<O>;
    if constexpr (parts::Accumulating<O>)
        if (batches > 1)
            parts::accumulate<Numbers>(parameters, gradients, internals::span_of(rule.state.gradients), batches, updates,
                                       threads);
    if (updates) {
        if constexpr (parts::Clipping<O>) parts::clip<Numbers>(rule, parameters, gradients);
        if constexpr (requires { optimizer.begin_update(update); }) optimizer.begin_update(update);
    }
    const auto change = [&]<class T>(std::size_t index, std::size_t first, std::size_t count, T*) {
        parts::update_range_of<T>(rule, parameters, gradients, index, first, count, rate, update);
    };
    if constexpr (whole)
        internals::parallel_for(updates ? parameters.size() : 0, threads, [&](std::size_t index) {
            const internals::FlushSubnormals flush;
            if (!parameters[index]->learned()) return;
            parts::with_numbers<Numbers>(*parameters[index],
                                         [&](auto* value) { change(index, 0, parameters[index]->stored_size(), value); });
        });
    parts::for_each_range(parameters, threads, [&](std::size_t index, std::size_t first, std::size_t count) {
        if (!parameters[index]->trainable) return;
        const internals::FlushSubnormals flush;
        parts::with_numbers<Numbers>(*parameters[index], [&]<class T>(T* value) {
            if (parameters[index]->as().observed)
                return internals::kernels::add(std::as_const(*gradients[index]).template data<T>() + first, value + first, count);
            if constexpr (!whole)
                if (updates) change(index, first, count, value);
            if constexpr (parts::Averaging<O>)
                if (rule.use_ema)
                    parts::average_range(value + first, rule.state.averages[index]->template data<T>() + first, count,
                                         parts::average_step(rule, update));
        });
    });
    for (const auto& parameter : parameters)
        if (parameter->trainable) parameter->changed();
}

namespace internals::functions {

/// The same, where an optimizer is known by name alone (autodiff/apply_gradients.hpp): the first argument finds it.
template <class O>
void take_step(found_here, O& optimizer, std::span<const std::shared_ptr<stored_types::record>> parameters,
               std::span<const std::shared_ptr<stored_types::record>> gradients)
{
    lamina::apply_gradients(optimizer, parameters, gradients);
}

/// `prepare` in the same way.
template <class O>
void make_ready_for(found_here, O& optimizer, std::span<const std::shared_ptr<stored_types::record>> parameters)
{
    internals::optimizers::make_ready(optimizer, parameters);
}

} // namespace internals::functions

}} // namespace lamina
