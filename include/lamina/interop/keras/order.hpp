// lamina/interop/keras/order.hpp: the layers of a model in the order of Keras's Model.layers, and the names of their groups in files.
//
// Source: Keras 3.15, ops/function.py (map_graph): operations by their depth, the deepest first, those of one depth as a search from the outputs
// meets them; saving/saving_lib.py: a group is called after its class, with a number where there are several.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/models/network.hpp>
#include <lamina/models/summary.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

/// Whether each step reads the one before it alone, so that it is a Sequential.
[[gnu::cold]] inline bool is_chain(const internals::Network& network)
{
    bool chain = network.inputs == 1 && network.outputs.size() == 1 && network.outputs[0] + 1 == network.nodes.size();
    for (std::size_t i = 1; chain && i < network.nodes.size(); ++i) {
        const auto& node = network.nodes[i];
        chain = node.reads.size() == 1 && node.reads[0] == i - 1 && node.first == internals::no_node && node.function.empty();
    }
    return chain;
}

/// Finds Keras's order.
class LayerOrder {
public:
    explicit LayerOrder(const internals::Network& of)
        : network(of), met(of.nodes.size()), depth(of.nodes.size()), done(of.nodes.size())
    {}

    /// The first nodes of layers, inputs among them. What no output depends on is left out.
    [[gnu::cold]] std::vector<std::size_t> find()
    {
        for (const std::size_t output : network.outputs) visit(output);
        std::vector<std::size_t> node_depth(network.nodes.size());
        for (std::size_t i = finished.size(); i-- > 0;) {
            const std::size_t node = finished[i], layer = layer_of(node);
            depth[layer] = node_depth[node] = std::max(node_depth[node], depth[layer]);
            for (const std::size_t from : network.nodes[node].reads)
                node_depth[from] = std::max(node_depth[from], node_depth[node] + 1);
        }
        for (std::size_t i = 0; i < network.inputs; ++i)
            if (met[i] == 0) layers.insert(layers.begin(), i); // an input that nobody reads comes first of those of depth 0
        std::vector<std::size_t> sorted;
        for (const std::size_t at : internals::sorted_places(layers.size(), [&](std::size_t i, std::size_t j) {
                 const std::size_t a = layers[i], b = layers[j];
                 return depth[a] != depth[b] ? depth[a] > depth[b] : met[a] != met[b] ? met[a] < met[b] : i < j;
             }))
            sorted.push_back(layers[at]);
        return sorted;
    }

private:
    std::size_t layer_of(std::size_t node) const
    {
        const std::size_t first = network.nodes[node].first;
        return first == internals::no_node ? node : first;
    }

    [[gnu::cold]] void visit(std::size_t node)
    {
        if (done[node] != 0) return;
        const std::size_t layer = layer_of(node);
        if (met[layer] == 0) {
            layers.push_back(layer);
            met[layer] = layers.size();
        }
        for (const std::size_t from : network.nodes[node].reads) visit(from);
        done[node] = 1;
        finished.push_back(node);
    }

    const internals::Network& network;
    std::vector<std::size_t> layers{}, finished{};
    std::vector<std::size_t> met, depth,
        done; ///< of each layer when it was met, from 1, and its depth; of each node whether it was visited
};

/// A layer of a model, as a file of Keras has it.
struct PlacedLayer {
    std::size_t node;        ///< where it stands in the network
    std::string name, group; ///< that no other layer has; its class with a number
    bool is_named = false;   ///< by its field or a Name, and not automatically
};

/// The layers in Keras's order; an input is one of them unless the model is a Sequential. `above` is the length of the path of the model itself.
[[gnu::cold]] inline std::vector<PlacedLayer> placed_layers(const internals::Network& network, std::size_t above = 0)
{
    std::vector<PlacedLayer> placed;
    std::vector<std::string> kinds, names;
    const bool chain = is_chain(network);
    for (const std::size_t node : LayerOrder(network).find()) {
        const LayerView& layer = network.nodes[node].layer;
        if (chain && node == 0) continue;
        const std::string kind = internals::snake(layer.kind);
        const auto before = std::count(kinds.begin(), kinds.end(), kind);
        kinds.push_back(kind);
        PlacedLayer one{node, layer.name, before == 0 ? kind : internals::text_of({kind, '_', before})};
        one.is_named = layer.path.find_first_not_of("0123456789/", std::min(above, layer.path.size())) != std::string::npos;
        for (std::size_t i = 1; internals::contains(names, one.name); ++i) one.name = internals::text_of({layer.name, '_', i});
        names.push_back(one.name);
        placed.push_back(std::move(one));
    }
    return placed;
}

/// Whether a layer has variables that could be learned, and none of them is: Keras freezes whole layers.
[[gnu::cold]] inline bool is_frozen(const LayerView& layer)
{
    bool some = false, learns = false;
    for (const auto& [path, variable] : layer.variables) {
        if (variable->needs().as.observed || !variable->bound()) continue;
        some = true;
        learns = learns || variable->storage()->trainable;
    }
    return some && !learns;
}

}}} // namespace lamina::keras::detail
