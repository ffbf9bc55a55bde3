// lamina/interop/columns.hpp: rows of texts in columns, for the terminal.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/models/summary.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A line for each row, two spaces between columns; a column that is empty everywhere is left out. `sides` has a letter for each: l where its
/// texts begin at the left, r where they end at the right.
template <std::size_t N>
[[gnu::cold]] std::string in_columns(const std::vector<std::array<std::string, N>>& rows, std::string_view sides)
{
    std::array<std::size_t, N> width{};
    for (const auto& row : rows)
        for (std::size_t c = 0; c < N; ++c) width[c] = std::max(width[c], display_width(row[c]));
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < N; ++c) {
            if (width[c] == 0) continue;
            const std::string space(width[c] - display_width(row[c]), ' ');
            append(line, {c == 0 ? "" : "  ", sides[c] == 'l' ? row[c] : space, sides[c] == 'l' ? space : row[c]});
        }
        line.erase(line.find_last_not_of(' ') + 1);
        append(text, {line, '\n'});
    }
    return text;
}

}}} // namespace lamina::internals
