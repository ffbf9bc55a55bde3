// tests/graph/traced/file_test.cpp: graphs with nodes in files: every op there and back, the same bits, damaged files by the sentence.
#include "catch.hpp"

#include <lamina/autodiff.hpp>
#include <lamina/graph/families/all.hpp>
#include <lamina/graph/families/optimizer.hpp>
#include <lamina/graph/traced.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace lamina;
using internals::tensors::Attributes, internals::tensors::OpEntry;

struct Path { // of a file that goes with the test
    std::string name;
    explicit Path(const std::string& called) : name((std::filesystem::temp_directory_path() / called).string()) {}
    ~Path() { std::filesystem::remove(name); }
};
std::string bytes_of_file(const std::string& path)
{
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
}
bool same_bits(const AnyTensor& a, const AnyTensor& b)
{
    return a.dtype() == b.dtype() && a.shape() == b.shape() &&
           (a.size() == 0 || std::memcmp(a.body().data, b.body().data, a.size() * internals::bytes_of(a.dtype())) == 0);
}
Graph load_all(const std::string& path) { return Graph::load<families::all, families::optimizer<Adam>>(path); }

/// Placeholders for the inputs of all ops.
struct AllInputs {
    Placeholder<float, dyn, 4> x;
    Placeholder<float, dyn, 4> z;
    Placeholder<float, 4, 3> matrix;
    Placeholder<bool, dyn, 4> truth;
    Placeholder<std::int64_t, dyn> index;
    Placeholder<float, dyn, 6, 6, 2> image;
    Placeholder<float, 3, 3, 2, 3> kernel;
    Placeholder<float, dyn, 4, 4, 3> made;
    Placeholder<float, dyn, 3, 3, 2> pooled;
    Placeholder<float, dyn> row;
    Placeholder<float, dyn, 1> column;
    Placeholder<float, dyn, 8> wide;
    Placeholder<float, dyn, 12, 12, 2> larger;
    Placeholder<std::int64_t> step;
};

Attributes with(std::initializer_list<int> ints, double number = 0, dtype type = {})
{
    Attributes made;
    for (const int one : ints) made.add(one);
    made.number = number;
    made.type = type;
    return made;
}

/// What an op is called with here: the inputs of its arity, x first, where nothing else is said.
struct Call {
    std::vector<AnyTensor> inputs;
    Attributes attributes{};
};
std::map<std::string_view, Call> special_calls(const AllInputs& in)
{
    const auto axis_bits = with({2, 1});
    const auto pool = with({2, 2, 2, 2, 0, 0, 0, 0, 1, 1, 0});
    const auto convolve = with({1, 1, 1, 1, 0, 0, 0, 0, 1});
    return {{"logical_and", {{in.truth, in.truth}}},
            {"logical_or", {{in.truth, in.truth}}},
            {"logical_not", {{in.truth}}},
            {"where", {{in.truth, in.x, in.z}}},
            {"cast", {{in.x}, with({}, 0, dtype::int32)}},
            {"reshape", {{in.x}, with({-1, 2, 2})}},
            {"expand_dims", {{in.x}, with({1})}},
            {"squeeze", {{in.column}, with({2})}},
            {"transpose", {{in.x}, with({1, 0})}},
            {"broadcast_to", {{in.matrix}, with({2, 4, 3})}},
            {"concat", {{in.x, in.z, in.wide}, with({1})}},
            {"slice", {{in.x}, with({0, 1, 0, 0, 0, 0, -1, 2, -1, -1, -1, -1})}},
            {"part_like", {{in.wide, in.x}, with({0, 2, 0, 0, 0, 0})}},
            {"place_like", {{in.x, in.wide}, with({0, 3, 0, 0, 0, 0})}},
            {"pad", {{in.x}, with({1, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0}, -0.1)}},
            {"matmul", {{in.x, in.matrix}, with({0, 0})}},
            {"reduce_sum", {{in.x}, axis_bits}},
            {"reduce_mean", {{in.x}, with({3, 0})}},
            {"reduce_max", {{in.x}, axis_bits}},
            {"reduce_min", {{in.x}, with({1, 0})}},
            {"reduce_all", {{in.truth}, axis_bits}},
            {"reduce_any", {{in.truth}, with({3, 0})}},
            {"spread_sum", {{in.column, in.x}, axis_bits}},
            {"spread_mean", {{in.column, in.x}, axis_bits}},
            {"argmax", {{in.x}, with({1})}},
            {"argmin", {{in.x}, with({0})}},
            {"one_hot", {{in.index}, with({1, 5}, 0, dtype::float64)}},
            {"sparse_softmax_cross_entropy", {{in.x, in.index}}},
            {"pow_of_number", {{in.x}, with({1}, 1.0 / 3)}},
            {"gather", {{in.matrix, in.index}, with({0})}},
            {"scatter_add_like", {{in.x, in.index, in.x}, with({0})}},
            {"cumsum", {{in.x}, with({1, 1, 0})}},
            {"reverse", {{in.x}, with({2})}},
            {"tile", {{in.x}, with({2, 3})}},
            {"sum_tiles", {{in.wide, in.x}}},
            {"tile_like", {{in.x, in.wide}}},
            {"fill_samples", {{in.x}, with({2, 3}, 0.3, dtype::float64)}},
            {"draw_samples", {{in.x, in.step}, with({0, 1, -2, 3, 4, 2, 3}, 0.3, dtype::float32)}},
            {"Conv2D", {{in.image, in.kernel}, convolve}},
            {"Conv2DBackpropInput", {{in.made, in.kernel, in.image}, convolve}},
            {"Conv2DBackpropFilter", {{in.image, in.made, in.kernel}, convolve}},
            {"AvgPool", {{in.image}, pool}},
            {"AvgPoolGrad", {{in.pooled, in.image}, pool}},
            {"MaxPool", {{in.image}, pool}},
            {"MaxPoolGrad", {{in.pooled, in.image}, pool}},
            {"MaxPoolGradGrad", {{in.image, in.image}, pool}},
            {"ResizeBilinear", {{in.image}, with({12, 12})}},
            {"ResizeBilinearGrad", {{in.larger, in.image}}},
            {"ResizeNearestNeighbor", {{in.image}, with({12, 12})}},
            {"ResizeNearestNeighborGrad", {{in.larger, in.image}}}};
}
AnyTensor numbers(const Shape& extents, double step)
{
    AnyTensor made = internals::tensors::empty_tensor(dtype::float32, extents);
    for (std::size_t i = 0; i < made.size(); ++i)
        made.numbers<float>()[i] = static_cast<float>(0.05 + 0.9 * (step * double(i) - double(int(step * double(i)))));
    return made;
}

} // namespace

