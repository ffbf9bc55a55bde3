// lamina/core/text_table.hpp: rows of texts in a box of lines, for a terminal.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// 61706 as "61,706".
[[gnu::cold]] inline std::string with_commas(std::size_t n)
{
    std::string digits = std::to_string(n);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
    return digits;
}

inline std::size_t display_width(std::string_view text) // UTF-8: continuation bytes take no place
{
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

using table_row = std::array<std::string, 5>;

/// Rows in a box, the first one above the others. `sides` has a letter for each column: l where it begins at the left, r where it ends at the right.
[[gnu::cold]] inline std::string boxed(const std::vector<table_row>& rows, std::string_view sides)
{
    const std::size_t columns = sides.size();
    std::array<std::size_t, 5> width{};
    for (const auto& cells : rows)
        for (std::size_t c = 0; c < columns; ++c) width[c] = std::max(width[c], display_width(cells[c]));

    std::string text;
    const auto rule = [&](const char* left, const char* middle, const char* right) {
        for (std::size_t c = 0; c < columns; ++c) {
            text += c == 0 ? left : middle;
            for (std::size_t i = 0; i < width[c] + 2; ++i) text += "─";
        }
        append(text, {right, '\n'});
    };
    rule("┌", "┬", "┐");
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
            const std::string space(width[c] - display_width(rows[r][c]), ' ');
            const bool left = sides[c] == 'l';
            append(text, {"│ ", left ? rows[r][c] : space, left ? space : rows[r][c], ' '});
        }
        text += "│\n";
        if (r == 0) rule("├", "┼", "┤");
    }
    rule("└", "┴", "┘");
    return text;
}

}}} // namespace lamina::internals
