// tests/graph/traced/fields_test.cpp: structs of nodes mapped to names and bound again, alone and beside models.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/graph/traced/fields.hpp>
#include <lamina/lamina.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

using namespace lamina;

namespace {

using Catch::Matchers::Contains;
using Net = Sequential<Input<3>, Dense<4, Tanh>, Dense<1>>;

struct Line {
    Placeholder<float, dyn, 3> x;
    Placeholder<float, dyn, 1> y;
    Node prediction, loss, train_step;
};

struct Narrow { // other forms that fit
    Placeholder<float, 5, dyn> x;
    Node prediction;
};

struct Wrong {
    Placeholder<double, dyn, 3> x;
    Placeholder<float, dyn, 2> y;
    Placeholder<float> loss;
    Placeholder<float, dyn> z;
};

struct Whole { // a model beside nodes
    Net net;
    Line line;
    std::array<Node, 2> more;
    float rate = 0.5f;
};

Line trace_line(Graph& graph, const Net& net)
{
    return graph.trace<Line>("line", [&](Line& d) {
        d.prediction = net(d.x);
        d.loss = reduce_mean(square(d.prediction - d.y));
        d.train_step = SGD{}.minimize(d.loss);
    });
}

const FieldMap names{
    {"x", "line/x:0"}, {"y", "line/y:0"}, {"prediction", "line/add_1:0"}, {"loss", "line/Mean:0"}, {"train_step", "line/SGD"}};

} // namespace

TEST_CASE("fields that are nodes have the names of values and operations, and are bound by them")
{
    Graph graph;
    const auto net = graph.build<Net>("net", Seed{1});
    const Line line = trace_line(graph, net);
    CHECK(to_graph(line) == names);
    CHECK(to_graph(line, {"x"}) == FieldMap{{"x", "line/x:0"}});

    Line bound;
    CHECK_THROWS_WITH(to_graph(bound), "to_graph: \"x\" is bound to no node; trace the struct, or bind it by from_graph, first");
    CHECK(from_graph(bound, FieldMap::parse(names.json()), graph).empty());
    CHECK(to_graph(bound) == names);
    const auto x = constant({{1.f, 2.f, 3.f}});
    CHECK(graph.run(bound.prediction, {{bound.x, x}}).item() == Approx(net(x).item()));
    graph.run(bound.train_step, {{bound.x, x}, {bound.y, constant({{0.f}})}});

    Narrow narrow; // an extent that one side leaves open fits any
    from_graph(narrow, {{"x", "line/x"}, {"prediction", "line/SGD"}}, graph);
    CHECK(narrow.x.shape() == Shape{internals::tensors::unknown, 3});
}

TEST_CASE("all that does not fit is one error, and nothing is bound")
{
    Graph graph;
    const auto net = graph.build<Net>("net", Seed{1});
    trace_line(graph, net);
    Wrong wrong;
    CHECK_THROWS_WITH(
        from_graph(
            wrong,
            {{"x", "line/x:0"}, {"y", "line/y:0"}, {"loss", "line/Mean:0"}, {"z", "line/xx:0"}, {"prediction", "line/add:0"}},
            graph),
        "from_graph: \"line/Mean:0\" is no input of the graph, the field \"loss\" is a Placeholder; bind it to a placeholder, or "
        "make "
        "it a Node; the model has no field \"prediction\"; \"line/x:0\" is float32 [-1, 3], the field \"x\" needs float64 [-1, "
        "3]; "
        "\"line/y:0\" is float32 [-1, 1], the field \"y\" needs float32 [-1, 2]; the graph has no \"line/xx:0\" for the field "
        "\"z\" "
        "(the nearest is \"line/x:0\"); nothing was bound; does the map belong to this model and this graph?");
    CHECK_FALSE(wrong.x);

    Line part;
    CHECK(from_graph(part, {{"x", "line/x:0"}, {"loss", "line/none"}, {"los", "line/Mean:0"}}, graph, {.partial = true}) ==
          std::vector<std::string>{"los", "loss"});
    CHECK(part.x);
    CHECK_FALSE(part.loss);
    CHECK(from_graph(part, names, graph, {.fields = {"loss"}}).empty());
    CHECK(part.loss);
    CHECK_FALSE(part.y);

    Graph empty;
    CHECK_THROWS_WITH(from_graph(part, names, empty),
                      Contains("from_graph: the graph has no nodes, and the field \"x\" needs one"));
    CHECK(from_graph(part, names, empty, {.partial = true}).size() == names.size());
}

TEST_CASE("a node whose graph is gone is told")
{
    auto graph = std::make_unique<Graph>();
    const auto net = build<Net>(Seed{1});
    Line line = trace_line(*graph, net);
    graph.reset();
    CHECK_THROWS_WITH(to_graph(line), Contains("\"x\" was a node of a graph that is gone"));
    Graph other;
    trace_line(other, net);
    CHECK_THROWS_WITH(other.run(line.loss), Contains("none of this graph's nodes"));
    line.loss = constant(1.f);
    CHECK_THROWS_WITH(to_graph(line, {"loss"}), Contains("holds numbers"));

    AnyTensor leaked; // of a trace that failed
    CHECK_THROWS(other.trace<Line>("second", [&](Line& d) {
        leaked = d.x + 1.f;
        d.loss = leaked;
    }));
    CHECK_THROWS_WITH(other.run(leaked), Contains("none of this graph's nodes"));
}

TEST_CASE("a struct of a model and of nodes is one map")
{
    Graph graph;
    Whole whole;
    whole.net = graph.build<Net>("net", Seed{1});
    whole.line = trace_line(graph, whole.net);
    whole.more = {whole.line.loss, whole.line.x};
    const FieldMap map = to_graph(whole);
    CHECK(map.size() == 4 + 5 + 2);
    CHECK(*map.find("net/0/kernel") == "net/0/kernel");
    CHECK(*map.find("line/train_step") == "line/SGD");
    CHECK(*map.find("more/1") == "line/x:0");
    Whole bound;
    from_graph(bound, map, graph);
    CHECK(to_graph(bound) == map);
    CHECK_THROWS_WITH(from_graph(bound, {{"net/0/kernel", "line/x:0"}, {"line/x", "net/0/kernel"}}, graph),
                      Contains("the graph has no \"net/0/kernel\" for the field \"line/x\"") &&
                          Contains("the graph has no \"line/x:0\" for the field \"net/0/kernel\""));
}
