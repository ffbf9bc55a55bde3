// lamina/interop/weights.hpp: a model's numbers as arrays: in Keras's manner a list of them, in PyTorch's arrays with names.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/tensor.hpp>
#include <lamina/formats/tensor_file.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/interop/arrangement.hpp>
#include <lamina/interop/match.hpp>
#include <lamina/models/state.hpp>
#include <lamina/trace/callable.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Copies of a model's arrays in the order of `state(model)`, as `model.get_weights()` of Keras gives them.
///
/// Refuses  a model with a variable that is unbound.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); const std::vector<xt::xarray<float>> kept = get_weights(model);
template <class Model> std::vector<xt::xarray<internals::number_type<Model>>> get_weights(const Model& model)
{
    std::vector<xt::xarray<internals::number_type<Model>>> arrays;
    for (const auto& [path, variable] : state(model)) arrays.push_back(variable.template view<internals::number_type<Model>>());
    return arrays;
}

/// Puts arrays into a model's variables, in the order of `get_weights`; it gets variables where it has none.
///
/// Refuses  another number of arrays, or another shape, and then changes nothing.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); set_weights(model, get_weights(model));
template <class Model> void set_weights(Model& model, const std::vector<xt::xarray<internals::number_type<Model>>>& arrays)
{
    using T = internals::number_type<Model>;
    const auto variables = internals::variables_of(model);
    if (arrays.size() != variables.size())
        internals::fail({"set_weights: ", arrays.size(), " arrays were given, the model has ", variables.size(),
                         " variables; give as many as get_weights does, in its order"});
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        const Shape& needed = variables[i].variable->needs().extents;
        const std::vector<std::size_t> given(arrays[i].shape().begin(), arrays[i].shape().end());
        if (given != internals::extents_of(needed))
            internals::fail({"set_weights: array ", i, " is ", internals::extents_text{given}, ", \"", variables[i].path,
                             "\" needs ", needed, "; give arrays in the order of get_weights"});
    }
    internals::make_missing(variables);
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        const T* next = arrays[i].data();
        stored_types::record& to = *variables[i].variable->storage();
        to.for_each_row([&](std::size_t place, std::size_t count) {
            std::copy_n(next, count, to.data<T>() + place);
            next += count;
        });
        to.changed();
    }
}

/// Copies of a model's arrays under their paths, `body/0/kernel`, in the order of `state(model)`.
///
/// Refuses  a model with a variable that is unbound.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); const protocols::tensor_file kept = state_dict(model);
template <class Model> LAMINA_OUTLINED protocols::tensor_file state_dict(const Model& model)
{
    protocols::tensor_file made{"state_dict"};
    for (const auto& found : internals::variables_of(model)) {
        if (!found.variable->bound()) internals::refuse_unbound(*found.variable, found.path, "state_dict: ");
        internals::add_to(made.tensors, internals::array_of_record(*found.variable->storage()));
        made.tensors.back().name = found.path;
    }
    return made;
}

struct LoadStateDictOptions {
    bool strict = true; ///< what is missing, unexpected or of another shape is refused, and nothing is loaded
};

/// Puts arrays with the names of a model's paths into it, from `state_dict` or the reader of any file; numbers of another type are converted.
///
/// Refuses  unless `{.strict = false}` what is missing, unexpected or of another shape, all in one sentence, and changes nothing. Otherwise
///          what fits is loaded, and the report says what was not.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); std::cout << load_state_dict(model, state_dict(model), {.strict = false});
template <class Model>
LAMINA_OUTLINED LoadReport load_state_dict(Model& model, const protocols::tensor_file& arrays,
                                           const LoadStateDictOptions& how = {})
{
    internals::check_arrays(arrays);
    const auto variables = internals::variables_of(model);
    const auto sources = internals::sources_for(variables, arrays);
    internals::Matching matching;
    for (std::size_t i = 0; i < variables.size(); ++i) {
        if (!sources[i]) internals::add_to(matching.report.missing, variables[i].path);
        else
            matching.add(*sources[i], {variables[i].path, variables[i],
                                       internals::arranged(internals::extents_of(variables[i].variable->needs().extents))});
    }
    for (const auto& tensor : arrays.tensors)
        if (!internals::contains(sources, &tensor)) internals::add_to(matching.report.unexpected, tensor.name);
    return matching.fill(arrays.name, !how.strict);
}

/// The variables of a model whose path holds a text: `find(model, "kernel")`, `find(model, "encoder/")`.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); for (auto& [path, variable] : find(model, "bias")) variable.set_trainable(false);
template <class Model> LAMINA_OUTLINED std::vector<NamedVariable> find(const Model& model, std::string_view part)
{
    std::vector<NamedVariable> found;
    for (auto& one : state(model))
        if (one.name.find(part) != std::string::npos) internals::add_to(found, std::move(one));
    return found;
}

/// The layers of a model whose name, path or class holds a text, whatever its letters' case.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); for (const LayerView& layer : find_layers(model, "conv")) std::cout << layer.name << '\n';
template <class Model> LAMINA_OUTLINED std::vector<LayerView> find_layers(const Model& model, std::string_view part)
{
    const auto lower = [](std::string_view text) {
        std::string made(text);
        for (char& c : made)
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        return made;
    };
    std::vector<LayerView> found;
    for (LayerView& layer : layers(model))
        if (lower(layer.name + ' ' + layer.path + ' ' + std::string(layer.kind)).find(lower(part)) != std::string::npos)
            internals::add_to(found, std::move(layer));
    return found;
}

}} // namespace lamina
