// A model whose variables are stored in a graph is trained; the fields' names and the variables are written for graph_run.cpp.
#include <lamina/lamina.hpp>

#include <lamina/graph/field_map.hpp>

#include "digits.hpp"
#include "graph_model.hpp"

#include <filesystem>

using namespace lamina;

int main(int argc, char** argv)
try {
    const Options settings = options(argc, argv);
    const auto [train, test] = digits(settings);
    const std::filesystem::path folder = settings.output;

    Graph graph;
    auto model = graph.build<MnistModel>("mnist", Seed{settings.seed});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = std::min<std::size_t>(settings.epochs, 3), .threads = settings.threads}, ProgressBar{});

    const FieldMap fields = to_graph(model); // {"body/0/kernel": "mnist/body/0/kernel", …}
    fields.write(folder / "model.json");
    graph.save(folder / "mnist.graph");
    std::cout << fields.json() << "Written: model.json, mnist.graph in " << folder << '\n';
    look(model, test);

    graph.reset(); // and what was bound to it says so
    show_unbound(model, test);
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