TEST_CASE("each op of all families goes through a file and gives the same bits")
{
    namespace graphs = internals::graphs;
    std::vector<const OpEntry*> ops;
    graphs::KnownKinds known;
    known.add<families::all>();
    std::set<std::string_view> seen;
    for (const OpEntry* op : known.all_ops()) {
        const auto called = graphs::names_of_op(op->name);
        CHECK(called.family != "");
        CAPTURE(op->name);
        CHECK((seen.insert(called.kind).second || op->options));
        ops.push_back(op);
    }
    Graph graph;
    std::vector<std::string> names;
    graph.trace<AllInputs>("ops", [&](AllInputs& in) {
        const auto special = special_calls(in);
        for (const OpEntry* op : ops) {
            const auto found = special.find(op->name);
            Call call = found != special.end() ? found->second : Call{{in.x}};
            if (found == special.end() && graphs::names_of_op(op->name).inputs.least == 2) call.inputs.push_back(in.z);
            names.push_back(
                internals::tensors::tracing->name_of(internals::tensors::run_on_all(*op, call.inputs, call.attributes)));
        }
    });
    const Path path("lamina_graph_ops.safetensors"), again("lamina_graph_ops_again.safetensors");
    graph.save(path.name);
    Graph back = load_all(path.name);
    back.save(again.name);
    CHECK(bytes_of_file(path.name) == bytes_of_file(again.name));
    AnyTensor truth = cast(greater(numbers({2, 4}, 0.37), 0.5), dtype::boolean);
    const AnyTensor x = numbers({2, 4}, 0.13), z = numbers({2, 4}, 0.29), matrix = numbers({4, 3}, 0.41),
                    index = constant({std::int64_t{1}, std::int64_t{0}}), image = numbers({1, 6, 6, 2}, 0.17),
                    kernel = numbers({3, 3, 2, 3}, 0.23), made = numbers({1, 4, 4, 3}, 0.31),
                    pooled = numbers({1, 3, 3, 2}, 0.19), row = numbers({2}, 0.7), column = numbers({2, 1}, 0.3),
                    wide = numbers({2, 8}, 0.43), larger = numbers({1, 12, 12, 2}, 0.07);
    for (const std::string& name : names) {
        const auto run = [&](Graph& from) {
            return from.run(name, {{"ops/x", x},
                                   {"ops/z", z},
                                   {"ops/matrix", matrix},
                                   {"ops/truth", truth},
                                   {"ops/index", index},
                                   {"ops/image", image},
                                   {"ops/kernel", kernel},
                                   {"ops/made", made},
                                   {"ops/pooled", pooled},
                                   {"ops/row", row},
                                   {"ops/column", column},
                                   {"ops/wide", wide},
                                   {"ops/larger", larger},
                                   {"ops/step", constant(std::int64_t{5})}});
        };
        CAPTURE(name);
        CHECK(same_bits(run(graph), run(back)));
    }
}

