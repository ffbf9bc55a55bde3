// lamina/core/text.hpp: text and fractions as template arguments, `Name<"stem">` and `Dropout<0.5>`; lists of names.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace lamina {

/// A string literal as a template argument.
template <std::size_t N>
struct text {
    char chars[N]{};

    consteval text(const char (&literal)[N]) { std::copy_n(literal, N, chars); }

    constexpr std::string_view view() const { return {chars, N - 1}; }
    constexpr operator std::string_view() const { return view(); }
};

/// A real number as a template argument: clang 14 takes no floating-point ones, but takes their bits.
struct fraction {
    std::uint64_t bits;

    consteval fraction(double value) : bits(std::bit_cast<std::uint64_t>(value)) {}
    consteval fraction(int value) : fraction(static_cast<double>(value)) {}

    constexpr double value() const { return std::bit_cast<double>(bits); }
};

namespace detail {

/// `before(of, a, b)` compares what stands at two places. By heaps, of which the compiler makes less than of std::sort.
[[gnu::cold, gnu::noinline]] inline void sort_places(std::vector<std::size_t>& places, const void* of,
                                                     bool (*before)(const void* of, std::size_t a, std::size_t b))
{
    const auto compare = [=](std::size_t a, std::size_t b) { return before(of, a, b); };
    std::make_heap(places.begin(), places.end(), compare);
    std::sort_heap(places.begin(), places.end(), compare);
}

} // namespace detail

/// Whether a value is in a list: std::find is spelled out four times over, which takes long to compile.
[[gnu::cold]] bool contains(const auto& list, const auto& value)
{
    for (const auto& one : list)
        if (one == value) return true;
    return false;
}

/// The places 0, 1, … of a list in the order of what stands there; `before(a, b)` compares two places. It is one function for all
/// lists: std::sort takes long to compile for each.
template <class Before>
[[gnu::cold]] std::vector<std::size_t> sorted_places(std::size_t count, const Before& before)
{
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < count; ++i) places.push_back(i);
    detail::sort_places(places, &before,
                        [](const void* of, std::size_t a, std::size_t b) { return (*static_cast<const Before*>(of))(a, b); });
    return places;
}

/// The texts of a list without its type, so that one function compares those of all lists: `text(one)` gives the text of one.
class TextsOf {
public:
    template <class List, class Text>
    TextsOf(const List& list, Text)
        : count(list.size()), of(&list), at([](const void* from, std::size_t place) -> std::string_view {
              return Text{}((*static_cast<const List*>(from))[place]);
          })
    {}

    std::string_view operator[](std::size_t place) const { return at(of, place); }

    const std::size_t count;

private:
    const void* of;
    std::string_view (*at)(const void* of, std::size_t place);
};

/// The first text that is in a list more than once; where there is none, one that is nowhere: its data() is null. (A std::optional
/// would be one more thing to compile for every program.)
[[gnu::cold]] inline std::string_view repeated(const TextsOf& texts)
{
    const auto sorted = sorted_places(texts.count, [&](std::size_t a, std::size_t b) {
        const int order = texts[a].compare(texts[b]);
        return order < 0 || (order == 0 && a < b);
    });
    std::size_t first = texts.count;
    for (std::size_t i = 1; i < texts.count; ++i)
        if (texts[sorted[i - 1]] == texts[sorted[i]]) first = std::min(first, sorted[i - 1]);
    if (first == texts.count) return {};
    return texts[first];
}

} // namespace lamina
