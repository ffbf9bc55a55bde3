// Any bytes as an idx file, plain or gzip: a clean error, or bytes that are as many as the header claims.
#include "fuzz.hpp"

#include <lamina/formats/idx.hpp>

#include <sys/mman.h>
#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// A file in memory, as zlib reads files alone.
const std::string& path_of(std::string_view bytes)
{
    static const int file = ::memfd_create("idx", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(file);
    require(file >= 0 && ::ftruncate(file, 0) == 0);
    require(::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<::ssize_t>(bytes.size()));
    return path;
}

} // namespace

void fuzz(std::string_view bytes)
{
    const auto& path = path_of(bytes);
    for (const std::size_t rank : {0u, 1u, 2u, 3u, 7u}) {
        try {
            const file_tensor array = idx::read(path, rank);
            require(array.has_type(dtype::uint8) && array.shape.size() == rank);
            std::size_t size = 1;
            for (const std::size_t extent : array.shape) size *= extent;
            require(array.bytes.size() == size);
            return;
        }
        catch (const error& refusal) { // of another rank, or of what no rank helps
            if (rank == 7 || std::string_view(refusal.what()).find(" dimensions, ") == std::string_view::npos) throw;
        }
    }
}
