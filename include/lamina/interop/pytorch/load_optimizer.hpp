// lamina/interop/pytorch/load_optimizer.hpp: a checkpoint of PyTorch loaded into a model and its optimizer.
//
// Source: PyTorch, torch/optim/{adam,adamw,sgd,rmsprop,adagrad}.py of version 1.13.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/formats/pickle/values.hpp>
#include <lamina/formats/stored_numbers.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/interop/pytorch/file.hpp>
#include <lamina/interop/pytorch/load.hpp>
#include <lamina/models/network.hpp>
#include <lamina/training/optimizers/optimizer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch {

namespace detail {

/// What PyTorch's optimizers call a slot of lamina's and Keras's.
inline constexpr struct {
    std::string_view optimizer, slot, name;
    bool times_rate = false; ///< Keras's slot has the learning rate in it
    double sign = 1;
} slot_names[] = {
    {"adam", "momentum", "exp_avg"},
    {"adam", "velocity", "exp_avg_sq"},
    {"adam", "velocity_hat", "max_exp_avg_sq"},
    {"adamw", "momentum", "exp_avg"},
    {"adamw", "velocity", "exp_avg_sq"},
    {"adamw", "velocity_hat", "max_exp_avg_sq"},
    {"sgd", "momentum", "momentum_buffer", true, -1},
    {"rmsprop", "velocity", "square_avg"},
    {"rmsprop", "momentum", "momentum_buffer", true},
    {"rmsprop", "average_gradient", "grad_avg"},
    {"adagrad", "accumulator", "sum"},
};

/// The state of an optimizer in a checkpoint.
class OptimizerFile {
public:
    [[gnu::cold]] OptimizerFile(File& of, const std::string& part) : file(of), value(of.part(part)), arrays(of.tensors(value)) {}

    [[gnu::cold]] const protocols::file_tensor* find(std::size_t parameter, std::string_view name) const
    {
        const std::string whole = internals::text_of({"state.", parameter, '.', name});
        for (const auto& array : arrays)
            if (array.name == whole) return &array;
        return nullptr;
    }
    [[gnu::cold]] bool has(std::size_t parameter) const
    {
        const std::string begin = internals::text_of({"state.", parameter, '.'});
        return std::any_of(arrays.begin(), arrays.end(), [&](const auto& array) { return array.name.starts_with(begin); });
    }

    /// The steps done: a number, or since PyTorch 1.12 a tensor of one.
    [[gnu::cold]] std::uint64_t step() const
    {
        for (const auto& array : arrays)
            if (array.name.ends_with(".step") && array.size() == 1) return static_cast<std::uint64_t>(array.as<double>()[0]);
        const pickle::Value* const all = file.values().find(value, "state");
        if (all && all->is == pickle::kind::dictionary && all->items.size() > 1)
            if (const auto* const step = file.values().find(file.values()[all->items[1]], "step"))
                return step->is == pickle::kind::integer && step->number > 0 ? static_cast<std::uint64_t>(step->number) : 0;
        return 0;
    }

