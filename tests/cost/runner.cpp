// LeNet-5 as a graph, read from a file, run on one image and trained for a step: no layer is compiled.
#include <lamina/graph/families/core.hpp>
#include <lamina/graph/families/images.hpp>
#include <lamina/graph/families/optimizer.hpp>
#include <lamina/graph/runner.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <cstdint>
#include <cstdio>

using namespace lamina;

int main()
{
    Graph graph = Graph::load<families::core, families::images, families::optimizer<Adam>>("lenet5_graph.safetensors");
    const auto x = zeros({1, 28, 28, 1});
    std::printf("%f\n", graph.run("lenet5/Softmax:0", {{"lenet5/x:0", x}}).item(0));
    graph.run("lenet5/Adam", {{"lenet5/x:0", x}, {"lenet5/y:0", constant({std::int64_t{3}})}});
}
