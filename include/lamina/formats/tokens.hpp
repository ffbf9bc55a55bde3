// lamina/formats/tokens.hpp: reads the text at the head of a file token by token: what JSON and Python's literals share.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The text that is left to be read. It knows the file's name and what to do about a file that it refuses.
class Tokens {
public:
    Tokens(std::string_view text, std::string_view called, std::string_view what_to_do)
        : rest(text), file(called), remedy(what_to_do)
    {}

    [[noreturn, gnu::cold]] void refuse(std::initializer_list<piece> why) const
    {
        std::string text;
        append(text, why);
        fail({file, ": the header ", text, "; ", remedy});
    }

    [[gnu::cold]] void expect_end()
    {
        skip_spaces();
        if (!rest.empty()) refuse({"goes on after its closing brace"});
    }

protected:
    void skip_spaces() { rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n\r"), rest.size())); }

    /// Whether this letter is next, which is passed then.
    [[gnu::cold]] bool accept(char c)
    {
        skip_spaces();
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }

    /// A whole number without a sign. Gives how many digits it has: 0 where none stands here, and where it is too large.
    [[gnu::cold]] std::size_t accept_size(std::size_t& value)
    {
        skip_spaces();
        value = 0;
        std::size_t digits = 0;
        for (; digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9'; ++digits) {
            const auto digit = static_cast<std::size_t>(rest[digits] - '0');
            if (value > (~std::size_t{0} - digit) / 10) return 0;
            value = value * 10 + digit;
        }
        rest.remove_prefix(digits);
        return digits;
    }

    std::string_view rest, file, remedy;
};

}}} // namespace lamina::internals