namespace {

struct Learning {
    Placeholder<float, dyn, 3> x;
    Placeholder<float, dyn, 1> y;
    Node prediction, loss, train_step;
};
/// A network that has learned for three steps, in a file.
struct Trained {
    Path path{"lamina_graph_trained.safetensors"};
    Graph graph;
    Learning fields;
    AnyTensor x = constant({{1.f, 2.f, 3.f}, {0.f, -1.f, 2.f}}), y = constant({{1.f}, {-1.f}});
    Trained()
    {
        auto net = graph.build<Sequential<lamina::Input<3>, Dense<4, Tanh>, Dense<1>>>("net", Seed{1});
        fields = graph.trace<Learning>("train", [&](Learning& l) {
            l.prediction = net(l.x);
            l.loss = reduce_mean(square(l.prediction - l.y)) +
                     0.01f * reduce_sum(linspace(0.f, 1.f, 20) * reduce_mean(l.x * constant({1.f / 3, -0.f, 1e-40f})));
            l.train_step = Adam{.learning_rate = 0.01f}.minimize(l.loss);
        });
        for (int step = 0; step < 3; ++step) graph.run(fields.train_step, {{fields.x, x}, {fields.y, y}});
        graph.save(path.name);
    }
};

} // namespace

TEST_CASE("a graph that has learned goes on to the same bits after it was saved and loaded")
{
    Trained trained;
    Graph back = Graph::load<families::core, families::math, families::optimizer<Adam>>(trained.path.name);
    const Path again("lamina_graph_trained_again.safetensors");
    back.save(again.name);
    CHECK(bytes_of_file(trained.path.name) == bytes_of_file(again.name));
    const auto value = [&](Graph& of, const char* name) {
        return of.run(name, {{"train/x", trained.x}, {"train/y", trained.y}});
    };
    for (int step = 0; step < 3; ++step) {
        for (const char* name : {"train/add:0", "train/Mean:0", "train/Mean_1:0"})
            CHECK(same_bits(value(trained.graph, name), value(back, name)));
        value(trained.graph, "train/Adam");
        value(back, "train/Adam");
    }
    trained.graph.save(trained.path.name);
    back.save(again.name);
    CHECK(bytes_of_file(trained.path.name) == bytes_of_file(again.name));
}

TEST_CASE("a step whose records were erased is refused by a sentence")
{
    Trained trained;
    Graph back = load_all(trained.path.name);
    const auto step = [&] { back.run("train/Adam", {{"train/x", trained.x}, {"train/y", trained.y}}); };
    step();
    std::size_t refused = 0;
    const auto names = back.names();
    for (const std::string& name : names) {
        back = load_all(trained.path.name);
        step();
        back.erase(name);
        CHECK_THROWS_WITH(step(), Catch::Matchers::Contains("has no numbers any more"));
        ++refused;
    }
    CHECK(refused > 8);
}

TEST_CASE("what a program does not compile is kept as a text, or refused by the family that it lacks")
{
    Trained trained;
    Graph text = Graph::load(trained.path.name);
    const Path again("lamina_graph_text.safetensors");
    text.save(again.name);
    CHECK(bytes_of_file(trained.path.name) == bytes_of_file(again.name));
    using Catch::Matchers::Contains;
    CHECK_THROWS_WITH(text.run("train/add:0"), Contains("read as a text"));
    CHECK_THROWS_WITH(text.trace<Learning>("more", [](Learning&) {}), Contains("read as a text"));
    CHECK_THROWS_WITH(Graph::load<families::math>(trained.path.name),
                      Contains("node \"train/") && Contains("add families::core"));
    CHECK_THROWS_WITH(Graph::load<families::core>(trained.path.name),
                      Contains("node \"train/Adam/update\"") && Contains("add families::optimizer<Adam>"));
    const Path variables("lamina_graph_variables.safetensors");
    Graph plain;
    plain.add("w", {2}, dtype::float32);
    plain.save(variables.name);
    CHECK(Graph::load<families::core>(variables.name).contains("w"));
}

