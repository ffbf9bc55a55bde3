// Graph: names, binding, and what a handle says when its graph lets go.
#include "catch.hpp"

#include "data/temporary.hpp"

#include "graph/safetensors_bytes.hpp"

#include <lamina/graph/graph.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace lamina;
using namespace lamina::internals;
using NameList = std::vector<std::string>;

static_assert(!std::is_copy_constructible_v<Graph> && !std::is_copy_assignable_v<Graph>);
static_assert(std::is_nothrow_move_constructible_v<Graph> && std::is_nothrow_move_assignable_v<Graph>);

namespace {

struct Affine {
    Variable<float, Shape{3, 5}> kernel;
    Variable<double, Shape{5}> bias;
};

struct Heads {
    std::map<std::string, Affine> heads;
    Affine stem;
};

Heads unbound_heads()
{
    Heads made;
    for (const char* name : {"left", "a\nb", "back\\slash"}) made.heads[name];
    return made;
}

template <class Model> std::set<std::string> frozen_in(Model& model)
{
    std::set<std::string> names;
    for_each_named_variable(model, [&](const std::string& name, auto& variable) {
        if (!variable.storage()->trainable) names.insert(name);
    });
    return names;
}

} // namespace

TEST_CASE("records are kept by name", "[graph]")
{
    Graph graph;
    CHECK(graph.size() == 0);
    CHECK(graph.find("a") == nullptr);
    const auto a = graph.add("b/a", {2, 3}, dtype::float32);
    graph.add("a", Shape{}, dtype::float64);
    CHECK(a->name == "b/a");
    CHECK(a->extents() == Shape{2, 3});
    CHECK(a->data<float>()[17] == 0);
    CHECK(graph.find("b/a") == a);
    CHECK(graph.contains("a"));
    CHECK_FALSE(graph.contains("b"));
    CHECK(graph.names() == NameList{"a", "b/a"});

    CHECK(says(refusal_of([&] { graph.add("a", {1}, dtype::float32); }), "already a \"a\""));
    CHECK(graph.find("a")->type() == dtype::float64);

    CHECK(graph.erase("b/a"));
    CHECK_FALSE(graph.erase("b/a"));
    CHECK_FALSE(a->alive());
    CHECK(graph.names() == NameList{"a"});
    graph.add("b/a", {1}, dtype::float32);
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
    CHECK(graph.names() == NameList{"net/bias", "net/kernel"});
    CHECK(model.kernel.storage() == graph.find("net/kernel"));
    CHECK(model.kernel.storage()->name == "net/kernel");
    CHECK(model.kernel.data()[3] == 7);
    CHECK_FALSE(model.kernel.storage()->trainable);
    CHECK(model.bias.data()[4] == 0);
    CHECK(model.bias.storage()->trainable);

    Affine plain;
    graph.bind(plain, "");
    CHECK(graph.names() == NameList{"bias", "kernel", "net/bias", "net/kernel"});
    Variable<float, Shape{2}> one;
    graph.bind(one, "one");
    CHECK(graph.contains("one"));
}

TEST_CASE("a taken name changes neither graph nor model", "[graph]")
{
    Graph graph;
    graph.add("net/bias", {1}, dtype::float32);
    Affine model;
    CHECK(says(refusal_of([&] { graph.bind(model, "net"); }), "already a \"net/bias\""));
    CHECK(graph.size() == 1);
    CHECK_FALSE(model.kernel.bound());

    std::map<std::string, std::map<std::string, Affine>> deep;
    deep["a"]["b/c"];
    deep["a/b"]["c"];
    CHECK(says(refusal_of([&] { graph.bind(deep, "deep"); }), "two variables would have the name \"deep/a/b/c/kernel\""));
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
    CHECK(graph.names() == NameList{"first/bias", "first/kernel"});
    auto& same = graph;
    graph = std::move(same);
    CHECK(first.kernel.bound());
}

