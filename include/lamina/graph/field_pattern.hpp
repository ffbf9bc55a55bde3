// lamina/graph/field_pattern.hpp: fields chosen by path, by prefix or by wildcard.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Whether a pattern stands for a path from its start to the end of one of its names: `*` is any part of a name, `**` any part of
/// the path, `?` one character of a name. In time of their product.
inline bool matches(std::string_view pattern, std::string_view path)
{
    std::vector<unsigned char> reached(path.size() + 1), next(path.size() + 1); // of yes and no
    reached[0] = true;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool star = pattern[i] == '*', across = star && i + 1 < pattern.size() && pattern[i + 1] == '*';
        for (std::size_t at = 0; at <= path.size(); ++at) {
            const bool stays = star && reached[at];
            const bool goes_on =
                at > 0 && (star ? next[at - 1] && (across || path[at - 1] != '/')
                                : reached[at - 1] && (pattern[i] == path[at - 1] || (pattern[i] == '?' && path[at - 1] != '/')));
            next[at] = stays || goes_on;
        }
        reached.swap(next);
        i += across ? 1 : 0;
    }
    for (std::size_t at = 1; at <= path.size(); ++at)
        if (reached[at] && (at == path.size() || path[at] == '/')) return true;
    return false;
}

/// Which of a model's fields are meant: `{"head"}`, `{"body/0/kernel", "*/bias", "**/kernel"}`. Each stands for a path or for all paths
/// that begin with it; none at all for every field.
using FieldPatterns = std::vector<std::string>;

inline bool chosen_by(const FieldPatterns& patterns, std::string_view path)
{
    for (const auto& pattern : patterns)
        if (matches(pattern, path)) return true;
    return patterns.empty();
}

/// Refuses a pattern that stands for none of the paths.
[[gnu::cold]] inline void require_matches(const FieldPatterns& patterns, const std::vector<std::string_view>& paths,
                                          std::string_view where)
{
    for (const auto& pattern : patterns) {
        bool met = false;
        for (const auto path : paths) met = met || matches(pattern, path);
        if (met) continue;
        const auto nearby = nearest(pattern, paths);
        fail({where, ": no field is called \"", pattern, '"', nearby.empty() ? "" : " (the nearest is \"", nearby,
              nearby.empty() ? "" : "\")", "; patterns are paths, beginnings of paths, or have * and ** in them"});
    }
}

}}} // namespace lamina::internals
