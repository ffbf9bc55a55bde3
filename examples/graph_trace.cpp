// The code that runs eagerly becomes a graph, its training step included: trained through run, and saved for graph_serve.cpp.
#include <lamina/autodiff.hpp>
#include <lamina/lamina.hpp>

#include <lamina/graph/traced.hpp>
#include <lamina/graph/traced/fields.hpp>
#include <lamina/interop/plot_graph.hpp>

#include "digits.hpp"
#include "traced_digits.hpp"

#include <filesystem>

using namespace lamina;

int main(int argc, char** argv)
try {
    const Options settings = options(argc, argv);
    const auto data = digits(settings);
    const std::filesystem::path folder = settings.output;

    Graph graph;
    const auto net =
        graph.build<Sequential<Input<28, 28, 1>, Rescaling<1.0 / 255>, Flatten, Dense<128, Relu>, Dense<10>>>("net", Seed{1});
    const Digits nodes = graph.trace<Digits>("digits", [&](Digits& d) { // the same code that runs eagerly
        d.logits = net(d.x);
        d.loss = reduce_mean(sparse_softmax_cross_entropy(d.y, d.logits));
        d.accuracy = reduce_mean(cast<float>(equal(cast<std::int32_t>(argmax(d.logits, -1)), d.y)));
        d.train_step = Adam{}.minimize(d.loss);
    });
    train(graph, nodes, data.train, 400, Seed{1});

    const FieldMap fields = to_graph(nodes); // {"x": "digits/x:0", "train_step": "digits/Adam", …}
    fields.write(folder / "digits.json");
    graph.save(folder / "digits.graph");
    plot_graph(graph, {.fetch = {nodes.train_step}}).write(folder / "digits.svg");
    std::cout << fields.json() << "Written: digits.json, digits.graph, digits.svg in " << folder << '\n';

    train(graph, nodes, data.train, 100, Seed{2}); // graph_serve.cpp goes on in the same way, to the same bits
    look(graph, nodes, data.test);
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
