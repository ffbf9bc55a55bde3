// lamina/formats/idx.hpp: reads idx files, the format of MNIST, plain or gzip.
//
// A file is two zero bytes, the type of its elements, its rank, one big-endian 32-bit size a dimension, and the elements.
// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "File formats".
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/formats/tensor_file.hpp>

#if !__has_include(<zlib.h>)
#include <lamina/formats/idx.hpp needs zlib (Debian and Ubuntu: zlib1g-dev, Conan: zlib)>
#endif
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace idx {

namespace detail {

struct Close {
    void operator()(gzFile file) const { gzclose(file); }
};

/// Reads a file from front to back. zlib finds out by the first two bytes whether it is gzip, whatever it is called.
class File {
public:
    explicit File(const std::filesystem::path& path) : name(path.string())
    {
        if (name.empty()) internals::fail({"the name of an idx file is empty; give the path of a file"});
        std::error_code ignored;
        if (std::filesystem::is_directory(path, ignored)) internals::fail({name, ": is a folder, an idx file was needed"});
        errno = 0;
        stream.reset(gzopen(name.c_str(), "rb"));
        if (!stream) internals::fail({name, ": cannot be opened (", errno == 0 ? "out of memory" : std::strerror(errno), ")"});
    }

    /// Fills as much of `into` as there is and says how much that was.
    std::size_t read(char* into, std::size_t most)
    {
        const int got = gzread(stream.get(), into, static_cast<unsigned>(most));
        int problem = Z_OK;
        gzerror(stream.get(), &problem);
        if (problem == Z_BUF_ERROR) internals::fail({name, ": the gzip data ends in the middle; copy the file again"});
        if (got < 0 && problem == Z_ERRNO) internals::fail({name, ": cannot be read (", std::strerror(errno), ")"});
        if (got < 0) internals::fail({name, ": the gzip data is damaged; copy the file again"});
        return static_cast<std::size_t>(got);
    }

    std::string name;

private:
    std::unique_ptr<gzFile_s, Close> stream;
};

inline std::size_t big_endian(const char* bytes)
{
    std::size_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
    return value;
}

} // namespace detail

/// An idx file of unsigned bytes with `rank` dimensions. The header is believed only as far as the file goes: memory
/// grows with what was read.
///
/// Refuses  anything else: another rank or type, elements missing or left over, damaged gzip; throws `lamina::error`.
inline protocols::file_tensor read(const std::filesystem::path& path, std::size_t rank)
{
    detail::File file(path);
    char header[4];
    if (file.read(header, 4) < 4 || header[0] != 0 || header[1] != 0)
        internals::fail({file.name, ": does not start with an idx header; is it another file?"});
    const auto type = static_cast<unsigned char>(header[2]), axes = static_cast<unsigned char>(header[3]);
    if (type != 8) internals::fail({file.name, ": holds idx elements of type ", +type, ", unsigned bytes (type 8) were needed"});
    if (axes != rank)
        internals::fail({file.name, ": has ", +axes, " dimensions, ", rank, " were needed; are images and labels swapped?"});

    protocols::file_tensor result{file.name, dtype::uint8, {}, {}, {}};
    for (std::size_t axis = 0; axis < rank; ++axis) {
        if (file.read(header, 4) < 4) internals::fail({file.name, ": ends within its header; copy the file again"});
        result.shape.push_back(detail::big_endian(header));
    }
    const internals::extents_text extents{result.shape};
    std::size_t claimed = 1;
    for (const std::size_t extent : result.shape) {
        if (extent != 0 && claimed > std::numeric_limits<std::size_t>::max() / extent)
            internals::fail(
                {file.name, ": the header claims ", extents, " elements, more than any file holds; copy the file again"});
        claimed *= extent;
    }

    constexpr std::size_t block = std::size_t{1} << 20;
    std::string bytes;
    while (bytes.size() < claimed) {
        const std::size_t before = bytes.size(), wanted = std::min(block, claimed - before);
        bytes.resize(before + wanted);
        const std::size_t got = file.read(bytes.data() + before, wanted);
        if (got < wanted)
            internals::fail({file.name, ": the header claims ", extents, " elements, the file holds ", before + got,
                             "; copy the file again"});
    }
    if (file.read(header, 1) != 0)
        internals::fail({file.name, ": goes on after the ", extents, " elements that its header claims; copy the file again"});
    result.owner = internals::keep_bytes(std::move(bytes));
    result.bytes = result.owner->text;
    return result;
}

}}} // namespace lamina::idx
