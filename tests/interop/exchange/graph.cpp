// A graph with nodes for Python: graph write FOLDER. tools/exchange/ask_graph.py opens it with safetensors' own reader.
#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>

using namespace lamina;

namespace {

struct Digits {
    Placeholder<float, dyn, 4> x;
    Placeholder<std::int64_t, dyn> y;
    Node logits, loss, train_step;
};

} // namespace

int main(int count, char** given)
{
    if (count != 3 || std::string_view(given[1]) != "write") return 2;
    std::filesystem::create_directories(given[2]);
    Graph graph;
    auto net = graph.build<Sequential<Input<4>, Dense<3, Tanh>, Dense<2>>>("net", Seed{1});
    graph.trace<Digits>("digits", [&](Digits& d) {
        d.logits = net(d.x * constant({1.f / 3, -0.f, std::numeric_limits<float>::infinity(), 1e-40f}));
        d.loss = reduce_mean(sparse_softmax_cross_entropy(d.y, d.logits)) + reduce_sum(linspace(0.f, 1.f, 20) * reduce_mean(d.x));
        d.train_step = Adam{}.minimize(d.loss);
    });
    graph.save(std::string(given[2]) + "/digits.safetensors");
}
