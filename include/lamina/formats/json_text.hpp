// lamina/formats/json_text.hpp: texts as JSON writes them.
//
// Source: RFC 8259 (JSON), RFC 3629 (UTF-8).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace safetensors::detail {

/// The bytes of the UTF-8 character that a text starts with; 0 where it starts with none.
constexpr std::size_t utf8_length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const unsigned first = byte(0), second = byte(1);
    if (first < 0x80) return text.empty() ? 0 : 1;
    const std::size_t n = first < 0xC2 || first > 0xF4 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    for (std::size_t i = 1; i < n; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    // The second byte tells forms that are too long, surrogates, and what lies above U+10FFFF.
    const bool wrong = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
                       (first == 0xF4 && second > 0x8F);
    return wrong ? 0 : n;
}

/// A text that is printed in JSON's quotes and escapes. (Not `quoted`: of a std::string, that would be the standard's.)
struct json_quoted {
    std::string_view text;

    [[gnu::cold]] friend void print(std::string& to, const json_quoted& quoted)
    {
        constexpr char digits[] = "0123456789abcdef";
        internals::print(to, '"');
        for (const char c : quoted.text) {
            const auto code = static_cast<unsigned char>(c);
            if (c == '"' || c == '\\') internals::append(to, {'\\', c});
            else if (code < 0x20) internals::append(to, {"\\u00", digits[code >> 4], digits[code & 15]});
            else internals::print(to, c);
        }
        internals::print(to, '"');
    }
};

}}} // namespace lamina::safetensors::detail
