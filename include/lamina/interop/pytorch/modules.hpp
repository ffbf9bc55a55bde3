// lamina/interop/pytorch/modules.hpp: a chain of layers as the modules of an nn.Sequential.
//
// Source: the documentation of torch.nn 1.13; where Keras pads otherwise than PyTorch, a module that pads stands before.
#pragma once

#include <lamina/blocks/option_list.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/formats/pickle/writer.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/interop/pytorch/activations.hpp>
#include <lamina/interop/pytorch/arrays.hpp>
#include <lamina/interop/pytorch/window_modules.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

/// Translates one layer after another.
class ModuleWriter : public WindowModules {
public:
    using WindowModules::WindowModules;

    /// A layer that reads `before`.
    [[gnu::cold]] void add(const FlatNode& at, const FlatNode& before)
    {
        node = &at;
        of = &at.node->layer;
        of_image = before.channels_first;
        foreign = torch_arrays_of(*of, before.turned);
        const std::string_view kind = of->kind;
        const auto is = [kind](const auto&... names) { return ((kind == names) || ...); };
        if (!foreign.refusal.empty()) refuse({foreign.refusal});
        if (!at.node->function.empty()) add_function(at.node->function);
        else if (is("Dense")) add_dense();
        else if (is("Conv1D", "Conv2D", "DepthwiseConv1D", "DepthwiseConv2D")) add_activated(&ModuleWriter::add_convolution);
        else if (is("SeparableConv1D", "SeparableConv2D")) add_activated(&ModuleWriter::add_separable);
        else if (is("Conv1DTranspose", "Conv2DTranspose")) add_activated(&ModuleWriter::add_transposed);
        else if (is("MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D")) add_pooling();
        else if (kind.starts_with("Global") || kind.starts_with("Adaptive")) add_global();
        else if (is("BatchNormalization", "LayerNormalization", "GroupNormalization", "LocalResponseNormalization")) add_norm();
        else if (is("Embedding"))
            put("sparse", "Embedding",
                {{"num_embeddings", whole("input_dim")},
                 {"embedding_dim", whole("output_dim")},
                 {"padding_idx", pickle::none()},
                 {"max_norm", pickle::none()},
                 {"norm_type", pickle::real(2)},
                 {"scale_grad_by_freq", pickle::boolean(false)},
                 {"sparse", pickle::boolean(false)}},
                foreign.arrays);
        else if (is("PReLU"))
            put("activation", "PReLU", {{"num_parameters", integer(foreign.arrays[0].how.joined[0])}}, foreign.arrays);
        else if (is("Flatten")) put_flatten();
        else if (is("Activation")) activate(value("activation"));
        else if (is("ReLU")) add_relu();
        else if (is("LeakyReLU"))
            put("activation", "LeakyReLU", {{"negative_slope", number("negative_slope")}, {"inplace", pickle::boolean(false)}});
        else if (is("ELU")) put("activation", "ELU", {{"alpha", number("alpha")}, {"inplace", pickle::boolean(false)}});
        else if (is("Dropout", "AlphaDropout")) put_dropout(kind);
        else if (is("SpatialDropout1D")) put_dropout("Dropout1d");
        else if (is("SpatialDropout2D")) put_dropout("Dropout2d");
        else if (is("ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D")) add_border();
        else if (is("UpSampling2D", "UpSampling1D")) add_up_sampling();
        else if (is("Identity", "ActivityRegularization")) put("linear", "Identity", {});
        else if (is("SimpleRNN", "LSTM", "GRU", "Bidirectional"))
            refuse({"gives a tuple in PyTorch, which nn.Sequential hands on as it is; use save_state_dict"});
        else refuse({"has no module in PyTorch that computes the same; use save_state_dict for the rest"});
    }

private:
    [[gnu::cold]] void add_activated(void (ModuleWriter::*add_linear)())
    {
        (this->*add_linear)();
        activate(value("activation"));
    }
    void put_flatten() { put("flatten", "Flatten", {{"start_dim", pickle::integer(1)}, {"end_dim", pickle::integer(-1)}}); }
    void put_dropout(std::string_view name)
    {
        put("dropout", name, {{"p", number("rate")}, {"inplace", pickle::boolean(false)}});
    }

    [[gnu::cold]] void activate(const OptionValue& activation)
    {
        if (activation.text == "linear") return;
        for (const ActivationRow& row : activation_rows)
            if (row.name == activation.text) return put_activation(row, activation.parts);
        refuse({"has the activation ", activation, ", which torch.nn has no module for"});
    }
    [[gnu::cold]] void put_activation(const ActivationRow& row, const std::vector<Option>& parts)
    {
        Entries attributes;
        for (const ActivationNumber& one : row.numbers) {
            if (one.attribute.empty()) continue;
            double number = one.usual;
            for (const Option& part : parts)
                if (part.name == one.option) number = part.value.number;
            attributes.push_back({std::string(one.attribute), pickle::real(number)});
        }
        if (row.in_place) attributes.push_back({"inplace", pickle::boolean(false)});
        // The last axis here; PyTorch has an image's channels behind the batch.
        if (row.over_axis) attributes.push_back({"dim", pickle::integer(node->channels_first ? 1 : -1)});
        if (row.module == "GELU") attributes.push_back({"approximate", pickle::text(row.name == "gelu" ? "none" : "tanh")});
        put("activation", row.module, std::move(attributes));
    }
    [[gnu::cold]] void add_function(std::string_view function)
    {
        for (const ActivationRow& row : activation_rows)
            if (row.name == function) return put_activation(row, {});
        refuse({"is no layer of a chain, which nn.Sequential is; use save_state_dict"});
    }
    [[gnu::cold]] void add_relu()
    {
        const OptionValue& most = value("max_value");
        const bool bounded = most.kind != value_is::nothing && most.number < std::numeric_limits<float>::max();
        const double slope = value("negative_slope").number;
        if (value("threshold").number != 0 || (bounded && slope != 0))
            refuse({"has a threshold, or a greatest value and a slope, which no module of torch.nn has together"});
        if (bounded)
            put("activation", "Hardtanh",
                {{"min_val", pickle::real(0)}, {"max_val", pickle::real(most.number)}, {"inplace", pickle::boolean(false)}});
        else if (slope != 0)
            put("activation", "LeakyReLU", {{"negative_slope", pickle::real(slope)}, {"inplace", pickle::boolean(false)}});
        else put("activation", "ReLU", {{"inplace", pickle::boolean(false)}});
    }

