// lamina/draw/bars.hpp: horizontal bars, for benchmarks.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/draw/axis.hpp>
#include <lamina/draw/svg.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace draw {

/// A value with its label; `strong` draws it in a color that stands out.
struct Bar {
    std::string label;
    double value = 0;
    bool strong = false;
};

struct BarOptions {
    std::string title = "";
    std::string unit = "";
    double width = 720;
};

/// Bars from zero, one below the other in the order given. A value that is not finite has none.
///
/// Refuses  negative values.
/// Example  draw::bars({{"lamina", 21.5, true}, {"other", 40}}, {.title = "LeNet-5, batch 1", .unit = "µs"}).write("batch1.svg");
inline Svg bars(const std::vector<Bar>& values, const BarOptions& options = {})
{
    constexpr double row = 30, thickness = 18;
    double greatest = 0, longest = 0;
    for (const Bar& bar : values) {
        if (bar.value < 0)
            internals::fail({"bars: \"", bar.label, "\" is ", bar.value,
                             ", zero or more was needed; draw the difference the other way round"});
        if (drawable(bar.value)) greatest = std::max(greatest, bar.value);
        longest = std::max(longest, text_width(bar.label, 12));
    }
    const std::string unit = options.unit.empty() ? "" : ' ' + options.unit;
    const double top = options.title.empty() ? 16 : 48, left = 28 + longest;
    const double right = options.width - 40 - text_width("123.4" + unit, 12);
    const double bottom = top + row * static_cast<double>(values.size());
    const double step = round_step(greatest > 1e-290 ? greatest : 1, 6);
    const Axis x{0, greatest > 1e-290 ? greatest : 1, step, left, std::max(left + 40, right)};

    Svg svg(options.width, bottom + 34);
    svg.text({20, 28}, options.title, {.size = 16, .bold = true});
    for (const double tick : x.ticks()) {
        svg.line({x(tick), top}, {x(tick), bottom}, {.color = tick == 0 ? color::axis : color::grid});
        svg.text({x(tick), bottom + 16}, x.label(tick), {.size = 11, .color = color::pale_ink, .anchor = anchor::middle});
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Bar& bar = values[i];
        const double y = top + row * static_cast<double>(i) + (row - thickness) / 2;
        const double end = drawable(bar.value) ? x(bar.value) : left;
        const std::string value = drawable(bar.value) ? number(bar.value, 4) + unit : "no value";
        svg.text({left - 8, y + thickness - 5}, bar.label, {.anchor = anchor::end, .bold = bar.strong});
        svg.rect(left, y, end - left, thickness, bar.strong ? color::series[0] : "#b6c2d1", 2);
        svg.text({end + 6, y + thickness - 5}, value, {.bold = bar.strong});
    }
    return svg;
}

}}} // namespace lamina::draw
