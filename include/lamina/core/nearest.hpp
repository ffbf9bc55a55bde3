// lamina/core/nearest.hpp: the name that was probably meant.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina::detail {

/// The number of characters to insert, remove or replace to get from one name to the other (Levenshtein 1965).
[[gnu::cold]] inline std::size_t edit_distance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row;
    for (std::size_t i = 0; i <= b.size(); ++i) row.push_back(i);
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
        }
    }
    return row.back();
}

/// Looks for the name nearest to `wanted` among those that it is shown.
struct Nearest {
    std::string_view wanted;
    std::string_view found{}; ///< none while all differ in more than half of the longer name's characters
    std::size_t least = ~std::size_t{0};

    [[gnu::cold]] void look_at(std::string_view name)
    {
        const std::size_t shorter = std::min(wanted.size(), name.size()), longer = std::max(wanted.size(), name.size());
        if (longer > 2 * shorter || longer - shorter >= least) return;
        if (const std::size_t distance = edit_distance(wanted, name); distance < least && 2 * distance <= longer) {
            least = distance;
            found = name;
        }
    }
};

/// The name nearest to `wanted` in a list, or none.
[[gnu::cold]] inline std::string_view nearest(std::string_view wanted, const std::vector<std::string_view>& names)
{
    Nearest near{wanted};
    for (const auto name : names) near.look_at(name);
    return near.found;
}

} // namespace lamina::detail
