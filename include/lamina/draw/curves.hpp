// lamina/draw/curves.hpp: curves: of learning, one value an epoch, or of functions over a range.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/draw/axis.hpp>
#include <lamina/draw/svg.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace draw {

/// A named curve: value i belongs to epoch i + 1. What is not finite leaves a gap.
struct Series {
    std::string name;
    std::vector<double> values;
};

struct CurveOptions {
    std::string title = "";
    std::string x_label = "epoch";
    std::string y_label = "";
    double width = 720, height = 400;
    /// Where the first value lies and the last of the longest series, at equal distances between; if they are equal it is epochs, from 1 on.
    double x_from = 0, x_to = 0;
};

namespace detail {

/// Draws the runs of drawable values as lines, and a value without neighbors as a dot.
inline void draw_curve(Svg& svg, const std::vector<double>& values, double first, double step, const Axis& x, const Axis& y,
                       Pen pen)
{
    std::vector<Point> run;
    for (std::size_t i = 0; i <= values.size(); ++i) {
        if (i < values.size() && drawable(values[i])) {
            run.push_back({x(first + step * static_cast<double>(i)), y(values[i])});
            continue;
        }
        if (run.size() == 1) svg.circle(run[0], 3, pen.color);
        if (run.size() > 1) svg.polyline(run, pen);
        run.clear();
    }
}

} // namespace detail

/// Curves over epochs 1, 2, …, with a legend that gives each one's last value, or over a range. Series may differ in length or be empty.
///
/// Example  draw::curves({{"loss", {0.9, 0.5, 0.4}}, {"val_loss", {0.8, 0.6, 0.6}}}, {.title = "Loss"}).write("loss.svg");
inline Svg curves(const std::vector<Series>& series, const CurveOptions& options = {})
{
    std::size_t epochs = 1;
    double least = std::numeric_limits<double>::infinity(), greatest = -least, legend = 0;
    for (const Series& one : series) {
        epochs = std::max(epochs, one.values.size());
        legend = std::max(legend, text_width(one.name, 12));
        for (const double value : one.values) {
            if (!drawable(value)) continue;
            least = std::min(least, value);
            greatest = std::max(greatest, value);
        }
    }
    const bool nothing = greatest < least;
    if (nothing) least = 0, greatest = 1;

    const double top = options.title.empty() ? 24 : 52, bottom = options.height - 50;
    Axis y = Axis::around(least, greatest, 6, bottom, top);
    double tick_width = 0;
    for (const double tick : y.ticks()) tick_width = std::max(tick_width, text_width(y.label(tick), 11));
    const double left = (options.y_label.empty() ? 22 : 42) + tick_width;
    const double right = options.width - (series.empty() ? 24 : 104 + legend);
    const bool over_range = options.x_to > options.x_from && epochs > 1;
    const double first = over_range ? options.x_from : 1, last = over_range ? options.x_to : static_cast<double>(epochs);
    const double step = over_range ? (last - first) / static_cast<double>(epochs - 1) : 1;
    const Axis x = over_range    ? Axis{first, last, round_step(last - first, 8), left, right}
                   : epochs == 1 ? Axis{0, 2, 1, left, right}
                                 : Axis{1, last, std::max(1.0, round_step(last, 8)), left, right};

    Svg svg(options.width, options.height);
    svg.text({left, 28}, options.title, {.size = 16, .bold = true});
    for (const double tick : y.ticks()) {
        svg.line({left, y(tick)}, {right, y(tick)}, {.color = color::grid});
        svg.text({left - 8, y(tick) + 4}, y.label(tick), {.size = 11, .color = color::pale_ink, .anchor = anchor::end});
    }
    svg.line({left, bottom}, {right, bottom}, {.color = color::axis});
    for (const double tick : x.ticks()) {
        if (tick < first - 1e-9 || tick > last + 1e-9) continue;
        svg.line({x(tick), bottom}, {x(tick), bottom + 4}, {.color = color::axis});
        svg.text({x(tick), bottom + 18}, x.label(tick), {.size = 11, .color = color::pale_ink, .anchor = anchor::middle});
    }
    const double middle_x = (left + right) / 2, middle_y = (top + bottom) / 2;
    svg.text({middle_x, bottom + 38}, options.x_label, {.color = color::pale_ink, .anchor = anchor::middle});
    svg.text({20, middle_y}, options.y_label, {.color = color::pale_ink, .anchor = anchor::middle, .turn = -90});
    if (nothing) svg.text({middle_x, middle_y}, "no values", {.color = color::pale_ink, .anchor = anchor::middle});

    for (std::size_t i = 0; i < series.size(); ++i) {
        constexpr std::size_t colors = std::size(color::series);
        const Pen pen{.color = color::series[i % colors], .width = 2, .dashes = i / colors % 2 == 1 ? "5 4" : ""};
        detail::draw_curve(svg, series[i].values, first, step, x, y, pen);

        const double row = top + 10 + 20 * static_cast<double>(i);
        svg.line({right + 16, row - 4}, {right + 36, row - 4}, pen);
        svg.text({right + 42, row}, series[i].name);
        if (!series[i].values.empty() && !over_range)
            svg.text({right + 48 + text_width(series[i].name, 12), row}, number(series[i].values.back(), 4),
                     {.size = 11, .color = color::pale_ink});
    }
    return svg;
}

}}} // namespace lamina::draw
