// A fresh model is bound to what graph_restore.cpp has written: nothing is built anew, and nothing is copied.
#include <lamina/lamina.hpp>

#include <lamina/graph/field_map.hpp>

#include "digits.hpp"
#include "graph_model.hpp"

#include <filesystem>

using namespace lamina;

int main(int argc, char** argv)
try {
    const Options settings = options(argc, argv);
    const auto data = digits(settings);
    const std::filesystem::path folder = settings.output; // where graph_restore wrote

    MnistModel model; // nothing is bound yet
    show_unbound(model, data.test);

    Graph graph = Graph::load(folder / "mnist.graph");
    from_graph(model, FieldMap::read(folder / "model.json"), graph);
    look(model, data.test);
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
