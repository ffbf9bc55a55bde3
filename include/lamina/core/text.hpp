// lamina/core/text.hpp: text and fractions as template arguments, `Name<"stem">` and `Dropout<0.5>`; lists of names.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <type_traits>
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

/// Sorts where time does not count: through the C library, since std::sort takes long to compile for every type.
/// `before` is a lambda without captures.
template <class T, class Before>
[[gnu::cold]] void sort_small(std::vector<T>& list, Before)
{
    static_assert(std::is_trivially_copyable_v<T> && std::is_empty_v<Before>);
    if (list.empty()) return;
    std::qsort(list.data(), list.size(), sizeof(T), [](const void* a, const void* b) {
        const T &left = *static_cast<const T*>(a), &right = *static_cast<const T*>(b);
        return Before{}(left, right) ? -1 : Before{}(right, left) ? 1 : 0;
    });
}

/// The first text that is in a list more than once, if there is one.
[[gnu::cold]] inline std::optional<std::string_view> repeated(const std::vector<std::string_view>& texts)
{
    if (texts.empty()) return {};
    std::vector<const std::string_view*> sorted;
    for (const auto& text : texts) sorted.push_back(&text);
    sort_small(sorted, [](const std::string_view* a, const std::string_view* b) {
        const int order = a->compare(*b);
        return order < 0 || (order == 0 && a < b);
    });
    const std::string_view* first = nullptr;
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (*sorted[i - 1] == *sorted[i] && (!first || sorted[i - 1] < first)) first = sorted[i - 1];
    if (!first) return {};
    return *first;
}

} // namespace lamina
