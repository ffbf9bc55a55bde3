// lamina/data/transforms/shard.hpp: every n-th element, so that n processes share the data.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <cstdint>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S> struct ShardDataset {
    using element = element_of<S>;
    struct Cursor {
        cursor_of<S> source;
        std::uint64_t count, before; // `before`: places of others before the next of its own

        bool next(element& to)
        {
            // Places are counted, not elements: what is thrown belongs to one shard, and the shards stay apart.
            internals::pass_places(source, std::exchange(before, count - 1), to);
            return source.next(to);
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (!skips_places() || n > ~std::uint64_t{0} / count)
                return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
            if (n == 0) return 0;
            const std::uint64_t asked = before + (n - 1) * count + 1;
            const std::uint64_t passed = internals::skip_elements<element>(source, asked);
            if (passed <= before) {
                before -= passed; // it has ended
                return 0;
            }
            return (passed - std::exchange(before, count - 1) - 1) / count + 1;
        }
        bool skips_places() const { return internals::skips_places(source); }
    };

    S source;
    std::uint64_t count, index;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), count, index}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source);
        if (n < 0) return n;
        const std::uint64_t all = static_cast<std::uint64_t>(n);
        return static_cast<std::int64_t>(all / count + (index < all % count));
    }
};

} // namespace internals

/// The elements number `index`, `index + count`, `index + 2 · count`, … of the source: the share of one of `count` processes. It stands
/// early, before a shuffle, so that the shares are the same in every pass.
///
/// Refuses  an index that is not below the count
///
/// Example  const auto mine = range(7) | shard(3, 1); // 1, 4
[[gnu::cold]] inline auto shard(std::uint64_t count, std::uint64_t index)
{
    if (index >= count) internals::fail({"shard: index ", index, " of ", count, "; it is 0 or more and below the count"});
    return internals::Transform{[=]<Dataset S>(S source) { return internals::ShardDataset<S>{std::move(source), count, index}; }};
}

}} // namespace lamina
