// lamina/graph/traced/node_text.hpp: reads the JSON that says what the nodes of a file are, value by value, without a tree of them.
//
// Source: RFC 8259 (JSON).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/formats/safetensors_header.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::graphs {

/// A strict reader of any JSON, no deeper than sixteen. What it gives of a value is where that stands in the text.
class NodeText : public safetensors::detail::HeaderText {
public:
    NodeText(std::string_view text, std::string_view name) : HeaderText(text, name) {}

    /// Passes a value, and gives its text.
    [[gnu::cold]] std::string_view value()
    {
        skip_spaces();
        const char* const begin = rest.data();
        pass(0);
        return {begin, static_cast<std::size_t>(rest.data() - begin)};
    }

    /// The texts of the values of a list.
    [[gnu::cold]] std::vector<std::string_view> list()
    {
        std::vector<std::string_view> values;
        require('[');
        if (accept(']')) return values;
        do values.push_back(value());
        while (accept(','));
        require(']');
        return values;
    }

private:
    [[gnu::cold]] void require(char c)
    {
        if (!accept(c)) refuse({"lacks a '", c, "' where ", rest.size(), " bytes of it are left"});
    }

    void pass(int depth)
    {
        if (depth > 16) refuse({"has values in values deeper than sixteen"});
        skip_spaces();
        if (rest.starts_with('"')) static_cast<void>(string());
        else if (rest.starts_with('{')) members([&](const std::string&) { pass(depth + 1); });
        else if (accept('[')) {
            if (accept(']')) return;
            do pass(depth + 1);
            while (accept(','));
            require(']');
        }
        else pass_word();
    }

    /// A number, or true, false, null.
    void pass_word()
    {
        std::size_t n = 0;
        while (n < rest.size() && (std::string_view("+-.").find(rest[n]) != std::string_view::npos || is_letter(rest[n]))) ++n;
        const std::string_view word = rest.substr(0, n);
        if (word != "true" && word != "false" && word != "null" && !is_number(word)) refuse({"has a value that is none in JSON"});
        rest.remove_prefix(n);
    }
    static bool is_digit(char c) { return c >= '0' && c <= '9'; }
    static bool is_letter(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
    static bool is_number(std::string_view word)
    {
        const auto digits = [&] {
            std::size_t n = 0;
            for (; !word.empty() && is_digit(word[0]); ++n) word.remove_prefix(1);
            return n;
        };
        const auto starts = [&](std::string_view with) {
            const bool does = !word.empty() && with.find(word[0]) != with.npos;
            if (does) word.remove_prefix(1);
            return does;
        };
        starts("-");
        const bool zero = word.starts_with('0');
        if (const std::size_t n = digits(); n == 0 || (n > 1 && zero)) return false;
        if (starts(".") && digits() == 0) return false;
        if (starts("eE")) {
            starts("+-");
            if (digits() == 0) return false;
        }
        return word.empty();
    }
};

/// A number as JSON, the shortest that is read back to the bit. What is no number in JSON is a text.
template <class T> [[gnu::cold]] void print_number(std::string& to, T value)
{
    if constexpr (std::is_floating_point_v<T>)
        if (!std::isfinite(value)) return print(to, value != value ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
    if constexpr (std::is_floating_point_v<T>)
        if (value == 0 && std::signbit(value)) return print(to, "-0.0"); // -0 is an integer to some readers
    char text[64];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    print(to, std::string_view(text, static_cast<std::size_t>(end - text)));
}

/// Reads what `print_number` wrote, or a whole number in range; whether it was that.
template <class T> [[gnu::cold]] bool read_number(std::string_view text, T& value)
{
    if constexpr (std::is_floating_point_v<T>) {
        using limits = std::numeric_limits<T>;
        if (text.starts_with('"')) {
            const bool infinite = text == "\"Infinity\"" || text == "\"-Infinity\"";
            value = infinite ? text[1] == '-' ? -limits::infinity() : limits::infinity() : limits::quiet_NaN();
            return infinite || text == "\"NaN\"";
        }
    }
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size();
}

}}} // namespace lamina::internals::graphs
