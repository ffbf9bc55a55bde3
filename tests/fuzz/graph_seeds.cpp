// Writes seeds for graph_fuzz.cpp into a folder: traced networks that learn, as lines of their tensors and the JSON of their nodes.
#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <cstdio>
#include <fstream>
#include <string>

using namespace lamina;

namespace {

template <class X, class Y> struct Learning {
    X x;
    Y y;
    Node loss, step;
};

void write(const std::string& folder, const std::string& name, const Graph& graph)
{
    protocols::named_records tensors;
    protocols::named_texts metadata;
    graph.nodes()->store(tensors, metadata);
    std::ofstream out(folder + "/" + name, std::ios::binary);
    for (const auto& [called, numbers] : tensors) {
        out << internals::name_of(numbers->type());
        for (std::size_t axis = 0; axis < numbers->extents().rank; ++axis) out << ' ' << numbers->extents()[axis];
        out << ' ' << called << '\n';
    }
    out << metadata[0].text;
}

template <class Net, class X, class O> void seed(const std::string& folder, const std::string& name, const O& optimizer)
{
    auto net = build<Net>(Seed{1});
    Graph graph;
    graph.trace<Learning<X, Placeholder<std::int64_t, dyn>>>("t", [&](auto& t) {
        const TrainingMode training{Seed{2}};
        t.loss = reduce_mean(sparse_softmax_cross_entropy(t.y, net(t.x)));
        t.step = optimizer.minimize(t.loss);
    });
    write(folder, name, graph);
}

struct LooksAround {
    LayerNormalization<>::on<3, 4> normal;
    MultiHeadAttention<2, 2>::on_inputs<Input<3, 4>, Input<3, 4>> look;
    Dense<2, Gelu>::on<12> head;
    auto operator()(const auto& x) const
    {
        const AnyTensor even = normal(x);
        return head(reshape(x + look(even, even), {-1, 12}));
    }
};

} // namespace

int main(int count, char** given)
{
    if (count != 2) return 2;
    const std::string folder = given[1];
    using Image = Placeholder<float, dyn, 8, 8, 1>;
    using Steps = Placeholder<float, dyn, 3, 4>;
    seed<Sequential<Input<4>, Dense<3, Relu>, Dense<2>>, Placeholder<float, dyn, 4>>(folder, "dense", SGD{.momentum = 0.9f});
    seed<Sequential<Input<8, 8, 1>, Conv2D<2, Kernel<3>, Tanh>, AveragePooling2D<2>, Conv2D<2, Kernel<2>, Same, Relu>,
                    MaxPooling2D<2>, Flatten, Dropout<0.5>, Dense<3>>,
         Image>(folder, "lenet", Adam{});
    seed<Sequential<Input<4>, Dense<3>, BatchNormalization<>, LeakyReLU<>, Dense<2>>, Placeholder<float, dyn, 4>>(
        folder, "batch", Adam{.amsgrad = true});
    seed<Sequential<Input<3, 4>, LSTM<2>, Dense<2>>, Steps>(folder, "lstm", Adam{});
    seed<LooksAround, Steps>(folder, "attention", Adam{});
}
