// tests/graph/traced/views_test.cpp: graphs of nodes as a table, drawn, and for Graphviz.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/interop/plot_graph.hpp>
#include <lamina/lamina.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace lamina;

namespace {

using Catch::Matchers::Contains;

struct Line {
    Placeholder<float, dyn, 3> x;
    Placeholder<float, dyn, 1> y;
    Node prediction, loss, train_step;
};

struct Traced {
    Graph graph;
    Line line{};
    Sequential<Input<3>, Dense<4, Tanh>, Dense<1>> net = build<Sequential<Input<3>, Dense<4, Tanh>, Dense<1>>>(Seed{1});

    Traced()
    {
        line = graph.trace<Line>("line", [&](Line& d) {
            d.prediction = net(d.x) * 2.f;
            d.loss = reduce_mean(square(d.prediction - d.y));
            d.train_step = SGD{}.minimize(d.loss);
        });
    }
};

std::size_t count(std::string_view text, std::string_view of)
{
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(of, at)) != text.npos; at += of.size()) ++n;
    return n;
}

} // namespace

TEST_CASE("a graph is listed whole, by what a fetch needs, and by a scope")
{
    const Traced traced;
    const std::string all = list_nodes(traced.graph);
    for (const char* text : {"│ line/x ", "│ Placeholder ", "│ [-1, 3] ", "│ MatMul, 0/bias ", "│ = 2 ", "line/gradients/",
                             "│ line/SGD/update ", "placeholders: 2, variables: 4, "})
        CHECK_THAT(all, Contains(text));
    const std::string forward = list_nodes(traced.graph, {.fetch = {traced.line.prediction}});
    CHECK_THAT(forward, Contains("line/MatMul_1") && !Contains("gradients") && !Contains("line/y") && Contains(" 12 of "));
    CHECK(list_nodes(traced.graph, {.fetch = {"line/mul:0"}}) == forward);
    const std::string back = list_nodes(traced.graph, {.scope = "line/gradients"});
    CHECK_THAT(back, Contains("line/gradients/MatMul") && !Contains("line/SGD"));
    CHECK(list_nodes(traced.graph, {.scope = "line/gradients/"}) == back);

    CHECK_THROWS_WITH(
        list_nodes(traced.graph, {.scope = "lines"}),
        "list_nodes: no node's name begins with \"lines/\" (the nearest is \"line/\"); without a scope all nodes are shown");
    CHECK_THROWS_WITH(list_nodes(traced.graph, {.fetch = {"line/MatMull"}}),
                      Contains("list_nodes: there is no \"line/MatMull\" in the graph "
                               "(the nearest is \"line/MatMul:0\")"));
    CHECK_THROWS_WITH(list_nodes(Graph{}), Contains("list_nodes: the graph has no nodes"));
}

TEST_CASE("a graph is drawn with its gradients as one box, or all of them")
{
    const Traced traced;
    const std::string svg = plot_graph(traced.graph).str();
    for (const char* text : {">Placeholder<", ">0/kernel<", ">MatMul<", ">[-1, 4]<", ">mul · 2<", ">Gradients<", ">SGD/update<"})
        CHECK_THAT(svg, Contains(text));
    CHECK_THAT(svg, !Contains("gradients/") && !Contains(">Const<") && !Contains(">bool []<"));
    CHECK_THAT(plot_graph(traced.graph, {.gradients = true, .constants = true}).str(),
               Contains(">gradients/MatMul<") && Contains(">Const<"));
    CHECK_THAT(plot_graph(traced.graph, {.fetch = {traced.line.prediction}}).str(), !Contains("Gradients") && !Contains(">y<"));
    CHECK_THROWS_WITH(plot_graph(traced.graph, {.scope = "other"}),
                      Contains("plot_graph: no node's name begins with \"other/\""));
}

TEST_CASE("Graphviz gets the same boxes and lines")
{
    struct Twice {
        Placeholder<float, dyn> x;
        Node y;
    };
    Graph graph;
    graph.trace<Twice>("twice", [](Twice& t) { t.y = t.x * 2.f; });
    CHECK(graph_to_dot(graph) == "digraph graph_of_nodes {\n"
                                 "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n"
                                 "  edge [fontname=\"sans-serif\", fontsize=10];\n"
                                 "  n0 [label=\"Placeholder\\nx\", color=\"#e69f00\", fillcolor=\"#fff8e8\"];\n"
                                 "  n1 [label=\"Mul\\nmul · 2\", color=\"#9ca3af\", fillcolor=\"#ffffff\"];\n"
                                 "  n0 -> n1 [label=\"[-1]\"];\n"
                                 "}\n");
    const Traced traced;
    const std::string all = graph_to_dot(traced.graph, {.gradients = true, .constants = true});
    const auto* nodes = static_cast<const internals::graphs::NodeList*>(traced.graph.nodes().get());
    CHECK(count(all, " [label=") == nodes->size() + count(all, " -> "));
    CHECK_THAT(all, Contains("subgraph cluster_0 {\n    label=\"gradients\";"));
}
