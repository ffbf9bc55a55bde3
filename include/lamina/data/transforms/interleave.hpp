// lamina/data/transforms/interleave.hpp: datasets that a function makes of elements, read in turns or one after another.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/data/transforms/map.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S, class F> struct InterleaveDataset {
    using input = element_of<S>;
    using inner = mapped<F, input>;
    using element = element_of<inner>;

    class Cursor {
    public:
        Cursor(cursor_of<S> from, F function, std::size_t cycle, std::uint64_t block, Pass of)
            : source(std::move(from)), f(std::move(function)), opened(cycle), size(block), pass(of)
        {}

        bool next(element& to)
        {
            while (find()) {
                if (opened[turn]->next(to)) return given(1), true;
                close();
            }
            return false;
        }

        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            std::uint64_t done = 0;
            while (done < n) {
                try {
                    if (!find()) break;
                }
                catch (...) {
                    continue; // the element that no dataset came of, and its elements, are no more
                }
                const std::uint64_t asked = std::min(n - done, size - in_block);
                const std::uint64_t skipped = internals::skip_elements<element>(*opened[turn], asked);
                done += skipped;
                if (skipped < asked) close();
                else given(asked);
            }
            return done;
        }

    private:
        /// Finds the dataset whose turn it is, and opens it where it is a new one. False: there is none any more.
        bool find()
        {
            for (std::size_t empty = 0; !opened[turn]; ++empty) {
                if (empty == opened.size()) return false;
                if (!ended && source.next(in)) {
                    opened[turn].emplace(internals::call_with(std::as_const(f), in).open(pass));
                    return true;
                }
                ended = true;
                pass_on();
            }
            return true;
        }
        void given(std::uint64_t n)
        {
            in_block += n;
            if (in_block == size) pass_on();
        }
        void close()
        {
            opened[turn].reset();
            pass_on();
        }
        void pass_on()
        {
            in_block = 0;
            turn = (turn + 1) % opened.size();
        }

        cursor_of<S> source;
        F f;
        std::vector<std::optional<cursor_of<inner>>> opened;
        std::uint64_t size;
        Pass pass;
        std::size_t turn = 0;
        std::uint64_t in_block = 0;
        input in{};
        bool ended = false;
    };

    S source;
    F f;
    std::size_t cycle;
    std::uint64_t block;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), f, cycle, block, pass}; }
};

/// Whether a function takes an element and gives a dataset.
template <class F, class E> consteval bool gives_dataset()
{
    if constexpr (takes_element<F, E>) return Dataset<mapped<F, E>>;
    else return false;
}

template <class F> auto interleave_of(F f, std::size_t cycle, std::uint64_t block)
{
    return Transform{[f = std::move(f), cycle, block]<Dataset S>(S source) {
        constexpr bool fits = gives_dataset<F, element_of<S>>();
        static_assert(fits, "lamina: the function of flat_map or interleave takes an element of this dataset, or its parts, and "
                            "gives a dataset");
        if constexpr (fits) return InterleaveDataset<S, F>{std::move(source), f, cycle, block};
        else return source;
    }};
}

} // namespace internals

/// The elements of datasets that `f(element)` gives, of which `cycle` are open at a time: `block` elements of the first, `block` of the
/// second, and so on in turns. Where one ends, the next dataset takes its place when its turn comes.
///
/// Several files are read in turns so, and mixed more evenly than a shuffle alone would. What is thrown, by the source, by `f`, or by one of
/// the datasets, comes out of `next` at its place. How many elements there are is only found by reading.
/// Refuses  a cycle or a block of 0, and a cycle of more than 2^20
///
/// Example  const auto mixed = range(1, 4) | interleave([](std::int64_t i) { return range(10 * i, 10 * i + 3); }, 2, 1);
template <class F> auto interleave(F f, std::size_t cycle, std::uint64_t block = 1)
{
    if (cycle == 0 || block == 0)
        internals::fail({"interleave: a cycle of ", cycle, " datasets, a block of ", block, " elements; both are 1 or more"});
    constexpr std::size_t most = std::size_t{1} << 20;
    if (cycle > most) internals::fail({"interleave: a cycle of ", cycle, " datasets; it is at most ", most});
    return internals::interleave_of(std::move(f), cycle, block);
}

/// The elements of the datasets that `f(element)` gives, one dataset after another: a file name becomes the file's records, a list its
/// elements.
///
/// What is thrown comes out of `next` at its place, as of `interleave`.
///
/// Example  const auto each = range(4) | flat_map([](std::int64_t i) { return range(i); }); // 0, 0, 1, 0, 1, 2
template <class F> auto flat_map(F f) { return internals::interleave_of(std::move(f), 1, ~std::uint64_t{0}); }

}} // namespace lamina
