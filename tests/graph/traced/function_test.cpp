// tests/graph/traced/function_test.cpp: functions that are traced once a signature.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/function.hpp>
#include <lamina/graph/host_function.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace lamina;

void check_equal(const AnyTensor& a, const AnyTensor& b, double tolerance = 0)
{
    REQUIRE(a.shape() == b.shape());
    REQUIRE(a.dtype() == b.dtype());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a.item(i) - b.item(i)) <= tolerance * (1 + std::abs(b.item(i))));
}

} // namespace

TEST_CASE("a function is traced once a signature, and has derivatives of every order")
{
    int calls = 0;
    const auto f = [&calls](auto x) {
        ++calls;
        return tanh(x) * exp(sin(x));
    };
    const auto g = function(f);
    const auto x = constant({0.3, -0.9, 1.7});
    check_equal(nth_derivative<0>(f)(x), nth_derivative<0>(g)(x));
    check_equal(nth_derivative<1>(f)(x), nth_derivative<1>(g)(x), 1e-15);
    check_equal(nth_derivative<2>(f)(x), nth_derivative<2>(g)(x), 1e-14);
    check_equal(nth_derivative<3>(f)(x), nth_derivative<3>(g)(x), 1e-13);
    const int before = calls;
    for (int i = 0; i < 3; ++i) nth_derivative<2>(g)(x);
    CHECK(calls == before);
    g(constant({0.5, 0.25}));
    CHECK(calls == before + 1);
    g(constant({0.5f, 0.25f}));
    CHECK(calls == before + 2);
    CHECK(g.traces<AnyTensor>() == 0);
    check_equal(g(AnyTensor(x)), f(AnyTensor(x)));
}

TEST_CASE("a function reads variables anew and gives their gradients")
{
    auto model = build<Sequential<Input<3>, Dense<4, Tanh>, Dense<1>>>(Seed{1});
    const auto x = constant({{1.f, 2.f, 3.f}, {0.f, -1.f, 2.f}});
    const auto y = constant({{1.f}, {-1.f}});
    int calls = 0;
    const auto loss = function([&](const AnyTensor& in, const AnyTensor& target) {
        ++calls;
        CHECK_FALSE(executing_eagerly());
        return reduce_mean(square(model(in) - target));
    });
    CHECK(executing_eagerly());
    SGD sgd{.learning_rate = 0.1f};
    for (int step = 0; step < 3; ++step) {
        GradientTape eager, traced;
        const auto wanted = eager.gradient(reduce_mean(square(model(x) - y)), variables(model));
        const auto found = traced.gradient(loss(x, y), variables(model));
        REQUIRE(found.size() == wanted.size());
        for (std::size_t i = 0; i < found.size(); ++i) check_equal(found[i], wanted[i], 1e-6);
        sgd.apply_gradients(wanted, variables(model));
    }
    CHECK(calls == 2); // forward, and the way back
    GradientTape tape;
    const auto value = loss(x, y);
    sgd.minimize([&] { return reduce_mean(square(model(x) - y)); }, variables(model));
    CHECK_THROWS_WITH(tape.gradient(value, variables(model)), Catch::Matchers::Contains("was changed between"));
}

TEST_CASE("a function that changes what it has read says so where a gradient needs it")
{
    auto w = variable(constant({1.f, 2.f}), "w");
    const auto f = function([&](const AnyTensor& a) {
        const AnyTensor y = a * read(w), z = a * 3.f;
        assign(w, constant({100.f, 100.f}));
        return std::pair{y, z};
    });
    AnyTensor a = constant({1.f, 1.f});
    GradientTape tape({.persistent = true});
    tape.watch(a);
    const auto [y, z] = f(a);
    CHECK(y.item(1) == 2);
    CHECK(read(w).item(1) == 100);
    CHECK(tape.gradient(z, a).item(0) == 3);
    CHECK_THROWS_WITH(tape.gradient(y, a), Catch::Matchers::Contains("\"w\" was changed between the call of a function"));
}

TEST_CASE("a function gives several results, and is a part of other functions")
{
    const auto both = function([](auto a, auto b) { return std::pair{a * b, a + b}; });
    const auto outer = function([&](auto a) {
        const auto [product, sum] = both(a, a);
        return product - 2.0 * sum;
    });
    auto a = constant(3.0);
    GradientTape tape;
    tape.watch(a);
    const auto [product, sum] = both(a, constant(4.0));
    CHECK(product.item() == 12);
    CHECK(sum.item() == 7);
    CHECK(tape.gradient(product + sum, a).item() == 5);
    CHECK(outer(a).item() == -3);
    CHECK(both.traces<Tensor<double>, Tensor<double>>() == 1);
    CHECK_THROWS_WITH(function([](auto x) { return x.item() > 0 ? x : -x; })(a),
                      Catch::Matchers::Contains("\"x:0\" has no value while a graph is traced"));
    const auto list = function([](auto x) { return std::vector<AnyTensor>{x, x * x}; });
    CHECK(list(a)[1].item() == 9);
}

TEST_CASE("a host function is a node that calls the program")
{
    struct Report {
        Placeholder<float, dyn, 2> x;
        Node doubled, sum;
    };
    int calls = 0;
    const auto doubled = host_function("doubled", [&calls](const Tensor<float, dyn, 2>& x) -> Tensor<float, dyn, 2> {
        ++calls;
        return x * 2.f;
    });
    const auto x = constant({{1.f, 2.f}, {3.f, 4.f}});
    CHECK(doubled(Tensor<float, dyn, 2>(x)).item(3) == 8);
    Graph graph;
    const auto report = graph.trace<Report>("report", [&](Report& r) {
        r.doubled = doubled(r.x);
        r.sum = reduce_sum(r.doubled);
    });
    CHECK(calls == 1);
    CHECK(graph.run(report.sum, {{report.x, x}}).item() == 20);
    CHECK(graph.run("report/doubled:0", {{report.x, x}}).shape() == Shape{2, 2});
    CHECK(calls == 3);
    CHECK_THROWS_WITH(host_function("doubled", [](const Tensor<float>& one) -> Tensor<float> { return one; }),
                      Catch::Matchers::Contains("there is another function \"doubled\" already"));
}

TEST_CASE("threads share a function", "[threads]")
{
    const auto f = function([](auto x) { return tanh(x) * exp(sin(x)); });
    std::array<double, 4> found{};
    std::array<std::thread, 4> threads;
    for (std::size_t i = 0; i < threads.size(); ++i)
        threads[i] = std::thread([&, i] {
            double sum = 0;
            for (int k = 0; k < 50; ++k) sum += nth_derivative<2>(f)(constant(0.25 * double(k % 4 + 1))).item();
            found[i] = sum;
        });
    for (auto& thread : threads) thread.join();
    for (const double one : found) CHECK(one == found[0]);
}