TEST_CASE("a record gets another name and stays bound", "[graph]")
{
    Graph graph;
    Affine model;
    graph.bind(model, "a");
    graph.rename("a/kernel", "b/kernel");
    CHECK(graph.names() == NameList{"a/bias", "b/kernel"});
    CHECK(model.kernel.storage() == graph.find("b/kernel"));
    CHECK(model.kernel.storage()->name == "b/kernel");
    graph.rename("a/bias", "a/bias");
    CHECK(says(refusal_of([&] { graph.rename("a/bias", "b/kernel"); }), "already a \"b/kernel\""));
    CHECK(says(refusal_of([&] { graph.rename("c", "d"); }), "no \"c\""));
    CHECK(graph.names() == NameList{"a/bias", "b/kernel"});
    NameList listed;
    for (const auto& [name, kept] : graph) listed.push_back(kept->name);
    CHECK(listed == graph.names());
}

TEST_CASE("a graph builds a model that lies in it", "[graph]")
{
    using Net = Sequential<Input<3>, Dense<5>, Dense<2>>;
    Graph graph;
    auto model = graph.build<Net>("net", Seed{3});
    const auto alone = build<Net>(Seed{3});
    CHECK(graph.names() == NameList{"net/0/bias", "net/0/kernel", "net/1/bias", "net/1/kernel"});
    CHECK(model.layer<1>().kernel.storage() == graph.find("net/1/kernel"));
    for (std::size_t i = 0; i < 3 * 5; ++i) CHECK(model.layer<0>().kernel.data()[i] == alone.layer<0>().kernel.data()[i]);
    CHECK(says(refusal_of([&] { graph.build<Net>("net"); }), "already"));
    CHECK(graph.size() == 4);
    graph.build<Dense<2>::on<3>>("");
    CHECK(graph.names() == NameList{"bias", "kernel", "net/0/bias", "net/0/kernel", "net/1/bias", "net/1/kernel"});
    for (const auto& [name, kept] : graph) CHECK(kept->name == name);
    graph.reset();
    const auto text = refusal_of([&] { model(std::array<float, 3>{}); });
    CHECK(says(text, "\"0/kernel\""));
    CHECK(says(text, "\"net/0/kernel\""));
}

TEST_CASE("a graph is saved and loaded to the bit", "[graph]")
{
    const Temporary folder("graph");
    Graph graph;
    const auto a = graph.add("net/a", {2, 3}, dtype::float32), b = graph.add("b", {3, 1}, dtype::float64);
    const auto c = graph.add("scalar", Shape{}, dtype::float32), none = graph.add("none", {0, 4}, dtype::float32);
    float next = 0.1f;
    a->for_each<float>([&](float& x) { x = next *= -1.7f; });
    b->for_each<double>([&](double& x) { x = std::sqrt(double(next *= -3.3f) + 100); });
    c->data<float>()[0] = std::numeric_limits<float>::quiet_NaN();
    a->trainable = none->trainable = false;
    const auto count = graph.add("two\nlines", {2}, dtype::int64);
    count->for_each<std::int64_t>([](std::int64_t& x) { x = std::numeric_limits<std::int64_t>::max(); });
    count->trainable = false;
    for (std::size_t i = 0; i < dtype_count; ++i) {
        const auto type = static_cast<dtype>(i);
        const auto kept = graph.add(std::string("type/").append(name_of(type)), {3, 2}, type);
        kept->for_each_place([&](std::size_t place) { kept->data<char>()[place * bytes_of(type)] = static_cast<char>(place); });
    }
    graph.save(folder.path / "all.graph");

    const Graph loaded = Graph::load(folder.path / "all.graph");
    CHECK(loaded.names() == graph.names());
    for (const auto& [name, kept] : graph) {
        CAPTURE(name);
        const auto again = loaded.find(name);
        CHECK(again->extents() == kept->extents());
        CHECK(again->type() == kept->type());
        CHECK(again->trainable == kept->trainable);
        CHECK(std::memcmp(again->data<std::byte>(), kept->data<std::byte>(), kept->stored_size() * bytes_of(kept->type())) == 0);
    }
    CHECK(says(refusal_of([&] { Graph::load(folder.path / "missing"); }), "cannot be opened"));
}

