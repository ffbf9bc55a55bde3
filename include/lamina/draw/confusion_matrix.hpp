// lamina/draw/confusion_matrix.hpp: which class was taken for which.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/draw/svg.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace draw {

/// Counts [classes, classes] in C order: row = true class, column = predicted one.
///
/// Refuses  spans of different lengths, classes outside [0, classes).
inline std::vector<std::size_t> confusion(std::span<const int> truth, std::span<const int> predicted, std::size_t classes)
{
    if (truth.size() != predicted.size())
        internals::fail({"confusion: ", truth.size(), " true classes and ", predicted.size(),
                         " predicted ones, as many were needed; take both from the same samples"});
    std::vector<std::size_t> counts(classes * classes);
    const auto checked = [&](int label, std::size_t i, const char* what) {
        if (label < 0 || static_cast<std::size_t>(label) >= classes)
            internals::fail({"confusion: ", what, " class ", i, " is ", label, ", classes lie in [0, ", classes,
                             "); count with more classes"});
        return static_cast<std::size_t>(label);
    };
    for (std::size_t i = 0; i < truth.size(); ++i)
        ++counts[checked(truth[i], i, "true") * classes + checked(predicted[i], i, "predicted")];
    return counts;
}

namespace detail {

/// From paper to a deep blue as `share` goes from 0 to 1.
inline std::string shade(double share)
{
    const double strength = std::pow(share, 0.6); // small shares, the mistakes, must be seen
    const auto mixed = [&](double from, double to) { return static_cast<unsigned>(std::lround(from + (to - from) * strength)); };
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", mixed(250, 8) & 255, mixed(251, 69) & 255, mixed(253, 140) & 255);
    return text;
}

inline std::string percent(double share) { return number(std::round(share * 1000) / 10, 4) + "%"; }

} // namespace detail

/// A heat map of `counts` as `confusion` gives them: a cell's color is its share of the row, below its count. Empty
/// cells stay blank. Without `names` classes are called 0, 1, ….
///
/// Refuses  counts that are no square, names that are not one a class.
/// Example  draw::confusion_matrix(draw::confusion(std::vector{0, 1, 1}, std::vector{0, 1, 0}, 2)).write("confusion.svg");
inline Svg confusion_matrix(std::span<const std::size_t> counts, std::vector<std::string> names = {},
                            std::string title = "Confusion matrix")
{
    std::size_t classes = 0;
    while (classes * classes < counts.size()) ++classes;
    if (classes * classes != counts.size())
        internals::fail({"confusion_matrix: ", counts.size(),
                         " counts are no square, classes times classes were needed; use draw::confusion"});
    if (names.empty())
        for (std::size_t i = 0; i < classes; ++i) names.push_back(std::to_string(i));
    if (names.size() != classes)
        internals::fail({"confusion_matrix: ", names.size(), " names for ", classes, " classes, one each was needed"});

    double longest = 0;
    for (const auto& name : names) longest = std::max(longest, text_width(name, 12));
    const double n = static_cast<double>(classes), cell = classes == 0 ? 0 : std::clamp(640 / n, 14.0, 52.0);
    const bool turned = longest > cell - 4;
    const double left = 48 + longest, top = 84 + (turned ? longest : 12), side = cell * n;
    const double size = std::min(12.0, cell * 0.6);

    std::size_t total = 0, right = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) total += counts[i];
    for (std::size_t i = 0; i < classes; ++i) right += counts[i * classes + i];
    if (total > 0)
        title += ": " + detail::percent(static_cast<double>(right) / static_cast<double>(total)) + " of " +
                 std::to_string(total) + " right";

    Svg svg(left + std::max(side, text_width(title, 16)) + 24, top + side + 24);
    svg.text({left, 30}, title, {.size = 16, .bold = true});
    svg.text({left + side / 2, 56}, "predicted", {.color = color::pale_ink, .anchor = anchor::middle});
    svg.text({20, top + side / 2}, "true", {.color = color::pale_ink, .anchor = anchor::middle, .turn = -90});

    for (std::size_t row = 0; row < classes; ++row) {
        const double y = top + cell * static_cast<double>(row), column_x = left + cell * (static_cast<double>(row) + 0.5);
        svg.text({left - 8, y + cell / 2 + size / 3}, names[row], {.size = size, .anchor = anchor::end});
        if (turned) svg.text({column_x + size / 3, top - 8}, names[row], {.size = size, .turn = -90});
        else svg.text({column_x, top - 8}, names[row], {.size = size, .anchor = anchor::middle});

        std::size_t row_total = 0;
        for (const std::size_t count : counts.subspan(row * classes, classes)) row_total += count;
        for (std::size_t column = 0; column < classes; ++column) {
            const std::size_t count = counts[row * classes + column];
            const double share = row_total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(row_total);
            const double x = left + cell * static_cast<double>(column), middle = x + cell / 2;
            svg.rect(x + 0.5, y + 0.5, cell - 1, cell - 1, detail::shade(share), std::min(3.0, cell / 10));
            if (count == 0) continue;
            const auto ink = share > 0.35 ? color::paper : color::ink;
            const std::string text = std::to_string(count);
            const double fitting = std::min(size + 1, (cell - 4) / text_width(text, 1));
            const bool both = cell >= 40;
            if (fitting >= 6)
                svg.text({middle, y + cell / 2 + (both ? -1 : fitting / 3)}, text,
                         {.size = fitting, .color = ink, .anchor = anchor::middle});
            if (both)
                svg.text({middle, y + cell / 2 + 13}, detail::percent(share),
                         {.size = 9, .color = ink, .anchor = anchor::middle});
        }
    }
    return svg;
}

}}} // namespace lamina::draw
