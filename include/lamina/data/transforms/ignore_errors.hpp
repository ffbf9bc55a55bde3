// lamina/data/transforms/ignore_errors.hpp: leaves out what cannot be read.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <cstdint>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S> struct IgnoreErrorsDataset {
    using element = element_of<S>;
    struct Cursor {
        cursor_of<S> source;

        bool next(element& to)
        {
            for (;;) try {
                    return source.next(to);
                }
                catch (...) { // a source goes on behind it, or ends
                }
        }
        std::uint64_t skip(std::uint64_t n)
        {
            // What would be thrown is no element here, and a source that passes over places does not find out.
            if (internals::skips_places(source))
                return internals::read_over<element>(n, [&](element& unused) { return source.next(unused); });
            return internals::skip_elements<element>(source, n);
        }
    };

    S source;

    Cursor open(Pass pass) const { return {source.open(pass)}; }
    auto spec() const { return lamina::spec(source); }
    std::int64_t cardinality() const { return lamina::cardinality(source); }
};

} // namespace internals

/// Leaves out the elements in whose place something is thrown: damaged records, pictures that cannot be decoded, lines that are wrong.
///
/// `cardinality` is the source's, as tf.data says it: at most so many.
///
/// Example  const auto right = range(9) | map([](std::int64_t i) { return i == 4 ? throw error("four") : i; }) | ignore_errors();
[[gnu::cold]] inline auto ignore_errors()
{
    return internals::Transform{[]<Dataset S>(S source) { return internals::IgnoreErrorsDataset<S>{std::move(source)}; }};
}

}} // namespace lamina