    [[gnu::cold]] void add_dense()
    {
        const extent_list shape = foreign.arrays[0].how.joined;
        if (node->node->layer.input.rank > 1 && of_image)
            refuse({"works on the channels of an image, where nn.Linear takes the last axis; use a Conv2D of 1×1"});
        put("linear", "Linear", {{"in_features", integer(shape[1])}, {"out_features", integer(shape[0])}}, foreign.arrays,
            no_bias(flag("use_bias")));
        activate(value("activation"));
    }

    [[gnu::cold]] void add_global()
    {
        const bool most = of->kind.find("Max") != std::string_view::npos, global = of->kind.starts_with("Global");
        const extent_list size = global ? extent_list(of->input.rank - 1, 1) : sizes("output_size");
        Entries attributes{{"output_size", pickle::sizes(size)}};
        if (most) attributes.push_back({"return_indices", pickle::boolean(false)});
        put("pooling", dimensional(most ? "AdaptiveMaxPool" : "AdaptiveAvgPool"), std::move(attributes));
        if (global && !flag("keepdims")) put_flatten();
    }

    [[gnu::cold]] void add_norm()
    {
        const std::size_t channels = of->output.back();
        if (of->kind == "LocalResponseNormalization")
            return put("normalization", "LocalResponseNorm",
                       {{"size", whole("size")}, {"alpha", number("alpha")}, {"beta", number("beta")}, {"k", number("k")}});
        const bool scales = flag("scale"), centers = flag("center"), batch = of->kind == "BatchNormalization";
        if (scales != centers) refuse({"learns only one of gamma and beta, where PyTorch has both or none; use save_state_dict"});
        Entries attributes;
        if (batch)
            attributes = {{"num_features", integer(channels)},
                          {"eps", number("epsilon")},
                          {"momentum", pickle::real(1 - value("momentum").number)},
                          {"affine", pickle::boolean(scales)},
                          {"track_running_stats", pickle::boolean(true)}};
        else if (of->kind == "GroupNormalization")
            attributes = {{"num_groups", whole("groups")},
                          {"num_channels", integer(channels)},
                          {"eps", number("epsilon")},
                          {"affine", pickle::boolean(scales)}};
        else {
            if (node->channels_first && of->input.rank > 1)
                refuse({"is over the channels of an image, where nn.LayerNorm takes the last axis; use save_state_dict"});
            const std::size_t axes = value("axis").parts.size();
            extent_list shape;
            for (std::size_t axis = of->input.rank - axes; axis < of->input.rank; ++axis) shape.push_back(of->input[axis]);
            attributes = {{"normalized_shape", pickle::sizes(shape)},
                          {"eps", number("epsilon")},
                          {"elementwise_affine", pickle::boolean(scales)}};
        }
        const std::vector<std::string> absent = scales ? std::vector<std::string>{} : std::vector<std::string>{"weight", "bias"};
        put(batch ? "batchnorm" : "normalization",
            batch                              ? text_of({"BatchNorm", of->input.rank == 3 ? "2d" : "1d"})
            : of->kind == "GroupNormalization" ? "GroupNorm"
                                               : "LayerNorm",
            std::move(attributes), foreign.arrays, absent);
        if (batch && !without_numbers) model.modules.back().second.buffers.push_back({"num_batches_tracked", std::int64_t{0}});
    }

    [[gnu::cold]] void add_up_sampling()
    {
        const bool image = of->input.rank == 3, smooth = image && value("interpolation").text == "bilinear";
        std::vector<pickle::Made> factors;
        if (image)
            for (const std::size_t n : sizes("size")) factors.push_back(pickle::real(static_cast<double>(n)));
        put("upsampling", "Upsample",
            {{"name", pickle::text("Upsample")},
             {"size", pickle::none()},
             {"scale_factor", image ? pickle::tuple(factors) : number("size")},
             {"mode", pickle::text(smooth ? "bilinear" : "nearest")},
             {"align_corners", smooth ? pickle::boolean(false) : pickle::none()},
             {"recompute_scale_factor", pickle::none()}});
    }

    bool of_image = false; ///< PyTorch has the channels of what the layer reads before the other axes
};

/// The nn.Sequential of a network that is a chain.
///
/// Refuses   a network with branches, several inputs, a layer called twice, and a layer that no module of torch.nn is like.
[[gnu::cold]] inline ModuleWriter modules_of(const Network& network, std::string_view where, bool names_only)
{
    const std::vector<FlatNode> nodes = flat_nodes_of(network, where);
    ModuleWriter writer(where, names_only);
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        if (nodes[i].node->first != no_node || nodes[i].reads.size() != 1 || nodes[i].reads[0] != i - 1)
            fail({where, ": the model is no chain of layers, which nn.Sequential is (\"", nodes[i].node->layer.name,
                  "\" reads something else than the layer before it); use save_state_dict"});
        writer.add(nodes[i], nodes[i - 1]);
    }
    return writer;
}

}}} // namespace lamina::pytorch::detail
