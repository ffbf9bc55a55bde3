// lamina/data/transforms/map.hpp: a function of every element.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/transform.hpp>

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `map` treats its function. `pure`: it may be left out for elements that are skipped, when a training goes on at a position.
struct MapOptions {
    bool pure = true;
};

namespace internals {

template <class F, class E> struct calls_with_parts : std::false_type {};
template <class F, class... E> struct calls_with_parts<F, std::tuple<E...>> : std::is_invocable<const F&, E&...> {};
template <class F, class A, class B> struct calls_with_parts<F, std::pair<A, B>> : std::is_invocable<const F&, A&, B&> {};

/// A function takes an element, or the parts of a tuple one by one. It may change what it is handed, and take its memory.
template <class F, class E>
inline constexpr bool takes_element = std::is_invocable_v<const F&, E&> || calls_with_parts<F, E>::value;

template <class F, class E> decltype(auto) call_with(const F& f, E& element)
{
    if constexpr (std::is_invocable_v<const F&, E&>) return f(element);
    else return std::apply(f, element);
}

template <class F, class E>
using mapped = std::remove_cvref_t<decltype(internals::call_with(std::declval<const F&>(), std::declval<E&>()))>;

template <Dataset S, class F> struct MapDataset {
    using input = element_of<S>;
    using element = mapped<F, input>;
    struct Cursor {
        cursor_of<S> source;
        F f;
        bool pure;
        input in{};

        bool next(element& to)
        {
            if (!source.next(in)) return false;
            to = internals::call_with(f, in);
            return true;
        }
        std::uint64_t skip(std::uint64_t n)
        {
            if (pure) return internals::skip_elements<input>(source, n);
            element unused{};
            std::uint64_t done = 0;
            while (done < n && next(unused)) ++done;
            return done;
        }
    };

    S source;
    F f;
    MapOptions options;

    Cursor open(Pass pass) const { return {source.open(pass), f, options.pure}; }
    std::int64_t cardinality() const { return lamina::cardinality(source); }
};

} // namespace internals

/// Calls `f(element)` for every element, or `f(part, part, …)` for the parts of a tuple; what it gives are the elements from then on.
///
/// `f` is called as const; what it throws comes out of `next` at the place of its element, and the next call goes on behind it.
///
/// Example: `range(10) | map([](std::int64_t i) { return static_cast<float>(i) / 10; })`
template <class F> auto map(F f, MapOptions options = {})
{
    return internals::Transform{[f = std::move(f), options]<Dataset S>(S source) {
        static_assert(internals::takes_element<F, internals::element_of<S>>,
                      "lamina: the function of map does not take the elements of this dataset");
        return internals::MapDataset<S, F>{std::move(source), f, options};
    }};
}

}} // namespace lamina
