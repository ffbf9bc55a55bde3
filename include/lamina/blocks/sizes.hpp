// lamina/blocks/sizes.hpp: sizes over height and width, and the two sides of an axis, as layers take them.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The extent of a window: `2` is a square, `Window{3, 2}` has height 3 and width 2.
struct Window {
    std::size_t height, width;

    constexpr Window(std::size_t side) : height(side), width(side) {}
    constexpr Window(std::size_t h, std::size_t w) : height(h), width(w) {}
};

/// What is put to an axis, or cut off, at its beginning and at its end: `1` is 1 at both, `Sides{1, 2}` is not the same.
struct Sides {
    std::size_t before, after;

    constexpr Sides(std::size_t both) : before(both), after(both) {}
    constexpr Sides(std::size_t at_the_beginning, std::size_t at_the_end) : before(at_the_beginning), after(at_the_end) {}

    constexpr std::size_t total() const { return before + after; }
};

/// The same of height and width, as Keras has it: `1`, `Border{1, 2}`, `Border{{top, bottom}, {left, right}}`.
struct Border {
    Sides height, width;

    constexpr Border(std::size_t all) : height(all), width(all) {}
    constexpr Border(Sides h, Sides w) : height(h), width(w) {}
};

}} // namespace lamina
