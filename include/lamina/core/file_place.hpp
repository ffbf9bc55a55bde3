// lamina/core/file_place.hpp: where a file that is written goes: through links, in place of what is there, into a device or a pipe.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What is there under a name that a file is to get.
struct file_place {
    std::string path;    ///< the name itself, links followed
    bool there = false;  ///< a file, which will be replaced
    bool stream = false; ///< a device or a pipe, which takes the bytes as they come and is never replaced
    int descriptor = -1; ///< of a stream that this process holds open already, as "/dev/stdout" names it
#if !defined(_WIN32)
    struct ::stat old{}; ///< of the file that is there
#endif
};

/// Refuses what is no name at all. A variable of the environment that is not set, for one, gives an empty text.
[[gnu::cold]] inline void require_file_name(std::string_view path)
{
    if (path.empty()) fail({"the name of the file is empty; give a name, such as \"model.safetensors\""});
    if (path.find('\0') != path.npos) fail({path.data(), ": the name of the file goes on after a zero byte; leave that out"});
}

#if defined(_WIN32)
inline file_place place_for(const std::string& path)
{
    require_file_name(path);
    if (path.back() == '/' || path.back() == '\\') fail({path, ": names a folder, as it ends in a slash; a file was needed"});
    return {path};
}
inline std::FILE* open_stream(const file_place&) { return nullptr; }
inline bool may_write_in(const std::string&) { return true; }
#else

[[noreturn, gnu::cold]] inline void refuse_place(std::string_view path, const char* what)
{
    fail({path, ": cannot be written (", std::strerror(errno), "); ", what});
}

/// 1 for "/dev/fd/1", and -1 where a path does not name what this process has open.
[[gnu::cold]] inline int descriptor_of(std::string_view path)
{
    const bool own = path.starts_with("/proc/self/fd/");
    if (!own && !path.starts_with("/dev/fd/")) return -1;
    path.remove_prefix(own ? 14 : 8);
    int number = 0;
    for (const char digit : path) {
        if (digit < '0' || digit > '9' || number > 99999) return -1;
        number = number * 10 + (digit - '0');
    }
    return path.empty() ? -1 : number;
}

/// Follows links, also to what is not there yet, as fopen does.
///
/// Refuses   what is no place for a file: a folder, a disk, a socket, a file that is write-protected.
[[gnu::cold]] inline file_place place_for(const std::string& path)
{
    require_file_name(path);
    constexpr const char* other = "choose another name";
    file_place place{path};
    bool of_process = false; // led through /proc, where a link need not say where the open file lies
    for (int links = 0;; ++links) {
        if (place.path.back() == '/') fail({path, ": names a folder, as it ends in a slash; a file was needed"});
        place.descriptor = descriptor_of(place.path);
        if (place.descriptor >= 0) {
            place.stream = true;
            return place;
        }
        place.there = ::lstat(place.path.c_str(), &place.old) == 0;
        if (!place.there && errno != ENOENT) refuse_place(path, other);
        if (!place.there || !S_ISLNK(place.old.st_mode)) break;
        char text[4096];
        const ::ssize_t length = ::readlink(place.path.c_str(), text, sizeof text);
        if (links == 40) errno = ELOOP;
        if (links == 40 || length <= 0) refuse_place(path, "mend the link, or choose another name");
        of_process = of_process || place.path.starts_with("/proc/");
        const std::size_t folder = text[0] == '/' ? 0 : place.path.rfind('/') + 1; // npos + 1 is 0
        place.path.resize(folder);
        place.path.append(text, static_cast<std::size_t>(length));
    }

    struct ::stat found{};
    if (::stat(path.c_str(), &found) == 0) {
        const bool same = place.there && found.st_dev == place.old.st_dev && found.st_ino == place.old.st_ino;
        if (S_ISDIR(found.st_mode)) fail({path, ": is a folder, a file was needed"});
        place.stream = S_ISCHR(found.st_mode) || S_ISFIFO(found.st_mode);
        if (place.stream) place.path = path;
        else if (!S_ISREG(found.st_mode) || (of_process && !same))
            fail({path, ": is a ",
                  S_ISBLK(found.st_mode)    ? "disk"
                  : S_ISSOCK(found.st_mode) ? "socket"
                                            : "file that has no name",
                  " and is left as it is; choose another name"});
    }
    if (place.there && !place.stream && ::faccessat(AT_FDCWD, place.path.c_str(), W_OK, AT_EACCESS) != 0)
        refuse_place(path, "the file that is there is write-protected, so allow it to be written or choose another name");
    return place;
}

/// Whether files can be made in a folder.
[[gnu::cold]] inline bool may_write_in(const std::string& folder)
{
    return ::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
}

/// Takes a descriptor, if it is one. Null where that fails.
[[gnu::cold]] inline std::FILE* stream_of(int descriptor)
{
    std::FILE* const stream = descriptor < 0 ? nullptr : ::fdopen(descriptor, "wb");
    if (!stream && descriptor >= 0) ::close(descriptor);
    return stream;
}

/// Opens a place that is a stream, or gives null.
[[gnu::cold]] inline std::FILE* open_stream(const file_place& place)
{
    if (place.descriptor == 1) std::fflush(stdout); // what the program printed comes first
    return stream_of(place.descriptor >= 0 ? ::dup(place.descriptor)
                                           : ::open(place.path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
}

/// Gives a file that replaces another its owner and its mode. Who may not give it to the old group does not let the new one do more
/// than everybody may.
[[gnu::cold]] inline void take_over_mode(int file, const struct ::stat& old)
{
    ::mode_t mode = old.st_mode & 0777;
    struct ::stat made{};
    if (::fstat(file, &made) != 0) return;
    if (made.st_uid != old.st_uid || made.st_gid != old.st_gid) {
        if (::fchown(file, old.st_uid, old.st_gid) != 0 && made.st_gid != old.st_gid &&
            ::fchown(file, static_cast<::uid_t>(-1), old.st_gid) != 0)
            mode = (mode & 0707) | (mode & 07) << 3;
    }
    if (::fchmod(file, mode) != 0) return; // a file system without modes
}

#endif

}}} // namespace lamina::internals