TEST_CASE("what was frozen is frozen in the model or graph that is loaded", "[graph]")
{
    const Temporary folder("graph_frozen");
    const auto path = folder.path / "m";
    Heads model = unbound_heads();
    for_each_named_variable(model, [](const std::string& name, auto& variable) { variable.make(name); });
    save(model, path);
    CHECK(find(safetensors::read(path).metadata, "frozen") == nullptr);

    const std::set<std::string> frozen{"stem/bias", "heads/a\nb/kernel", "heads/back\\slash/bias"};
    for_each_named_variable(
        model, [&](const std::string& name, auto& variable) { variable.storage()->trainable = !frozen.contains(name); });
    save(model, path);
    auto again = unbound_heads();
    load(again, path);
    CHECK(frozen_in(again) == frozen);
    load(again, path, {.convert = true});
    CHECK(frozen_in(again) == frozen);
    const Graph graph = Graph::load(path);
    for (const auto& [name, kept] : graph) CHECK(kept->trainable == !frozen.contains(name));
    graph.save(folder.path / "g");
    auto from_graph_file = unbound_heads();
    load(from_graph_file, folder.path / "g");
    CHECK(frozen_in(from_graph_file) == frozen);

    // A file that says nothing, as others write it, changes nothing of what is bound; new variables are trained.
    auto others = safetensors::read(path);
    others.metadata.clear();
    again.heads["a\nb"].kernel = {};
    again.stem.kernel.storage()->trainable = false;
    load(again, others);
    CHECK(frozen_in(again) == std::set<std::string>{"stem/bias", "stem/kernel", "heads/back\\slash/bias"});

    // Names that are not there, and lists of another make.
    for (const std::string text :
         {"nothing/of/this", "", "\n\n", "stem", "stem/", "\\", "stem/bias", "x\nstem/bias\nstem/bias\n"}) {
        others.metadata = {{"frozen", text}};
        auto fresh = unbound_heads();
        load(fresh, others);
        CHECK(frozen_in(fresh) ==
              (text.find("stem/bias") != text.npos ? std::set<std::string>{"stem/bias"} : std::set<std::string>{}));
    }

    // Where the load is refused nothing is frozen.
    others.metadata = {{"frozen", "kernel"}};
    Affine one;
    for_each_named_variable(one, [](const std::string& name, auto& variable) { variable.make(name); });
    CHECK_FALSE(refusal_of([&] { load(one, others); }).empty());
    CHECK(frozen_in(one).empty());
}

TEST_CASE("files of other origin load", "[graph]")
{
    const Temporary folder("graph_other");
    std::string bytes = file_of(
        R"({"half":{"dtype":"F16","shape":[2],"data_offsets":[8,12]},"count":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})",
        12);
    const std::int64_t count = -5;
    std::memcpy(bytes.data() + bytes.size() - 12, &count, 8);
    std::memcpy(bytes.data() + bytes.size() - 4, "\x00\x3c\x00\xc0", 4); // 1, -2
    const Graph graph = Graph::load(folder.write("half.safetensors", bytes));
    CHECK(graph.find("half")->type() == dtype::float16);
    CHECK(value_of(graph.find("half")->data<half>()[1]) == -2);
    CHECK(graph.find("count")->type() == dtype::int64);
    CHECK(graph.find("count")->data<std::int64_t>()[0] == -5);

    // And to a file again as it was.
    graph.save(folder.path / "again");
    const auto tensors = safetensors::read(folder.path / "again").tensors;
    CHECK(tensors.at(0).as<int>() == std::vector{-5});
    CHECK(tensors.at(1).type == dtype::float16);
    CHECK(tensors.at(1).bytes == std::string_view("\x00\x3c\x00\xc0", 4));

    const Graph floats = Graph::load(folder.path / "again", dtype::float32);
    CHECK(floats.find("half")->data<float>()[0] == 1);
    CHECK(floats.find("half")->data<float>()[1] == -2);
    CHECK(Graph::load(folder.path / "again", dtype::float64).find("count")->data<double>()[0] == -5);
    CHECK(says(refusal_of([&] { Graph::load(folder.path / "again", dtype::int64); }), "again: is to be read as int64"));

    const auto refused = [&](std::string_view header, std::size_t n) {
        return refusal_of([&] { Graph::load(folder.write("bad.safetensors", file_of(header, n))); });
    };
    CHECK(says(refused(R"({"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}})", 4), "\"a\" is of type F8_E4M3"));
    CHECK(says(refused(R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1), "7 axes, at most 6"));
}
