// lamina/interop/keras/optimizer.hpp: what an optimizer remembers, in the order in which Keras keeps it, and what a model was compiled with.
//
// Keras's variables are the step, the learning rate unless it is a schedule, and slots: those of a parameter by turns, for one parameter
// after the other, but Adam's velocity_hat and all of RMSprop's one slot after the other.
// Source: Keras 3.15, optimizers/*.py (build), trainers/trainer.py (get_compile_config).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/keras/json.hpp>
#include <lamina/interop/keras/order.hpp>
#include <lamina/interop/keras/write_config.hpp>
#include <lamina/models/network.hpp>
#include <lamina/training/goals.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/weighted_metric.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

using Records = std::vector<std::shared_ptr<stored_types::record>>;

/// An optimizer without its type.
struct OptimizerView {
    std::string_view class_name, name; ///< in Keras: Adam, adam
    std::vector<protocols::Option> options{};
    std::size_t slots = 0; ///< that each parameter has
    protocols::OptimizerState* state = nullptr;

    bool has_schedule() const
    {
        for (const auto& option : options)
            if (option.name == "learning_rate") return option.value.kind == protocols::value_is::object;
        return false;
    }
};

template <class O> [[gnu::cold]] OptimizerView view_of(const O& optimizer)
{
    OptimizerView view{"", O::name, protocols::options_of(optimizer), optimizer.slot_count()};
    if constexpr (requires { O::class_name; }) view.class_name = O::class_name;
    view.state = const_cast<protocols::OptimizerState*>(&optimizer.state); // it is changed where the optimizer may be
    constexpr std::string_view known[] = {"SGD",      "Adam",   "AdamW", "RMSprop", "Adagrad",
                                          "Adadelta", "Adamax", "Ftrl",  "Lion",    "Lamb"};
    if (!internals::contains(known, view.class_name))
        internals::fail({"keras: the state of the optimizer ", O::name, " is not kept in Keras's way; keep it in a Checkpoint"});
    if (!view.state->averages.empty() || !view.state->gradients.empty())
        internals::fail(
            {"keras: the optimizer ", O::name,
             " keeps averages or accumulates gradients, which files of Keras do not get from here; keep it in a Checkpoint"});
    return view;
}

/// The variables that are trained, in Keras's order.
[[gnu::cold]] inline void trained_variables(const internals::Network& network, std::vector<internals::FoundVariable>& to)
{
    for (const PlacedLayer& placed : placed_layers(network)) {
        const internals::NetworkNode& node = network.nodes[placed.node];
        for (const auto& found : node.layer.variables)
            if (!found.variable->needs().as.observed && !is_frozen(node.layer)) to.push_back(found);
        if (!node.inside.empty()) trained_variables(node.inside[0], to);
    }
}

/// Calls `use(parameter, slot)` in the order of Keras's variables.
template <class Use> [[gnu::cold]] void each_slot(const OptimizerView& of, std::size_t parameters, const Use& use)
{
    for (std::size_t first = 0, end = 0; first < of.slots; first = end) {
        end = of.class_name == "RMSprop" ? first + 1 : first == 0 ? std::min<std::size_t>(of.slots, 2) : of.slots;
        for (std::size_t parameter = 0; parameter < parameters; ++parameter)
            for (std::size_t slot = first; slot < end; ++slot) use(parameter, slot);
    }
}

/// The slot of a variable: slots lie in the order of the model's records.
[[gnu::cold]] inline stored_types::record& slot_of(const OptimizerView& of, const Records& records,
                                                   const internals::FoundVariable& found, std::size_t slot)
{
    const auto at = std::find(records.begin(), records.end(), found.variable->storage()) - records.begin();
    return *of.state->slot_records[static_cast<std::size_t>(at) * of.slots + slot];
}

template <class T> [[gnu::cold]] protocols::file_tensor one_number(T number)
{
    std::string bytes(sizeof number, '\0');
    std::memcpy(bytes.data(), &number, sizeof number);
    const auto owner = internals::keep_bytes(std::move(bytes));
    return {"", stored_types::dtype_of<T>, {}, owner->text, owner};
}

/// The optimizer's variables as Keras has them; none before the first step.
[[gnu::cold]] inline std::vector<protocols::file_tensor> state_of(const OptimizerView& of, float rate, const Records& records,
                                                                  const internals::Network& network)
{
    std::vector<protocols::file_tensor> made;
    if (of.state->slot_records.size() != records.size() * of.slots)
        internals::fail({"keras::save: the optimizer ", of.name, " has ", of.state->slot_records.size(), " slots, the model's ",
                         records.size(), " variables need ", records.size() * of.slots, "; was it compiled with this model?"});
    internals::add_to(made, one_number(static_cast<std::int64_t>(of.state->step)));
    if (!of.has_schedule()) internals::add_to(made, one_number(rate));
    std::vector<internals::FoundVariable> variables;
    trained_variables(network, variables);
    each_slot(of, variables.size(), [&](std::size_t parameter, std::size_t slot) {
        internals::add_to(made, internals::array_of_record(slot_of(of, records, variables[parameter], slot)));
    });
    return made;
}

