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
    struct Cursor { // without `skip`: only reading finds out what is no element here
        cursor_of<S> source;

        bool next(element& to)
        {
            for (;;) try {
                    return source.next(to);
                }
                catch (...) { // a source goes on behind it, or ends
                }
        }
    };

    S source;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass)}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        return lamina::cardinality(source) == infinite_cardinality ? infinite_cardinality : unknown_cardinality;
    }
};

} // namespace internals

/// Leaves out the elements in whose place something is thrown: damaged records, pictures that cannot be decoded, lines that are wrong.
///
/// What is skipped, when a training goes on at a position, is read, since only that finds out what is left out; and so the number of elements
/// is unknown (tf.data gives the source's, which is not true where something is left out).
///
/// Example  const auto right = range(9) | map([](std::int64_t i) { return i == 4 ? throw error("four") : i; }) | ignore_errors();
[[gnu::cold]] inline auto ignore_errors()
{
    return internals::Transform{[]<Dataset S>(S source) { return internals::IgnoreErrorsDataset<S>{std::move(source)}; }};
}

}} // namespace lamina
