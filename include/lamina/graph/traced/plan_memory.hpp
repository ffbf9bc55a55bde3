// lamina/graph/traced/plan_memory.hpp: where the values of a plan lie: memory is used again when the last reader has run.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// Memory that is needed from one step of a plan to another, both included.
struct NeededMemory {
    std::size_t bytes;
    std::uint32_t first, last;
    std::size_t offset = 0;

    std::size_t end() const { return offset + round_up(bytes, alignment); }
};

/// Gives each its place so that none overlaps another that is needed at the same time; returns the bytes of all. The largest come first, and each
/// takes the lowest place that is free (greedy by size: Pisarchyk and Lee, 2020).
[[gnu::cold]] inline std::size_t place_memory(std::vector<NeededMemory>& all)
{
    std::vector<std::size_t> by_size(all.size());
    std::iota(by_size.begin(), by_size.end(), std::size_t{0});
    std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t a, std::size_t b) { return all[a].bytes > all[b].bytes; });
    std::vector<const NeededMemory*> placed; // by offset
    std::size_t end = 0;
    for (const std::size_t i : by_size) {
        NeededMemory& one = all[i];
        for (const NeededMemory* other : placed) {
            if (one.last < other->first || other->last < one.first) continue;
            if (one.end() <= other->offset) break;
            one.offset = std::max(one.offset, other->end());
        }
        placed.insert(std::upper_bound(placed.begin(), placed.end(), &one,
                                       [](const NeededMemory* a, const NeededMemory* b) { return a->offset < b->offset; }),
                      &one);
        end = std::max(end, one.end());
    }
    return end;
}

}}} // namespace lamina::internals::graphs
