// lamina/data/transforms/filter.hpp: the elements that a function keeps.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/data/spec.hpp>
#include <lamina/data/transform.hpp>
#include <lamina/data/transforms/map.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <Dataset S, class F> struct FilterDataset {
    using element = element_of<S>;
    struct Cursor {
        cursor_of<S> source;
        F keeps;

        bool next(element& to)
        {
            while (source.next(to))
                if (internals::call_with(std::as_const(keeps), to)) return true;
            return false;
        }
    };

    S source;
    F keeps;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), keeps}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
};

/// The elements before the first that a function does not keep.
template <Dataset S, class F> struct TakeWhileDataset {
    using element = element_of<S>;
    struct Cursor {
        cursor_of<S> source;
        F keeps;
        bool ended = false;

        bool next(element& to)
        {
            if (!ended && source.next(to) && internals::call_with(std::as_const(keeps), to)) return true;
            ended = true; // what is thrown does not come here
            return false;
        }
    };

    S source;
    F keeps;

    [[gnu::cold]] Cursor open(Pass pass) const { return {source.open(pass), keeps}; }
    [[gnu::cold]] auto spec() const { return lamina::spec(source); }
};

/// Whether a function takes an element and says whether it is kept.
template <class F, class E> consteval bool gives_bool()
{
    if constexpr (takes_element<F, E>) return std::convertible_to<mapped<F, E>, bool>;
    else return false;
}

} // namespace internals

/// The elements for which `keeps(element)` is true, or `keeps(part, part, …)` for the parts of a tuple. How many they are is only found by
/// reading.
///
/// What `keeps` throws comes out of `next` at the place of its element, and the next call goes on behind it.
///
/// Example  const auto even = range(10) | filter([](std::int64_t i) { return i % 2 == 0; });
template <class F> auto filter(F keeps)
{
    return internals::Transform{[keeps = std::move(keeps)]<Dataset S>(S source) {
        constexpr bool fits = internals::gives_bool<F, internals::element_of<S>>();
        static_assert(
            fits, "lamina: the function of filter takes an element of this dataset, or its parts, and gives whether it is kept");
        if constexpr (fits) return internals::FilterDataset<S, F>{std::move(source), keeps};
        else return source;
    }};
}

/// The elements before the first for which `keeps` is false.
///
/// Example  const auto first = range(10) | take_while([](std::int64_t i) { return i * i < 20; }); // 0, 1, 2, 3, 4
template <class F> auto take_while(F keeps)
{
    return internals::Transform{[keeps = std::move(keeps)]<Dataset S>(S source) {
        constexpr bool fits = internals::gives_bool<F, internals::element_of<S>>();
        static_assert(
            fits,
            "lamina: the function of take_while takes an element of this dataset, or its parts, and gives whether it is kept");
        if constexpr (fits) return internals::TakeWhileDataset<S, F>{std::move(source), keeps};
        else return source;
    }};
}

}} // namespace lamina
