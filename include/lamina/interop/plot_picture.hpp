// lamina/interop/plot_picture.hpp: boxes and lines as SVG, and as text for Graphviz.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/interop/plot_layout.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

struct BoxColors {
    std::string_view border, paper;
};

inline BoxColors colors_of(const PlotBox& box)
{
    if (box.is_input) return {"#e69f00", "#fff8e8"};
    if (box.learns) return {draw::color::series[0], "#eaf3fa"};
    if (box.acts) return {draw::color::series[2], "#e9f7f1"};
    return {draw::color::axis, "#ffffff"};
}

/// Draws boxes that were ranked and placed, top down, with the shapes of what passes on the lines.
class Plot {
public:
    explicit Plot(PlotGraph of) : graph(std::move(of))
    {
        rank_boxes(graph);
        for (PlotBox& box : graph.boxes) {
            const double title = 1.15 * draw::text_width(box.title, title_size), subtitle = draw::text_width(box.subtitle, small);
            box.width = box.passes() ? 8 : std::max(title, subtitle) + 24;
            ranks = std::max(ranks, box.rank + 1);
        }
        width = place_boxes(graph, 28);
        find_label_sides();
    }

    draw::Svg svg() const
    {
        draw::Svg picture(before + width + behind + 2 * margin, top(ranks) - gap + 2 * margin);
        for (std::size_t i = 0; i < graph.groups.size(); ++i) frame(picture, i);
        for (const PlotBox& box : graph.boxes)
            for (const std::size_t from : box.reads) edge(picture, graph.boxes[from], box);
        for (const PlotBox& box : graph.boxes)
            if (!box.passes()) draw_box(picture, box);
        for (const PlotBox& box : graph.boxes) label(picture, box);
        return picture;
    }

private:
    static constexpr double margin = 24, tall = 40, gap = 36, title_size = 13, small = 10;

    static double top(std::size_t rank) { return static_cast<double>(rank) * (tall + gap); }
    double left() const { return margin + before; }

    void frame(draw::Svg& picture, std::size_t group) const
    {
        double x0 = 1e9, x1 = 0, y0 = 1e9, y1 = 0;
        for (const PlotBox& box : graph.boxes) {
            if (box.group != group || box.passes()) continue;
            x0 = std::min(x0, box.x - box.width / 2), x1 = std::max(x1, box.x + box.width / 2);
            y0 = std::min(y0, top(box.rank)), y1 = std::max(y1, top(box.rank) + tall);
        }
        if (x1 <= x0) return;
        picture.rect(x0 + left() - 12, y0 + margin - 12, x1 - x0 + 24, y1 - y0 + 24, "#f9fafb", 10);
        picture.text({x1 + left() + 9, (y0 + y1) / 2 + margin}, graph.groups[group],
                     {.size = small, .color = draw::color::pale_ink, .anchor = draw::anchor::middle, .turn = -90});
    }

    void draw_box(draw::Svg& picture, const PlotBox& box) const
    {
        const double x = box.x - box.width / 2 + left(), y = top(box.rank) + margin;
        const BoxColors colors = colors_of(box);
        picture.rect(x, y, box.width, tall, colors.border, 6);
        picture.rect(x + 1, y + 1, box.width - 2, tall - 2, colors.paper, 5);
        const bool one = box.subtitle.empty();
        picture.text({box.x + left(), y + (one ? 25 : 17)}, box.title,
                     {.size = title_size, .anchor = draw::anchor::middle, .bold = true});
        if (!one)
            picture.text({box.x + left(), y + 31}, box.subtitle,
                         {.size = small, .color = draw::color::pale_ink, .anchor = draw::anchor::middle});
    }

