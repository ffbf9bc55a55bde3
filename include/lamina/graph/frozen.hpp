// lamina/graph/frozen.hpp: which variables of a file are not trained: their names, in the file's metadata.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/tensor_file.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The key of the text that has each name on a line of its own.
inline constexpr const char* frozen_key = "frozen";

/// A name on one line: a line's end in it is `\n`, and a backslash `\\`.
[[gnu::cold]] inline std::string on_one_line(std::string_view name)
{
    std::string line;
    for (const char c : name) append(line, {c == '\n' ? "\\n" : c == '\\' ? "\\\\" : std::string_view(&c, 1)});
    return line;
}

/// The names of the frozen ones among some records.
[[gnu::cold]] inline std::string frozen_names(const named_records& records)
{
    std::string text;
    for (const auto& [name, numbers] : records)
        if (!numbers->trainable) append(text, {on_one_line(name), '\n'});
    return text;
}

/// Whether a text, which may be null, names this one.
[[gnu::cold]] inline bool is_frozen(const std::string* names, std::string_view name)
{
    if (!names) return false;
    const std::string wanted = on_one_line(name);
    for (std::string_view rest = *names; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        if (line == wanted) return true;
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    }
    return false;
}

}}} // namespace lamina::internals
