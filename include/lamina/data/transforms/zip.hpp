// lamina/data/transforms/zip.hpp: several datasets side by side.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <tuple>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// As tf.data counts: of what is not infinite the least, and unknown where one is unknown.
[[gnu::cold]] inline std::int64_t zipped_cardinality(std::int64_t a, std::int64_t b)
{
    if (a == unknown_cardinality || b == unknown_cardinality) return unknown_cardinality;
    if (a == infinite_cardinality || b == infinite_cardinality) return std::max(a, b); // infinite is less than any number
    return std::min(a, b);
}

/// One of the cursors in its place. False: it has ended. What it throws is kept, so that the others are read as well.
template <class Cursor, class E> bool read_beside(Cursor& cursor, E& to, std::exception_ptr& error)
{
    try {
        return cursor.next(to);
    }
    catch (...) {
        error = std::current_exception();
        return true;
    }
}

template <Dataset... S> struct ZipDataset {
    using element = std::tuple<element_of<S>...>;
    struct Cursor {
        std::tuple<cursor_of<S>...> sources;
        bool ended = false;

        bool next(element& to)
        {
            std::exception_ptr error;
            if (ended || !read(to, error, std::index_sequence_for<S...>{})) {
                ended = true;
                return false;
            }
            if (error) std::rethrow_exception(error);
            return true;
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (!skips_places()) return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
            const std::uint64_t skipped = skip_each(n, std::index_sequence_for<S...>{});
            ended |= skipped < n;
            return skipped;
        }
        bool skips_places() const
        {
            return std::apply([](const auto&... each) { return (internals::skips_places(each) && ...); }, sources);
        }

    private:
        template <std::size_t... At> bool read(element& to, std::exception_ptr& error, std::index_sequence<At...>)
        {
            return (internals::read_beside(std::get<At>(sources), std::get<At>(to), error) && ...);
        }
        template <std::size_t... At> std::uint64_t skip_each(std::uint64_t n, std::index_sequence<At...>)
        {
            return std::min({internals::skip_elements<element_of<S>>(std::get<At>(sources), n)...});
        }
    };

    std::tuple<S...> sources;

    [[gnu::cold]] Cursor open(Pass pass) const
    {
        return std::apply([&](const auto&... each) { return Cursor{{each.open(pass)...}}; }, sources);
    }
    [[gnu::cold]] std::vector<Component> spec() const
    {
        std::vector<Component> all;
        std::apply([&](const auto&... each) { (internals::append_spec(all, lamina::spec(each)), ...); }, sources);
        return all;
    }
    [[gnu::cold]] std::int64_t cardinality() const
    {
        std::int64_t n = infinite_cardinality;
        std::apply([&](const auto&... each) { ((n = internals::zipped_cardinality(n, lamina::cardinality(each))), ...); },
                   sources);
        return n;
    }
};

} // namespace internals

/// Datasets side by side: each element is a std::tuple of one element of each. The shortest ends it.
///
/// What one of them throws comes out of `next` at its place, where the others give up an element as well: they stay side by side.
///
/// libzip (`lamina/numpy.hpp`, `lamina/keras.hpp`) has a type of the same name: beside it, with `using namespace lamina`, write `lamina::zip`.
///
/// Example  const auto pairs = lamina::zip(range(3), range(10, 20)); // (0, 10), (1, 11), (2, 12)
template <Dataset... S>
    requires(sizeof...(S) > 0)
auto zip(S... sources)
{
    return internals::ZipDataset<S...>{{std::move(sources)...}};
}

}} // namespace lamina
