// Layers that train inside of a graph: what they drop is drawn anew in each step, moving statistics move, masks hold; as in their eager twins.
#include "autodiff/halves.hpp"
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/function.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace lamina;
using composed::Halves;

template <std::ptrdiff_t... In> struct Trained {
    Placeholder<double, dyn, In...> x;
    Placeholder<double, dyn, 2> y;
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

/// Ten steps on batches of several sizes, with both; all variables, statistics included, stay together. In double, where rounding does not
/// hide what is wrong.
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
        const AnyTensor x = cast<double>(batches[step % batches.size()]);
        const AnyTensor y = cast<double>(random_normal(Seed{step + 50}, {x.shape()[0], 2}));
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
        CHECK(std::fabs(loss - wanted) < 1e-10);
        graph.run(fields.train_step, {{fields.x, x}, {fields.y, y}});
        CHECK(furthest(graph.run(fields.prediction, {{fields.x, x}}), twin(x)) < 1e-10);
        before = wanted;
    }
    CHECK(before > 0);
    const auto of_net = variables(net), of_twin = variables(twin);
    for (std::size_t i = 0; i < of_net.size(); ++i) {
        INFO(of_net[i].name);
        CHECK(furthest(read(of_net[i].variable), read(of_twin[i].variable)) < 1e-10);
    }
}

/// A model from its parts, which says more than layers do.
struct Look {
    Embedding<7, 4>::on<5>::as<double> words;
    MultiHeadAttention<2, 3, DropoutRate<0.2>>::on_inputs<Input<5, 4>, Input<5, 4>>::as<double> look;
    LayerNormalization<>::on<5, 4>::as<double> even;
    Dense<2>::on<20>::as<double> last;

    auto operator()(const auto& x) const
    {
        const AnyTensor w = words(x), seen = even(w + look(w, w));
        return last(reshape(seen, {seen.shape()[0], 20}));
    }
};

struct Rows {
    Placeholder<float, dyn, 2> x;
    Node y;
};

/// How a trace is refused.
template <class F> std::string refusal(const F& f)
{
    Graph graph;
    try {
        static_cast<void>(graph.trace<Rows>("rows", [&](Rows& r) { r.y = f(r.x); }));
    }
    catch (const error& why) {
        return why.what();
    }
    return "none";
}

} // namespace

TEST_CASE("a residual network with batch normalization and dropout trains in a graph as its eager twin", "[graph]")
{
    using Images = Sequential<Input<6, 6, 2>, Conv2D<4, Kernel<3>, Same>, BatchNormalization<>,
                              Residual<Conv2D<4, Kernel<3>, Same, Relu>, BatchNormalization<>, SpatialDropout2D<0.2>>,
                              MaxPooling2D<2>, Flatten, Dropout<0.3>, GaussianNoise<0.1>, Dense<2>>;
    const std::vector<AnyTensor> batches{random_normal(Seed{8}, {5, 6, 6, 2}), random_normal(Seed{9}, {3, 6, 6, 2})};
    train_both<Images::as<double>, 6, 6, 2>(batches);
}

TEST_CASE("masked sequences with recurrent dropout train in a graph as their eager twin", "[graph]")
{
    using Texts =
        Sequential<Input<5>, Embedding<7, 4, MaskZero>, Bidirectional<LSTM<3, ReturnSequences, RecurrentDropoutRate<0.2>>>,
                   BatchNormalization<>, TimeDistributed<Dense<3, Tanh>>, GRU<4, DropoutRate<0.2>>, AlphaDropout<0.2>, Dense<2>>;
    const std::vector<AnyTensor> batches{
        constant({{1.f, 2.f, 3.f, 0.f, 0.f}, {4.f, 5.f, 6.f, 1.f, 2.f}, {3.f, 0.f, 0.f, 0.f, 0.f}}),
        constant({{6.f, 5.f, 4.f, 3.f, 2.f}})};
    train_both<Texts::as<double>, 5>(batches, 4);
}

TEST_CASE("attention in a model of parts trains in a graph as its eager twin", "[graph]")
{
    train_both<Look, 5>(
        {constant({{1.f, 2.f, 3.f, 0.f, 0.f}, {4.f, 5.f, 6.f, 1.f, 2.f}}), constant({{6.f, 5.f, 4.f, 3.f, 2.f}})});
}

TEST_CASE("what needs numbers or extents that are not known is refused by a sentence", "[graph]")
{
    using Catch::Contains;
    CHECK_THAT(refusal([](const AnyTensor& x) { return zeros({x.shape()[0], 3}); }), Contains("with zeros_like or ones_like"));
    CHECK_THAT(refusal([](const AnyTensor& x) { return x / static_cast<float>(x.size()); }),
               Contains("reduce_mean divides by it"));
    CHECK_THAT(refusal([](const AnyTensor& x) { return x * x.item(); }),
               Contains("\"rows/x:0\" has no value while a graph is traced"));
    CHECK_THAT(refusal([](const AnyTensor& x) { return unstack(x)[0]; }),
               Contains("axis 0 of a tensor of shape [-1, 2] is known only"));
    CHECK_THAT(refusal([](const AnyTensor& x) { return reshape(x, {5, 3}); }), Contains("another number of numbers"));
    CHECK_THAT(refusal([](const AnyTensor& x) { return matmul(x, ones({3, 2})); }),
               Contains("2 columns need as many rows, not 3"));
    const auto part = build<Sequential<Input<2>, Residual<Halves>>>();
    CHECK_THAT(refusal([&](const AnyTensor& x) { return AnyTensor(part(x)); }), Contains("Halves: has no form in ops"));
    const auto alone = build<Sequential<Input<2>, Halves>>();
    CHECK_THAT(refusal([&](const AnyTensor& x) { return AnyTensor(alone(x)); }), Contains("Halves: has no form in ops"));
    CHECK(refusal([](const AnyTensor& x) { return row(x, -1) + row(x, 1); }) == "none");
}

TEST_CASE("a function draws on its way back what it drew when it was called", "[graph]")
{
    using Net = Sequential<Input<4>, Dense<6, Tanh>, Dropout<0.4>, Dense<2>>;
    auto net = build<Net>(Seed{1}), twin = build<Net>(Seed{1});
    const auto f = lamina::function([&](AnyTensor x) { return AnyTensor(net(x)); });
    const AnyTensor x = random_normal(Seed{4}, {5, 4});
    SGD one{.learning_rate = 0.1f}, two{.learning_rate = 0.1f};
    for (const std::uint64_t step : {0u, 1u, 7u}) {
        {
            const TrainingMode training{Seed{3}, step};
            one.minimize([&] { return reduce_mean(square(f(x) + f(-x))); }, variables(net));
        }
        const TrainingMode training{Seed{3}, step};
        two.minimize([&] { return reduce_mean(square(twin(x) + twin(-x))); }, variables(twin));
    }
    const auto a = variables(net), b = variables(twin);
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(furthest(read(a[i].variable), read(b[i].variable)) < 1e-5);
}
