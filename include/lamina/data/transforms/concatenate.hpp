// lamina/data/transforms/concatenate.hpp: datasets one after another.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// As tf.data counts: the sum, where both are known.
[[gnu::cold]] inline std::int64_t joined_cardinality(std::int64_t a, std::int64_t b)
{
    if (a == infinite_cardinality || b == infinite_cardinality) return infinite_cardinality;
    if (a < 0 || b < 0) return unknown_cardinality;
    return b > std::numeric_limits<std::int64_t>::max() - a ? infinite_cardinality : a + b;
}

/// What is known of elements that are of the one kind or the other.
[[gnu::cold]] inline std::vector<Component> joined_spec(std::vector<Component> a, const std::vector<Component>& b)
{
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        for (std::size_t axis = 0; axis < a[i].extents.size() && axis < b[i].extents.size(); ++axis)
            if (a[i].extents[axis] != b[i].extents[axis]) a[i].extents[axis] = unknown_extent;
    return a;
}

template <Dataset A, Dataset B> struct ConcatenateDataset {
    using element = element_of<A>;
    class Cursor {
    public:
        Cursor(cursor_of<A> a, B b, Pass of) : first(std::move(a)), after(std::move(b)), pass(of) {}

        bool next(element& to)
        {
            if (first && first->next(to)) return true;
            return begin_second() && second->next(to);
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            std::uint64_t skipped = first ? internals::skip_elements<element>(*first, n) : 0;
            if (skipped == n) return n;
            try {
                if (!begin_second()) return skipped;
            }
            catch (...) {
                begun = false; // `next` says so
                return skipped;
            }
            return skipped + internals::skip_elements<element>(*second, n - skipped);
        }

    private:
        /// Opens the second, once: where that throws, nothing comes any more.
        bool begin_second()
        {
            first.reset();
            if (!std::exchange(begun, true)) second.emplace(after.open(pass));
            return second.has_value();
        }

        std::optional<cursor_of<A>> first;
        B after;
        Pass pass;
        std::optional<cursor_of<B>> second;
        bool begun = false;
    };

    A a;
    B b;

    [[gnu::cold]] Cursor open(Pass pass) const { return {a.open(pass), b, pass}; }
    [[gnu::cold]] auto spec() const { return internals::joined_spec(lamina::spec(a), lamina::spec(b)); }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        return internals::joined_cardinality(lamina::cardinality(a), lamina::cardinality(b));
    }
};

} // namespace internals

/// The elements of one dataset, then those of the next.
///
/// Refuses  datasets of different elements, at compile time
///
/// Example  const auto all = concatenate(range(3), range(10, 12)); // 0, 1, 2, 10, 11
template <Dataset A, Dataset B> auto concatenate(A a, B b)
{
    constexpr bool same = std::same_as<internals::element_of<A>, internals::element_of<B>>;
    static_assert(same, "lamina: concatenate takes datasets of the same elements; map one to the elements of the other");
    if constexpr (same) return internals::ConcatenateDataset<A, B>{std::move(a), std::move(b)};
    else return a;
}
template <Dataset A, Dataset B, Dataset C, Dataset... More> auto concatenate(A a, B b, C c, More... more)
{
    return lamina::concatenate(lamina::concatenate(std::move(a), std::move(b)), std::move(c), std::move(more)...);
}

}} // namespace lamina
