// lamina/core/histogram.hpp: how many of a variable's numbers lie where.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/record.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Counts in buckets of equal width between the smallest number and the largest, which is in the last one. Where all numbers are equal all
/// are in the last bucket; where there is none all is zero.
///
/// Source   tensorboard/plugins/histogram/summary_v2.py, TensorBoard 2.21: counts are the same, edges to the last bit but one.
struct Histogram {
    static constexpr std::size_t buckets = 30;

    std::array<double, buckets + 1> edges{};
    std::array<std::uint64_t, buckets> counts{};
};

/// `each(f)` calls `f(number)` for every number, as often as it is asked. Numbers that are not finite are passed over.
template <class Each> [[gnu::cold]] Histogram histogram_of_numbers(const Each& each)
{
    double least = 0, most = 0;
    std::uint64_t count = 0;
    each([&](double number) {
        if (!is_finite(number)) return;
        least = count == 0 ? number : std::min(least, number);
        most = count == 0 ? number : std::max(most, number);
        ++count;
    });
    Histogram result;
    const double width = (most - least) / Histogram::buckets;
    for (std::size_t i = 0; i < Histogram::buckets; ++i) result.edges[i] = least + static_cast<double>(i) * width;
    result.edges[Histogram::buckets] = most;
    if (least == most) result.counts[Histogram::buckets - 1] = count;
    else
        each([&](double number) {
            if (!is_finite(number)) return;
            const double place = (number - least) / width; // may be no number where the width is beyond that of doubles
            ++result.counts[place < Histogram::buckets - 1 ? static_cast<std::size_t>(place) : Histogram::buckets - 1];
        });
    return result;
}

/// That of a variable's numbers, of float32 or float64.
[[gnu::cold]] inline Histogram histogram_of(const record& stored)
{
    const auto of = [&]<class T>(const T* numbers) {
        return histogram_of_numbers(
            [&](const auto& f) { stored.for_each_place([&](std::size_t place) { f(static_cast<double>(numbers[place])); }); });
    };
    return stored.type() == dtype::float64 ? of(stored.data<double>()) : of(stored.data<float>());
}

}}} // namespace lamina::internals
