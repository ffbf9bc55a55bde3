// lamina/core/folder.hpp: folders that files are made in.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file_place.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Makes a folder, and those around it, where it is missing.
[[gnu::cold]] inline void make_folder(const std::filesystem::path& folder)
{
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) fail({folder.string(), ": cannot be made (", problem.message(), "); choose another folder"});
}

/// The folder of a file.
[[gnu::cold]] inline std::filesystem::path folder_of(const std::string& file)
{
    const auto folder = std::filesystem::path(file).parent_path();
    return folder.empty() ? "." : folder;
}

/// Refuses a folder in which no file can be made.
[[gnu::cold]] inline void require_to_write_in(const std::filesystem::path& folder)
{
    if (!may_write_in(folder.string()))
        fail({folder.string(), ": no file can be made in it (", std::strerror(errno), "); choose another folder"});
}

}}} // namespace lamina::internals
