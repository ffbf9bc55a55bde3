// lamina/lite/convert.hpp: a model as a TensorFlow Lite file, in float, with smaller weights, or in whole numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/check.hpp>
#include <lamina/lite/convert_options.hpp>
#include <lamina/lite/layers/all.hpp>
#include <lamina/lite/network.hpp>
#include <lamina/lite/passes/all_int8.hpp>
#include <lamina/lite/passes/integer_forms.hpp>
#include <lamina/lite/passes/tidy.hpp>
#include <lamina/lite/passes/versions.hpp>
#include <lamina/lite/passes/weights.hpp>
#include <lamina/lite/read.hpp>
#include <lamina/lite/write.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tflite {

/// A name that is not among those of a signature yet.
[[gnu::cold]] inline std::string new_name(const std::vector<std::pair<std::string, std::size_t>>& given, std::string_view wanted)
{
    std::string name(wanted);
    const auto taken = [&] {
        for (const auto& one : given)
            if (one.first == name) return true;
        return false;
    };
    for (std::size_t count = 1; taken(); ++count) name = text_of({wanted, '_', count});
    return name;
}

/// Refuses a model whose variables have no numbers.
[[gnu::cold]] inline void require_numbers(const internals::Network& model)
{
    for (const NetworkNode& node : model.nodes) {
        for (const FoundVariable& found : node.layer.variables)
            if (!found.variable->bound()) refuse_unbound(*found.variable, found.path, "lite::convert: ");
        for (const internals::Network& inner : node.inside) require_numbers(inner);
    }
}

/// The network of a file from that of a model, in float32.
[[gnu::cold]] inline Network network_from(const internals::Network& model, const lite::ConvertOptions& options)
{
    require_numbers(model);
    lite::GraphBuilder to;
    std::vector<std::size_t> inputs;
    Signature signature;
    signature.key = options.signature;
    for (std::size_t i = 0; i < model.inputs; ++i) {
        const LayerView& layer = model.nodes[i].layer;
        const std::string name = new_name(signature.inputs, layer.name.empty() ? std::string_view("input") : layer.name);
        add_to(inputs, to.tensor(name, lite::batch_of(layer.output)));
        add_to(signature.inputs, {name, inputs.back()});
    }
    std::vector<std::size_t> outputs = lite::writing::write_network_nodes(to, model, inputs, options.layers);
    if (!to.problems.empty()) {
        std::string text = "lite::convert: ";
        for (std::size_t i = 0; i < to.problems.size(); ++i) append(text, {i > 0 ? "; " : "", to.problems[i]});
        fail({text});
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        bool taken = contains(inputs, outputs[i]);
        for (std::size_t j = 0; j < i; ++j) taken = taken || outputs[j] == outputs[i];
        const LayerView& layer = model.nodes[model.outputs[i]].layer;
        if (taken) { // an output is written by an operator of its own
            lite::OperationOptions copy;
            to.scope = layer.name;
            std::vector<std::int32_t> same{-1};
            for (std::size_t axis = 0; axis < layer.output.rank; ++axis)
                add_to(same, static_cast<std::int32_t>(layer.output[axis]));
            copy.new_shape = same;
            outputs[i] =
                to.add(code::reshape, {outputs[i], to.whole("shape", same)}, lite::batch_of(layer.output), std::move(copy));
        }
        add_to(signature.outputs,
               {new_name(signature.outputs, layer.name.empty() ? std::string_view("output") : layer.name), outputs[i]});
    }
    Network made;
    made.source = "a model";
    made.description = options.description;
    to.graph.name = "main";
    to.graph.inputs = std::move(inputs);
    to.graph.outputs = std::move(outputs);
    add_to(made.subgraphs, std::move(to.graph));
    add_to(made.signatures, std::move(signature));
    return made;
}

