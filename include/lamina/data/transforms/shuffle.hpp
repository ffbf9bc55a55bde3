// lamina/data/transforms/shuffle.hpp: another order, drawn from a buffer.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/random.hpp>
#include <lamina/data/fetch.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Whether every pass has an order of its own.
struct ShuffleOptions {
    bool each_epoch = true;
};

namespace internals {

template <Dataset S> struct ShuffleDataset {
    using element = element_of<S>;
    class Cursor {
    public:
        Cursor(cursor_of<S> from, std::size_t n, Random numbers) : source(std::move(from)), size(n), random(numbers) {}

        bool next(element& to)
        {
            while (!ended && buffer.size() < size) {
                if (read()) buffer.push_back(std::move(incoming));
            }
            const bool more = !ended && read(); // first, since it may throw, and then nothing is lost
            if (buffer.empty()) return false;
            if (drawn == none) draw();
            element& given = buffer[drawn].value;
            std::swap(to, given);
            if (more) std::swap(given, incoming.value);
            else {
                std::swap(given, buffer.back().value);
                buffer.pop_back();
            }
            draw(); // the buffer stays as large until the next element is given
            return true;
        }
        void look_ahead() const
        {
            if (drawn != none) internals::fetch(buffer[drawn].value);
        }

    private:
        static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

        void draw() { drawn = buffer.empty() ? none : static_cast<std::size_t>(random.below(buffer.size())); }
        bool read()
        {
            ended = !source.next(incoming.value);
            return !ended;
        }

        cursor_of<S> source;
        std::size_t size;
        Random random;
        std::vector<Kept<element>> buffer;
        Kept<element> incoming;
        std::size_t drawn = none; ///< which one is given next
        bool ended = false;
    };

    S source;
    std::size_t size;
    Seed seed;
    ShuffleOptions options;

    [[gnu::cold]] Cursor open(Pass pass) const
    {
        return {source.open(pass), size, Random(seed, options.each_epoch ? pass.epoch : 0)};
    }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
    [[gnu::cold]] std::int64_t cardinality() const { return lamina::cardinality(source); }
};

} // namespace internals

/// Gives the elements in another order: a buffer of `n` is kept full, one of them is drawn, the next element takes its place. A buffer as
/// large as the data gives a whole permutation; output p comes from the first p + n elements.
///
/// The order is a function of the seed and the pass alone. It is lamina's own, not TensorFlow's.
/// Refuses  a buffer of 0
///
/// Example: `range(100) | shuffle(100, Seed{1}) | batch(32)`
[[gnu::cold]] inline auto shuffle(std::size_t n, Seed seed, ShuffleOptions options = {})
{
    if (n == 0) internals::fail({"shuffle: a buffer of 0; it is 1 or more, and as large as the data for an even order"});
    return internals::Transform{
        [=]<Dataset S>(S source) { return internals::ShuffleDataset<S>{std::move(source), n, seed, options}; }};
}

}} // namespace lamina
