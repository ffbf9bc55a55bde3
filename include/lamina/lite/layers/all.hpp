// lamina/lite/layers/all.hpp: the layers that can be written, and the walk over a model's network.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/layers/activations.hpp>
#include <lamina/lite/layers/attention.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/lite/layers/convolution.hpp>
#include <lamina/lite/layers/dense.hpp>
#include <lamina/lite/layers/functions.hpp>
#include <lamina/lite/layers/normalization.hpp>
#include <lamina/lite/layers/pooling.hpp>
#include <lamina/lite/layers/preprocessing.hpp>
#include <lamina/lite/layers/recurrent.hpp>
#include <lamina/lite/layers/reshaping.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

/// What becomes of the mask of the first input.
enum class masks : std::uint8_t { ends, passes, own };

/// How a kind of layer is written.
struct LayerRow {
    std::string_view kind;
    LayerFunction write;
    masks mask = masks::passes;
};

[[gnu::cold]] inline std::size_t write_time_distributed(GraphBuilder& to, const LayerCall& call);

inline constexpr LayerRow layer_table[] = {
    {"Dense", write_dense},
    {"Activation", write_activation},
    {"ReLU", write_relu},
    {"LeakyReLU", write_leaky_relu},
    {"ELU", write_elu},
    {"PReLU", write_prelu},
    {"Conv1D", write_convolution, masks::ends},
    {"Conv2D", write_convolution, masks::ends},
    {"DepthwiseConv1D", write_depthwise, masks::ends},
    {"DepthwiseConv2D", write_depthwise, masks::ends},
    {"SeparableConv1D", write_separable, masks::ends},
    {"SeparableConv2D", write_separable, masks::ends},
    {"Conv1DTranspose", write_transposed, masks::ends},
    {"Conv2DTranspose", write_transposed, masks::ends},
    {"MaxPooling1D", write_pooling, masks::ends},
    {"MaxPooling2D", write_pooling, masks::ends},
    {"AveragePooling1D", write_pooling, masks::ends},
    {"AveragePooling2D", write_pooling, masks::ends},
    {"GlobalMaxPooling1D", write_global_pooling, masks::ends},
    {"GlobalMaxPooling2D", write_global_pooling, masks::ends},
    {"GlobalAveragePooling1D", write_global_pooling, masks::ends},
    {"GlobalAveragePooling2D", write_global_pooling, masks::ends},
    {"AdaptiveMaxPooling1D", write_adaptive_pooling, masks::ends},
    {"AdaptiveMaxPooling2D", write_adaptive_pooling, masks::ends},
    {"AdaptiveAveragePooling1D", write_adaptive_pooling, masks::ends},
    {"AdaptiveAveragePooling2D", write_adaptive_pooling, masks::ends},
    {"BatchNormalization", write_batch_normalization},
    {"LayerNormalization", write_layer_normalization},
    {"RMSNormalization", write_rms_normalization},
    {"GroupNormalization", write_group_normalization},
    {"UnitNormalization", write_unit_normalization},
    {"LocalResponseNormalization", write_local_response},
    {"Normalization", write_given_normalization},
    {"Rescaling", write_rescaling},
    {"CategoryEncoding", write_category_encoding, masks::ends},
    {"Discretization", write_discretization, masks::ends},
    {"Embedding", write_embedding, masks::own},
    {"Masking", write_masking, masks::own},
    {"Identity", write_nothing},
    {"Dropout", write_nothing},
    {"SpatialDropout1D", write_nothing},
    {"SpatialDropout2D", write_nothing},
    {"GaussianDropout", write_nothing},
    {"GaussianNoise", write_nothing},
    {"AlphaDropout", write_nothing},
    {"ActivityRegularization", write_nothing},
    {"Flatten", write_reshape, masks::ends},
    {"Reshape", write_reshape, masks::ends},
    {"Permute", write_permute, masks::ends},
    {"RepeatVector", write_repeat, masks::ends},
    {"ZeroPadding1D", write_padding, masks::ends},
    {"ZeroPadding2D", write_padding, masks::ends},
    {"Cropping1D", write_cropping, masks::ends},
    {"Cropping2D", write_cropping, masks::ends},
    {"UpSampling1D", write_up_sampling, masks::ends},
    {"UpSampling2D", write_up_sampling, masks::ends},
    {"Resizing", write_resizing, masks::ends},
    {"CenterCrop", write_center_crop, masks::ends},
    {"SimpleRNN", write_recurrent, masks::own},
    {"LSTM", write_recurrent, masks::own},
    {"GRU", write_recurrent, masks::own},
    {"Bidirectional", write_bidirectional, masks::own},
    {"MultiHeadAttention", write_multi_head_attention, masks::own},
    {"Attention", write_attention, masks::own},
    {"AdditiveAttention", write_attention, masks::own},
    {"TimeDistributed", write_time_distributed},
};

