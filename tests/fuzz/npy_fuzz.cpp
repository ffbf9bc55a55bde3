// Any bytes as an .npy file: a clean error, or one array whose bytes are those of its shape, as numbers and in a graph.
#include "fuzz.hpp"

#include <lamina/formats/npy.hpp>
#include <lamina/graph/graph.hpp>

using namespace lamina;
using namespace lamina::internals;

void fuzz(std::string_view bytes)
{
    const file_tensor array = npy::parse(std::string(bytes), "file");
    require(array.foreign.empty() && array.bytes.size() <= bytes.size());
    std::size_t size = 1;
    for (const std::size_t extent : array.shape) size *= extent; // wraps only where an extent is zero, and then to zero
    require(size == array.size() && array.bytes.size() == size * bytes_of(array.type));
    const auto numbers = array.as<double>();
    require(numbers.size() == size);

    const Graph graph = Graph::of({"file", {array}, {}});
    const auto kept = graph.find("file");
    require(kept->type() == array.type && kept->extents().size() == size);
    require(array.as<std::int16_t>().size() == size);
}
