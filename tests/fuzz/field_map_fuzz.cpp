// Any bytes as a field map: a clean error, or a map that is written and read again, and binds all or nothing.
#include "fuzz.hpp"

#include <lamina/graph/field_map.hpp>
#include <lamina/layers/core/dense.hpp>

using namespace lamina;
using namespace lamina::internals;

void fuzz(std::string_view bytes)
{
    const FieldMap map = FieldMap::parse(bytes);
    require(FieldMap::parse(map.json()) == map);

    struct Model {
        Dense<2>::on<3> head;
        std::vector<Dense<1>::on<2>> list;
    } model;
    model.list.resize(1);
    Graph graph;
    Model stored;
    stored.list.resize(1);
    graph.bind(stored, "m");
    try {
        require(from_graph(model, map.renamed({{"dense/", "head/"}}), graph).empty());
    }
    catch (const error&) {
        for (const auto& [path, variable] : variables_of(model)) require(!variable->bound());
        from_graph(model, map, graph, {.partial = true});
    }
}
