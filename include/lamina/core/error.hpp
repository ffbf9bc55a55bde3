// lamina/core/error.hpp: the exception every run-time refusal of lamina is.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lamina {

/// What lamina throws. The text is one sentence: where, what was found, what was needed, what to do.
struct error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// How a part of a sentence is written, as a stream prints it. Other types have a `print` of their own beside them. Texts and letters
/// share one function: the compiler would spell out what std::string does wherever it is asked to grow.
[[gnu::cold, gnu::noinline]] inline void print(std::string& to, std::string_view text) { to += text; }
[[gnu::cold]] inline void print(std::string& to, char letter) { print(to, std::string_view(&letter, 1)); }

namespace detail {

[[gnu::cold, gnu::noinline]] inline void print_whole(std::string& to, unsigned long long size, bool negative)
{
    char digits[24];
    char* first = digits + sizeof digits;
    do *--first = static_cast<char>('0' + size % 10);
    while (size /= 10);
    if (negative) *--first = '-';
    print(to, std::string_view(first, static_cast<std::size_t>(digits + sizeof digits - first)));
}

} // namespace detail

[[gnu::cold]] inline void print(std::string& to, std::integral auto number)
{
    const auto bits = static_cast<unsigned long long>(number);
    if constexpr (std::signed_integral<decltype(number)>) detail::print_whole(to, number < 0 ? 0 - bits : bits, number < 0);
    else detail::print_whole(to, bits, false);
}
[[gnu::cold]] inline void print(std::string& to, double number)
{
    char digits[32];
    std::snprintf(digits, sizeof digits, "%g", number);
    print(to, std::string_view(digits));
}

namespace detail {

/// A part of a sentence without its type: where it lies, and how it is written.
struct piece {
    const void* at;
    void (*write)(std::string& to, const void* at);

    piece(const char* text)
        : at(text), write([](std::string& to, const void* from) { print(to, std::string_view(static_cast<const char*>(from))); })
    {}
    template <class Part>
    piece(const Part& part)
        : at(&part), write([](std::string& to, const void* from) { print(to, *static_cast<const Part*>(from)); })
    {}
};

} // namespace detail

/// Appends the parts to a text, one after another: `append(text, {"batch ", n, ": "})`.
[[gnu::cold, gnu::noinline]] inline void append(std::string& to, std::initializer_list<detail::piece> parts)
{
    for (const detail::piece& part : parts) part.write(to, part.at);
}

/// Throws an `error` whose text is the parts one after another. A list of parts without types is one function for all sentences.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::initializer_list<detail::piece> parts)
{
    std::string text;
    append(text, parts);
    throw error(text);
}

} // namespace lamina
