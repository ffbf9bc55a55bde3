// lamina/formats/plain_bytes.hpp: the bytes of a file, as they are on the disk, from front to back.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// The bytes of a file that is as it is on the disk.
class PlainBytes {
public:
    PlainBytes(const FilePath& path, std::string_view called) : name(called), file(open_to_read(path))
    {
        std::setvbuf(file.get(), nullptr, _IOFBF, std::size_t{1} << 16);
    }

    /// Reads `n` bytes, fewer at the end alone, and says how many.
    std::size_t read(char* into, std::size_t n)
    {
        const std::size_t got = std::fread(into, 1, n, file.get());
        if (got < n && std::ferror(file.get())) fail({name, ": cannot be read (", std::strerror(errno), ")"});
        return got;
    }

    /// Passes over n bytes, and says whether they were there. Where they are many, they are not read.
    bool skip(std::uint64_t n)
    {
        char block[4096];
        while (n > sizeof block) { // but for the last, which has to be there
            const auto step = static_cast<long>(std::min<std::uint64_t>(n - 1, LONG_MAX));
            if (std::fseek(file.get(), step, SEEK_CUR) != 0) return false;
            n -= static_cast<std::uint64_t>(step);
        }
        return read(block, static_cast<std::size_t>(n)) == n;
    }

    /// From the first byte again.
    void restart() { std::rewind(file.get()); }

private:
    std::string name;
    std::unique_ptr<std::FILE, CloseFile> file;
};

}}} // namespace lamina::internals
