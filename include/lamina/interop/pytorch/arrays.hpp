// lamina/interop/pytorch/arrays.hpp: the arrays that PyTorch keeps for a whole model, with the names of its state_dict.
//
// PyTorch's images have their channels first. Where a Flatten makes a row of an image, what reads the row has its numbers in another order:
// the Dense behind it gets its rows turned, anything else is refused.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/interop/layout.hpp>
#include <lamina/models/network.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace pytorch::detail {

using namespace internals;

/// What happens with a layer that PyTorch computes otherwise.
enum class refused_layers { throw_an_error, have_no_arrays };

/// A node of a network in which the Sequentials inside are replaced by what they hold.
struct FlatNode {
    const NetworkNode* node;
    std::size_t number = 0; ///< of the layer, from 1 on; inputs have none
    std::vector<std::size_t> reads{};
    Shape turned{};              ///< its result is a row made of an image of this shape, which PyTorch has in another order
    bool channels_first = false; ///< PyTorch has its result with the channels before the other axes
};

/// Appends the nodes of a network that reads some nodes; gives the node of its first output.
[[gnu::cold]] inline std::size_t add_flat_nodes(const Network& network, std::vector<FlatNode>& to,
                                                const std::vector<std::size_t>& given)
{
    std::vector<std::size_t> place;
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const NetworkNode& node = network.nodes[i];
        if (i < network.inputs && !given.empty()) {
            place.push_back(given[i]);
            continue;
        }
        std::vector<std::size_t> reads;
        for (const std::size_t from : node.reads) reads.push_back(place[from]);
        if (!node.inside.empty()) place.push_back(add_flat_nodes(node.inside[0], to, reads));
        else {
            const bool is_input = node.layer.kind == "InputLayer";
            const std::size_t before = to.empty() ? 0 : to.back().number;
            to.push_back({&node, is_input ? 0 : before + 1, std::move(reads)});
            place.push_back(to.size() - 1);
        }
    }
    return place[network.outputs[0]];
}

/// Layers that work on every number by itself, so that the order does not matter.
[[gnu::cold]] inline bool is_elementwise(const NetworkNode& node)
{
    constexpr std::string_view kinds[] = {"Activation",
                                          "ReLU",
                                          "LeakyReLU",
                                          "ELU",
                                          "Dropout",
                                          "AlphaDropout",
                                          "Identity",
                                          "GaussianNoise",
                                          "GaussianDropout",
                                          "Rescaling",
                                          "ActivityRegularization"};
    if (!node.function.empty()) return node.reads.size() == 1 && node.function != "reshape";
    return std::find(std::begin(kinds), std::end(kinds), node.layer.kind) != std::end(kinds);
}

[[gnu::cold]] inline bool has_channels_first(const std::vector<FlatNode>& nodes, const FlatNode& one)
{
    const std::string_view kind = one.node->layer.kind;
    if (kind == "InputLayer") return one.node->layer.output.rank > 2;
    const auto starts = [kind](const auto&... words) { return (kind.starts_with(words) || ...); };
    if (starts("Conv", "Depthwise", "Separable", "MaxPooling", "AveragePooling", "Adaptive", "UpSampling", "ZeroPadding",
               "Cropping", "Resizing", "CenterCrop", "SpatialDropout", "Global"))
        return true;
    const bool keeps = is_elementwise(*one.node) || !one.node->function.empty() ||
                       starts("BatchNormalization", "GroupNormalization", "LocalResponse", "PReLU");
    return keeps && nodes[one.reads[0]].channels_first;
}

/// The nodes of a network, of each its place in PyTorch's order of axes.
///
/// Refuses   what reads a row that PyTorch has in another order, and is neither a Dense nor elementwise.
[[gnu::cold]] inline std::vector<FlatNode> flat_nodes_of(const Network& network, std::string_view where,
                                                         refused_layers how = refused_layers::throw_an_error)
{
    refuse_variables_outside(network, where);
    std::vector<FlatNode> nodes;
    add_flat_nodes(network, nodes, {});
    for (FlatNode& one : nodes) {
        const LayerView& layer = one.node->layer;
        one.channels_first = has_channels_first(nodes, one);
        for (const std::size_t from : one.reads) {
            const FlatNode& before = nodes[from];
            const Shape& in = before.node->layer.output;
            if (before.turned.rank > 0) {
                if (is_elementwise(*one.node)) one.turned = before.turned;
                else if (layer.kind != "Dense" && how == refused_layers::throw_an_error)
                    fail({where, ": layer ", one.number, " \"", layer.name, "\" reads what a Flatten made of ", before.turned,
                          ", which PyTorch has in another order, channels first; put a Dense behind the Flatten"});
            }
            else if (layer.kind == "Flatten" && before.channels_first && in.rank > 1 && in.back() > 1 && in.size() > in.back())
                one.turned = in;
        }
    }
    return nodes;
}

/// The arrays of a model in PyTorch's order, named by the paths of their layers with dots.
///
/// Refuses   a layer that PyTorch has no arrays for.
[[gnu::cold]] inline std::vector<ForeignArray> arrays_of(const std::vector<FlatNode>& nodes, std::string_view where,
                                                         refused_layers how = refused_layers::throw_an_error)
{
    std::vector<const FlatNode*> layers;
    for (const FlatNode& one : nodes)
        if (one.node->first == no_node && !one.node->layer.variables.empty()) layers.push_back(&one);
    std::stable_sort(layers.begin(), layers.end(),
                     [](const FlatNode* a, const FlatNode* b) { return a->node->place < b->node->place; });
    std::vector<ForeignArray> all;
    for (const FlatNode* const one : layers) {
        const LayerView& layer = one->node->layer;
        ForeignLayer foreign = torch_arrays_of(layer, nodes[one->reads[0]].turned);
        if (!foreign.refusal.empty() && how == refused_layers::have_no_arrays) continue;
        if (!foreign.refusal.empty()) fail({where, ": layer ", one->number, " \"", layer.name, "\" ", foreign.refusal});
        std::string prefix = layer.path;
        std::replace(prefix.begin(), prefix.end(), '/', '.');
        for (ForeignArray& array : foreign.arrays) {
            array.name = text_of({prefix, prefix.empty() ? "" : ".", array.name});
            all.push_back(std::move(array));
        }
    }
    return all;
}

}}} // namespace lamina::pytorch::detail
