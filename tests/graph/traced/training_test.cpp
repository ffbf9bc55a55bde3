// Layers that train inside of a graph: what they drop is drawn anew in each step, moving statistics move, masks hold; as in their eager twins.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using namespace lamina;

template <std::ptrdiff_t... In> struct Trained {
    Placeholder<float, dyn, In...> x;
    Placeholder<float, dyn, 2> y;
    Node prediction, loss, train_step;
};

double furthest(const AnyTensor& a, const AnyTensor& b)
{
    if (a.shape() != b.shape()) return INFINITY;
    double off = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double here = std::fabs(a.item(i) - b.item(i));
        off = here <= off ? off : here;
    }
    return off;
}

/// Ten steps on batches of several sizes, with both; all variables, statistics included, stay together.
template <class Net, std::ptrdiff_t... In> void train_both(const std::vector<AnyTensor>& batches, std::uint64_t first_step = 0)
{
    auto net = build<Net>(Seed{1}), twin = build<Net>(Seed{1});
    Graph graph;
    const auto fields = graph.trace<Trained<In...>>("net", [&](Trained<In...>& f) {
        f.prediction = net(f.x);
        const TrainingMode training{Seed{3}, first_step};
        f.loss = reduce_mean(square(net(f.x) - f.y));
        f.train_step = SGD{.learning_rate = 0.005f, .momentum = 0.5f}.minimize(f.loss);
    });
    SGD sgd{.learning_rate = 0.005f, .momentum = 0.5f};
    double before = 0;
    for (std::uint64_t step = 0; step < 10; ++step) {
        INFO("step " << step);
        const AnyTensor& x = batches[step % batches.size()];
        const AnyTensor y = random_normal(Seed{step + 50}, {x.shape()[0], 2});
        double wanted = 0;
        {
            const TrainingMode training{Seed{3}, first_step + step};
            sgd.minimize(
                [&] {
                    const AnyTensor loss = reduce_mean(square(twin(x) - y));
                    wanted = loss.item();
                    return loss;
                },
                variables(twin));
        }
        const double loss = graph.run(fields.loss, {{fields.x, x}, {fields.y, y}}).item();
        CHECK(std::fabs(loss - wanted) < 1e-5);
        graph.run(fields.train_step, {{fields.x, x}, {fields.y, y}});
        CHECK(furthest(graph.run(fields.prediction, {{fields.x, x}}), twin(x)) < 1e-5);
        before = wanted;
    }
    CHECK(before > 0);
    const auto of_net = variables(net), of_twin = variables(twin);
    for (std::size_t i = 0; i < of_net.size(); ++i) {
        INFO(of_net[i].name);
        CHECK(furthest(read(of_net[i].variable), read(of_twin[i].variable)) < 1e-5);
    }
}

} // namespace

TEST_CASE("a residual network with batch normalization and dropout trains in a graph as its eager twin", "[graph]")
{
    using Images = Sequential<Input<6, 6, 2>, Conv2D<4, Kernel<3>, Same>, BatchNormalization<>,
                              Residual<Conv2D<4, Kernel<3>, Same, Relu>, BatchNormalization<>, SpatialDropout2D<0.2>>,
                              MaxPooling2D<2>, Flatten, Dropout<0.3>, GaussianNoise<0.1>, Dense<2>>;
    const std::vector<AnyTensor> batches{random_normal(Seed{8}, {5, 6, 6, 2}), random_normal(Seed{9}, {3, 6, 6, 2})};
    train_both<Images, 6, 6, 2>(batches);
}

TEST_CASE("masked sequences with recurrent dropout train in a graph as their eager twin", "[graph]")
{
    using Texts =
        Sequential<Input<5>, Embedding<7, 4, MaskZero>, Bidirectional<LSTM<3, ReturnSequences, RecurrentDropoutRate<0.2>>>,
                   BatchNormalization<>, TimeDistributed<Dense<3, Tanh>>, GRU<4, DropoutRate<0.2>>, AlphaDropout<0.2>, Dense<2>>;
    const std::vector<AnyTensor> batches{
        constant({{1.f, 2.f, 3.f, 0.f, 0.f}, {4.f, 5.f, 6.f, 1.f, 2.f}, {3.f, 0.f, 0.f, 0.f, 0.f}}),
        constant({{6.f, 5.f, 4.f, 3.f, 2.f}})};
    train_both<Texts, 5>(batches, 4);
}
