// Any bytes as a safetensors file: a clean error, or tensors that lie within it, each byte once; a graph of them; a model that is
// filled with all of it, or with nothing.
#include "fuzz.hpp"

#include <lamina/graph/graph.hpp>
#include <lamina/graph/save.hpp>

using namespace lamina;
using namespace lamina::internals;

void fuzz(std::string_view bytes)
{
    const auto file = safetensors::parse(std::string(bytes), "file");
    std::size_t covered = 0;
    for (const auto& tensor : file.tensors) {
        require(tensor.bytes.data() + tensor.bytes.size() <= tensor.owner->text.data() + bytes.size());
        covered += tensor.bytes.size();
    }
    require(covered + 8 <= bytes.size());

    struct Model {
        Variable<float, Shape{2}> a;
        Variable<double, Shape{}> b;
    } model;
    model.a.make("a");
    model.b.make("b");
    model.a.data()[0] = 7;
    model.b.data()[0] = 7;
    try {
        load(model, file, {.convert = true});
    }
    catch (const error&) {
        require(model.a.data()[0] == 7 && model.b.data()[0] == 7);
        require(model.a.storage()->trainable && model.b.storage()->trainable);
    }

    const Graph graph = Graph::of(file);
    require(graph.size() == file.tensors.size());
}
