// tests/lite/damage_cases.hpp: files that are whole but ask for what cannot be: refused when tensors are allocated, or, where numbers of an
// input are to blame, when they are run. (Included by interpreter_test.cpp, so that the interpreter is compiled once.)
#pragma once

#include "catch.hpp"
#include "lite/networks.hpp"

#include <lamina/lite/interpreter.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace damages {

using namespace networks;
using Integers = std::vector<std::int32_t>;

/// The sentence about a network that is written, read, allocated and run on zeros; of int32 inputs all are `index`.
inline std::string said_of(const Network& network, std::int32_t index = 0)
{
    return refusal([&] {
        lite::InterpreterOptions options;
        options.max_bytes = std::size_t{1} << 26;
        lite::Interpreter interpreter(write_network(network), options);
        interpreter.allocate_tensors();
        for (const lite::TensorDetails& input : interpreter.input_details())
            if (input.dtype == dtype::int32)
                for (std::int32_t& number : interpreter.tensor<std::int32_t>(input.index)) number = index;
        interpreter.invoke();
    });
}

/// An operator of a tensor [2, 3, 4] with constants behind it.
struct OneOperator {
    Network network;
    Maker make;
    Options& options;

    OneOperator(code which, const std::vector<Integers>& constants, std::size_t outputs = 1)
        : network(begun()), make{network.subgraphs[0]}, options(make.op(which, {0}, {}))
    {
        for (const Integers& numbers : constants)
            add(static_cast<std::ptrdiff_t>(make.constant<std::int32_t>("numbers", {numbers.size()}, numbers)));
        for (std::size_t i = 0; i < outputs; ++i) {
            const std::size_t y = make.tensor("y", {1});
            make.graph.operators[0].outputs.push_back(y);
            make.graph.outputs.push_back(y);
        }
    }
    void add(std::ptrdiff_t input) { make.graph.operators[0].inputs.push_back(input); }

private:
    static Network begun()
    {
        Network network;
        network.subgraphs.resize(1);
        Maker{network.subgraphs[0]}.tensor("x", {2, 3, 4});
        network.subgraphs[0].inputs = {0};
        return network;
    }
};

inline std::string said_of(code which, const std::vector<Integers>& constants, const std::function<void(OneOperator&)>& edit = {})
{
    OneOperator one(which, constants);
    if (edit) edit(one);
    return said_of(one.network);
}

constexpr const char* place = "a file in memory: operator 0 ";

