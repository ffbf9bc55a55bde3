// lamina/data/fetch.hpp: the numbers of an element on their way into the cache while the one before it is copied.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/data/element.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Asks for the first bytes of the rows and tensors of an element, which need not be there; of what lies behind them in order the processor
/// asks by itself. What is in the element itself needs nothing.
template <class E> void fetch([[maybe_unused]] const E& element)
{
#if defined(__GNUC__)
    if constexpr (kind_of<E> == element_is::tuple)
        std::apply([](const auto&... part) { (internals::fetch(part), ...); }, element);
    else if constexpr (kind_of<E> == element_is::numbers) {
        if constexpr (!numbers_of<E>::is_fixed) {
            std::size_t bytes = sizeof(typename numbers_of<E>::T);
            for (const std::size_t extent : internals::extents_of(element)) bytes *= extent;
            const char* const first = reinterpret_cast<const char*>(numbers_of<E>::data(element));
            for (std::size_t at = 0; at < std::min<std::size_t>(bytes, 1024); at += 64) __builtin_prefetch(first + at);
            asm volatile(""); // g++ takes a function that only asks for one that does nothing, and leaves its calls out
        }
    }
#endif
}

/// Says to a cursor that its next element will be read at once; its `look_ahead() const` may `fetch` it.
template <class Cursor> void look_ahead([[maybe_unused]] const Cursor& cursor)
{
    if constexpr (requires { cursor.look_ahead(); }) cursor.look_ahead();
}

}}} // namespace lamina::internals
