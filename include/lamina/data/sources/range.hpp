// lamina/data/sources/range.hpp: whole numbers in order.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>

#include <algorithm>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

struct RangeDataset {
    using element = std::int64_t;
    struct Cursor {
        std::int64_t at, step;
        std::uint64_t left;

        bool next(element& to)
        {
            if (left == 0) return false;
            to = at;
            skip(1);
            return true;
        }
        std::uint64_t skip(std::uint64_t n)
        {
            n = std::min(n, left);
            left -= n;
            at = static_cast<std::int64_t>(static_cast<std::uint64_t>(at) +
                                           n * static_cast<std::uint64_t>(step)); // may wrap behind the last
            return n;
        }
        bool skips_places() const { return true; }
    };

    std::int64_t first, step;
    std::uint64_t count;

    Cursor open(Pass) const { return {first, step, count}; }
    std::int64_t cardinality() const { return static_cast<std::int64_t>(count); }
};

} // namespace internals

/// The whole numbers from `first` on, `step` apart, before `last`.
///
/// Refuses  a step of 0
///
/// Example  const auto numbers = range(0, 10, 3); // 0, 3, 6, 9
[[gnu::cold]] inline internals::RangeDataset range(std::int64_t first, std::int64_t last, std::int64_t step = 1)
{
    if (step == 0) internals::fail({"range: the step is 0; it is another number"});
    const auto between = [](std::int64_t low, std::int64_t high) {
        return static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    };
    const std::uint64_t distance =
        step > 0 ? (last > first ? between(first, last) : 0) : (last < first ? between(last, first) : 0);
    const std::uint64_t width = step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
    return {first, step, distance / width + (distance % width != 0)};
}
[[gnu::cold]] inline internals::RangeDataset range(std::int64_t last) { return range(0, last); }

}} // namespace lamina
