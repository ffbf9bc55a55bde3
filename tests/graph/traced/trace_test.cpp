// tests/graph/traced/trace_test.cpp: functions traced into nodes, run, trained.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace {

using namespace lamina;

struct Regression {
    Placeholder<float, dyn, 3> x;
    Placeholder<float, dyn, 1> y;
    Node prediction, loss, train_step;
};

} // namespace

TEST_CASE("a function is traced, run and trained as its eager twin is")
{
    using Net = Sequential<Input<3>, Dense<4, Tanh>, Dense<1>>;
    auto net = build<Net>(Seed{1}), twin = build<Net>(Seed{1});
    Graph graph;
    const auto fields = graph.trace<Regression>("regression", [&](Regression& r) {
        CHECK_THROWS_WITH(net(r.x).item(), Catch::Matchers::Contains("has no value while a graph is traced"));
        r.prediction = net(r.x);
        r.loss = reduce_mean(square(r.prediction - r.y));
        r.train_step = SGD{.learning_rate = 0.1f}.minimize(r.loss);
    });
    const auto x = constant({{1.f, 2.f, 3.f}, {0.f, -1.f, 2.f}});
    const auto y = constant({{1.f}, {-1.f}});
    SGD sgd{.learning_rate = 0.1f};
    for (int step = 0; step < 5; ++step) {
        const double traced = graph.run(fields.loss, {{fields.x, x}, {fields.y, y}}).item();
        CHECK(traced == Approx(reduce_mean(square(twin(x) - y)).item()).epsilon(1e-5));
        graph.run(fields.train_step, {{fields.x, x}, {"regression/y:0", y}});
        sgd.minimize([&] { return reduce_mean(square(twin(x) - y)); }, variables(twin));
    }
    CHECK(graph.run(fields.prediction, {{fields.x, constant({{1.f, 1.f, 1.f}})}}).shape() == Shape{1, 1});
}
