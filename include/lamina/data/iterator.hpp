// lamina/data/iterator.hpp: elements one by one: range-for, Iterator, Feedable.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/error.hpp>
#include <lamina/data/any_dataset.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What range-for walks along: an element that is filled anew in each turn.
template <Dataset D> class DatasetIterator {
public:
    struct End {};

    explicit DatasetIterator(const D& dataset) : cursor(dataset.open(Pass{})) { ++*this; }

    element_of<D>& operator*() { return current; }
    DatasetIterator& operator++()
    {
        more = cursor.next(current);
        return *this;
    }
    bool operator!=(End) const { return more; }

private:
    cursor_of<D> cursor;
    element_of<D> current{};
    bool more = false;
};

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_out_of_range()
{
    constexpr const char* why = "the dataset has no more elements; initialize the iterator again, or repeat the dataset";
#if defined(__cpp_exceptions)
    throw OutOfRange(why);
#else
    fail({why});
#endif
}

/// One pass over a dataset: `for (auto& [images, labels] : dataset)`. The reference is valid until the next turn.
template <Dataset D> DatasetIterator<D> begin(const D& dataset) { return DatasetIterator<D>(dataset); }
template <Dataset D> typename DatasetIterator<D>::End end(const D&) { return {}; }

} // namespace internals

using internals::begin;
using internals::end;

/// Elements E one by one, of a dataset that may be given later and exchanged for another of the same elements.
///
/// One-shot: `Iterator it(dataset)`. Initializable: `Iterator<E> it; it.initialize(dataset)`, as often as wanted. `initialize` with a
/// position goes on there; `position()` is what a checkpoint keeps.
/// Refuses  `next` before `initialize`; `next()` at the end, by OutOfRange
///
/// Example:
///     Iterator it(range(3));
///     std::int64_t first = it.next();                 // OutOfRange at the end
///     for (std::int64_t i; it.next(i);) first += i;   // or this, which reads into memory of yours
template <class E> class Iterator {
public:
    using element = E;

    Iterator() = default;
    template <Dataset D> explicit Iterator(const D& dataset, Position from = {}) { initialize(dataset, from); }

    /// Begins with a pass over the dataset, or goes on at a position in one.
    template <Dataset D> void initialize(const D& dataset, Position from = {})
    {
        static_assert(std::same_as<typename D::element, E>, "lamina: initialize takes a dataset of the iterator's elements");
        cursor.emplace(dataset.open(Pass{from.epoch}));
        if (from.given > 0) cursor->skip(from.given);
        place = from;
    }

    /// Fills an element; false at the end.
    bool next(E& to)
    {
        if (!cursor) internals::fail({"the iterator is not initialized; call initialize(dataset) first"});
        const bool more = cursor->next(to);
        place.given += more;
        return more;
    }
    E next()
    {
        E given{};
        if (!next(given)) internals::throw_out_of_range();
        return given;
    }

    /// Where it is: the pass, and how many elements of it were given.
    Position position() const { return place; }

private:
    std::optional<internals::AnyCursor<E>> cursor;
    Position place;
};

template <Dataset D> Iterator(const D&) -> Iterator<typename D::element>;
template <Dataset D> Iterator(const D&, Position) -> Iterator<typename D::element>;

/// Several datasets of elements E behind one loop, each of which keeps its place: training batches, then a few of the validation's, then
/// training goes on where it was.
///
/// Refuses  `next(feed)` at the end of that one, by OutOfRange
///
/// Example:
///     Feedable<std::int64_t> feed;
///     const std::size_t small = feed.add(range(3)), large = feed.add(range(100, 200));
///     std::int64_t sum = feed.next(small) + feed.next(large) + feed.next(small);
template <class E> class Feedable {
public:
    /// Takes a dataset in, and gives the number by which it is asked.
    template <Dataset D> std::size_t add(D dataset)
    {
        static_assert(std::same_as<typename D::element, E>, "lamina: add takes a dataset of the feed's elements");
        feeds.push_back({AnyDataset<E>(std::move(dataset)), {}, {}});
        return feeds.size() - 1;
    }

    bool next(std::size_t feed, E& to)
    {
        One& one = at(feed);
        if (!one.begun) restart(feed);
        return one.iterator.next(to);
    }
    E next(std::size_t feed)
    {
        E given{};
        if (!next(feed, given)) internals::throw_out_of_range();
        return given;
    }

    /// Begins another pass over one of them: the first again, or pass `epoch`, whose shuffles differ.
    void restart(std::size_t feed, std::uint64_t epoch = 0)
    {
        One& one = at(feed);
        one.iterator.initialize(one.dataset, Position{epoch, 0});
        one.begun = true;
    }

    Position position(std::size_t feed) { return at(feed).iterator.position(); }

private:
    struct One {
        AnyDataset<E> dataset;
        Iterator<E> iterator;
        bool begun;
    };
    One& at(std::size_t feed)
    {
        if (feed >= feeds.size())
            internals::fail({"Feedable: feed ", feed, " was asked for, it has ", feeds.size(), "; ask by what add gave"});
        return feeds[feed];
    }

    std::vector<One> feeds;
};

}} // namespace lamina
