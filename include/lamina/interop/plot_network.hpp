// lamina/interop/plot_network.hpp: the network of a model as boxes: what a drawing is made from.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/text_table.hpp>
#include <lamina/interop/plot_layout.hpp>
#include <lamina/models/network.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What stands for a function on values: a sign where it has one.
[[gnu::cold]] inline std::string_view sign_of(std::string_view function)
{
    constexpr std::string_view signs[][2] = {{"add", "+"}, {"subtract", "−"}, {"multiply", "×"}, {"divide", "÷"}};
    for (const auto& [name, sign] : signs)
        if (name == function) return sign;
    return function;
}

/// Adds the boxes of a network whose inputs are those of `given`, or boxes of their own; gives the boxes of its outputs.
[[gnu::cold]] inline std::vector<std::size_t> add_boxes(const Network& network, PlotGraph& to, std::size_t group,
                                                        const std::vector<std::size_t>& given = {})
{
    std::vector<std::size_t> box_of(network.nodes.size());
    for (std::size_t i = 0; i < network.nodes.size(); ++i) {
        const NetworkNode& node = network.nodes[i];
        const LayerView& layer = node.layer;
        if (i < network.inputs && !given.empty()) {
            box_of[i] = given[i];
            continue;
        }
        std::vector<std::size_t> reads;
        for (const std::size_t from : node.reads) reads.push_back(box_of[from]);
        if (!node.inside.empty()) {
            to.groups.push_back(layer.name);
            box_of[i] = add_boxes(node.inside[0], to, to.groups.size() - 1, reads)[0];
            continue;
        }
        PlotBox box;
        box.gives = text_of({layer.output});
        box.group = group;
        box.reads = std::move(reads);
        box.is_input = box.late = layer.kind == "InputLayer";
        box.is_function = !node.function.empty();
        box.learns = layer.parameters() > 0;
        if (box.is_function) {
            box.title = sign_of(node.function);
            if (node.reads.size() == 1 && node.number != 0) append(box.title, {' ', node.number});
        }
        else {
            box.title = box.is_input ? "Input" : layer.kind;
            box.subtitle = layer.name;
            if (box.learns) append(box.subtitle, {" · ", with_commas(layer.parameters())});
            if (node.first != no_node) append(box.subtitle, {" (shared)"});
        }
        to.boxes.push_back(std::move(box));
        box_of[i] = to.boxes.size() - 1;
    }
    std::vector<std::size_t> outputs;
    for (const std::size_t node : network.outputs) outputs.push_back(box_of[node]);
    return outputs;
}

[[gnu::cold]] inline PlotGraph plot_graph_of(const Network& network)
{
    PlotGraph graph;
    graph.outputs = add_boxes(network, graph, no_part);
    return graph;
}

}}} // namespace lamina::internals
