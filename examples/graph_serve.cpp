// What graph_trace.cpp wrote is run, and trained on, by a program that has no layer and no optimizer of its own.
#include <lamina/graph/families/core.hpp>
#include <lamina/graph/families/optimizer.hpp>
#include <lamina/graph/runner.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include "digits.hpp"
#include "traced_digits.hpp"

#include <filesystem>

using namespace lamina;

int main(int argc, char** argv)
try {
    const Options settings = options(argc, argv);
    const auto data = digits(settings);
    const std::filesystem::path folder = settings.output; // where graph_trace wrote

    Graph graph = Graph::load<families::core, families::optimizer<Adam>>(folder / "digits.graph");
    Digits nodes;
    from_graph(nodes, FieldMap::read(folder / "digits.json"), graph);
    train(graph, nodes, data.train, 100, Seed{2});
    look(graph, nodes, data.test);
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
