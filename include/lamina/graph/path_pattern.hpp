// lamina/graph/path_pattern.hpp: names of files with numbers in them, `{epoch:02d}-{val_loss:.2f}.safetensors`, as Python's `format` has them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/graph/stored_values.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A number that a pattern may name.
struct NamedNumber {
    std::string name;
    double value = 0;
    bool whole = false;
};

/// How a number is written: `0`, width, `.precision`, and `d`, `e`, `f` or `g`, of which each may be missing.
struct NumberFormat {
    bool zeros = false;
    std::size_t width = 0, precision = 6;
    char type = 0; ///< 0: a whole number as it is, a figure with the digits that tell it from any other

    /// Whether a text is one for such a number.
    [[gnu::cold]] bool read(std::string_view text, bool whole)
    {
        const auto digits = [&text](std::size_t& to) {
            for (to = 0; !text.empty() && text[0] >= '0' && text[0] <= '9' && to < 10; text.remove_prefix(1))
                to = 10 * to + static_cast<std::size_t>(text[0] - '0');
            return to <= 40;
        };
        zeros = text.starts_with('0');
        if (!digits(width)) return false;
        const bool given = text.starts_with('.');
        if (given) text.remove_prefix(1);
        if (given && (text.empty() || text[0] < '0' || text[0] > '9' || !digits(precision))) return false;
        type = text.empty() ? given && !whole ? 'g' : '\0' : text[0];
        if (text.size() > 1 || (given && (type == 'd' || type == 0))) return false;
        return type == 0 || type == 'e' || type == 'f' || type == 'g' || (type == 'd' && whole);
    }

    [[gnu::cold]] void write(std::string& to, const NamedNumber& number) const
    {
        std::string text;
        if (type == 'e' || type == 'f' || type == 'g') {
            const std::string format = text_of({"%.", precision, std::string_view(&type, 1)});
            print_real(text, format.c_str(), number.value);
        }
        else text = number.whole ? value_text(static_cast<std::size_t>(number.value)) : value_text(number.value);
        const std::size_t sign = zeros && text[0] == '-' ? 1 : 0;
        text.insert(sign, width - std::min(width, text.size()), zeros ? '0' : ' ');
        append(to, {text});
    }
};

/// A pattern with its placeholders filled in; `{{` and `}}` stand for braces. `whose` begins the sentences.
///
/// Refuses   a brace without its other one, a name that is none of the numbers', a format that is not for the number.
[[gnu::cold]] inline std::string filled(std::string_view pattern, const std::vector<NamedNumber>& numbers, std::string_view whose)
{
    const auto refuse_brace = [&](const char* brace) {
        fail({whose, " \"", pattern, "\" has a ", brace, " without its other one; write it twice where it is part of the name"});
    };
    std::string path;
    for (std::string_view rest = pattern; !rest.empty();) {
        const std::size_t plain = std::min(rest.find_first_of("{}"), rest.size());
        append(path, {rest.substr(0, plain)});
        rest.remove_prefix(plain);
        if (rest.empty()) break;
        if (rest.starts_with("{{") || rest.starts_with("}}")) {
            append(path, {rest.substr(0, 1)});
            rest.remove_prefix(2);
            continue;
        }
        if (rest[0] == '}') refuse_brace("}");
        const std::size_t end = rest.find('}');
        if (end == rest.npos) refuse_brace("{");
        const std::string_view inside = rest.substr(1, end - 1), name = inside.substr(0, inside.find(':'));
        const std::string_view format = inside.substr(std::min(name.size() + 1, inside.size()));
        rest.remove_prefix(end + 1);

        const NamedNumber* found = nullptr;
        std::string names;
        for (const NamedNumber& number : numbers) {
            if (number.name == name) found = &number;
            append(names, {names.empty() ? "" : ", ", number.name});
        }
        if (!found)
            fail({whose, " \"", pattern, "\" names \"", name, "\", which is none of ", names, "; is it spelled as there?"});
        NumberFormat how;
        if (!how.read(format, found->whole))
            fail({whose, " \"", pattern, "\" has the format \"", format, "\" for ", name, "; ",
                  found->whole ? "a whole number takes 03d, 3d or nothing" : "a figure takes .2f, .3e, .4g or nothing",
                  ", and widths up to 40"});
        how.write(path, *found);
    }
    return path;
}

}}} // namespace lamina::internals