TEST_CASE("a damaged file is refused by a sentence with the node, and nothing runs")
{
    Trained trained;
    const std::string whole = bytes_of_file(trained.path.name);
    const Path path("lamina_graph_damaged.safetensors");
    const auto refusal = [&](std::string_view from, std::string_view to) -> std::string {
        const std::size_t at = whole.find(from);
        REQUIRE(at != whole.npos);
        std::string bytes = whole;
        bytes.replace(at, from.size(), to);
        std::uint64_t length = 0; // of the header, which has another size now
        std::memcpy(&length, bytes.data(), 8);
        length += to.size() - from.size();
        std::memcpy(bytes.data(), &length, 8);
        std::ofstream(path.name, std::ios::binary) << bytes;
        try {
            load_all(path.name);
        }
        catch (const error& problem) {
            return problem.what();
        }
        return "nothing was refused";
    };
    const auto refuses = [&](std::string_view from, std::string_view to, const std::string& why) {
        INFO(from << " became " << to);
        CHECK_THAT(refusal(from, to), Catch::Matchers::Contains(why));
        CHECK_THAT(refusal(from, to), Catch::Matchers::StartsWith(path.name));
    };
    refuses(R"(\"op\": \"MatMul\")", R"(\"op\": \"MatMull\")",
            "\"train/MatMul\" is a \"MatMull\", which no family has; did you mean \"MatMul\"?");
    refuses(R"(\"inputs\": [\"train/MatMul\")", R"(\"inputs\": [\"train/MatMul_1\")",
            "reads \"train/MatMul_1\", and no node before it is called so");
    refuses(R"(\"op\": \"Tanh\", \"inputs\": [)", R"(\"op\": \"Tanh\", \"inputs\": [\"train/x\", )",
            "has 2 inputs, a Tanh has 1");
    refuses(R"(\"transpose_a\": false)", R"(\"transpose_a\": 0)", "has a \"transpose_a\" that is neither true nor false");
    refuses(R"(\"transpose_a\": false)", R"(\"transpose_c\": false)", "has no \"transpose_a\"");
    refuses(R"(\"transpose_a\": false)", R"(\"transpose_a\": false, \"more\": 1)",
            "has a \"more\", which such a node does not have");
    refuses(R"(\"transpose_a\": false)", R"(\"transpose_a\": true)", "its op gives float32 [3, 4]");
    refuses(R"(\"type\": \"float32\", \"shape\": [null, 4])", R"(\"type\": \"float64\", \"shape\": [null, 4])",
            "is said to be float64 [null, 4], its op gives float32 [null, 4]");
    refuses(R"(\"shape\": [null, 4])", R"(\"shape\": [null, 5])",
            "is said to be float32 [null, 5], its op gives float32 [null, 4]");
    refuses(R"(\"shape\": [null, 3])", R"(\"shape\": [1048576, 1048577])", "more than 2^40 numbers");
    refuses(R"(\"shape\": [3, 4])", R"(\"shape\": [4, 3])", "is float32 [4, 3], and its variable in the file is float32 [3, 4]");
    refuses(R"(\"variable\": \"net/0/kernel\")", R"(\"variable\": \"net/0/colonel\")",
            "needs the variable \"net/0/colonel\", which the file does not have");
    refuses(R"(\"tensor\": \"train/)", R"(\"tensor\": \"trail/)", "which the file does not have");
    refuses(R"(\"value\": [)", R"(\"value\": [1, )", " numbers, its shape ");
    refuses(R"(\"train/y\": )", R"(\"train/x\": )", "twice");
    refuses(R"(\"train/y\": )", R"(\"train/y:0\": )", "no colon");
    refuses(R"(\"type\": \"float32\")", R"(\"type\": \"float31\")", "is no type: \"float31\"");
    refuses(R"(\"type\": \"float32\")", R"(\"type\": \"int8\")", "is of int8 numbers");
    refuses(R"(\"settings\": {)", R"(\"settings\": [{}], \"other\": {)", "has \"settings\" that are no object");
    refuses(R"(\"changes\": [)", R"(\"changes\": [\"net/0/kernel\", )", "twice");
    refuses(R"({\"train/x\": {)", R"({\"train/x\": {\"a\": [[[[[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]]]], )", "deeper than sixteen");
}

TEST_CASE("a feed of another type or rank is refused by its placeholder's name")
{
    Trained trained;
    Graph back = load_all(trained.path.name);
    using Catch::Matchers::Contains;
    CHECK_THROWS_WITH(back.run("train/Adam", {{"train/x", constant({{1., 2., 3.}})}, {"train/y", trained.y}}),
                      Contains("train/x"));
    CHECK_THROWS_WITH(back.run("train/Adam", {{"train/x", constant({1.f, 2.f, 3.f})}, {"train/y", trained.y}}),
                      Contains("train/x"));
    CHECK_THROWS_WITH(back.run("train/Adam", {{"train/x", trained.x}}), Contains("train/y"));
}
