// lamina/interop/plot_model.hpp: a drawing of a model: as SVG, and as text for Graphviz.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/interop/plot_graph.hpp>
#include <lamina/models/network.hpp>
#include <lamina/trace/callable.hpp>
#include <lamina/trace/judge.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

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
    }

    draw::Svg svg() const
    {
        draw::Svg picture(width + 2 * margin + 40, top(ranks) - gap + 2 * margin);
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
    static double left() { return margin; }

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
        const std::string_view border = box.is_input ? "#e69f00" : box.learns ? draw::color::series[0] : draw::color::axis;
        picture.rect(x, y, box.width, tall, border, 6);
        picture.rect(x + 1, y + 1, box.width - 2, tall - 2, box.is_input ? "#fff8e8" : box.learns ? "#eaf3fa" : "#ffffff", 5);
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
        if (box.passes()) return;
        const std::string shape = text_of({box.output});
        const double x = box.x + left() + 5, y = top(box.rank) + margin + tall + 15;
        picture.rect(x - 1, y - small, draw::text_width(shape, small), small + 3, draw::color::paper, 2); // lines end behind it
        picture.text({x, y}, shape, {.size = small, .color = draw::color::pale_ink});
    }

    PlotGraph graph;
    std::size_t ranks = 0;
    double width = 0;
};

[[gnu::cold]] inline std::string dot_of(const PlotGraph& graph)
{
    const auto quoted = [](std::string_view text) {
        std::string made = "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') made += '\\';
            made += c;
        }
        return made += '"';
    };
    std::string text = "digraph model {\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
                       "  edge [fontname=\"sans-serif\", fontsize=10];\n";
    const auto list = [&](std::size_t group, std::string_view indent) {
        for (std::size_t i = 0; i < graph.boxes.size(); ++i) {
            const PlotBox& box = graph.boxes[i];
            if (box.group != group) continue;
            std::string shown = quoted(box.subtitle.empty() ? box.title : text_of({box.title, '\n', box.subtitle}));
            for (std::size_t at; (at = shown.find('\n')) != shown.npos;) shown.replace(at, 1, "\\n");
            append(text, {indent, 'n', i, " [label=", shown, "];\n"});
        }
    };
    list(no_node, "  ");
    for (std::size_t g = 0; g < graph.groups.size(); ++g) {
        append(text, {"  subgraph cluster_", g, " {\n    label=", quoted(graph.groups[g]), ";\n"});
        list(g, "    ");
        append(text, {"  }\n"});
    }
    for (std::size_t i = 0; i < graph.boxes.size(); ++i)
        for (const std::size_t from : graph.boxes[i].reads)
            append(text, {"  n", from, " -> n", i, " [label=", quoted(text_of({graph.boxes[from].output})), "];\n"});
    return text + "}\n";
}

} // namespace internals

/// A drawing of a model, top down: a box for each layer with its class, name and number of parameters, and beside the lines the shapes of
/// what passes. Boxes with a blue edge learn.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); plot_model(model).write("model.svg");
template <class Model> LAMINA_OUTLINED draw::Svg plot_model(const Model& model)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>)
        return internals::Plot(internals::plot_graph_of(internals::network_of(model))).svg();
    return {1, 1};
}

/// The same as text for Graphviz: `dot -Tpng model.dot -o model.png`.
///
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); std::cout << model_to_dot(model);
template <class Model> LAMINA_OUTLINED std::string model_to_dot(const Model& model)
{
    if constexpr (!internals::can_be_model<Model>) internals::refuse_model<Model>();
    else if constexpr (!internals::can_be_called<Model>) internals::refuse_call<Model>();
    else if constexpr (!internals::is_refused<Model>)
        return internals::dot_of(internals::plot_graph_of(internals::network_of(model)));
    return {};
}

}} // namespace lamina