    /// The learning rate of the first group, or 0 where there is none.
    [[gnu::cold]] double rate() const
    {
        const pickle::Value* const groups = file.values().find(value, "param_groups");
        if (!groups || groups->is != pickle::kind::list || groups->items.empty()) return 0;
        const pickle::Value* const rate = file.values().find(file.values()[groups->items[0]], "lr");
        return rate && rate->is == pickle::kind::real ? rate->real() : 0;
    }

private:
    File& file;
    const pickle::Value& value;
    std::vector<protocols::file_tensor> arrays;
};

/// An array of the state, and the slot of a variable that it fills.
struct SlotSource {
    const protocols::file_tensor* from;
    ForeignArray to;
    std::size_t slot;
    double scale;
};

/// Finds the arrays of all slots; `slots` are the names of lamina's.
///
/// Refuses  a state of another optimizer, and arrays of other shapes.
[[gnu::cold]] inline std::vector<SlotSource> slot_sources(const Matching& model,
                                                          const std::vector<protocols::file_tensor>& of_model,
                                                          const OptimizerFile& state, std::string_view optimizer,
                                                          const std::vector<std::string_view>& slots, const std::string& file)
{
    std::vector<const protocols::file_tensor*> parameters; // as optimizers count them: without what is observed
    for (const auto& array : of_model)
        if (!array.name.ends_with("running_mean") && !array.name.ends_with("running_var") &&
            !array.name.ends_with("num_batches_tracked"))
            parameters.push_back(&array);
    std::vector<SlotSource> sources;
    for (const MatchedArray& one : model.arrays) {
        const auto found = std::find(parameters.begin(), parameters.end(), one.from);
        const auto index = static_cast<std::size_t>(found - parameters.begin());
        if (found == parameters.end() || one.to.adds || !state.has(index)) continue; // the second bias has the first one's
        for (std::size_t s = 0; s < slots.size(); ++s) {
            const protocols::file_tensor* array = nullptr;
            double scale = 1;
            for (const auto& row : slot_names)
                if (row.optimizer == optimizer && row.slot == slots[s] && (array = state.find(index, row.name)))
                    scale = row.sign * (row.times_rate ? state.rate() : 1);
            if (!array || !array->foreign.empty() || array->shape != one.to.how.joined)
                fail({file, ": the optimizer's state of ", one.from->name, " has no ", slots[s], " of ", optimizer, " of shape ",
                      extents_text{one.to.how.joined}, "; was it saved from another optimizer?"});
            sources.push_back({array, one.to, s, scale});
        }
    }
    return sources;
}

} // namespace detail

/// Loads a checkpoint's model and the state of its optimizer: moments, steps done, and the learning rate unless it is a schedule here. The parts
/// of the file are `how.part`, "model" if it is not given, and `how.optimizer`. Betas and other settings stay those of the program.
///
/// Refuses  what `load` of a model refuses, and the state of another optimizer; then nothing is changed.
/// Numerics PyTorch's Adam adds its epsilon behind the correction of the moments, Keras's and lamina's before, so the next step differs a little.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); Adam adam; pytorch::load(model, adam, "checkpoint.pt", {.part = "model"});
template <class Model, protocols::Optimizer O>
LAMINA_OUTLINED LoadReport load(Model& model, O& optimizer, const internals::FilePath& path, const LoadOptions& how = {})
{
    using namespace internals;
    std::vector<std::string_view> slots;
    for (std::size_t s = 0; s < optimizer.slot_count(); ++s) slots.push_back(optimizer.slot_name(s));
    if (std::none_of(std::begin(detail::slot_names), std::end(detail::slot_names),
                     [](const auto& row) { return row.optimizer == O::name; }))
        fail({path.string(), ": the state of ", O::name, " is not read from PyTorch's files; load the model without it"});

    File file(path, {.keep_unknown = how.keep_unknown});
    const auto arrays = file.tensors(file.model_part(how.part.empty() ? "model" : how.part));
    const detail::OptimizerFile state(file, how.optimizer);
    detail::NameMatch names(detail::arrays_of(detail::flat_nodes_of(network_of(model), path.string()), path.string()), how.names,
                            arrays);
    Matching matching = names.match();
    const auto sources = detail::slot_sources(matching, arrays, state, O::name, slots, path.string());
    for (const auto& one : sources) require_convertible(*one.from, one.to.variable.variable->needs().type, path.string());
    const std::uint64_t step = state.step();
    const double rate = state.rate();

    LoadReport report = matching.fill(path.string(), how.partial);
    const auto parameters = records_of(model);
    auto made = optimizers::made_slots(optimizer, span_of(parameters));
    for (const auto& one : sources) {
        const auto at = std::find(parameters.begin(), parameters.end(), one.to.variable.variable->storage());
        put_numbers(*one.from, one.to, *made[static_cast<std::size_t>(at - parameters.begin()) * slots.size() + one.slot],
                    one.scale);
    }
    optimizer.state.slot_records = std::move(made);
    optimizer.state.step = step;
    if (rate > 0)
        optimizer.learning_rate.for_each_state([rate](std::string_view, float& number) { number = static_cast<float>(rate); });
    return report;
}

}}} // namespace lamina::pytorch
