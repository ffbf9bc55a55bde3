// Any bytes as an .npz file, or, as checksums guard what is in one, as the entries of one: a clean error, or arrays whose bytes are those of
// their shapes.
#include "fuzz.hpp"

#include <lamina/formats/npz.hpp>
#include <lamina/graph/graph.hpp>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// An archive of the names and contents, by turns, that stand between marks.
std::string archive_of(std::string_view text)
{
    constexpr std::string_view mark = "\xff\xfe\xfd";
    zipped::Writer archive("file", {.compressed = text.size() % 2 == 0});
    std::string name;
    for (bool is_name = true; !text.empty(); is_name = !is_name) {
        const std::string part(text.substr(0, text.find(mark)));
        text.remove_prefix(std::min(text.size(), part.size() + mark.size()));
        if (is_name) name = part;
        else archive.add(name, part);
    }
    return archive.bytes();
}

} // namespace

void fuzz(std::string_view bytes)
{
    const npz::Arrays arrays = npz::parse(bytes.starts_with("PK") ? std::string(bytes) : archive_of(bytes), "file");
    for (const file_tensor& array : arrays.tensors) {
        std::size_t size = 1;
        for (const std::size_t extent : array.shape) size *= extent; // wraps only where an extent is zero, and then to zero
        require(array.foreign.empty() && size == array.size() && array.bytes.size() == size * bytes_of(array.type));
        require(arrays[array.name].bytes == array.bytes && array.as<double>().size() == size);
    }
    const Graph graph = Graph::of(arrays);
    for (const file_tensor& array : arrays.tensors) require(graph.find(array.name)->extents().size() == array.size());
}
