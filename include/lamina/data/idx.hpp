// lamina/data/idx.hpp: reads idx files, the format of MNIST, plain or gzip.
//
// A file is two zero bytes, the type of its elements, its rank, one big-endian 32-bit size a dimension, and the elements.
// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "File formats".
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>

#if !__has_include(<zlib.h>)
#error "lamina/data/idx.hpp needs zlib (Debian and Ubuntu: zlib1g-dev, Conan: zlib)"
#endif
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace lamina::idx {

/// An array of bytes in C order.
struct array {
    lamina::shape shape;
    std::vector<std::uint8_t> bytes;
};

namespace detail {

struct Close {
    void operator()(gzFile file) const { gzclose(file); }
};

/// Reads a file from front to back. zlib finds out by the first two bytes whether it is gzip, whatever it is called.
class File {
public:
    explicit File(const std::filesystem::path& path) : name(path.string())
    {
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored)) fail({name, ": is a folder, an idx file was needed"});
        errno = 0;
        stream.reset(gzopen(name.c_str(), "rb"));
        if (!stream) fail({name, ": cannot be opened (", errno == 0 ? "out of memory" : std::strerror(errno), ")"});
    }

    /// Fills as much of `into` as there is and says how much that was.
    std::size_t read(std::span<std::uint8_t> into)
    {
        const int got = gzread(stream.get(), into.data(), static_cast<unsigned>(into.size()));
        int problem = Z_OK;
        gzerror(stream.get(), &problem);
        if (problem == Z_BUF_ERROR) fail({name, ": the gzip data ends in the middle; copy the file again"});
        if (got < 0 && problem == Z_ERRNO) fail({name, ": cannot be read (", std::strerror(errno), ")"});
        if (got < 0) fail({name, ": the gzip data is damaged; copy the file again"});
        return static_cast<std::size_t>(got);
    }

    std::string name;

private:
    std::unique_ptr<gzFile_s, Close> stream;
};

inline std::uint32_t big_endian(const std::uint8_t* bytes)
{
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

} // namespace detail

/// An idx file of unsigned bytes with `rank` dimensions. The header is believed only as far as the file goes: memory
/// grows with what was read.
///
/// Refuses  anything else: another rank or type, elements missing or left over, damaged gzip; throws `lamina::error`.
inline array read(const std::filesystem::path& path, std::size_t rank)
{
    detail::File file(path);
    std::uint8_t header[4 + 4 * shape::max_rank];
    if (file.read({header, 4}) < 4 || header[0] != 0 || header[1] != 0)
        fail({file.name, ": does not start with an idx header; is it another file?"});
    if (header[2] != 8) fail({file.name, ": holds idx elements of type ", +header[2], ", unsigned bytes (type 8) were needed"});
    if (header[3] != rank)
        fail({file.name, ": has ", +header[3], " dimensions, ", rank, " were needed; are images and labels swapped?"});
    if (file.read({header + 4, 4 * rank}) < 4 * rank) fail({file.name, ": ends within its header; copy the file again"});

    array result;
    for (std::size_t axis = 0; axis < rank; ++axis) result.shape.push_back(detail::big_endian(header + 4 + 4 * axis));
    std::size_t claimed = 1;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        const std::size_t extent = result.shape[axis];
        if (extent != 0 && claimed > std::numeric_limits<std::size_t>::max() / extent)
            fail({file.name, ": the header claims ", result.shape, " elements, more than any file holds; copy the file again"});
        claimed *= extent;
    }

    constexpr std::size_t block = std::size_t{1} << 20;
    while (result.bytes.size() < claimed) {
        const std::size_t before = result.bytes.size(), wanted = std::min(block, claimed - before);
        result.bytes.resize(before + wanted);
        const std::size_t got = file.read(std::span(result.bytes).subspan(before));
        if (got < wanted)
            fail({file.name, ": the header claims ", result.shape, " elements, the file holds ", before + got,
                  "; copy the file again"});
    }
    if (file.read({header, 1}) != 0)
        fail({file.name, ": goes on after the ", result.shape, " elements that its header claims; copy the file again"});
    return result;
}

} // namespace lamina::idx
