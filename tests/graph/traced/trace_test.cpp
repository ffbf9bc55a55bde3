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

using Catch::Matchers::Contains;

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
        CHECK_THROWS_WITH(net(r.x).item(), Contains("has no value while a graph is traced"));
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

TEST_CASE("a trace that fails leaves nothing, and one that lets the graph go is harmless")
{
    struct Fields {
        Placeholder<float, dyn, 2> x;
        Node y, step;
    };
    auto w = variable(constant({1.f, 2.f}), "w");
    Graph graph;
    const auto f = [&](Fields& fields) {
        fields.y = reduce_sum(fields.x * read(w));
        fields.step = Adam{}.minimize(fields.y);
    };
    const auto names = [&] {
        std::string all;
        for (const auto& [name, kept] : static_cast<const internals::graphs::NodeList&>(*graph.nodes()).kept()) all += name + ' ';
        return all;
    };
    CHECK_THROWS_WITH(graph.trace<Fields>("f",
                                          [&](Fields& fields) {
                                              f(fields);
                                              static_cast<void>(fields.y.item());
                                          }),
                      Contains("has no value while a graph is traced"));
    CHECK_FALSE(internals::tensors::tracing);
    CHECK(names().empty());
    const auto first = graph.trace<Fields>("f", f);
    CHECK(names() == "f/Adam/iterations f/Adam/momentum/w f/Adam/velocity/w f/w ");
    const auto second = graph.trace<Fields>("a_longer_name", f); // the variable has the name of the first trace
    CHECK_THAT(names(), Contains("a_longer_name/Adam/momentum/f/w"));
    const auto x = constant({{1.f, 2.f}});
    graph.run(first.step, {{first.x, x}});
    graph.run(second.step, {{second.x, x}});
    CHECK(graph.run(second.y, {{second.x, x}}).item() == Approx(reduce_sum(x * read(w)).item()));

    CHECK_THROWS_WITH(graph.trace<Fields>("g",
                                          [&](Fields& fields) {
                                              f(fields);
                                              fields.y = cast<float>(fields.step) + 1.f;
                                          }),
                      Contains("\"g/Adam\" is an operation, which has no value to compute with"));
    graph.trace<Fields>("h", [&](Fields& fields) {
        f(fields);
        graph.reset();
        fields.y = fields.y * 2.f;
    });
    CHECK_THROWS_WITH(graph.run(second.y), Contains("the graph has no nodes"));
}
