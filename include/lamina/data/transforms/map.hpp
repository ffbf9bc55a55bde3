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

/// A function of `map<Out>` takes an Out behind these, and fills it.
template <class F, class E, class Out> struct fills_from_parts : std::false_type {};
template <class F, class... E, class Out>
struct fills_from_parts<F, std::tuple<E...>, Out> : std::is_invocable<const F&, E&..., Out&> {};
template <class F, class A, class B, class Out>
struct fills_from_parts<F, std::pair<A, B>, Out> : std::is_invocable<const F&, A&, B&, Out&> {};

template <class F, class E, class Out>
inline constexpr bool fills_element = std::is_invocable_v<const F&, E&, Out&> || fills_from_parts<F, E, Out>::value;

/// Stands for the Out of `map(f)`.
struct what_it_gives {};

template <class F, class E, class Out> struct map_result {
    using type = Out;
};
template <class F, class E> struct map_result<F, E, what_it_gives> {
    using type = std::remove_cvref_t<decltype(internals::call_with(std::declval<const F&>(), std::declval<E&>()))>;
};
template <class F, class E, class Out = what_it_gives> using mapped = typename map_result<F, E, Out>::type;

template <class Out, class F, class E> void map_element(const F& f, E& from, mapped<F, E, Out>& to)
{
    if constexpr (std::is_same_v<Out, what_it_gives>) to = internals::call_with(f, from);
    else if constexpr (std::is_invocable_v<const F&, E&, Out&>) f(from, to);
    else std::apply([&](auto&... part) { f(part..., to); }, from);
}

/// Whether a function is one of `map(f)`, or of `map<Out>(f)`, for elements E.
template <class F, class E, class Out> inline constexpr bool maps_element = fills_element<F, E, Out>;
template <class F, class E> inline constexpr bool maps_element<F, E, what_it_gives> = takes_element<F, E>;

template <Dataset S, class F, class Out> struct MapDataset {
    using input = element_of<S>;
    using element = mapped<F, input, Out>;
    struct Cursor {
        cursor_of<S> source;
        F f;
        bool pure;
        input in{};

        bool next(element& to)
        {
            if (!source.next(in)) return false;
            internals::map_element<Out>(std::as_const(f), in, to);
            return true;
        }
        [[gnu::cold]] std::uint64_t skip(std::uint64_t n)
        {
            if (pure) return internals::skip_elements<input>(source, n);
            return internals::read_over<element>(n, [&](element& unused) { return next(unused); });
        }
        bool skips_places() const { return pure && internals::skips_places(source); }
    };

    S source;
    F f;
    MapOptions options;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), f, options.pure}; }
    [[gnu::cold]] std::int64_t cardinality() const { return lamina::cardinality(source); }
};

template <class Out, class F> auto serial_map(F f, MapOptions options)
{
    return Transform{[f = std::move(f), options]<Dataset S>(S source) {
        constexpr bool fits = maps_element<F, element_of<S>, Out>, fills = !std::is_same_v<Out, what_it_gives>;
        static_assert(fits || fills, "lamina: the function of map does not take the elements of this dataset");
        static_assert(fits || !fills,
                      "lamina: the function of map<Out> does not take an element of this dataset and an Out& behind it");
        if constexpr (fits) return MapDataset<S, F, Out>{std::move(source), f, options};
        else return source;
    }};
}

} // namespace internals

/// Calls `f(element)` for every element, or `f(part, part, …)` for the parts of a tuple; what it gives are the elements from then on.
///
/// `f` is called as const; what it throws comes out of `next` at the place of its element, and the next call goes on behind it.
///
/// Example  const auto tenths = range(10) | map([](std::int64_t i) { return static_cast<float>(i) / 10; });
template <class F> auto map(F f, MapOptions options = {})
{
    return internals::serial_map<internals::what_it_gives>(std::move(f), options);
}

/// The same with `f(element, out)` or `f(part, part, …, out)`, which fills an `Out` in place: one that was filled before and may be used
/// again, so that an element that is large costs no memory of its own.
///
/// Example  const auto rows = range(9) | map<std::string>([](std::int64_t i, std::string& to) { to.assign(4, char(i)); });
template <class Out, class F> auto map(F f, MapOptions options = {}) { return internals::serial_map<Out>(std::move(f), options); }

}} // namespace lamina
