// tests/graph/traced/learning_test.cpp: what changes variables inside of a graph: assign, optimizers' steps.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/lamina.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace {

using namespace lamina;

struct Counting {
    Placeholder<float> x;
    Node before, count, after, less;
};

} // namespace

TEST_CASE("assign is an effect in the order of the program")
{
    auto v = variable(constant(1.f), "count");
    Graph graph;
    const auto d = graph.trace<Counting>("counting", [&](Counting& c) {
        c.before = read(v) * 1.f;
        c.count = assign_add(v, c.x);
        c.after = read(v) + 10.f;
        c.less = assign_sub(v, 0.5f);
    });
    CHECK(d.count.dtype() == dtype::float32);
    const auto values = graph.run({d.before, d.count, d.after}, {{d.x, constant(2.f)}});
    CHECK(values[0].item() == 1);
    CHECK(values[1].item() == 3);
    CHECK(values[2].item() == 13);
    CHECK(read(v).item() == 3);
    CHECK(graph.run(d.less, {}).item() == 2.5);
    CHECK(assign(v, constant(7.f)).item() == 7);
    CHECK(assign_add(v, 1).item() == 8);
    CHECK(read(v).item() == 8);
}
