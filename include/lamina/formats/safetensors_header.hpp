// lamina/formats/safetensors_header.hpp: a strict reader of the flat subset of JSON that heads a safetensors file.
//
// Objects, texts and lists of sizes, and nothing that the text does not hold itself is allocated.
// Source: RFC 8259 (JSON).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/formats/json_text.hpp>
#include <lamina/formats/tokens.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace safetensors::detail {

class HeaderText : public internals::Tokens {
public:
    HeaderText(std::string_view text, std::string_view name) : Tokens(text, name, "save the file again, or copy it again") {}

    /// Calls `member(key)` for each key of an object; the value is left to be read. No key comes twice.
    template <class Member> [[gnu::cold]] void members(const Member& member)
    {
        members(&member, [](const void* to, const std::string& key) { (*static_cast<const Member*>(to))(key); });
    }

    /// A list of numbers without sign, fraction and exponent.
    [[gnu::cold]] std::vector<std::size_t> sizes()
    {
        std::vector<std::size_t> read;
        expect('[');
        if (accept(']')) return read;
        do {
            skip_spaces();
            const bool zero = rest.starts_with('0');
            std::size_t value = 0;
            const std::size_t digits = accept_size(value);
            if (digits == 0 || (digits > 1 && zero)) refuse({"has a list that is not made of sizes"});
            read.push_back(value);
        } while (accept(','));
        expect(']');
        return read;
    }

    [[gnu::cold]] std::string string()
    {
        std::string read;
        for (expect('"'); !rest.starts_with('"');) {
            const std::size_t n = utf8_length(rest);
            if (n == 0) refuse({rest.empty() ? "has a text without end" : "has a text that is not UTF-8"});
            if (static_cast<unsigned char>(rest[0]) < 0x20) refuse({"has a control character in a text"});
            const auto character = rest.substr(0, n);
            rest.remove_prefix(n);
            if (character == "\\") append_escaped(read);
            else internals::print(read, character);
        }
        rest.remove_prefix(1);
        return read;
    }

private:
    /// Keys one behind another; the last start is the end.
    struct Keys {
        std::string_view text;
        const std::vector<std::size_t>& starts;

        std::size_t size() const { return starts.size() - 1; }
        std::string_view operator[](std::size_t i) const { return text.substr(starts[i], starts[i + 1] - starts[i]); }
    };

    [[gnu::cold]] void members(const void* to, void (*member)(const void* to, const std::string& key))
    {
        std::string keys; // one behind another, and where each begins
        std::vector<std::size_t> starts;
        std::size_t begin = 0;
        expect('{');
        if (accept('}')) return;
        do {
            const auto key = string();
            starts.push_back(begin);
            internals::print(keys, key);
            begin = keys.size();
            expect(':');
            member(to, key);
        } while (accept(','));
        expect('}');

        starts.push_back(begin);
        if (const auto key = internals::repeated({Keys{keys, starts}, [](std::string_view one) { return one; }}); key.data())
            refuse({"names ", json_quoted{key}, " twice"});
    }

    [[gnu::cold]] void expect(char c)
    {
        if (!accept(c)) refuse({"lacks a '", c, "' where ", rest.size(), " bytes of it are left"});
    }

    [[gnu::cold]] void append_escaped(std::string& to)
    {
        constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
        if (const auto which = rest.empty() ? letters.npos : letters.find(rest[0]); which != letters.npos) {
            internals::print(to, meanings[which]);
            rest.remove_prefix(1);
            return;
        }
        std::uint32_t code = utf16_unit();
        if (code >= 0xD800 && code < 0xDC00 && rest.starts_with('\\')) {
            rest.remove_prefix(1);
            const std::uint32_t low = utf16_unit();
            if (low >= 0xDC00 && low < 0xE000) code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        if (code >= 0xD800 && code < 0xE000) refuse({"has half a surrogate pair in a text"});
        const int tails = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
        constexpr std::uint32_t marks[] = {0, 0xC0, 0xE0, 0xF0};
        internals::print(to, static_cast<char>(marks[tails] | code >> 6 * tails));
        for (int i = tails; i-- > 0;) internals::print(to, static_cast<char>(0x80 | (code >> 6 * i & 0x3F)));
    }

    /// What stands behind the backslash of `\u0041`.
    [[gnu::cold]] std::uint32_t utf16_unit()
    {
        constexpr std::string_view digits = "0123456789abcdef0123456789ABCDEF";
        std::uint32_t value = 0;
        bool fine = rest.size() >= 5 && rest[0] == 'u';
        for (std::size_t i = 1; fine && i < 5; ++i) {
            const std::size_t digit = digits.find(rest[i]);
            fine = digit != digits.npos;
            value = value * 16 + static_cast<std::uint32_t>(digit % 16);
        }
        if (!fine) refuse({"has an unknown escape in a text"});
        rest.remove_prefix(5);
        return value;
    }
};

}}} // namespace lamina::safetensors::detail
