// Any bytes as a safetensors file: a clean error, or tensors that lie within it, each byte once, and a graph of them.
#include "fuzz.hpp"

#include <lamina/graph/graph.hpp>

using namespace lamina;

void fuzz(std::string_view bytes)
{
    const auto file = safetensors::parse(std::string(bytes), "file");
    std::size_t covered = 0;
    for (const auto& tensor : file.tensors) {
        const auto data = file.data(tensor);
        require(data.size() == tensor.end - tensor.begin);
        covered += data.size();
    }
    require(file.data_start + covered == bytes.size());
    const Graph graph = Graph::of(file, "file");
    require(graph.size() == file.tensors.size());
}
