// lamina/core/literal.hpp: text and fractions as template arguments: `Name<"stem">` and `Dropout<0.5>`.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A string literal as a template argument.
template <std::size_t N> struct text {
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

/// A bound that is none.
inline constexpr fraction unlimited{std::numeric_limits<double>::infinity()};

}}} // namespace lamina::internals