/// Makes whole numbers of a network, by the ranges that its tensors have over representative samples.
[[gnu::cold]] inline void quantize_all(Network& network, const lite::ConvertOptions& options)
{
    if (!calibration)
        fail({"lite::convert: full_integer runs the model over samples, for which a program includes lamina/lite.hpp"});
    std::vector<lite::TensorView> samples = options.representatives;
    if (samples.empty()) add_to(samples, options.representative);
    if (samples[0].empty())
        fail({"lite::convert: full_integer needs representative samples, by which ranges are found; give some by "
              "`representative`"});
    Subgraph& graph = network.subgraphs[0];
    const std::vector<std::size_t> inputs = graph.inputs, outputs = graph.outputs;
    IntegerRewriting(graph, calibration(network, samples), options.dense_per_channel).run(options.integer_input_output);
    const auto follow = [](auto& named, const std::vector<std::size_t>& before, const std::vector<std::size_t>& after) {
        for (auto& one : named)
            for (std::size_t i = 0; i < before.size(); ++i)
                if (one.second == before[i]) {
                    one.second = after[i];
                    break;
                }
    };
    for (Signature& signature : network.signatures)
        if (signature.subgraph == 0) {
            follow(signature.inputs, inputs, graph.inputs);
            follow(signature.outputs, outputs, graph.outputs);
        }
}

/// What `optimizations` asks for, done to a network in float32.
[[gnu::cold]] inline void optimize(Network& network, const lite::ConvertOptions& options)
{
    tidy(network);
    if (options.optimizations >= lite::Optimize::dynamic_range) require_finite(network);
    switch (options.optimizations) {
    case lite::Optimize::none: break;
    case lite::Optimize::float16: weights_float16(network); break;
    case lite::Optimize::dynamic_range: weights_int8(network, options.quantize_from, options.dense_per_channel); break;
    case lite::Optimize::full_integer: quantize_all(network, options); break;
    }
    tidy(network);
    set_versions(network);
}

[[gnu::cold]] inline std::vector<std::byte> finished(Network network, const lite::ConvertOptions& options)
{
    optimize(network, options);
    check_network(network, ~std::size_t{0} >> 1);
    return write_network(network);
}

} // namespace internals::tflite

namespace lite {

/// A model as the bytes of a TensorFlow Lite file, which TensorFlow's interpreter and `lite::Interpreter` run.
///
/// The batch is free. Tensors are named by paths, as `2/kernel`; inputs and outputs by Name or field. A BatchNormalization behind a linear
/// layer moves into its weights, and bounds as relu and relu6 into the operator before. Noise and dropout are not there. Steps of recurrent
/// layers are written out one after another; masks are written as well.
/// Options  ConvertOptions: optimizations, representative samples, how layers of one's own are written.
/// Refuses  layers that have no form in the format, all of them in one sentence, before anything is written.
/// Numerics float32 within 1e-5 of the model; a model of double becomes float32.
/// Example  auto bytes = [](const auto& model) { return lite::convert(model, {.optimizations = lite::Optimize::float16}); };
template <class M>
    requires(!std::is_convertible_v<const M&, std::span<const std::byte>>)
std::vector<std::byte> convert(const M& model, const ConvertOptions& options = {})
{
    if constexpr (!internals::can_be_model<M>) internals::refuse_model<M>();
    else if constexpr (!internals::can_be_called<M>) internals::refuse_call<M>();
    else if constexpr (!internals::is_refused<M>)
        return internals::tflite::finished(internals::tflite::network_from(internals::network_of(model), options), options);
    return {};
}

/// A file in float32 with smaller weights, or in whole numbers.
///
/// Refuses  what the reader refuses; a file whose weights have fewer bits already, unless `optimizations` is none.
/// Example  auto smaller = [](std::span<const std::byte> file) { return lite::convert(file, {.optimizations = lite::Optimize::dynamic_range}); };
[[gnu::cold]] inline std::vector<std::byte> convert(std::span<const std::byte> file, const ConvertOptions& options)
{
    auto bytes = std::make_shared<const std::vector<std::byte>>(file.begin(), file.end());
    internals::tflite::Network network =
        internals::tflite::read_network(std::move(bytes), "a file in memory", std::size_t(1) << 40);
    if (options.optimizations != Optimize::none) internals::tflite::require_floats(network);
    return internals::tflite::finished(std::move(network), options);
}

} // namespace lite

}} // namespace lamina
