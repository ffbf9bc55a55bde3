// lamina/interop/statistics.hpp: what the numbers of each variable of a model are like, as a table and as a picture.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/histogram.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/draw/svg.hpp>
#include <lamina/interop/columns.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// What the numbers of a variable are like. Those that are not finite are counted, and count for nothing else.
struct VariableStatistics {
    std::string path;
    Shape shape;
    std::size_t count = 0; ///< finite numbers
    std::size_t nan = 0;   ///< numbers that are none
    std::size_t infinite = 0;
    double mean = 0, deviation = 0; ///< the deviation of all of them, divided by their number; computed in double
    double least = 0, most = 0;
    internals::Histogram histogram{};
};

namespace internals {

[[gnu::cold]] inline VariableStatistics statistics_of(const std::string& path, const record& stored)
{
    VariableStatistics made{path, stored.extents()};
    const auto each = [&](const auto& f) {
        stored.for_each_place([&](std::size_t at) {
            f(stored.type() == dtype::float64 ? stored.data<double>()[at] : static_cast<double>(stored.data<float>()[at]));
        });
    };
    double sum = 0, squares = 0;
    each([&](double x) {
        if (is_nan(x)) ++made.nan;
        else if (!is_finite(x)) ++made.infinite;
        else {
            made.least = made.count == 0 ? x : std::min(made.least, x);
            made.most = made.count == 0 ? x : std::max(made.most, x);
            ++made.count;
            sum += x;
        }
    });
    if (made.count > 0) made.mean = sum / static_cast<double>(made.count);
    each([&](double x) {
        if (is_finite(x)) squares += (x - made.mean) * (x - made.mean);
    });
    if (made.count > 0) made.deviation = std::sqrt(squares / static_cast<double>(made.count));
    made.histogram = histogram_of_numbers(each);
    return made;
}

/// A histogram as a line of ten Unicode blocks, each three of its buckets; the tallest is full.
[[gnu::cold]] inline std::string spark_line(const Histogram& histogram)
{
    constexpr std::array blocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::size_t joined = 3, columns = Histogram::buckets / joined;
    std::array<std::uint64_t, columns> counts{};
    for (std::size_t i = 0; i < Histogram::buckets; ++i) counts[i / joined] += histogram.counts[i];
    const auto tallest = std::max<std::uint64_t>(1, *std::max_element(counts.begin(), counts.end()));
    std::string text;
    for (const auto count : counts) text += blocks[static_cast<std::size_t>((count * 8 + tallest - 1) / tallest)];
    return text;
}

} // namespace internals

/// The statistics of every variable of a model, in the order of `state(model)`. `std::cout << statistics(model)` prints a table with small
/// histograms.
struct Statistics {
    std::vector<VariableStatistics> variables;

    [[gnu::cold]] friend std::ostream& operator<<(std::ostream& out, const Statistics& all)
    {
        using internals::text_of;
        std::vector<std::array<std::string, 8>> rows{
            {"Variable", "Shape", "Mean", "Deviation", "Least", "Most", "Not finite", ""}};
        for (const auto& v : all.variables)
            rows.push_back({v.path, text_of({v.shape}), text_of({v.mean}), text_of({v.deviation}), text_of({v.least}),
                            text_of({v.most}), v.nan + v.infinite == 0 ? "" : text_of({v.nan, " NaN, ", v.infinite, " infinite"}),
                            internals::spark_line(v.histogram)});
        return out << internals::in_columns(rows, "llrrrrll");
    }

    /// The histograms as a picture, one a row: `statistics(model).svg().write("weights.svg")`.
    [[gnu::cold]] draw::Svg svg() const
    {
        constexpr double row = 56, left = 260, width = 720, tall = 36;
        draw::Svg picture(width, 20 + row * static_cast<double>(variables.size()));
        double y = 16;
        for (const auto& v : variables) {
            const auto& counts = v.histogram.counts;
            const double most = std::max(1.0, static_cast<double>(*std::max_element(counts.begin(), counts.end())));
            const double step = (width - left - 30) / internals::Histogram::buckets;
            picture.text({16, y + 14}, v.path, {.bold = true});
            picture.text(
                {16, y + 30},
                internals::text_of({v.shape, "  mean ", draw::number(v.mean, 3), ", deviation ", draw::number(v.deviation, 3)}),
                {.size = 10, .color = draw::color::pale_ink});
            for (std::size_t i = 0; i < counts.size(); ++i) {
                const double height = tall * static_cast<double>(counts[i]) / most;
                if (counts[i] > 0)
                    picture.rect(left + step * static_cast<double>(i), y + tall - height, step - 1, height,
                                 draw::color::series[0]);
            }
            picture.line({left, y + tall}, {width - 30, y + tall}, {.color = draw::color::axis});
            picture.text({left, y + tall + 12}, draw::number(v.least, 3), {.size = 10, .color = draw::color::pale_ink});
            picture.text({width - 30, y + tall + 12}, draw::number(v.most, 3),
                         {.size = 10, .color = draw::color::pale_ink, .anchor = draw::anchor::end});
            if (v.nan + v.infinite > 0)
                picture.text({(left + width - 30) / 2, y + tall + 12}, internals::text_of({v.nan + v.infinite, " not finite"}),
                             {.size = 10, .color = draw::color::series[1], .anchor = draw::anchor::middle});
            y += row;
        }
        return picture;
    }
};

/// What the numbers of each variable of a model are like: mean, deviation, extremes, what is not finite, a histogram.
///
/// Refuses  a model with a variable that is unbound.
/// Example  auto model = build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>(Seed{1}); std::cout << statistics(model);
template <class Model> LAMINA_OUTLINED Statistics statistics(const Model& model)
{
    Statistics made;
    for (const auto& found : internals::variables_of(model)) {
        if (!found.variable->bound()) internals::refuse_unbound(*found.variable, found.path, "statistics: ");
        made.variables.push_back(internals::statistics_of(found.path, *found.variable->storage()));
    }
    return made;
}

}} // namespace lamina
