// lamina/data/sources/list_files.hpp: the names of files that match a pattern.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/random.hpp>
#include <lamina/data/sources/list_dataset.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How `list_files` gives them.
struct ListFilesOptions {
    std::optional<Seed> shuffle{}; ///< an order of its own in each pass; without, that of the names
};

namespace internals {

/// Whether a name is of a pattern, in which `*` stands for any letters and `?` for one.
[[gnu::cold]] inline bool matches_pattern(std::string_view name, std::string_view pattern)
{
    std::size_t n = 0, p = 0, star = pattern.npos, after = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            after = n;
        }
        else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        }
        else if (star != pattern.npos) { // the last star stands for one letter more
            p = star + 1;
            n = ++after;
        }
        else return false;
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

/// The names in a folder, in order. Hidden ones, which begin with a point, are left out.
[[gnu::cold]] inline std::vector<std::string> names_in(const std::filesystem::path& folder, bool folders)
{
    std::error_code problem;
    std::vector<std::string> names;
    auto entry = std::filesystem::directory_iterator(folder, problem);
    for (const auto end = std::filesystem::directory_iterator(); !problem && entry != end; entry.increment(problem)) {
        std::error_code ignored;
        std::string name = entry->path().filename().string();
        if (!name.starts_with('.') && entry->is_directory(ignored) == folders) names.push_back(std::move(name));
    }
    if (problem) fail({folder.string(), ": cannot be read (", problem.message(), "); is it a folder?"});
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace internals

/// The files that match a pattern, in the order of their names. In its parts between slashes `*` stands for any letters and `?` for one;
/// names that begin with a point are left out.
///
/// Refuses  a pattern that no file matches, a folder that cannot be read
///
/// Example  std::vector<std::string> files = matching_files("records/train-*.tfrecord");
[[gnu::cold]] inline std::vector<std::string> matching_files(const internals::FilePath& pattern)
{
    namespace fs = std::filesystem;
    internals::require_file_name(pattern.string());
    const fs::path whole(pattern.string());
    std::vector<fs::path> found{whole.root_path()};
    const fs::path relative = whole.relative_path();
    for (auto part = relative.begin(); part != relative.end(); ++part) {
        const bool last = std::next(part) == relative.end();
        const std::string text = part->string();
        std::vector<fs::path> deeper;
        for (const fs::path& folder : found) {
            std::error_code ignored;
            if (text.find_first_of("*?") == text.npos) {
                const fs::path one = folder / *part;
                if (last ? fs::exists(one, ignored) && !fs::is_directory(one, ignored) : fs::is_directory(one, ignored))
                    deeper.push_back(one);
                continue;
            }
            for (const std::string& name : internals::names_in(folder.empty() ? "." : folder, !last))
                if (internals::matches_pattern(name, text)) deeper.push_back(folder / name);
        }
        found = std::move(deeper);
    }
    std::vector<std::string> names;
    for (const fs::path& one : found) names.push_back(one.string());
    std::sort(names.begin(), names.end());
    if (names.empty()) internals::fail({pattern.string(), ": no file matches this pattern; is the folder another one?"});
    return names;
}

/// The names of the files that match a pattern, as elements: in their order, or shuffled anew in each pass.
///
/// Options  `shuffle`, a seed
/// Refuses  what `matching_files` refuses
///
/// Example  auto names = list_files("records/train-*.tfrecord", {.shuffle = Seed{1}});
[[gnu::cold]] inline internals::ListDataset<std::string> list_files(const internals::FilePath& pattern,
                                                                    const ListFilesOptions& options = {})
{
    return {std::make_shared<const std::vector<std::string>>(matching_files(pattern)), options.shuffle};
}

}} // namespace lamina
