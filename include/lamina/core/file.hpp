// lamina/core/file.hpp: files that are whole or not there.
#pragma once

#include <lamina/core/error.hpp>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#if defined(_WIN32)
#include <io.h>
#else
#include <fcntl.h>
#include <unistd.h>
#endif

namespace lamina {

/// Writes a file under a temporary name beside its own; `commit` flushes it to the disk and renames it. A reader
/// sees the old file or the new one, never a part, and a failure leaves the old one as it was and no temporary file.
class AtomicFile {
public:
    [[gnu::cold]] explicit AtomicFile(std::filesystem::path to) : target(std::move(to)), temporary(target)
    {
        static std::atomic<unsigned> made = 0; // two threads may write one name at once
        temporary += ".part" + std::to_string(process()) + '-' + std::to_string(made++);
        handle = std::fopen(temporary.string().c_str(), "wbx"); // x: never into a file, or through a link, of somebody else
        if (!handle) refuse("cannot be created");
    }

    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    [[gnu::cold]] ~AtomicFile() { discard(); }

    [[gnu::cold]] void write(const void* data, std::size_t bytes)
    {
        if (std::fwrite(data, 1, bytes, handle) != bytes) refuse("cannot be written");
    }
    [[gnu::cold]] void write(std::string_view text) { write(text.data(), text.size()); }

    [[gnu::cold]] void commit()
    {
        if (std::fflush(handle) != 0 || !synchronise(handle)) refuse("cannot be written");
        std::FILE* const closing = std::exchange(handle, nullptr);
        if (std::fclose(closing) != 0) refuse("cannot be written");
        std::error_code failed;
        std::filesystem::rename(temporary, target, failed);
        if (failed) {
            errno = failed.value();
            refuse("cannot be put in place");
        }
        synchronise_folder();
    }

private:
    [[noreturn, gnu::cold]] void refuse(const char* what)
    {
        const std::string reason = std::strerror(errno);
        discard();
        fail(target.string(), ": ", what, " (", reason, "); what was there before is unchanged");
    }

    [[gnu::cold]] void discard() noexcept
    {
        if (handle) std::fclose(std::exchange(handle, nullptr));
        std::error_code ignored;
        if (!committed) std::filesystem::remove(temporary, ignored);
    }

#if defined(_WIN32)
    static int process() { return 0; }
    static bool synchronise(std::FILE* file) { return _commit(_fileno(file)) == 0; }
    void synchronise_folder() { committed = true; }
#else
    static int process() { return static_cast<int>(::getpid()); }
    static bool synchronise(std::FILE* file) { return ::fsync(::fileno(file)) == 0; }

    /// The new name itself has to reach the disk: that is the folder's business.
    [[gnu::cold]] void synchronise_folder()
    {
        committed = true;
        const auto folder = target.has_parent_path() ? target.parent_path().string() : std::string(".");
        if (const int opened = ::open(folder.c_str(), O_RDONLY); opened >= 0) {
            ::fsync(opened);
            ::close(opened);
        }
    }
#endif

    std::filesystem::path target, temporary;
    std::FILE* handle = nullptr;
    bool committed = false;
};

/// Writes a whole file, or throws `lamina::error` and changes nothing.
[[gnu::cold]] inline void write_file_atomically(const std::filesystem::path& path, std::string_view bytes)
{
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

/// A whole file in memory. Throws `lamina::error` where it is missing or cannot be read.
[[gnu::cold]] inline std::string read_file(const std::filesystem::path& path)
{
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) fail(path.string(), ": is a folder, a file was needed");
    if (std::filesystem::exists(path, failed) && !std::filesystem::is_regular_file(path, failed))
        fail(path.string(), ": is no regular file, one was needed");
    std::FILE* const file = std::fopen(path.string().c_str(), "rb");
    if (!file) fail(path.string(), ": cannot be opened (", std::strerror(errno), ")");
    std::string bytes;
    char block[1 << 16];
    while (const std::size_t n = std::fread(block, 1, sizeof block, file)) bytes.append(block, n);
    const bool broken = std::ferror(file) != 0;
    std::fclose(file);
    if (broken) fail(path.string(), ": cannot be read (", std::strerror(errno), ")");
    return bytes;
}

} // namespace lamina