    /// A line bent like an S, with a point where it ends in a box.
    void edge(draw::Svg& picture, const PlotBox& from, const PlotBox& to) const
    {
        const draw::Point a{from.x + left(), top(from.rank) + margin + tall}, b{to.x + left(), top(to.rank) + margin};
        const draw::Pen pen{.color = draw::color::axis, .width = 1.5};
        if (from.passes()) picture.line({a.x, a.y - tall}, a, pen);
        std::vector<draw::Point> points;
        for (int i = 0; i <= 12; ++i) {
            const double t = i / 12.0, bent = t * t * (3 - 2 * t);
            points.push_back({a.x + (b.x - a.x) * bent, a.y + (b.y - a.y) * t});
        }
        picture.polyline(points, pen);
        if (to.passes()) return;
        const draw::Point tip[]{{b.x - 4, b.y - 6}, b, {b.x + 4, b.y - 6}};
        picture.polyline(tip, pen);
    }

    /// The shape of what a box gives, below it, once for all who read it.
    void label(draw::Svg& picture, const PlotBox& box) const
    {
        if (box.gives.empty()) return;
        const bool on_left = label_on_left[static_cast<std::size_t>(&box - graph.boxes.data())] != 0;
        const double wide = label_width(box), x = box.x + left() + (on_left ? -5 : 5), y = top(box.rank) + margin + tall + 15;
        picture.rect(on_left ? x - wide : x - 1, y - small, wide + 1, small + 3, draw::color::paper, 2); // lines end behind it
        picture.text(
            {x, y}, box.gives,
            {.size = small, .color = draw::color::pale_ink, .anchor = on_left ? draw::anchor::end : draw::anchor::start});
    }

    static double label_width(const PlotBox& box) { return draw::text_width(box.gives, small); }

    /// A label stands to the left of its box's lines where most of them go to the right.
    void find_label_sides()
    {
        std::vector<double> bend(graph.boxes.size());
        for (const PlotBox& box : graph.boxes)
            for (const std::size_t from : box.reads) bend[from] += box.x - graph.boxes[from].x;
        for (std::size_t i = 0; i < graph.boxes.size(); ++i) {
            const PlotBox& box = graph.boxes[i];
            label_on_left.push_back(bend[i] > 1);
            const double over = label_width(box) + 5;
            if (box.gives.empty()) continue;
            if (bend[i] > 1) before = std::max(before, over - box.x);
            else behind = std::max(behind, box.x + over - width);
        }
    }

    PlotGraph graph;
    std::size_t ranks = 0;
    double width = 0, before = 0, behind = 0; ///< of the boxes, and how far labels reach out on both sides
    std::vector<char> label_on_left;
};

/// The boxes for Graphviz; `colored` tells inputs, what learns and what acts apart, as the picture does.
[[gnu::cold]] inline std::string dot_of(const PlotGraph& graph, std::string_view called, bool colored = false)
{
    const auto quoted = [](std::string_view text) {
        std::string made = "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') made += '\\';
            made += c;
        }
        return made += '"';
    };
    std::string text = text_of({"digraph ", called, " {\n  node [shape=box, style=", colored ? "\"rounded,filled\"" : "rounded",
                                ", fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n"});
    const auto list = [&](std::size_t group, std::string_view indent) {
        for (std::size_t i = 0; i < graph.boxes.size(); ++i) {
            const PlotBox& box = graph.boxes[i];
            if (box.group != group) continue;
            std::string shown = quoted(box.subtitle.empty() ? box.title : text_of({box.title, '\n', box.subtitle}));
            for (std::size_t at; (at = shown.find('\n')) != shown.npos;) shown.replace(at, 1, "\\n");
            append(text, {indent, 'n', i, " [label=", shown});
            if (const BoxColors colors = colors_of(box); colored)
                append(text, {", color=\"", colors.border, "\", fillcolor=\"", colors.paper, '"'});
            append(text, {"];\n"});
        }
    };
    list(no_part, "  ");
    for (std::size_t g = 0; g < graph.groups.size(); ++g) {
        append(text, {"  subgraph cluster_", g, " {\n    label=", quoted(graph.groups[g]), ";\n"});
        list(g, "    ");
        append(text, {"  }\n"});
    }
    for (std::size_t i = 0; i < graph.boxes.size(); ++i)
        for (const std::size_t from : graph.boxes[i].reads)
            append(text, {"  n", from, " -> n", i, " [label=", quoted(graph.boxes[from].gives), "];\n"});
    return text + "}\n";
}

}}} // namespace lamina::internals