TEST_CASE("Files that ask for what cannot be are refused: operators on shapes")
{
    const auto both = [](Options& o) { o.keep_dims = true; };
    struct Case {
        const char* name;
        code which;
        std::vector<Integers> constants;
        std::function<void(OneOperator&)> edit;
    };
    const Case legal[] = {
        {"a higher rank", code::reshape, {{2, 3, 2, 2, 1, 1, 1, 1}}, {}},
        {"padded", code::pad, {{1, 0, 0, 2, 0, 0}}, [](OneOperator& o) { o.make.graph.tensors[1].shape = {3, 2}; }},
        {"transposed", code::transpose, {{2, 0, 1}}, {}},
        {"reduced over none", code::sum, {{}}, [&](OneOperator& o) { both(o.options); }},
    };
    for (const Case& one : legal) {
        INFO(one.name);
        CHECK(said_of(one.which, one.constants, one.edit) == "");
    }
    const auto pairs = [](OneOperator& o) { o.make.graph.tensors[1].shape = {o.make.graph.tensors[1].size() / 2, 2}; };
    const Case cases[] = {
        {"another size", code::reshape, {{5, 5}}, {}},
        {"two of -1", code::reshape, {{-1, -1}}, {}},
        {"-1 beside 0", code::reshape, {{-1, 0}}, {}},
        {"-2", code::reshape, {{-2, 12}}, {}},
        {"nine axes", code::reshape, {{2, 3, 4, 1, 1, 1, 1, 1, 1}}, {}},
        {"a product that wraps", code::reshape, {{65536, 65536, 65536, 65536}}, {}},
        {"an axis that is not there", code::expand_dims, {{4}}, {}},
        {"an axis that is not 1", code::squeeze, {}, [](OneOperator& o) { o.options.squeeze_dims = {1}; }},
        {"negative pads", code::pad, {{-1, 0, 0, 0, 0, 0}}, pairs},
        {"huge pads", code::pad, {{2147483647, 2147483647, 2147483647, 2147483647, 2147483647, 2147483647}}, pairs},
        {"pads of too few axes", code::pad, {{0, 0, 0, 0}}, pairs},
        {"reflected pads as long as the axis", code::mirror_pad, {{2, 0, 0, 0, 0, 0}}, pairs},
        {"an axis twice", code::transpose, {{0, 0, 1}}, {}},
        {"an axis too large", code::transpose, {{0, 3, 1}}, {}},
        {"too few axes", code::transpose, {{1, 0}}, {}},
        {"stride 0", code::strided_slice, {{0, 0, 0}, {1, 1, 1}, {1, 0, 1}}, {}},
        {"more ranges than axes", code::strided_slice, {{0, 0, 0, 0}, {1, 1, 1, 1}, {1, 1, 1, 1}}, {}},
        {"lists of unlike lengths", code::strided_slice, {{0, 0}, {1, 1, 1}, {1, 1, 1}}, {}},
        {"a slice beyond the end", code::slice, {{0, 2, 0}, {1, 2, 1}}, {}},
        {"a slice that begins before", code::slice, {{0, -1, 0}, {1, 1, 1}}, {}},
        {"index -1", code::gather, {{0, -1}}, {}},
        {"an index too large", code::gather, {{2}}, {}},
        {"an axis of GATHER", code::gather, {{0}}, [](OneOperator& o) { o.options.axis = 3; }},
        {"more batch axes than axes", code::gather, {{0}}, [](OneOperator& o) { o.options.batch_dims = 4; }},
        {"axis -9", code::concatenation, {}, [](OneOperator& o) { o.options.axis = -9; }},
        {"repeated -1 times", code::tile, {{1, -1, 1}}, {}},
        {"repeated too often", code::tile, {{2147483647, 2147483647, 2147483647}}, {}},
        {"a reduced axis that is not there", code::mean, {{3}}, {}},
        {"a reversed axis that is not there", code::reverse_v2, {{-4}}, {}},
        {"blocks of 0", code::space_to_batch_nd, {{0}, {0, 0}}, [](OneOperator& o) { o.make.graph.tensors[2].shape = {1, 2}; }},
        {"blocks that do not divide",
         code::space_to_batch_nd,
         {{2}, {0, 0}},
         [](OneOperator& o) { o.make.graph.tensors[2].shape = {1, 2}; }},
        {"crops of more than there is",
         code::batch_to_space_nd,
         {{2}, {4, 4}},
         [](OneOperator& o) { o.make.graph.tensors[2].shape = {1, 2}; }},
        {"broadcast to another extent", code::broadcast_to, {{2, 5, 4}}, {}},
        {"shapes that do not broadcast",
         code::add,
         {},
         [](OneOperator& o) { o.add(static_cast<std::ptrdiff_t>(o.make.constant("five", {5}, ramp(5)))); }},
        {"matrices that do not fit",
         code::batch_matmul,
         {},
         [](OneOperator& o) { o.add(static_cast<std::ptrdiff_t>(o.make.constant("five", {5, 4}, ramp(20)))); }},
        {"dense weights that do not fit",
         code::fully_connected,
         {},
         [](OneOperator& o) { o.add(static_cast<std::ptrdiff_t>(o.make.constant("seven", {2, 7}, ramp(14)))); }},
        {"an image that is none", code::resize_bilinear, {{2, 2}}, {}},
        {"an axis of ARG_MAX", code::arg_max, {{5}}, {}},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        const std::string said = said_of(one.which, one.constants, one.edit);
        CHECK_THAT(said, Catch::StartsWith(text_of({place, '(', operator_name(one.which), ") of \"y\": "})));
    }
}

