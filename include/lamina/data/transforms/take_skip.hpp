// lamina/data/transforms/take_skip.hpp: the first elements, or all but them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S> struct TakeDataset {
    using element = element_of<S>;
    struct Cursor {
        cursor_of<S> source;
        std::uint64_t left;

        bool next(element& to)
        {
            if (left == 0 || !source.next(to)) return false;
            --left;
            return true;
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            const std::uint64_t skipped = internals::skip_elements<element>(source, std::min(n, left));
            left -= skipped;
            return skipped;
        }
        bool skips_places() const { return internals::skips_places(source); }
    };

    S source;
    std::uint64_t count;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), count}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source),
                           most = static_cast<std::int64_t>(std::min(count, ~std::uint64_t{0} >> 1));
        return n == infinite_cardinality ? most : n < 0 ? n : std::min(n, most);
    }
};

template <Dataset S> struct SkipDataset {
    using element = element_of<S>;
    struct Cursor {
        cursor_of<S> source;
        std::uint64_t before;

        bool next(element& to)
        {
            pass_over();
            return source.next(to);
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            pass_over();
            return internals::skip_elements<element>(source, n);
        }
        bool skips_places() const { return internals::skips_places(source); }
        void pass_over()
        {
            if (before > 0) internals::skip_elements<element>(source, std::exchange(before, 0));
        }
    };

    S source;
    std::uint64_t count;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), count}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source);
        return n < 0 ? n : n - static_cast<std::int64_t>(std::min(count, static_cast<std::uint64_t>(n)));
    }
};

} // namespace internals

/// The first `n` elements; all of them where there are fewer.
///
/// Example: `range(10) | take(3)` gives 0, 1, 2
[[gnu::cold]] inline auto take(std::uint64_t n)
{
    return internals::Transform{[n]<Dataset S>(S source) { return internals::TakeDataset<S>{std::move(source), n}; }};
}

/// All but the first `n` elements.
///
/// Example: `range(10) | skip(7)` gives 7, 8, 9
[[gnu::cold]] inline auto skip(std::uint64_t n)
{
    return internals::Transform{[n]<Dataset S>(S source) { return internals::SkipDataset<S>{std::move(source), n}; }};
}

}} // namespace lamina
