// What the tests of data share: a folder that goes away, files plain and gzip, the text of a refusal, the memory used.
#pragma once

#include <lamina/core/error.hpp>

#include "catch.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

/// A folder of this process that is removed at the end.
struct Temporary {
    std::filesystem::path path;

    explicit Temporary(const std::string& name)
        : path(std::filesystem::temp_directory_path() / ("lamina-" + name + "-" + std::to_string(::getpid())))
    {
        std::filesystem::remove_all(path);
        std::filesystem::create_directories(path);
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() { std::filesystem::remove_all(path); }

    /// Writes a file and gives its path. An older one is removed first: file systems flush what is overwritten.
    std::filesystem::path write(const std::string& name, std::string_view bytes) const
    {
        std::filesystem::remove(path / name);
        std::ofstream(path / name, std::ios::binary) << bytes;
        return path / name;
    }
};

/// What `call` is refused with; empty if it is not. Any other exception passes through and fails the test.
template <class Call> std::string refusal_of(Call call)
{
    try {
        call();
    }
    catch (const lamina::error& problem) {
        return problem.what();
    }
    return "";
}

/// Whether `text` holds `part`; if not, the failing check shows the text.
inline bool says(const std::string& text, const std::string& part)
{
    if (text.find(part) != text.npos) return true;
    UNSCOPED_INFO("the text is: " << text);
    return false;
}

/// The most memory this process ever had, in MiB: readers must not believe what a header claims.
inline long peak_memory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}
