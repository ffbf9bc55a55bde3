// tests/graph/traced/programs/trace_networks.cpp: traces four networks with their training, compares them with their models, saves them, and
// goes on training.
#include "networks.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/graph/traced/fields.hpp>
#include <lamina/lamina.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>

using namespace lamina;

namespace {

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10>>;

template <std::size_t Filters, std::size_t Step = 1> using Convolution = Conv2D<Filters, Kernel<3>, Strides<Step>, Same, NoBias>;
using ResidualNet =
    Sequential<Input<12, 12, 3>, Convolution<8>, BatchNormalization<>, Activation<Relu>,
               Residual<Convolution<8>, BatchNormalization<>, Activation<Relu>, Convolution<8>, BatchNormalization<>>,
               Activation<Relu>, Convolution<16, 2>, BatchNormalization<>, Activation<Relu>, GlobalAveragePooling2D<>, Dense<10>>;

using Recurrent = Sequential<Input<9, 5>, LSTM<16>, Dense<3>>;

using Transformer = Sequential<Input<8, 16>, Residual<MultiHeadAttention<2, 8>>, LayerNormalization<>,
                               Residual<Dense<32, Relu, EachRow>, Dense<16, EachRow>>, LayerNormalization<>, Flatten, Dense<4>>;

template <std::ptrdiff_t... Extents> struct Nodes {
    Placeholder<float, dyn, Extents...> x;
    Placeholder<std::int64_t, dyn> y;
    Node output, loss, train_step;
};

template <class Net, class Fields>
std::uint64_t check(const SampleForm& form, const std::filesystem::path& folder, std::uint64_t fingerprint)
{
    Graph graph;
    const auto net = graph.build<Net>("net", Seed{1});
    const auto nodes = graph.trace<Fields>("graph", [&](Fields& d) {
        d.output = net(d.x);
        const TrainingMode training(Seed{1});
        d.loss = reduce_mean(sparse_softmax_cross_entropy(d.y, net(d.x)));
        d.train_step = Adam{}.minimize(d.loss);
    });
    const auto [x, y] = batch_of(form, 6, 3);
    const auto wanted = net(x), found = graph.run(nodes.output, {{nodes.x, x}});
    double worst = wanted.size() == found.size() ? 0 : 1;
    for (std::size_t i = 0; i < found.size(); ++i) worst = std::max(worst, std::abs(wanted.item(i) - found.item(i)));
    std::cout << form.network << ": off by " << worst << '\n';
    if (!(worst <= 1e-6)) std::exit(1);

    const FieldMap fields = to_graph(nodes);
    fields.write(folder / (std::string(form.network) + ".json"));
    graph.save(folder / (std::string(form.network) + ".graph"));
    return trained(graph, fields, form, fingerprint);
}

} // namespace

int main(int argc, char** argv)
try {
    const auto folder = folder_of(argc, argv);
    std::uint64_t fingerprint = check<LeNet5, Nodes<28, 28, 1>>(networks[0], folder, 0);
    fingerprint = check<ResidualNet, Nodes<12, 12, 3>>(networks[1], folder, fingerprint);
    fingerprint = check<Recurrent, Nodes<9, 5>>(networks[2], folder, fingerprint);
    print_fingerprint(check<Transformer, Nodes<8, 16>>(networks[3], folder, fingerprint));
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
