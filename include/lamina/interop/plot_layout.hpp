// lamina/interop/plot_layout.hpp: boxes in ranks, and where they stand: what a drawing of a model or a graph is made from.
//
// Source: Sugiyama, Tagawa, Toda, "Methods for Visual Understanding of Hierarchical System Structures" (1981): ranks by the longest way,
// places within a rank by the middle of the neighbors.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Of a box that belongs to no part.
inline constexpr std::size_t no_part = static_cast<std::size_t>(-1);

/// A box of a drawing, or a place at which a long line passes a rank.
struct PlotBox {
    std::string title, subtitle; ///< of a passing line both are empty
    std::string gives;           ///< what stands beside its lines: a shape
    bool learns = false, is_input = false, is_function = false;
    bool acts = false; ///< changes what others read
    bool late = false; ///< stands just before the first who reads it
    std::vector<std::size_t> reads{};
    std::size_t group = no_part; ///< the part that it belongs to
    std::size_t rank = 0;
    double x = 0, width = 0; ///< x of the middle
    bool passes() const { return title.empty(); }
};

struct PlotGraph {
    std::vector<PlotBox> boxes;
    std::vector<std::string> groups; ///< names of the parts inside
    std::vector<std::size_t> outputs;
};

/// Gives every box its rank, and lines that cross ranks a place in each of them. Boxes stand behind those that they read.
[[gnu::cold]] inline void rank_boxes(PlotGraph& graph)
{
    for (PlotBox& box : graph.boxes)
        for (const std::size_t from : box.reads) box.rank = std::max(box.rank, graph.boxes[from].rank + 1);
    for (std::size_t i = graph.boxes.size(); i-- > 0;) { // an input stands just before the first who reads it
        if (!graph.boxes[i].late) continue;
        std::size_t first = no_part;
        for (const PlotBox& box : graph.boxes)
            if (contains(box.reads, i)) first = std::min(first, box.rank);
        if (first != no_part && first > 0) graph.boxes[i].rank = first - 1;
    }
    for (std::size_t i = 0, all = graph.boxes.size(); i < all; ++i)
        for (std::size_t k = 0; k < graph.boxes[i].reads.size(); ++k)
            for (std::size_t from = graph.boxes[i].reads[k]; graph.boxes[from].rank + 1 < graph.boxes[i].rank;) {
                PlotBox pass;
                pass.rank = graph.boxes[from].rank + 1;
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
    /// An input that goes in at the side: it stands beside, and what it goes into stays where it is.
    const auto is_aside = [&](std::size_t i) { return graph.boxes[i].late && graph.boxes[i].reads.empty(); };
    const auto wish = [&](std::size_t i, bool down) {
        const auto& near = down ? graph.boxes[i].reads : readers[i];
        double sum = 0, weight = 0;
        for (const std::size_t j : near) {
            const double counts = is_aside(j) ? 0.01 : 1;
            sum += counts * graph.boxes[j].x;
            weight += counts;
        }
        return near.empty() ? graph.boxes[i].x : sum / weight;
    };
    /// Side by side around the middle of the wishes, none over another.
    const auto settle = [&](const std::vector<std::size_t>& rank, const std::vector<double>& wishes) {
        double at = 0, off = 0, weight = 0;
        for (std::size_t k = 0; k < rank.size(); ++k) {
            PlotBox& box = graph.boxes[rank[k]];
            const double least = k == 0 ? wishes[k] : at + gap + box.width / 2;
            box.x = std::max(least, wishes[k]);
            at = box.x + box.width / 2;
            const double counts = is_aside(rank[k]) ? 0.01 : 1;
            off += counts * (box.x - wishes[k]);
            weight += counts;
        }
        for (const std::size_t i : rank) graph.boxes[i].x -= off / weight;
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
    double least = graph.boxes.empty() ? 0 : graph.boxes[0].x, most = least;
    for (const PlotBox& box : graph.boxes) {
        least = std::min(least, box.x - box.width / 2);
        most = std::max(most, box.x + box.width / 2);
    }
    for (PlotBox& box : graph.boxes) box.x -= least;
    return most - least;
}

}}} // namespace lamina::internals
