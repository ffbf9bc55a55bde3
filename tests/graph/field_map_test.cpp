// FieldMap, to_graph, from_graph: JSON, all or nothing, parts, sharing, plain data, and 1,000 variables in no time.
#include "catch.hpp"

#include "data/temporary.hpp"

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/graph/field_map.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

#include <array>
#include <chrono>
#include <optional>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Net {
    Sequential<Input<5>, Dense<4, Relu>, Dense<3, Tanh>> body;
    float rate = 0.1f;
    Dense<2>::on<3> head;
    int steps = 3;

    auto operator()(const auto& x) const { return head(body(x)); }
};

struct Everything {
    std::array<Dense<2>::on<3>, 2> pair;
    std::vector<Dense<1>::on<2>> list;
    std::map<std::string, Variable<double, Shape{2}>> named;
    std::optional<Dense<2>::on<2>> maybe, none;
    Variable<double, Shape{}> scale;
    std::array<int, 3> plain{};
    std::vector<float> history;
    Net inner;
};

using paths = std::vector<std::string>;

paths fields_of_map(const FieldMap& map)
{
    paths result;
    for (const auto& [field, name] : map) result.push_back(field);
    return result;
}

} // namespace

TEST_CASE("a map is JSON, and comes back", "[graph]")
{
    const Temporary folder("field_map");
    const FieldMap map{{"head/kernel", "mnist/head/kernel"}, {"a \"b\"\n", "\xC3\xA9"}};
    CHECK(FieldMap::parse(map.json()) == map);
    map.write(folder.path / "map.json");
    CHECK(FieldMap::read(folder.path / "map.json") == map);
    CHECK(*map.find("head/kernel") == "mnist/head/kernel");
    CHECK(map.find("head") == nullptr);
    CHECK(FieldMap::parse("{}").size() == 0);
    CHECK(FieldMap::parse(" {\"a\" : \"b\"}\n").size() == 1);
    CHECK(says(refusal_of([] { FieldMap{{"\xff", "b"}}.json(); }), "UTF-8"));
    CHECK(says(refusal_of([&] { FieldMap::read(folder.path / "none.json"); }), "none.json"));
}

TEST_CASE("what is no map is refused with a sentence", "[graph]")
{
    const auto refused = [](std::string_view json) { return refusal_of([&] { FieldMap::parse(json, "map.json"); }); };
    CHECK(says(refused(""), "map.json: is no JSON at byte 1"));
    CHECK(says(refused("{\"a\":\"b\"} x"), "is no JSON"));
    CHECK(says(refused("{\"a\":\"b\""), "is no JSON"));
    CHECK(says(refused("{\"a\":\"\xff\"}"), "is no JSON"));
    CHECK(says(refused("{\"a\":\"b\",\"a\":\"b\"}"), "names the field \"a\" twice"));
    for (const char* json : {"[]", "3", "null", "\"a\"", "{\"a\":1}", "{\"a\":null}", "{\"a\":{\"b\":\"c\"}}", "{\"a\":[\"b\"]}",
                             "[{\"a\":\"b\"}]", "{\"a\":{}}", "[[]]"}) {
        CAPTURE(json);
        CHECK(says(refused(json), "is written as"));
    }
    CHECK_FALSE(refused(std::string(100000, '[')).empty());
}

TEST_CASE("renamings fit a map of another program", "[graph]")
{
    const FieldMap map{{"dense_1/kernel", "w"}, {"dense_10/kernel", "v"}, {"rest", "r"}};
    CHECK(map.renamed({{"dense_1/", "head/"}}) == FieldMap{{"head/kernel", "w"}, {"dense_10/kernel", "v"}, {"rest", "r"}});
    CHECK(map.stored_renamed({{"", "net/"}}) ==
          FieldMap{{"dense_1/kernel", "net/w"}, {"dense_10/kernel", "net/v"}, {"rest", "net/r"}});
    CHECK(says(refusal_of([&] { map.renamed({{"dense_1/", "x/"}, {"dense_10/", "x/"}}); }), "two fields the name \"x/kernel\""));
}

