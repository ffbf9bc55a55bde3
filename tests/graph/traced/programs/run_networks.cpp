// tests/graph/traced/programs/run_networks.cpp: trains and runs what trace_networks.cpp wrote. It has no layers.
#include "networks.hpp"

#include <lamina/graph/families/all.hpp>
#include <lamina/graph/families/optimizer.hpp>
#include <lamina/training/optimizers/adam.hpp>

using namespace lamina;

int main(int argc, char** argv)
try {
    const auto folder = folder_of(argc, argv);
    std::uint64_t fingerprint = 0;
    for (const SampleForm& form : networks) {
        const std::string name(form.network);
        Graph graph = Graph::load<families::all, families::optimizer<Adam>>(folder / (name + ".graph"));
        fingerprint = trained(graph, FieldMap::read(folder / (name + ".json")), form, fingerprint);
    }
    print_fingerprint(fingerprint);
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
