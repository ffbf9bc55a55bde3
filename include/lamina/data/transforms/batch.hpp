// lamina/data/transforms/batch.hpp: n elements at a time, as tensors.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/fetch.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/stack.hpp>
#include <lamina/data/transform.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// `batch(32, drop_remainder)` gives whole batches alone.
struct DropRemainder {};
inline constexpr DropRemainder drop_remainder{};

namespace internals {

/// Gives up n batches of a source, and says how many there were. `filled`: the elements of a batch that an exception left begun.
template <class E, class Cursor>
std::uint64_t skip_batches(Cursor& source, std::uint64_t n, std::size_t size, bool drop, std::size_t& filled)
{
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t begun = n > 0 ? std::exchange(filled, 0) : 0;
    const std::uint64_t elements = begun + internals::skip_elements<E>(source, (n > most / size ? most : n * size) - begun);
    return elements / size + (!drop && elements % size != 0);
}

template <Dataset S, std::size_t Static> struct BatchDataset {
    using element = stacked_t<element_of<S>>;
    class Cursor {
    public:
        Cursor(cursor_of<S> from, std::size_t n, bool drops) : source(std::move(from)), size(n), drop(drops) {}

        bool next(element& to)
        {
            if (filled > 0) std::swap(to, begun); // what was read before an exception
            std::size_t i = std::exchange(filled, 0);
            try {
                for (; i < size && source.next(one); ++i) {
                    internals::look_ahead(source);
                    internals::put(to, i, size, one);
                }
            }
            catch (...) {
                filled = i;
                if (filled > 0) std::swap(to, begun);
                throw;
            }
            if (i == size) return true;
            if (i == 0 || drop) return false;
            internals::cut(to, i);
            return true;
        }

        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            return internals::skip_batches<element_of<S>>(source, n, size, drop, filled);
        }
        bool skips_places() const { return internals::skips_places(source); }

    private:
        cursor_of<S> source;
        std::size_t size;
        bool drop;
        std::size_t filled = 0;
        element_of<S> one{};
        element begun{};
    };

    S source;
    std::size_t size;
    bool drop;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), size, drop}; }
    [[gnu::cold]] auto spec() const
    {
        return batched_spec(lamina::spec(source), Static > 0 ? static_cast<std::int64_t>(Static) : unknown_extent);
    }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        const std::int64_t n = lamina::cardinality(source), by = static_cast<std::int64_t>(size);
        return n < 0 ? n : n / by + (!drop && n % by != 0);
    }
};

template <std::size_t Static> [[gnu::cold]] auto batch_of(std::size_t n, bool drop)
{
    if (n == 0) fail({"batch: a size of 0; it is 1 or more"});
    constexpr std::uint64_t most = std::uint64_t{1} << 32; // so that no product with an element's extents is beyond bounds
    if (n > most) fail({"batch: a size of ", n, "; it is at most ", most});
    return Transform{[n, drop]<Dataset S>(S source) {
        constexpr bool fits = has_components<element_of<S>, false>::answer(),
                       lists = has_components<element_of<S>, true>::answer();
        static_assert(fits || !lists, "lamina: lists have lengths of their own and cannot be stacked; use padded_batch");
        static_assert(fits || lists,
                      "lamina: elements of this type cannot be stacked; map them to tensors, numbers or tuples of these");
        if constexpr (fits) return BatchDataset<S, Static>{std::move(source), n, drop};
        else return source;
    }};
}

} // namespace internals

/// `n` elements at a time: numbers and tensors become a tensor [n, …], texts a std::vector, tuples a std::tuple of these, structs
/// `Columns`. The last batch may be smaller; with `drop_remainder` it is left out. Of `batch<32>(drop_remainder)`
/// `spec` knows the size.
///
/// Where reading an element throws, what was read before it begins the next batch.
///
/// Shapes   elements […], batches [n, …]
/// Refuses  elements of different shapes; lists, which `padded_batch` takes
///
/// Example: `range(10) | batch(4)` gives [0, 1, 2, 3], [4, 5, 6, 7], [8, 9]
[[gnu::cold]] inline auto batch(std::size_t n) { return internals::batch_of<0>(n, false); }
[[gnu::cold]] inline auto batch(std::size_t n, DropRemainder) { return internals::batch_of<0>(n, true); }
template <std::size_t N> auto batch() { return internals::batch_of<0>(N, false); }
template <std::size_t N> auto batch(DropRemainder) { return internals::batch_of<N>(N, true); }

}} // namespace lamina
