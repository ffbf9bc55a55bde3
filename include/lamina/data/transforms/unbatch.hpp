// lamina/data/transforms/unbatch.hpp: the elements of batches.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/data/unstack.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S> struct UnbatchDataset {
    using batch = element_of<S>;
    using element = typename unstacked<batch>::type;

    class Cursor {
    public:
        explicit Cursor(cursor_of<S> from) : source(std::move(from)) {}

        bool next(element& to)
        {
            while (at == rows)
                if (!read()) return false;
            internals::take_out(now, at++, to);
            return true;
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            std::uint64_t done = 0;
            while (done < n) {
                if (at == rows && internals::read_over<Nothing>(1, [&](Nothing&) { return read(); }) == 0) break;
                const std::size_t here = static_cast<std::size_t>(std::min<std::uint64_t>(n - done, rows - at));
                at += here;
                done += here;
            }
            return done;
        }

    private:
        struct Nothing {};

        bool read()
        {
            at = rows = 0; // where this throws, the batch is lost
            if (!source.next(now)) return false;
            rows = internals::batch_rows(now);
            return true;
        }

        cursor_of<S> source;
        batch now{};
        std::size_t at = 0, rows = 0;
    };

    S source;

    [[gnu::cold]] Cursor open(Pass pass) const { return Cursor(source.open(pass)); }
    [[gnu::cold]] std::vector<Component> spec() const
    {
        std::vector<Component> all;
        add_components<element>(all, "");
        const std::vector<Component> batches = lamina::spec(source);
        if (batches.size() == all.size()) // a list of tuples is one component
            for (std::size_t i = 0; i < all.size(); ++i)
                if (batches[i].extents.size() == all[i].extents.size() + 1)
                    all[i].extents.assign(batches[i].extents.begin() + 1, batches[i].extents.end());
        return all;
    }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source);
        if (n < 0) return n;
        const auto all = lamina::spec(source);
        const std::int64_t rows = all.empty() || all[0].extents.empty() ? unknown_extent : all[0].extents[0];
        if (rows < 0) return unknown_cardinality;
        return rows > 0 && n > std::numeric_limits<std::int64_t>::max() / rows ? infinite_cardinality : n * rows;
    }
};

} // namespace internals

/// The elements of batches: of tensors the rows, which own their numbers; of lists, such as `window` gives, what they hold; of tuples tuples of
/// these; of `Columns` the struct. How many there are is known where the batches' size is (`batch<32>(drop_remainder)`).
///
/// Shapes   batches [n, …], elements […]
/// Refuses  elements that are no batches, at compile time; a batch whose parts have different numbers of rows
///
/// Example  const auto again = range(10) | batch(4) | unbatch();
[[gnu::cold]] inline auto unbatch()
{
    return internals::Transform{[]<Dataset S>(S source) {
        constexpr bool fits = internals::Unstackable<internals::element_of<S>>;
        static_assert(fits, "lamina: unbatch takes batches: tensors of rank 1 or more, lists, or tuples of these");
        if constexpr (fits) return internals::UnbatchDataset<S>{std::move(source)};
        else return source;
    }};
}

}} // namespace lamina