[[gnu::cold]] inline const LayerRow* row_of(std::string_view kind)
{
    for (const LayerRow& row : layer_table)
        if (row.kind == kind) return &row;
    return nullptr;
}

/// The layer inside, of all steps as samples.
[[gnu::cold]] inline std::size_t write_time_distributed(GraphBuilder& to, const LayerCall& call)
{
    const OptionValue* const inner = call.settings().find("layer");
    const LayerRow* const row = inner ? row_of(inner->text) : nullptr;
    if (!row) return refuse(to, call, "holds a layer for which the format has no form");
    const auto step_of = [](const Shape& shape) {
        Shape step;
        for (std::size_t axis = 1; axis < shape.rank; ++axis) step.push_back(shape[axis]);
        return step;
    };
    LayerView layer;
    layer.path = internals::text_of({call.layer.path, call.layer.path.empty() ? "" : "/", "inside"});
    layer.name = call.layer.name;
    layer.kind = inner->text;
    layer.input = step_of(call.layer.input);
    layer.output = step_of(call.layer.output);
    layer.options = inner->parts;
    layer.variables = call.layer.variables;
    const std::size_t steps = to.reshape(call.inputs[0], extents_of(layer.input));
    return to.reshape(row->write(to, {layer, {steps}}), extents_of(call.layer.output));
}

/// A layer: its own writer if it has one, else that of the table.
[[gnu::cold]] inline std::size_t write_layer(GraphBuilder& to, const LayerCall& call, std::span<const OwnLayer> own)
{
    for (const OwnLayer& one : own)
        if (one.kind == call.layer.kind) return one.write(to, call);
    const LayerRow* const row = row_of(call.layer.kind);
    if (!row)
        return refuse(to, call,
                      "has no form in the format; give one by `layers` of the options, or leave the layer to the program");
    const std::size_t x = call.inputs[0], y = row->write(to, call);
    if (row->mask == masks::passes && y != x) to.set_mask(y, to.mask(x));
    return y;
}

/// How often a node is read, as an output as well.
[[gnu::cold]] inline std::size_t readers_of(const internals::Network& network, std::size_t at)
{
    std::size_t count = 0;
    for (const auto& node : network.nodes)
        for (const std::size_t from : node.reads) count += from == at ? 1 : 0;
    for (const std::size_t output : network.outputs) count += output == at ? 1 : 0;
    return count;
}

/// Writes the nodes of a network; gives the tensors of its outputs. Names of tensors are paths.
[[gnu::cold]] inline std::vector<std::size_t> write_network_nodes(GraphBuilder& to, const internals::Network& network,
                                                                  const std::vector<std::size_t>& inputs,
                                                                  std::span<const OwnLayer> own)
{
    std::vector<std::size_t> tensor_of;
    for (std::size_t at = 0; at < network.nodes.size(); ++at) {
        const internals::NetworkNode& node = network.nodes[at];
        std::size_t made;
        if (at < network.inputs) made = inputs[at];
        else {
            LayerCall call{node.layer, {}};
            for (const std::size_t from : node.reads) internals::add_to(call.inputs, tensor_of[from]);
            to.scope = node.layer.path.empty() ? node.layer.name : node.layer.path;
            const std::size_t before = to.graph.tensors.size();
            if (node.reads_variable) made = refuse(to, call, "reads a variable that is in no layer");
            else if (!node.inside.empty()) made = write_network_nodes(to, node.inside[0], call.inputs, own)[0];
            else if (!node.function.empty()) made = write_function(to, call, node);
            else made = write_layer(to, call, own);
            to.scope = node.layer.path.empty() ? node.layer.name : node.layer.path;
            if (made >= before) to.graph.tensors[made].name = to.scope;
        }
        if (readers_of(network, at) > 1) to.share(made);
        internals::add_to(tensor_of, made);
    }
    std::vector<std::size_t> outputs;
    for (const std::size_t at : network.outputs) internals::add_to(outputs, tensor_of[at]);
    return outputs;
}

}}}} // namespace lamina::lite::writing
