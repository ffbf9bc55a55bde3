// lamina/core/dataset.hpp: what a dataset is: a description of elements, from which a cursor reads them one by one.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/language.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace lamina {

/// Which time over the data this is: 0, 1, 2, … Shuffles give another order in each.
struct Pass {
    std::uint64_t epoch = 0;
};

/// A place in the passes over a dataset: in pass `epoch`, after `given` elements. The order of elements is a function of seeds and the
/// pass, so that these two numbers are all that a checkpoint keeps.
struct Position {
    std::uint64_t epoch = 0, given = 0;
};

/// What is thrown where an element is asked for behind the last.
struct OutOfRange : error {
    using error::error;
};

/// The `cardinality` of a dataset that never ends, and of one whose end is only found by reading it.
inline constexpr std::int64_t infinite_cardinality = -1, unknown_cardinality = -2;

} // namespace lamina

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// A description of elements, cheap to copy: `element` is what it gives, `open(pass)` begins to read.
///
/// What is opened is a cursor. It is moved and never copied, and may outlive its dataset.
///   `bool next(element& to)`   fills what it is handed, whose memory may change places with memory of the cursor, so that nothing is
///                              allocated in steady state. False: the end, and so is every later call; `to` is then anything.
///                              Where it throws, the element in this place is lost and the next call goes on behind it; a cursor that
///                              cannot go on gives false from then on.
///   `uint64_t skip(uint64_t n)`  may be there: gives up n elements and says how many there were. Else `next` serves. It throws nothing.
///   `bool skips_places() const`  may be there: whether what `skip` gives up are places, what would be thrown counted as well.
///   `void look_ahead() const`    may be there: asks the processor for the numbers that the next element shows (data/fetch.hpp).
/// A dataset may have `int64_t cardinality() const`, the number of elements of a pass, and `spec() const` (data/spec.hpp).
///
/// Elements are default constructible, and moved. They own what they show, or point to what their dataset keeps alive (`Row`).
template <class D>
concept Dataset = requires(const D& dataset, typename D::element& element) {
    { dataset.open(Pass{}).next(element) } -> std::same_as<bool>;
};

namespace internals {

template <Dataset D> using cursor_of = decltype(std::declval<const D&>().open(Pass{}));
template <Dataset D> using element_of = typename D::element;

/// Reads n elements by `next(element&)` for nobody, and says how many there were. What it throws was no element: it is not counted, as it was
/// not when it was read; with `places` it is.
template <class Element, class Next> std::uint64_t read_over(Element& unused, std::uint64_t n, Next next, bool places = false)
{
    std::uint64_t done = 0;
    while (done < n) {
#if defined(__cpp_exceptions)
        try {
            if (!next(unused)) break;
        }
        catch (...) {
            done += places;
            continue;
        }
#else
        if (!next(unused)) break;
#endif
        ++done;
    }
    return done;
}

template <class Element, class Next> std::uint64_t read_over(std::uint64_t n, Next next)
{
    Element unused{};
    return internals::read_over(unused, n, next);
}

/// Gives up n elements of a cursor, and says how many there were.
template <class Element, class Cursor> std::uint64_t skip_elements(Cursor& cursor, std::uint64_t n)
{
    if constexpr (requires { cursor.skip(n); }) return cursor.skip(n);
    else return internals::read_over<Element>(n, [&](Element& unused) { return cursor.next(unused); });
}

/// Whether what a cursor's `skip` gives up are places, those of which reading would throw among them. Cursors that do can be skipped side
/// by side and stay side by side; of one that does not, what is thrown would let it run ahead.
template <class Cursor> bool skips_places(const Cursor& cursor)
{
    if constexpr (requires { cursor.skips_places(); }) return cursor.skips_places();
    else return false;
}

/// Passes over n places of a cursor, and says how many there were. What is read for that comes into `unused`, whose memory goes round.
template <class Element, class Cursor> std::uint64_t pass_places(Cursor& cursor, std::uint64_t n, Element& unused)
{
    if (n == 0) return 0;
    if (internals::skips_places(cursor)) return internals::skip_elements<Element>(cursor, n);
    return internals::read_over(unused, n, [&](Element& to) { return cursor.next(to); }, true);
}

/// A cursor that goes on at a position.
template <Dataset D> cursor_of<D> open_at(const D& dataset, Position position)
{
    cursor_of<D> cursor = dataset.open(Pass{position.epoch});
    if (position.given > 0) internals::skip_elements<element_of<D>>(cursor, position.given);
    return cursor;
}

} // namespace internals

/// The number of elements of a pass, `infinite_cardinality` or `unknown_cardinality`.
///
/// Example: `cardinality(range(10) | batch(4))` is 3
template <Dataset D> std::int64_t cardinality(const D& dataset)
{
    if constexpr (requires { dataset.cardinality(); }) return dataset.cardinality();
    else return unknown_cardinality;
}

}} // namespace lamina
