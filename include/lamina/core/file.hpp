// lamina/core/file.hpp: files that are whole or not there.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/once.hpp>

#include <algorithm>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#if defined(_WIN32)
#include <filesystem>
#include <io.h>
#else
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace lamina {

/// Where a file lies: a text or a std::filesystem::path, whose header takes long to compile and is not included here.
class FilePath {
public:
    FilePath(const char* path) : text(path) {}
    FilePath(std::string path) : text(std::move(path)) {}
    FilePath(std::string_view path) : text(path) {}
    template <class Path>
        requires requires(const Path& path) {
            { path.string() } -> std::convertible_to<std::string>;
        }
    FilePath(const Path& path) : text(path.string())
    {}

    const std::string& string() const { return text; }
    const char* c_str() const { return text.c_str(); }

private:
    std::string text;
};

namespace detail {

enum class at_path { nothing, file, folder, other };

#if defined(_WIN32)
inline at_path what_is_at(const FilePath& path)
{
    std::error_code failed;
    const auto found = std::filesystem::status(path.string(), failed);
    return std::filesystem::is_directory(found)      ? at_path::folder
           : std::filesystem::is_regular_file(found) ? at_path::file
           : std::filesystem::exists(found)          ? at_path::other
                                                     : at_path::nothing;
}
inline bool replace_file(const std::string& from, const std::string& to)
{
    std::error_code failed;
    std::filesystem::rename(from, to, failed);
    errno = failed.value();
    return !failed;
}
inline void cut_file(const FilePath& path, std::uintmax_t size)
{
    std::error_code ignored;
    std::filesystem::resize_file(path.string(), size, ignored);
}
#else
[[gnu::cold]] inline at_path what_is_at(const FilePath& path)
{
    struct ::stat found;
    if (::stat(path.c_str(), &found) != 0) return at_path::nothing;
    return S_ISDIR(found.st_mode) ? at_path::folder : S_ISREG(found.st_mode) ? at_path::file : at_path::other;
}
[[gnu::cold]] inline bool replace_file(const std::string& from, const std::string& to)
{
    return std::rename(from.c_str(), to.c_str()) == 0;
}
[[gnu::cold]] inline void cut_file(const FilePath& path, std::uintmax_t size)
{
    if (::truncate(path.c_str(), static_cast<::off_t>(size)) != 0) return; // nothing else can be done about a full disk
}
#endif

} // namespace detail

/// Writes a file under a temporary name beside its own; `commit` flushes it to the disk and renames it. A reader
/// sees the old file or the new one, never a part, and a failure leaves the old one as it was and no temporary file.
class AtomicFile {
public:
    LAMINA_ONCE explicit AtomicFile(const FilePath& to) : target(to.string())
    {
        // x: never into a file, or through a link, of somebody else; another thread may write one name, too.
        for (std::size_t tried = 0; !handle; ++tried) {
            temporary = target;
            append(temporary, {part, process(), '-', tried});
            handle = std::fopen(temporary.c_str(), "wbx");
            if (!handle && errno != EEXIST) refuse("cannot be created");
        }
    }

    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    LAMINA_ONCE ~AtomicFile() { discard(); }

    LAMINA_ONCE void write(const void* data, std::size_t bytes)
    {
        if (std::fwrite(data, 1, bytes, handle) != bytes) refuse("cannot be written");
    }
    LAMINA_ONCE void write(std::string_view text) { write(text.data(), text.size()); }

    LAMINA_ONCE void commit()
    {
        if (std::fflush(handle) != 0 || !synchronise(handle)) refuse("cannot be written");
        std::FILE* const closing = std::exchange(handle, nullptr);
        if (std::fclose(closing) != 0) refuse("cannot be written");
        if (!detail::replace_file(temporary, target)) refuse("cannot be put in place");
        synchronise_folder();
    }

    /// The name that a file was to get, where this is a temporary name and the process that wrote under it is gone; else nothing:
    /// "a" for "a.part1234-0", where 1234 is no process.
    [[gnu::cold]] static std::string abandoned(const std::string& name)
    {
        const std::size_t mark = name.rfind(part);
        int writer = 0;
        unsigned made = 0;
        if (mark == name.npos || std::sscanf(name.c_str() + mark + part.size(), "%9d-%9u", &writer, &made) != 2) return {};
        return writer <= 0 || runs(writer) ? std::string() : name.substr(0, mark);
    }

private:
    static constexpr std::string_view part = ".part";

    [[noreturn, gnu::cold]] void refuse(const char* what)
    {
        const std::string reason = std::strerror(errno);
        discard();
        fail({target, ": ", what, " (", reason, "); what was there before is unchanged"});
    }

    [[gnu::cold]] void discard() noexcept
    {
        if (handle) std::fclose(std::exchange(handle, nullptr));
        if (!committed) std::remove(temporary.c_str());
    }

#if defined(_WIN32)
    static int process() { return 0; }
    static bool runs(int) { return true; }
    static bool synchronise(std::FILE* file) { return _commit(_fileno(file)) == 0; }
    void synchronise_folder() { committed = true; }
#else
    static int process() { return static_cast<int>(::getpid()); }
    static bool runs(int process) { return ::kill(process, 0) == 0 || errno != ESRCH; }
    static bool synchronise(std::FILE* file) { return ::fsync(::fileno(file)) == 0; }

    /// The new name itself has to reach the disk: that is the folder's business.
    [[gnu::cold]] void synchronise_folder()
    {
        committed = true;
        const std::size_t slash = target.rfind('/');
        const std::string folder = slash == target.npos ? "." : target.substr(0, slash + 1);
        if (const int opened = ::open(folder.c_str(), O_RDONLY); opened >= 0) {
            ::fsync(opened);
            ::close(opened);
        }
    }
#endif

    std::string target, temporary;
    std::FILE* handle = nullptr;
    bool committed = false;
};

/// Writes a whole file, or throws `lamina::error` and changes nothing.
LAMINA_ONCE inline void write_file_atomically(const FilePath& path, std::string_view bytes)
{
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

/// A whole file in memory, or its first `most` bytes. Throws `lamina::error` where it is missing or cannot be read.
LAMINA_ONCE inline std::string read_file(const FilePath& path, std::size_t most = ~std::size_t{0})
{
    const auto kind = detail::what_is_at(path);
    if (kind == detail::at_path::folder) fail({path.string(), ": is a folder, a file was needed"});
    if (kind == detail::at_path::other) fail({path.string(), ": is no regular file, one was needed"});
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (!file) fail({path.string(), ": cannot be opened (", std::strerror(errno), ")"});
    std::string bytes;
    char block[1 << 16];
    while (const std::size_t n = std::fread(block, 1, std::min(sizeof block, most - bytes.size()), file)) bytes.append(block, n);
    const bool broken = std::ferror(file) != 0;
    std::fclose(file);
    if (broken) fail({path.string(), ": cannot be read (", std::strerror(errno), ")"});
    return bytes;
}

} // namespace lamina
