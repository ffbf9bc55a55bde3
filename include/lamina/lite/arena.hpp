// lamina/lite/arena.hpp: where the tensors of a plan lie in one piece of memory.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A tensor that needs a place from one step of a plan to another, both included.
struct Lodger {
    std::size_t bytes = 0, first = 0, last = 0;
    std::size_t place = 0; ///< set by `place_lodgers`: how far behind the start of the memory
};

/// Behind each tensor lies so much that a kernel may read over an end, and write what nobody minds.
inline constexpr std::size_t behind_a_tensor = alignment;

/// Gives each its place, on 64 bytes: the largest first, each at the lowest place where nothing lies that lives at the same time. Gives the
/// size of the memory.
[[gnu::cold]] inline std::size_t place_lodgers(std::vector<Lodger>& lodgers)
{
    const auto room = [](const Lodger& of) { return (of.bytes + behind_a_tensor + alignment - 1) / alignment * alignment; };
    std::vector<Lodger*> order, placed;
    for (Lodger& one : lodgers)
        order.insert(std::upper_bound(order.begin(), order.end(), &one,
                                      [](const Lodger* a, const Lodger* b) { return a->bytes > b->bytes; }),
                     &one);
    std::size_t all = 0;
    for (Lodger* const next : order) {
        next->place = 0;
        for (const Lodger* const other : placed) // these are in the order of their places
            if (next->first <= other->last && other->first <= next->last && next->place + room(*next) > other->place)
                next->place = std::max(next->place, other->place + room(*other));
        placed.insert(std::upper_bound(placed.begin(), placed.end(), next,
                                       [](const Lodger* a, const Lodger* b) { return a->place < b->place; }),
                      next);
        all = std::max(all, next->place + room(*next));
    }
    return all;
}

}}} // namespace lamina::internals::tflite
