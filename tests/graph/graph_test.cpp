// Graph: names, binding, and what a handle says when its graph lets go.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/graph/graph.hpp>

#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace lamina;
using names = std::vector<std::string>;

static_assert(!std::is_copy_constructible_v<Graph> && !std::is_copy_assignable_v<Graph>);
static_assert(std::is_nothrow_move_constructible_v<Graph> && std::is_nothrow_move_assignable_v<Graph>);

namespace {

struct Affine {
    Variable<float, shape{3, 5}> kernel;
    Variable<double, shape{5}> bias;
};

} // namespace

TEST_CASE("records are kept by name", "[graph]")
{
    Graph graph;
    CHECK(graph.size() == 0);
    CHECK(graph.find("a") == nullptr);
    const auto a = graph.add("b/a", {2, 3}, number::float32);
    graph.add("a", shape{}, number::float64);
    CHECK(a->name == "b/a");
    CHECK(a->extents() == shape{2, 3});
    CHECK(a->data<float>()[17] == 0);
    CHECK(graph.find("b/a") == a);
    CHECK(graph.contains("a"));
    CHECK_FALSE(graph.contains("b"));
    CHECK(graph.names() == names{"a", "b/a"});

    CHECK(says(refusal([&] { graph.add("a", {1}, number::float32); }), "already a \"a\""));
    CHECK(graph.find("a")->type() == number::float64);

    CHECK(graph.erase("b/a"));
    CHECK_FALSE(graph.erase("b/a"));
    CHECK_FALSE(a->alive());
    CHECK(graph.names() == names{"a"});
    graph.add("b/a", {1}, number::float32);
    CHECK(graph.size() == 2);
}

TEST_CASE("a model is bound under a prefix and takes its values along", "[graph]")
{
    Graph graph;
    Affine model;
    model.kernel.make("kernel");
    model.kernel.data()[3] = 7;
    model.kernel.storage()->trainable = false;
    graph.bind(model, "net");
    CHECK(graph.names() == names{"net/bias", "net/kernel"});
    CHECK(model.kernel.storage() == graph.find("net/kernel"));
    CHECK(model.kernel.storage()->name == "net/kernel");
    CHECK(model.kernel.data()[3] == 7);
    CHECK_FALSE(model.kernel.storage()->trainable);
    CHECK(model.bias.data()[4] == 0);
    CHECK(model.bias.storage()->trainable);

    Affine plain;
    graph.bind(plain, "");
    CHECK(graph.names() == names{"bias", "kernel", "net/bias", "net/kernel"});
    Variable<float, shape{2}> one;
    graph.bind(one, "one");
    CHECK(graph.contains("one"));
}

TEST_CASE("a taken name changes neither graph nor model", "[graph]")
{
    Graph graph;
    graph.add("net/bias", {1}, number::float32);
    Affine model;
    CHECK(says(refusal([&] { graph.bind(model, "net"); }), "already a \"net/bias\""));
    CHECK(graph.size() == 1);
    CHECK_FALSE(model.kernel.bound());

    std::map<std::string, std::map<std::string, Affine>> deep;
    deep["a"]["b/c"];
    deep["a/b"]["c"];
    CHECK(says(refusal([&] { graph.bind(deep, "deep"); }), "two variables would have the name \"deep/a/b/c/kernel\""));
    CHECK(graph.size() == 1);
}

TEST_CASE("what was bound to a graph says unbound when the graph lets go", "[graph]")
{
    Affine model;
    {
        Graph graph;
        graph.bind(model, "a");
        CHECK(model.kernel.bound());
        graph.reset();
        CHECK(graph.size() == 0);
        CHECK_FALSE(model.kernel.bound());
        CHECK(model.kernel.data() == nullptr);
        graph.bind(model, "a");
        CHECK(model.kernel.bound());
        graph.erase("a/kernel");
        CHECK_FALSE(model.kernel.bound());
        CHECK(model.bias.bound());
    }
    CHECK_FALSE(model.bias.bound());
    CHECK(model.bias.data() == nullptr);
}

TEST_CASE("a graph moves with its records", "[graph]")
{
    Affine first, second;
    Graph graph;
    graph.bind(first, "first");
    Graph moved = std::move(graph);
    CHECK(first.kernel.bound());
    CHECK(moved.size() == 2);
    CHECK(graph.size() == 0); // NOLINT: a moved-from graph is empty
    graph.bind(second, "second");
    graph = std::move(moved);
    CHECK_FALSE(second.kernel.bound()); // its graph was overwritten
    CHECK(first.kernel.bound());
    CHECK(graph.names() == names{"first/bias", "first/kernel"});
    auto& same = graph;
    graph = std::move(same);
    CHECK(first.kernel.bound());
}
