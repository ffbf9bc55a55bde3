// lamina/data/transforms/parallel_map.hpp: a function of every element, computed by several threads, in the order of the source.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/workers.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How many threads a transformation has of its own: `map(f, threads(2))`.
struct threads {
    explicit constexpr threads(std::size_t n) : count(n) {} // clang 14 has no aggregates in parentheses
    std::size_t count;
};

/// How a `map` of several threads works. `pure`: as of `MapOptions`. `run`: the elements that a thread takes at a time; few where they
/// differ much in what they cost.
struct ParallelMapOptions {
    bool pure = true;
    std::size_t run = 16;
};

namespace internals {

template <Dataset S, class F, class Out> struct ParallelMapDataset {
    using input = element_of<S>;
    using element = mapped<F, input, Out>;

    class Workers final : public OrderedWorkers {
    public:
        Workers(cursor_of<S> from, F function, std::size_t count, std::size_t run)
            : OrderedWorkers(2 * count + 1), source(std::move(from)), f(std::move(function)), ring(2 * count + 1)
        {
            for (Slot& slot : ring) slot.places = std::vector<Place>(run);
        }
        ~Workers() { stop(); }

        /// Fills an element, or throws what came instead of it.
        bool next(element& to)
        {
            for (;; at = 0, release()) {
                std::size_t number = 0;
                if (at == 0 && !wait(number)) return false;
                if (at == 0) current = number;
                Slot& slot = ring[current];
                if (at == slot.count) continue;
                Place& place = slot.places[at++];
                if (place.error) std::rethrow_exception(std::exchange(place.error, nullptr));
                std::swap(to, place.out);
                return true;
            }
        }

        cursor_of<S> source;

    private:
        struct Place {
            input in{};
            element out{};
            std::exception_ptr error;
        };
        struct Slot {
            std::vector<Place> places;
            std::size_t count = 0;
        };

        bool read(std::size_t number) override
        {
            Slot& slot = ring[number];
            for (slot.count = 0; slot.count < slot.places.size(); ++slot.count) {
                Place& place = slot.places[slot.count];
                try {
                    if (!source.next(place.in)) return false;
                }
                catch (...) {
                    place.error = std::current_exception();
                }
            }
            return true;
        }
        void compute(std::size_t number) override
        {
            Slot& slot = ring[number];
            for (std::size_t i = 0; i < slot.count; ++i) {
                Place& place = slot.places[i];
                if (place.error) continue;
                try {
                    internals::map_element<Out>(std::as_const(f), place.in, place.out);
                }
                catch (...) {
                    place.error = std::current_exception();
                }
            }
        }

        F f;
        std::vector<Slot> ring;
        std::size_t current = 0, at = 0; // where the reader of the results is
    };

    class Cursor {
    public:
        Cursor(cursor_of<S> from, const F& f, std::size_t n, ParallelMapOptions with)
            : workers(new Workers(std::move(from), f, n, with.run)), count(n), pure(with.pure)
        {}

        bool next(element& to)
        {
            if (!std::exchange(started, true)) workers->start(count); // not before, so that what is skipped first is not read
            return workers->next(to);
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (pure && !started) return internals::skip_elements<input>(workers->source, n);
            return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
        }
        bool skips_places() const { return pure && !started && internals::skips_places(workers->source); }

    private:
        std::unique_ptr<Workers> workers;
        std::size_t count;
        bool pure, started = false;
    };

    S source;
    F f;
    std::size_t count;
    ParallelMapOptions options;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), f, count, options}; }
    [[gnu::cold]] std::int64_t cardinality() const { return lamina::cardinality(source); }
};

template <class Out, class F> auto parallel_map(F f, threads n, ParallelMapOptions options)
{
    if (n.count == 0 || options.run == 0)
        fail({"map: ", n.count, " threads that take ", options.run, " elements at a time; both are 1 or more"});
    constexpr std::size_t most_threads = 1024, most_run = std::size_t{1} << 20;
    if (n.count > most_threads || options.run > most_run)
        fail({"map: ", n.count, " threads that take ", options.run, " elements at a time; there are at most ", most_threads,
              " threads, which take at most ", most_run});
    return Transform{[f = std::move(f), n, options]<Dataset S>(S source) {
        constexpr bool fits = maps_element<F, element_of<S>, Out>, fills = !std::is_same_v<Out, what_it_gives>;
        static_assert(fits || fills, "lamina: the function of map does not take the elements of this dataset");
        static_assert(fits || !fills,
                      "lamina: the function of map<Out> does not take an element of this dataset and an Out& behind it");
        if constexpr (fits) return ParallelMapDataset<S, F, Out>{std::move(source), f, n.count, options};
        else return source;
    }};
}

} // namespace internals

/// `map(f)` by several threads, which begin at the first element that is asked for. The elements and their order are those of `map(f)`,
/// and so is the place of what f or the source throws. `f` is copied once a pass and called as const by several threads at a time.
///
/// Refuses  0 threads and more than 1024, runs of 0 and of more than 2^20
///
/// Example: `tfrecord("digits.tfrecord") | map([](std::string& record) { return parse_example<Digit>(record); }, threads(2))`
template <class F> auto map(F f, threads n, ParallelMapOptions options = {})
{
    return internals::parallel_map<internals::what_it_gives>(std::move(f), n, options);
}

/// The same with `f(element, out)`, which fills an `Out` in place.
///
/// Example  const auto rows = range(9) | map<std::string>([](std::int64_t i, std::string& to) { to.assign(4, char(i)); }, threads(2));
template <class Out, class F> auto map(F f, threads n, ParallelMapOptions options = {})
{
    return internals::parallel_map<Out>(std::move(f), n, options);
}

}} // namespace lamina
