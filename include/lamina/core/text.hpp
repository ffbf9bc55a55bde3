// lamina/core/text.hpp: text and fractions as template arguments, `Name<"stem">` and `Dropout<0.5>`; lists of names.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
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

/// The first text that is in a list more than once, if there is one.
[[gnu::cold]] inline std::optional<std::string_view> repeated(const std::vector<std::string_view>& texts)
{
    auto sorted = texts;
    std::sort(sorted.begin(), sorted.end());
    for (const auto text : texts) {
        const auto found = std::lower_bound(sorted.begin(), sorted.end(), text) + 1;
        if (found != sorted.end() && *found == text) return text;
    }
    return {};
}

} // namespace lamina
