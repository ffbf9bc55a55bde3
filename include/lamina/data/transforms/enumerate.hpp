// lamina/data/transforms/enumerate.hpp: elements behind their numbers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S> struct EnumerateDataset {
    using element = std::tuple<std::int64_t, element_of<S>>;
    struct Cursor {
        cursor_of<S> source;
        std::uint64_t number; // of the next place; it may wrap

        bool next(element& to)
        {
            std::get<0>(to) = static_cast<std::int64_t>(number++);
            return source.next(std::get<1>(to));
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (!skips_places()) return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
            const std::uint64_t skipped = internals::skip_elements<element_of<S>>(source, n);
            number += skipped;
            return skipped;
        }
        bool skips_places() const { return internals::skips_places(source); }
    };

    S source;
    std::int64_t start;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), static_cast<std::uint64_t>(start)}; }
    [[gnu::cold]] std::vector<Component> spec() const
    {
        std::vector<Component> all;
        add_components<std::int64_t>(all, "");
        append_spec(all, lamina::spec(source));
        return all;
    }
    [[gnu::cold]] std::int64_t cardinality() const { return lamina::cardinality(source); }
};

} // namespace internals

/// Each element behind its number: `std::tuple(start, first)`, `(start + 1, second)`, … What is thrown has a number as well, so that the
/// others keep theirs.
///
/// Example  const auto numbered = range(10, 13) | enumerate(); // (0, 10), (1, 11), (2, 12)
[[gnu::cold]] inline auto enumerate(std::int64_t start = 0)
{
    return internals::Transform{
        [start]<Dataset S>(S source) { return internals::EnumerateDataset<S>{std::move(source), start}; }};
}

}} // namespace lamina
