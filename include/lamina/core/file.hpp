// lamina/core/file.hpp: files that are whole or not there.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file_place.hpp>
#include <lamina/core/outlined.hpp>

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

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Where a file lies: a text or a std::filesystem::path, whose header takes long to compile and is not included here.
class FilePath {
public:
    FilePath(const char* path) : text(path ? path : "") {}
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

/// Writes a file under a temporary name beside its own; `commit` flushes it to the disk and renames it. A reader
/// sees the old file or the new one, never a part, and a failure leaves the old one as it was and no temporary file.
///
/// Links are followed: what they lead to is replaced, or made. A file that is there keeps its mode and, where that is allowed, its
/// owner; another hard link to it keeps the old bytes. A device or a pipe ("/dev/null", "/dev/stdout") is written into as the bytes
/// come: for these alone there is no going back.
///
/// Refuses   a folder, a disk, a socket, a file that is write-protected, a folder in which no file can be made.
class AtomicFile {
public:
    LAMINA_OUTLINED explicit AtomicFile(const FilePath& to) : target(to.string()), place(place_for(target))
    {
        if (place.stream && !(handle = open_stream(place))) refuse("cannot be opened");
        // Never into a file, or through a link, of somebody else; another thread may write one name, too.
        for (std::size_t tried = 0, longest = target.size(); !handle; ++tried) {
            temporary = shortened(place.path, longest);
            append(temporary, {part, process(), '-', tried});
            handle = made(temporary);
            if (handle || errno == EEXIST) continue;
            if (errno != ENAMETOOLONG || longest == short_name) refuse_folder();
            longest = short_name;
        }
    }

    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    LAMINA_OUTLINED ~AtomicFile() { discard(); }

    LAMINA_OUTLINED void write(const void* data, std::size_t bytes)
    {
        if (std::fwrite(data, 1, bytes, handle) != bytes) refuse("cannot be written");
    }
    LAMINA_OUTLINED void write(std::string_view text) { write(text.data(), text.size()); }

    LAMINA_OUTLINED void commit()
    {
        if (std::fflush(handle) != 0 || (!place.stream && !synchronize(handle))) refuse("cannot be written");
        std::FILE* const closing = std::exchange(handle, nullptr);
        if (std::fclose(closing) != 0) refuse("cannot be written");
        if (place.stream) return;
        if (!replace_file(temporary, place.path)) refuse("cannot be put in place");
        synchronize_folder();
    }

    /// The name that a file was to get, where this is a temporary name and the process that wrote under it is gone; else nothing:
    /// "a" for "a.part1234-0", where 1234 is no process. Of a name that is too long to be followed by that, its beginning.
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
    static constexpr std::size_t short_name =
        100; ///< bytes of a name that every file system lets be followed by `part` and numbers

    /// The path with no more of its last name than `longest` bytes, of which none is half a character.
    [[gnu::cold]] static std::string shortened(const std::string& path, std::size_t longest)
    {
        const std::size_t start = path.rfind('/') + 1; // npos + 1 is 0
        if (path.size() - start <= longest) return path;
        std::size_t end = start + longest;
        while (end > start && (static_cast<unsigned char>(path[end]) & 0xC0) == 0x80) --end;
        return path.substr(0, end);
    }

    [[noreturn, gnu::cold]] void refuse(const char* what)
    {
        const std::string reason = std::strerror(errno);
        discard();
        fail({target, ": ", what, " (", reason, ')', place.stream ? "" : "; what was there before is unchanged"});
    }

    [[noreturn, gnu::cold]] void refuse_folder() const
    {
        const bool missing = errno == ENOENT;
        fail({target, ": cannot be created (", std::strerror(errno), ')',
              place.there ? "; what was there before is unchanged" : "",
              missing ? "; make its folder first, or choose another"
              : place.there
                  ? ", as it is only replaced by a whole file that lies beside it; choose a folder where files can be made"
                  : "; choose a folder where files can be made"});
    }

    [[gnu::cold]] void discard() noexcept
    {
        if (handle) std::fclose(std::exchange(handle, nullptr));
        if (!committed && !temporary.empty()) std::remove(temporary.c_str());
    }

#if defined(_WIN32)
    static int process() { return 0; }
    static bool runs(int) { return true; }
    static std::FILE* made(const std::string& name) { return std::fopen(name.c_str(), "wbx"); }
    static bool synchronize(std::FILE* file) { return _commit(_fileno(file)) == 0; }
    void synchronize_folder() { committed = true; }
#else
    static int process() { return static_cast<int>(::getpid()); }
    static bool runs(int process) { return ::kill(process, 0) == 0 || errno != ESRCH; }

    /// A new file, or null. What takes the place of a file that nobody else may read is not to be read before, either.
    [[gnu::cold]] std::FILE* made(const std::string& name) const
    {
        return stream_of(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, place.there ? 0600 : 0666));
    }

    [[gnu::cold]] bool synchronize(std::FILE* file) const
    {
        if (place.there) take_over_mode(::fileno(file), place.old);
        return ::fsync(::fileno(file)) == 0;
    }

    /// The new name itself has to reach the disk: that is the folder's business.
    [[gnu::cold]] void synchronize_folder()
    {
        committed = true;
        const std::size_t slash = place.path.rfind('/');
        const std::string folder = slash == place.path.npos ? "." : place.path.substr(0, slash + 1);
        if (const int opened = ::open(folder.c_str(), O_RDONLY); opened >= 0) {
            ::fsync(opened);
            ::close(opened);
        }
    }
#endif

    std::string target, temporary;
    file_place place;
    std::FILE* handle = nullptr;
    bool committed = false;
};

/// Writes a whole file, or throws `lamina::error` and changes nothing. See `AtomicFile`.
LAMINA_OUTLINED inline void write_file_atomically(const FilePath& path, std::string_view bytes)
{
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
}

/// Opens a file that is read from front to back. Throws `lamina::error` where it is missing, a folder, or no file at all.
[[gnu::cold]] inline std::FILE* open_to_read(const FilePath& path)
{
    require_file_name(path.string());
    const auto kind = what_is_at(path);
    if (kind == at_path::folder) fail({path.string(), ": is a folder, a file was needed"});
    if (kind == at_path::other) fail({path.string(), ": is no regular file, one was needed"});
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (!file) fail({path.string(), ": cannot be opened (", std::strerror(errno), ")"});
    return file;
}

/// A whole file in memory, or its first `most` bytes. Throws `lamina::error` where it is missing or cannot be read.
LAMINA_OUTLINED inline std::string read_file(const FilePath& path, std::size_t most = ~std::size_t{0})
{
    std::FILE* const file = open_to_read(path);
    std::string bytes;
    char block[1 << 16];
    while (const std::size_t n = std::fread(block, 1, std::min(sizeof block, most - bytes.size()), file)) bytes.append(block, n);
    const bool broken = std::ferror(file) != 0;
    std::fclose(file);
    if (broken) fail({path.string(), ": cannot be read (", std::strerror(errno), ")"});
    return bytes;
}

}}} // namespace lamina::internals
