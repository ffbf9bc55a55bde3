// lamina/interop/plot_graph.hpp: the network of a model as boxes in ranks, and where they stand: what a drawing is made from.
//
// Source: Sugiyama, Tagawa, Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981): ranks by the longest way,
// places within a rank by the middle of the neighbors.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/models/network.hpp>
#include <lamina/models/summary.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A box of a drawing, or a place at which a long line passes a rank.
struct PlotBox {
    std::string title, subtitle; ///< of a passing line both are empty
    Shape output;
    bool learns = false, is_input = false, is_function = false;
    std::vector<std::size_t> reads{};
    std::size_t group = no_node; ///< the Sequential that it belongs to
    std::size_t rank = 0;
    double x = 0, width = 0; ///< x of the middle
    bool passes() const { return title.empty(); }
};

struct PlotGraph {
    std::vector<PlotBox> boxes;
    std::vector<std::string> groups; ///< names of the Sequentials inside
    std::vector<std::size_t> outputs;
};

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
        box.output = layer.output;
        box.group = group;
        box.reads = std::move(reads);
        box.is_input = layer.kind == "InputLayer";
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
    graph.outputs = add_boxes(network, graph, no_node);
    return graph;
}

/// Gives every box its rank, and lines that cross ranks a place in each of them. Boxes stand behind those that they read.
[[gnu::cold]] inline void rank_boxes(PlotGraph& graph)
{
    for (PlotBox& box : graph.boxes)
        for (const std::size_t from : box.reads) box.rank = std::max(box.rank, graph.boxes[from].rank + 1);
    for (std::size_t i = graph.boxes.size(); i-- > 0;) { // an input stands just before the first who reads it
        if (!graph.boxes[i].is_input) continue;
        std::size_t first = no_node;
        for (const PlotBox& box : graph.boxes)
            if (contains(box.reads, i)) first = std::min(first, box.rank);
        if (first != no_node && first > 0) graph.boxes[i].rank = first - 1;
    }
    for (std::size_t i = 0, all = graph.boxes.size(); i < all; ++i)
        for (std::size_t k = 0; k < graph.boxes[i].reads.size(); ++k)
            for (std::size_t from = graph.boxes[i].reads[k]; graph.boxes[from].rank + 1 < graph.boxes[i].rank;) {
                PlotBox pass;
                pass.rank = graph.boxes[from].rank + 1;
                pass.output = graph.boxes[from].output;
                pass.group = graph.boxes[i].group;
                pass.reads = {from};
                graph.boxes.push_back(std::move(pass));
                from = graph.boxes[i].reads[k] = graph.boxes.size() - 1;
            }
}

/// Places the boxes within their ranks, `gap` apart. Gives the width of all.
[[gnu::cold]] inline double place_boxes(PlotGraph& graph, double gap)
{
    std::vector<std::vector<std::size_t>> ranks;
    std::vector<std::vector<std::size_t>> readers(graph.boxes.size());
    for (std::size_t i = 0; i < graph.boxes.size(); ++i) {
        const PlotBox& box = graph.boxes[i];
        if (ranks.size() <= box.rank) ranks.resize(box.rank + 1);
        ranks[box.rank].push_back(i);
        for (const std::size_t from : box.reads) readers[from].push_back(i);
    }
    const auto wish = [&](std::size_t i, bool down) {
        const auto& near = down ? graph.boxes[i].reads : readers[i];
        double sum = 0;
        for (const std::size_t j : near) sum += graph.boxes[j].x;
        return near.empty() ? graph.boxes[i].x : sum / static_cast<double>(near.size());
    };
    /// Side by side around the middle of the wishes, none over another.
    const auto settle = [&](const std::vector<std::size_t>& rank, const std::vector<double>& wishes) {
        double at = 0, off = 0;
        for (std::size_t k = 0; k < rank.size(); ++k) {
            PlotBox& box = graph.boxes[rank[k]];
            const double least = k == 0 ? wishes[k] : at + gap + box.width / 2;
            box.x = std::max(least, wishes[k]);
            at = box.x + box.width / 2;
            off += box.x - wishes[k];
        }
        for (const std::size_t i : rank) graph.boxes[i].x -= off / static_cast<double>(rank.size());
    };
    for (const auto& rank : ranks) settle(rank, std::vector<double>(rank.size()));
    for (int sweep = 0; sweep < 12; ++sweep) {
        const bool down = sweep % 2 == 0;
        for (std::size_t step = 0; step < ranks.size(); ++step) {
            auto& rank = ranks[down ? step : ranks.size() - 1 - step];
            if (sweep < 8)
                std::stable_sort(rank.begin(), rank.end(),
                                 [&](std::size_t a, std::size_t b) { return wish(a, down) < wish(b, down); });
            std::vector<double> wishes;
            for (const std::size_t i : rank) wishes.push_back(wish(i, down));
            settle(rank, wishes);
        }
    }
    double least = 0, most = 0;
    for (const PlotBox& box : graph.boxes) {
        least = std::min(least, box.x - box.width / 2);
        most = std::max(most, box.x + box.width / 2);
    }
    for (PlotBox& box : graph.boxes) box.x -= least;
    return most - least;
}

}}} // namespace lamina::internals
