// lamina/interop/keras/names.hpp: names of a file as identifiers and in comments, and the names that Keras gives by itself.
//
// A name from a file is never pasted into code as it is: what is no letter, digit or underscore of ASCII becomes an underscore.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/models/summary.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace keras::detail {

constexpr bool is_lower(char letter) { return letter >= 'a' && letter <= 'z'; }
constexpr bool is_upper(char letter) { return letter >= 'A' && letter <= 'Z'; }
constexpr bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Whether Keras gives a layer of this class the name by itself: conv2d, conv2d_1.
[[gnu::cold]] inline bool is_automatic(std::string_view name, std::string_view kind)
{
    const std::string usual = internals::snake(kind);
    if (!name.starts_with(usual)) return false;
    std::string_view rest = name.substr(usual.size());
    if (rest.empty()) return true;
    if (rest[0] != '_' || rest.size() == 1) return false;
    for (const char letter : rest.substr(1))
        if (!is_digit(letter)) return false;
    return true;
}

/// Words that are no names in C++, and those that what is written here uses.
inline constexpr std::string_view taken_words[]{
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char16_t",
    "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval",
    "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double", "dynamic_cast", "else", "enum",
    "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable",
    "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public",
    "register", "reinterpret_cast", "requires", "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast",
    "struct", "switch", "template", "this", "thread_local", "throw", "true", "try", "typedef", "typeid", "typename", "union",
    "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    // macros of systems
    "errno", "linux", "unix", "assert", "stdin", "stdout", "stderr", "NULL", "EOF", "I", "M_PI", "major", "minor", "small",
    "near", "far",
    // of the text itself
    "input", "inputs", "lamina", "std", "on", "on_inputs", "concatenate", "maximum", "minimum", "dot", "matmul"};

/// Its first 100 letters and digits; all else is an underscore.
[[gnu::cold]] inline std::string letters_of(std::string_view name)
{
    std::string made;
    for (const char letter : name.substr(0, 100)) made += is_lower(letter) || is_upper(letter) || is_digit(letter) ? letter : '_';
    return made;
}

/// The name as an identifier: `conv 1` is conv_1, `1st` is _1st, `class` is class_. The empty name is `layer`.
[[gnu::cold]] inline std::string identifier(std::string_view name)
{
    std::string made = letters_of(name);
    if (made.empty()) made = "layer";
    if (is_digit(made[0])) made.insert(made.begin(), '_');
    for (const std::string_view word : taken_words)
        if (made == word) {
            made += '_';
            break;
        }
    return made;
}

/// The same, and other than all that were taken before, which it joins.
[[gnu::cold]] inline std::string new_identifier(std::string_view name, std::vector<std::string>& taken)
{
    std::string made = identifier(name);
    while (internals::contains(taken, made)) made += '_';
    internals::add_to(taken, made);
    return made;
}

/// A text of a file within a comment: printable letters of ASCII alone, and none that ends a comment or joins lines.
[[gnu::cold]] inline std::string in_comment(std::string_view text)
{
    std::string made;
    for (const char letter : text.substr(0, 200))
        made += letter >= ' ' && letter <= '~' && letter != '\\' && letter != '/' ? letter : '?';
    if (text.size() > 200) made += "...";
    return made;
}

}}} // namespace lamina::keras::detail
