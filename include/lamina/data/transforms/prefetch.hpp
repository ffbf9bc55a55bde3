// lamina/data/transforms/prefetch.hpp: a thread that reads ahead.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/any_dataset.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/data/workers.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The type of what it reads from is hidden, so that a pipeline behind it costs no compile time again.
template <class E> struct PrefetchDataset {
    using element = E;

    class Reader final : public OrderedWorkers {
    public:
        Reader(AnyCursor<E> from, std::size_t ahead) : OrderedWorkers(ahead), source(std::move(from)), ring(ahead) {}
        ~Reader() { stop(); }

        bool next(E& to)
        {
            std::size_t number = 0;
            if (!wait(number)) return false;
            Slot& slot = ring[number];
            const bool ended = slot.ended;
            const std::exception_ptr error = std::exchange(slot.error, nullptr);
            if (!ended && !error) std::swap(to, slot.value);
            if (ended) return false; // the slot stays full, so that the end stays the end
            release();
            if (error) std::rethrow_exception(error);
            return true;
        }

        AnyCursor<E> source;

    private:
        struct Slot {
            E value{};
            std::exception_ptr error;
            bool ended = false;
        };

        bool read(std::size_t number) override
        {
            Slot& slot = ring[number];
            try {
                slot.ended = !source.next(slot.value);
            }
            catch (...) {
                slot.error = std::current_exception();
            }
            return !slot.ended;
        }
        void compute(std::size_t) override {}

        std::vector<Slot> ring;
    };

    class Cursor {
    public:
        Cursor(AnyCursor<E> from, std::size_t ahead) : reader(new Reader(std::move(from), ahead)) {}

        bool next(E& to)
        {
            if (!std::exchange(started, true)) reader->start(1);
            return reader->next(to);
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (!started) return reader->source.skip(n);
            return internals::read_over<E>(n, [&](E& unused) { return next(unused); });
        }
        bool skips_places() const { return !started && reader->source.skips_places(); }

    private:
        std::unique_ptr<Reader> reader;
        bool started = false;
    };

    AnyDataset<E> source;
    std::size_t ahead;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), ahead}; }
    [[gnu::cold]] std::int64_t cardinality() const { return source.cardinality(); }
    [[gnu::cold]] auto spec() const { return source.spec(); }
};

} // namespace internals

/// Reads up to `n` elements ahead, by a thread of its own that begins at the first element that is asked for: the next batch is made while
/// the model trains on this one. It stands last.
///
/// What the source throws comes out of `next` at its place. Refuses n = 0, and more than 2^20.
///
/// Example: `slices(images, labels) | shuffle(60000, Seed{1}) | batch(32) | prefetch(2)`
[[gnu::cold]] inline auto prefetch(std::size_t n)
{
    if (n == 0) internals::fail({"prefetch: 0 elements ahead; it is 1 or more"});
    constexpr std::size_t most = std::size_t{1} << 20;
    if (n > most) internals::fail({"prefetch: ", n, " elements ahead; it is at most ", most});
    return internals::Transform{
        [n]<Dataset S>(S source) { return internals::PrefetchDataset<internals::element_of<S>>{std::move(source), n}; }};
}

}} // namespace lamina
