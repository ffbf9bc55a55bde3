// lamina/core/error.hpp: the exception every run-time refusal of lamina is.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <concepts>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lamina {

/// What lamina throws. The text is one sentence: where, what was found, what was needed, what to do.
struct error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace lamina

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// How a part of a sentence is written, as a stream prints it. Other types have a `print` of their own beside them. Texts and letters
/// share one function: the compiler would spell out what std::string does wherever it is asked to grow.
[[gnu::cold, gnu::noinline]] inline void print(std::string& to, std::string_view text) { to += text; }
[[gnu::cold]] inline void print(std::string& to, char letter) { print(to, std::string_view(&letter, 1)); }

[[gnu::cold, gnu::noinline]] inline void print_whole(std::string& to, unsigned long long size, bool negative)
{
    char digits[24];
    char* first = digits + sizeof digits;
    do *--first = static_cast<char>('0' + size % 10);
    while (size /= 10);
    if (negative) *--first = '-';
    print(to, std::string_view(first, static_cast<std::size_t>(digits + sizeof digits - first)));
}

/// As std::printf writes one number, but with a point under every locale: what is neither digit, sign nor letter separates.
/// (std::to_chars would do it too; its header takes longer to compile than all of this.)
[[gnu::cold, gnu::noinline]] inline void print_real(std::string& to, const char* format, double number)
{
    char text[400]; // the largest double takes 316 letters
    std::snprintf(text, sizeof text, format, number);
    bool separates = false;
    for (const char* next = text; *next; ++next) {
        const bool before = separates;
        separates = !(*next >= '0' && *next <= '9') && !(*next >= 'a' && *next <= 'z') && *next != '-' && *next != '+';
        if (!separates || !before) print(to, separates ? '.' : *next);
    }
}

[[gnu::cold]] inline void print(std::string& to, std::integral auto number)
{
    const auto bits = static_cast<unsigned long long>(number);
    if constexpr (std::signed_integral<decltype(number)>) internals::print_whole(to, number < 0 ? 0 - bits : bits, number < 0);
    else internals::print_whole(to, bits, false);
}
[[gnu::cold]] inline void print(std::string& to, double number) { internals::print_real(to, "%g", number); }

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

/// Appends the parts to a text, one after another: `append(text, {"batch ", n, ": "})`.
[[gnu::cold, gnu::noinline]] inline void append(std::string& to, std::initializer_list<internals::piece> parts)
{
    for (const internals::piece& part : parts) part.write(to, part.at);
}

/// The parts one after another as a text. (std::string's `+` would be a function that all objects of a program share.)
[[gnu::cold, gnu::noinline]] inline std::string text_of(std::initializer_list<piece> parts)
{
    std::string text;
    append(text, parts);
    return text;
}

/// Throws an `error` whose text is the parts one after another. A list of parts without types is one function for all sentences.
/// A program that is compiled without exceptions ends here: the text goes to stderr.
[[noreturn, gnu::cold, gnu::noinline]] inline void fail(std::initializer_list<internals::piece> parts)
{
    std::string text;
    append(text, parts);
#if defined(__cpp_exceptions)
    throw error(text);
#else
    std::fprintf(stderr, "lamina: %s\n", text.c_str());
    std::abort();
#endif
}

}}} // namespace lamina::internals