TEST_CASE("a fresh model is bound to what a graph stores", "[graph]")
{
    Graph graph;
    const Net model = graph.build<Net>("net", Seed{1});
    const auto map = to_graph(model);
    CHECK(fields_of_map(map) ==
          paths{"body/0/bias", "body/0/kernel", "body/1/bias", "body/1/kernel", "head/bias", "head/kernel"});
    CHECK(*map.find("body/1/kernel") == "net/body/1/kernel");

    Net fresh;
    const std::array<float, 5> x{1, 2, 3, -4, 5};
    CHECK(says(refusal_of([&] { fresh(x); }), "bound to no stored variable"));
    CHECK(refusal_of([&] { to_graph(fresh); }) ==
          "to_graph: \"body/0/kernel\" is bound to no stored variable; make the model with "
          "graph.build, or bind it, before it is used");
    CHECK(from_graph(fresh, map, graph).empty());
    CHECK(fresh.head.kernel.storage() == model.head.kernel.storage()); // shared, not copied
    CHECK(fresh(x)(0) == model(x)(0));
    fresh.head.bias.data()[0] += 1;
    CHECK(fresh(x)(0) == model(x)(0));
    graph.reset();
    CHECK(says(refusal_of([&] { fresh(x); }), "net/body/0/kernel"));
    CHECK(says(refusal_of([&] { to_graph(fresh); }),
               "to_graph: \"body/0/kernel\" was bound to \"net/body/0/kernel\", which its graph"));
}

TEST_CASE("a part of the fields leaves the others", "[graph]")
{
    Graph graph;
    const Net model = graph.build<Net>("net", Seed{1});
    CHECK(fields_of_map(to_graph(model, {"head"})) == paths{"head/bias", "head/kernel"});
    CHECK(fields_of_map(to_graph(model, {"**/bias", "body/0/kernel"})) ==
          paths{"body/0/bias", "body/0/kernel", "body/1/bias", "head/bias"});
    CHECK(says(refusal_of([&] { to_graph(model, {"rate"}); }), "no field is called \"rate\"")); // plain data is no variable

    auto other = build<Net>(Seed{2});
    const auto before = other.body.layer<0>().kernel.storage();
    from_graph(other, to_graph(model, {"head"}), graph);
    CHECK(other.head.kernel.storage() == model.head.kernel.storage());
    CHECK(other.body.layer<0>().kernel.storage() == before);
    from_graph(other, to_graph(model), graph, {.fields = {"body/0"}});
    CHECK(other.body.layer<0>().bias.storage() == model.body.layer<0>().bias.storage());
    CHECK(other.body.layer<1>().bias.storage() != model.body.layer<1>().bias.storage());
    CHECK(other.steps == 3);
    CHECK(says(refusal_of([&] { from_graph(other, to_graph(model), graph, {.fields = {"tail"}}); }),
               "no field is called \"tail\""));
}

TEST_CASE("where only types differ it is said how a graph gets others", "[graph]")
{
    const Temporary folder("field-map-types");
    struct Wide {
        Dense<2>::on<3>::as<double> head;
    };
    struct Narrow {
        Dense<2>::on<3> head;
    };
    Graph graph;
    const Wide wide = graph.build<Wide>("net", Seed{1});
    const FieldMap map = to_graph(wide);
    Narrow narrow;
    const auto text = refusal_of([&] { from_graph(narrow, map, graph); });
    CHECK(says(text, "\"net/head/bias\" is float64 [2], the field \"head/bias\" needs float32 [2]; "));
    CHECK(says(text, "nothing was bound; Graph::load(path, dtype::float32) reads every number of a file as float32"));
    graph.save(folder.path / "g");
    Graph other = Graph::load(folder.path / "g", dtype::float32);
    from_graph(narrow, map, other);
    CHECK(narrow.head.kernel.data()[0] == static_cast<float>(wide.head.kernel.data()[0]));

    graph.find("net/head/bias")->data<double>()[0] = 1e300;
    graph.save(folder.path / "g");
    CHECK(says(refusal_of([&] { Graph::load(folder.path / "g", dtype::float32); }), "\"net/head/bias\" holds 1e+300"));
}