TEST_CASE("Files that ask for what cannot be are refused: parts, indices, windows")
{
    {
        OneOperator one(code::split, {}, 2); // its axis comes first
        one.options.count = 2;
        const auto axis = static_cast<std::ptrdiff_t>(one.make.constant<std::int32_t>("axis", {}, {1}));
        one.make.graph.operators[0].inputs = {axis, 0};
        CHECK_THAT(said_of(one.network), Catch::StartsWith("a file in memory: operator 0 (SPLIT) of \"y\": "));
        one.make.graph.operators[0].inputs = {axis, 0};
        one.make.graph.tensors.back().data = constant_of(Integers{2});
        CHECK(said_of(one.network) == "");
    }
    {
        // Indices that are an input: what they are is known when it is run.
        OneOperator one(code::gather, {});
        one.add(static_cast<std::ptrdiff_t>(one.make.tensor("indices", {2}, dtype::int32)));
        one.make.graph.inputs.push_back(one.make.graph.tensors.size() - 1);
        CHECK(said_of(one.network, 1) == "");
        for (const std::int32_t index : {-1, 2, 2147483647, -2147483647 - 1})
            CHECK_THAT(said_of(one.network, index), Catch::StartsWith(text_of({place, "(GATHER) of \"y\": index ", index})));
    }
    CHECK(said_of(image_network()) == "");
    const auto damaged = [](auto edit) {
        Network network = image_network();
        edit(network.subgraphs[0]);
        return said_of(network);
    };
    CHECK_THAT(damaged([](Subgraph& g) { g.tensors[2].shape = {3}, g.tensors[2].data = constant_of(ramp(3)); }),
               Catch::StartsWith("a file in memory: operator 0 (CONV_2D) of \"conv\": a bias of shape [3] for 2 outputs"));
    CHECK_THAT(damaged([](Subgraph& g) {
                   g.tensors[0].shape = {1, 6, 6, 3}, g.tensors[0].signature.clear();
                   g.tensors[1].shape = {1, 3, 3, 2};
               }),
               Catch::StartsWith("a file in memory: operator 0 (CONV_2D) of \"conv\": "));
    CHECK_THAT(damaged([](Subgraph& g) { g.tensors[1].shape = {2, 9}; }),
               Catch::StartsWith("a file in memory: operator 0 (CONV_2D) of \"conv\": weights of shape [2, 9]"));
    CHECK_THAT(damaged([](Subgraph& g) { g.operators[0].options.dilation_height = 2147483647; }),
               Catch::StartsWith("a file in memory: operator 0 (CONV_2D) of \"conv\": "));
    CHECK_THAT(damaged([](Subgraph& g) { g.operators[1].options.filter_width = 2147483647; }),
               Catch::StartsWith("a file in memory: operator 1 (MAX_POOL_2D) of \"pool\": "));
    CHECK_THAT(damaged([](Subgraph& g) { g.operators[0].inputs[1] = 2; }),
               Catch::StartsWith("a file in memory: operator 0 (CONV_2D) of \"conv\": "));
    CHECK_THAT(damaged([](Subgraph& g) { g.operators[3].inputs[1] = 8; }),
               Catch::StartsWith("a file in memory: operator 3 (FULLY_CONNECTED) of \"dense\": "));
    CHECK_THAT(damaged([](Subgraph& g) { g.tensors[0].shape = {1, 6000, 6000, 1}, g.tensors[0].signature.clear(); }),
               Catch::StartsWith("a file in memory: tensor 0 would have more than 67108864 bytes"));
}

TEST_CASE("A loop that does not end is ended")
{
    Network network = loop_network(); // zeros stay zeros
    lite::InterpreterOptions options;
    options.max_rounds = 1000;
    lite::Interpreter interpreter(write_network(network), options);
    interpreter.allocate_tensors();
    CHECK_THAT(refusal([&] { interpreter.invoke(); }), Catch::Contains("(WHILE)") && Catch::Contains("1000 rounds"));
    interpreter.tensor<float>(0)[0] = 1;
    interpreter.invoke();
    CHECK(interpreter.get_tensor(1)(0) == 128);
}

TEST_CASE("Rounds of loops in loops are counted together")
{
    Network network = loop_network(); // a number below 100 is doubled until it is not
    network.subgraphs.resize(5);
    Maker below{network.subgraphs[3]}, grow{network.subgraphs[4]};
    below.tensor("x", {1});
    below.constant<float>("limit", {1}, {200});
    below.tensor("goes on", {1}, dtype::boolean);
    below.graph.inputs = {0};
    below.graph.outputs = {2};
    below.op(code::less, {0, 1}, {2});
    grow.tensor("x", {1});
    grow.tensor("doubled", {1});
    grow.constant<float>("a quarter more", {1}, {1.25f});
    grow.tensor("y", {1});
    grow.graph.inputs = {0};
    grow.graph.outputs = {3};
    Options& inner = grow.op(code::while_loop, {0}, {1});
    inner.condition = 1, inner.body = 2;
    grow.op(code::mul, {1, 2}, {3});
    network.subgraphs[0].operators[0].options.condition = 3;
    network.subgraphs[0].operators[0].options.body = 4;
    const auto ends = [&](std::size_t rounds) { // 1 becomes 128 by 7 rounds, 160 by one of the outer loop, 200 by another
        lite::InterpreterOptions options;
        options.max_rounds = rounds;
        lite::Interpreter interpreter(write_network(network), options);
        interpreter.allocate_tensors();
        std::string refused;
        for (int again = 0; again < 2; ++again) {
            interpreter.tensor<float>(0)[0] = 1;
            refused += refusal([&] { interpreter.invoke(); });
        }
        return refused.empty() && interpreter.get_tensor(1)(0) == 200;
    };
    CHECK(ends(9));
    CHECK_FALSE(ends(8));
}

} // namespace damages