/// Refuses a state of a file that is not that of the optimizer with these variables. Gives how many numbers stand before the slots.
[[gnu::cold]] inline std::size_t check_state(std::string_view file, const std::vector<protocols::file_tensor>& state,
                                             const OptimizerView& of, const std::vector<internals::FoundVariable>& variables)
{
    if (state.empty()) internals::fail({file, ": has no optimizer; load the weights alone: keras::load(model, file)"});
    const std::size_t slots = of.slots * variables.size();
    const std::size_t before = state.size() == slots + 1 ? 1 : 2;
    if (state.size() != slots + before)
        internals::fail({file, ": its optimizer has ", state.size(), " variables, ", of.name, " with ", variables.size(),
                         " trained variables has ", slots + 2, "; was it compiled with another optimizer?"});
    std::size_t next = before;
    each_slot(of, variables.size(), [&](std::size_t parameter, std::size_t) {
        const auto& needed = variables[parameter].variable->needs();
        const protocols::file_tensor& found = state[next++];
        if (!found.has_shape(needed.extents) || !found.foreign.empty())
            internals::fail({file, ": variable ", next - 1, " of its optimizer is ", found, ", that of ",
                             variables[parameter].path, " needs ", needed.extents, "; was it compiled with another optimizer?"});
        internals::require_convertible(found, needed.type, file);
    });
    const auto step = state[0].as<std::int64_t>();
    if (step.size() != 1 || step[0] < 0 || (before == 2 && state[1].size() != 1))
        internals::fail({file, ": its optimizer does not begin with a step; was it saved by Keras?"});
    return before;
}

/// An object of Keras, or its word where it has no options.
template <class Measure> [[gnu::cold]] Json measure_of(const Measure& by, std::string_view module)
{
    if constexpr (requires { Measure::class_name; })
        return json_object(module, Measure::class_name, json_of(protocols::options_of(by), Measure::class_name));
    else if (std::string_view(Measure::name) == "accuracy") return json_text("accuracy"); // Keras, too, finds out which
    else
        internals::fail(
            {"keras::save: ", Measure::name,
             " is no class of Keras; save the model with its optimizer alone: keras::save(model, trainer.optimizer(), file)"});
}

/// What `compile` was given, as .keras has it.
[[gnu::cold]] inline Json compiled_with(const OptimizerView& optimizer, Json loss, Json weights, Json metrics, Json weighted)
{
    Json made, config = json_of(optimizer.options, optimizer.class_name);
    if (config.is_nothing()) config.kind = Json::is::object;
    put(config, "name", json_text(optimizer.name));
    put(made, "optimizer", json_object("keras.optimizers", optimizer.class_name, std::move(config)));
    put(made, "loss", std::move(loss));
    put(made, "loss_weights", std::move(weights));
    put(made, "metrics", std::move(metrics));
    put(made, "weighted_metrics", std::move(weighted));
    put(made, "run_eagerly", json_number(0, Json::is::boolean));
    put(made, "steps_per_execution", json_number(1));
    put(made, "jit_compile", json_number(0, Json::is::boolean));
    return made;
}

/// The same from the goals of a trainer: lists with an entry for each output where there are several.
template <class Goals> [[gnu::cold]] Json compiled_with(const OptimizerView& optimizer, const Goals& goals)
{
    Json losses = json_list(), weights = json_list(), metrics = json_list(), weighted = json_list();
    goals.for_each_goal([&]<class Loss, class... Metric>(const internals::Goal<Loss, Metric...>& goal) {
        Json plain = json_list(), by_weight = json_list();
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (internals::add_to((internals::is_weighted<Metric> ? by_weight : plain).parts,
                               measure_of(internals::unweighted<Metric>::of(internals::get<At>(goal.metrics)), "keras.metrics")),
             ...);
        }(std::index_sequence_for<Metric...>{});
        internals::add_to(losses.parts, measure_of(goal.loss, "keras.losses"));
        internals::add_to(weights.parts, json_number(goal.weight, Json::is::real));
        internals::add_to(metrics.parts, std::move(plain));
        internals::add_to(weighted.parts, std::move(by_weight));
    });
    if (Goals::count > 1)
        return compiled_with(optimizer, std::move(losses), std::move(weights), std::move(metrics), std::move(weighted));
    return compiled_with(optimizer, std::move(losses.parts[0]), {}, std::move(metrics.parts[0]), std::move(weighted.parts[0]));
}

}}} // namespace lamina::keras::detail
