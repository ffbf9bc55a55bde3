// lamina/core/mapped_file.hpp: the bytes of a file, read by the system as they are touched.
//
// Source: POSIX.1-2017, mmap. Elsewhere the file is read whole.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#if !defined(_WIN32)
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The bytes of a file, mapped into memory: none is read before it is looked at, and the system may forget it again. What cannot be mapped
/// is read.
///
/// A file that is made shorter while it is mapped ends the program (SIGBUS) where bytes are looked at that are gone; `map = false` reads
/// it whole at once.
///
/// Refuses  a file that is missing, or no regular file
class MappedFile {
public:
    [[gnu::cold]] explicit MappedFile(const FilePath& path, bool map = true)
    {
#if !defined(_WIN32)
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(open_to_read(path), &std::fclose);
        struct ::stat found{};
        if (map && ::fstat(::fileno(file.get()), &found) == 0 && found.st_size > 0) {
            void* const begin =
                ::mmap(nullptr, static_cast<std::size_t>(found.st_size), PROT_READ, MAP_PRIVATE, ::fileno(file.get()), 0);
            if (begin != MAP_FAILED) {
                mapped = {static_cast<const char*>(begin), static_cast<std::size_t>(found.st_size)};
                return;
            }
        }
#else
        static_cast<void>(map);
#endif
        own = read_file(path);
    }
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    ~MappedFile()
    {
#if !defined(_WIN32)
        if (is_mapped()) ::munmap(const_cast<char*>(mapped.data()), mapped.size());
#endif
    }

    bool is_mapped() const { return mapped.data() != nullptr; }
    std::string_view bytes() const { return is_mapped() ? mapped : std::string_view(own); }

private:
    std::string_view mapped{};
    std::string own;
};

}}} // namespace lamina::internals
