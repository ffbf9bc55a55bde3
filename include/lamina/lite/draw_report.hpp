// lamina/lite/draw_report.hpp: a report as a picture: bytes and errors of each layer, side by side.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/draw/axis.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/lite/report.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite {

/// The layers of a report, one below the other: bytes of their constants before and after, and the largest error as a share of the largest
/// number, on a scale of powers of ten; the worst stands out.
///
/// Example  auto save = [](const lite::Report& report) { lite::draw_report(report, "LeNet-5, dynamic range").write("report.svg"); };
[[gnu::cold]] inline draw::Svg draw_report(const Report& report, const std::string& title = "")
{
    using namespace draw;
    constexpr double row_height = 34, bar = 11, top = 78, panel = 250, gap = 110;
    double label = 40, most = 1, least_share = 1e-7, greatest_share = 1e-7;
    for (const ReportRow& row : report.rows) {
        label = std::max(label, text_width(row.layer, 12));
        most = std::max(most, static_cast<double>(std::max(row.bytes_before, row.bytes_after)));
        greatest_share = std::max(greatest_share, row.share());
    }
    const double low = std::floor(std::log10(least_share)), high = std::max(low + 1, std::ceil(std::log10(greatest_share)));
    const double left = label + 36, errors = left + panel + gap;
    const double bottom = top + row_height * static_cast<double>(report.rows.size());
    const Axis size{0, most, round_step(most, 4), left, left + panel}, error{low, high, 1, errors, errors + panel};

    Svg svg(errors + panel + 70, bottom + 54);
    svg.text({20, 28}, title.empty() ? "What a conversion costs" : title, {.size = 16, .bold = true});
    svg.text({left, 56}, "bytes of constants: in float, and now", {.color = color::pale_ink});
    svg.text({errors, 56}, "largest error / largest number", {.color = color::pale_ink});
    for (const double tick : size.ticks()) {
        svg.line({size(tick), top}, {size(tick), bottom}, {.color = tick == 0 ? color::axis : color::grid});
        svg.text({size(tick), bottom + 16}, size.label(tick), {.size = 11, .color = color::pale_ink, .anchor = anchor::middle});
    }
    for (double power = low; power <= high; power += std::max(1.0, std::ceil((high - low) / 5))) {
        svg.line({error(power), top}, {error(power), bottom}, {.color = power == low ? color::axis : color::grid});
        svg.text({error(power), bottom + 16}, number(std::pow(10, power), 3),
                 {.size = 11, .color = color::pale_ink, .anchor = anchor::middle});
    }
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const ReportRow& row = report.rows[i];
        const bool strong = i == report.worst && row.share() > 0;
        const double y = top + row_height * static_cast<double>(i), before = static_cast<double>(row.bytes_before),
                     after = static_cast<double>(row.bytes_after);
        svg.text({left - 8, y + 21}, row.layer, {.anchor = anchor::end, .bold = strong});
        svg.rect(left, y + 5, size(before) - left, bar, "#b6c2d1", 2);
        svg.rect(left, y + 5 + bar, size(after) - left, bar, color::series[0], 2);
        if (row.bytes_before > 0)
            svg.text({size(std::max(before, after)) + 6, y + 21}, number(before, 7) + " → " + number(after, 7), {.size = 11});
        if (!row.compared) {
            svg.text({errors + 6, y + 21}, "not in both", {.size = 11, .color = color::pale_ink});
            continue;
        }
        const double end = row.share() > 0 ? std::max(errors, error(std::log10(row.share()))) : errors;
        svg.rect(errors, y + 8, end - errors, 16, strong ? color::series[1] : "#b6c2d1", 2);
        svg.text({end + 6, y + 21}, row.share() > 0 ? number(row.share(), 2) : "0", {.size = 11, .bold = strong});
    }
    svg.text({left, bottom + 40},
             "file: " + number(static_cast<double>(report.bytes_before), 9) + " → " +
                 number(static_cast<double>(report.bytes_after), 9) + " bytes, outputs differ by at most " +
                 number(report.largest, 3) + " over " + std::to_string(report.samples) + " samples",
             {.size = 11, .color = color::pale_ink});
    return svg;
}

}}} // namespace lamina::lite
