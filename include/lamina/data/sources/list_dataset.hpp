// lamina/data/sources/list_dataset.hpp: the elements of a list in memory, in its order or another one in each pass.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Copies of what stands in a list. With a seed they come in an order of their own in each pass.
template <class E> struct ListDataset {
    using element = E;
    struct Cursor {
        std::shared_ptr<const std::vector<E>> list;
        std::vector<std::size_t> order; // empty: that of the list
        std::size_t at = 0;

        bool next(E& to)
        {
            if (at == list->size()) return false;
            to = (*list)[order.empty() ? at : order[at]];
            ++at;
            return true;
        }
        std::uint64_t skip(std::uint64_t n)
        {
            n = std::min<std::uint64_t>(n, list->size() - at);
            at += static_cast<std::size_t>(n);
            return n;
        }
        bool skips_places() const { return true; }
    };

    std::shared_ptr<const std::vector<E>> list;
    std::optional<Seed> seed{};

    [[gnu::cold]] Cursor open(Pass pass) const
    {
        Cursor made{list, {}};
        if (seed) {
            made.order.resize(list->size());
            std::iota(made.order.begin(), made.order.end(), std::size_t{0});
            internals::shuffle(made.order, Random(*seed, pass.epoch));
        }
        return made;
    }
    std::int64_t cardinality() const { return static_cast<std::int64_t>(list->size()); }
};

}}} // namespace lamina::internals