TEST_CASE("all that is wrong is one error, and nothing is bound", "[graph]")
{
    Graph graph;
    const Net model = graph.build<Net>("net", Seed{1});
    graph.add("double", {2}, dtype::float64);
    FieldMap map = to_graph(model);
    map.set("head/kernel", "net/body/0/kernel"); // another shape
    map.set("head/bias", "double");              // another type
    map.set("body/0/bias", "net/body/0/bia");    // not there
    map.set("hed/kernel", "net/head/kernel");    // no such field
    Net fresh;
    const auto text = refusal_of([&] { from_graph(fresh, map, graph); });
    CHECK(says(text, "\"net/body/0/kernel\" is float32 [5, 4], the field \"head/kernel\" needs float32 [3, 2]"));
    CHECK(says(text, "\"double\" is float64 [2], the field \"head/bias\" needs float32 [2]"));
    CHECK(says(text, "the graph has no \"net/body/0/bia\" for the field \"body/0/bias\" (the nearest is \"net/body/0/bias\")"));
    CHECK(says(text, "the model has no field \"hed/kernel\" (the nearest is \"head/kernel\")"));
    CHECK(says(text, "nothing was bound"));
    for (const auto& [path, variable] : variables_of(fresh)) CHECK_FALSE(variable->bound());

    // What is wrong stays wrong where a part may be missing.
    CHECK(says(refusal_of([&] { from_graph(fresh, map, graph, {.partial = true}); }), "needs float32 [3, 2]"));
    map.set("head/kernel", "net/head/kernel");
    map.set("head/bias", "net/head/bias");
    CHECK(from_graph(fresh, map, graph, {.partial = true}) == paths{"body/0/bias", "hed/kernel"});
    CHECK(fresh.head.bias.bound());
    CHECK_FALSE(fresh.body.layer<0>().bias.bound());

    FieldMap many;
    for (int i = 0; i < 50; ++i) many.set("no/" + std::to_string(i), "none");
    CHECK(says(refusal_of([&] { from_graph(fresh, many, graph); }), "and 30 more"));
}

TEST_CASE("parts in lists, maps and optionals have their paths", "[graph]")
{
    Everything model;
    model.list.resize(2);
    model.named["a"], model.named["b"];
    model.maybe.emplace();
    Graph graph;
    graph.bind(model, "all");
    const auto map = to_graph(model);
    CHECK(map.size() == 4 + 4 + 2 + 2 + 1 + 6);
    for (const char* field : {"pair/1/kernel", "list/0/bias", "named/b", "maybe/value/kernel", "scale", "inner/body/0/kernel"}) {
        CAPTURE(field);
        CHECK(map.find(field) != nullptr);
    }
    Everything fresh;
    CHECK(says(refusal_of([&] { from_graph(fresh, map, graph); }), "the model has no field \"list/0/bias\""));
    fresh.list.resize(2);
    fresh.named["a"], fresh.named["b"];
    fresh.maybe.emplace();
    from_graph(fresh, map, graph);
    CHECK(fresh.named["b"].storage() == model.named["b"].storage());
    CHECK(all_bound(fresh));
}

TEST_CASE("two fields may share one stored variable", "[graph]")
{
    struct Twins {
        Dense<3>::on<3> first, second;
    };
    Graph graph;
    graph.build<Dense<3>::on<3>>("one", Seed{1});
    Twins twins;
    from_graph(twins,
               {{"first/kernel", "one/kernel"},
                {"second/kernel", "one/kernel"},
                {"first/bias", "one/bias"},
                {"second/bias", "one/bias"}},
               graph);
    CHECK(twins.first.kernel.storage() == twins.second.kernel.storage());
    CHECK(*to_graph(twins).find("second/kernel") == "one/kernel");
}

TEST_CASE("a model of 1,000 variables is bound in under 5 ms", "[graph]")
{
    struct Many {
        std::vector<std::vector<Dense<1>::on<2>>> layers;
    };
    Many model, fresh;
    model.layers.resize(20), fresh.layers.resize(20);
    for (auto& list : model.layers) list.resize(25);
    for (auto& list : fresh.layers) list.resize(25);
    Graph graph;
    graph.bind(model, "many");
    const auto map = to_graph(model);
    REQUIRE(map.size() == 1000);
    double least = 1e9;
    for (int i = 0; i < 5; ++i) {
        const auto start = std::chrono::steady_clock::now();
        from_graph(fresh, map, graph);
        least = std::min(least, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::printf("1,000 variables were bound in %.2f ms\n", least);
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
    CHECK(least < 5);
#endif
    CHECK(all_bound(fresh));
}
