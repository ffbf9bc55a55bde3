// Damaged networks: each is refused with a sentence that says what is wrong, as it stands in memory and as a file.
#include "catch.hpp"
#include "networks.hpp"

#include <cmath>
#include <functional>
#include <limits>

using namespace networks;

namespace {

using Edit = std::function<void(Network&)>;

/// The sentence about a damaged network, which is the same about the file of it.
std::string sentence(Network network, const Edit& damage)
{
    damage(network);
    const std::string said = refusal([&] { check_network(network, no_limit); });
    const std::string of_file = refusal([&] { read(write_network(network), network.source); });
    CHECK(of_file == said);
    return said;
}

struct Case {
    const char* name;
    Edit damage;
    const char* sentence;
};

Tensor& tensor(Network& n, std::size_t i) { return n.subgraphs[0].tensors[i]; }
Operator& op(Network& n, std::size_t i) { return n.subgraphs[0].operators[i]; }

} // namespace

TEST_CASE("networks without a fault pass")
{
    CHECK_NOTHROW(check_network(image_network(), no_limit));
    CHECK_NOTHROW(check_network(loop_network(), no_limit));
}

TEST_CASE("indices that lead nowhere")
{
    const Case cases[] = {
        {"input", [](Network& n) { op(n, 0).inputs[0] = 11; },
         "image: operator 0 (CONV_2D) reads tensor 11, the subgraph has 11"},
        {"input far off", [](Network& n) { op(n, 0).inputs[0] = 2147483647; },
         "image: operator 0 (CONV_2D) reads tensor 2147483647, the subgraph has 11"},
        {"input -2", [](Network& n) { op(n, 0).inputs[0] = -2; },
         "image: operator 0 (CONV_2D) reads tensor -2, the subgraph has 11"},
        {"input INT_MIN", [](Network& n) { op(n, 0).inputs[0] = -2147483647 - 1; },
         "image: operator 0 (CONV_2D) reads tensor -2147483648, the subgraph has 11"},
        {"input -1", [](Network& n) { op(n, 3).inputs[1] = -1; },
         "image: operator 3 (FULLY_CONNECTED) has no input 1, which it needs"},
        {"output", [](Network& n) { op(n, 4).outputs[0] = 11, n.subgraphs[0].outputs[0] = 9; },
         "image: operator 4 (SOFTMAX) writes tensor 11, the subgraph has 11"},
        {"output -1", [](Network& n) { op(n, 4).outputs[0] = static_cast<std::size_t>(-1), n.subgraphs[0].outputs[0] = 9; },
         "image: operator 4 (SOFTMAX) writes tensor -1, the subgraph has 11"},
        {"subgraph's input", [](Network& n) { n.subgraphs[0].inputs.push_back(11); },
         "image: subgraph 0 has tensor 11 as an input, it has 11 tensors"},
        {"subgraph's output", [](Network& n) { n.subgraphs[0].outputs.push_back(static_cast<std::size_t>(-1)); },
         "image: subgraph 0 has tensor -1 as an output, it has 11 tensors"},
        {"signature's tensor", [](Network& n) { n.signatures[0].outputs[0].second = 9999; },
         "image: signature \"serving_default\" names tensor 9999, the subgraph has 11"},
        {"signature's subgraph", [](Network& n) { n.signatures[0].subgraph = 1; },
         "image: signature \"serving_default\" is of subgraph 1, the file has 1"},
        {"intermediate", [](Network& n) { op(n, 4).intermediates = {-1, 11}; },
         "image: operator 4 (SOFTMAX) has tensor 11 as an intermediate, the subgraph has 11"},
        {"no subgraphs", [](Network& n) { n.subgraphs.clear(), n.signatures.clear(); },
         "image: it has no subgraphs, so there is nothing to run"},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        CHECK(sentence(image_network(), one.damage) == one.sentence);
    }
}

TEST_CASE("a bias may be left out")
{
    Network network = image_network();
    op(network, 0).inputs[2] = -1;
    op(network, 3).inputs.pop_back();
    CHECK_NOTHROW(check_network(network, no_limit));
}

TEST_CASE("tensors are written once, and before they are read")
{
    const Case cases[] = {
        {"a cycle", [](Network& n) { op(n, 0).inputs[0] = 4; },
         "image: operator 0 (CONV_2D) reads tensor 4, which nothing has written before"},
        {"reads itself", [](Network& n) { op(n, 4).inputs[0] = 10; },
         "image: operator 4 (SOFTMAX) reads tensor 10, which nothing has written before"},
        {"two writers", [](Network& n) { op(n, 4).outputs[0] = 9, n.subgraphs[0].outputs[0] = 9; },
         "image: operator 4 (SOFTMAX) writes tensor 9, which is written by an operator before"},
        {"writes a constant", [](Network& n) { op(n, 4).outputs[0] = 7, n.subgraphs[0].outputs[0] = 9; },
         "image: operator 4 (SOFTMAX) writes tensor 7, which is a constant"},
        {"writes an input", [](Network& n) { op(n, 4).outputs[0] = 0, n.subgraphs[0].outputs[0] = 9; },
         "image: operator 4 (SOFTMAX) writes tensor 0, which is an input of the subgraph"},
        {"writes a variable", [](Network& n) { tensor(n, 10).is_variable = true; },
         "image: operator 4 (SOFTMAX) writes tensor 10, which is a variable"},
        {"an output that nobody writes", [](Network& n) { n.subgraphs[0].operators.pop_back(); },
         "image: tensor 10 is an output, but nothing writes it"},
        {"an input that is a constant", [](Network& n) { n.subgraphs[0].inputs.push_back(1); },
         "image: tensor 1 is an input, but also a constant"},
        {"an input twice", [](Network& n) { n.subgraphs[0].inputs.push_back(0); },
         "image: tensor 0 is an input, but also one before"},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        CHECK(sentence(image_network(), one.damage) == one.sentence);
    }
}

TEST_CASE("shapes, bytes, scales")
{
    const auto shaped = [](std::size_t i, std::vector<std::size_t> shape) {
        return [=](Network& n) { tensor(n, i).shape = shape; };
    };
    const auto scaled = [](std::vector<float> scale, std::vector<std::int64_t> zero, std::size_t axis = 0) {
        return [=](Network& n) { tensor(n, 9).type = dtype::int8, tensor(n, 9).quantization = {scale, zero, axis}; };
    };
    const Case cases[] = {
        {"extents whose product wraps", shaped(3, {1, 2147483647, 2147483647, 2147483647}),
         "image: tensor 3 would have more than 4294967296 bytes, the most that are allowed"},
        {"a little too large", shaped(3, {1, 1u << 30, 1, 2}),
         "image: tensor 3 would have more than 4294967296 bytes, the most that are allowed"},
        {"buffer too short", shaped(1, {2, 3, 3, 2}), "image: tensor 1 has a buffer of 72 bytes, its shape needs 144"},
        {"buffer too long", shaped(1, {1, 3, 3, 1}), "image: tensor 1 has a buffer of 72 bytes, its shape needs 36"},
        {"an extent of a constant 0", shaped(1, {2, 0, 3, 1}), "image: tensor 1 has a buffer of 72 bytes, its shape needs 0"},
        {"signature of another rank", [](Network& n) { tensor(n, 0).signature = {-1, 36}; },
         "image: tensor 0 has a shape signature of other extents than its shape; -1 is one that is free"},
        {"signature of another extent", [](Network& n) { tensor(n, 0).signature = {-1, 6, 7, 1}; },
         "image: tensor 0 has a shape signature of other extents than its shape; -1 is one that is free"},
        {"signature -2", [](Network& n) { tensor(n, 0).signature = {-2, 6, 6, 1}; },
         "image: tensor 0 has a shape signature of other extents than its shape; -1 is one that is free"},
        {"scale 0", scaled({0.f}, {0}), "image: tensor 9 has scale 0, a positive number is needed"},
        {"scale negative", scaled({-0.5f}, {0}), "image: tensor 9 has scale -0.5, a positive number is needed"},
        {"scale not a number", scaled({std::nanf("")}, {0}), "image: tensor 9 has scale nan, a positive number is needed"},
        {"scale infinite", scaled({std::numeric_limits<float>::infinity()}, {0}),
         "image: tensor 9 has scale inf, a positive number is needed"},
        {"no zero point", scaled({1.f}, {}), "image: tensor 9 has 1 scales and 0 zero points, as many of each are needed"},
        {"too few scales", scaled({1.f, 1.f}, {0, 0}, 1), "image: tensor 9 has 2 scales along an axis of extent 3"},
        {"axis too large", scaled({1.f, 1.f, 1.f}, {0, 0, 0}, 2), "image: tensor 9 has scales along axis 2, it has 2 axes"},
        {"axis -1", scaled({1.f, 1.f, 1.f}, {0, 0, 0}, static_cast<std::size_t>(-1)),
         "image: tensor 9 has scales along axis -1, it has 2 axes"},
        {"zero point too large", scaled({1.f}, {200}), "image: tensor 9 has zero point 200, -128 to 127 is possible for int8"},
        {"zero point of an axis", scaled({1.f, 1.f, 1.f}, {0, 1, 0}, 1),
         "image: tensor 9 has zero point 1, 0 is possible for int8 of a scale an axis"},
        {"zero point of sums", [](Network& n) { tensor(n, 9).type = dtype::int32, tensor(n, 9).quantization = {{1.f}, {1}, 0}; },
         "image: tensor 9 has zero point 1, 0 is possible for int32"},
        {"int8 weights whose zero is elsewhere",
         [](Network& n) {
             tensor(n, 7).type = dtype::int8;
             tensor(n, 7).data = constant_of(std::vector<std::int8_t>(24));
             tensor(n, 7).quantization = {{1.f}, {3}, 0};
         },
         "image: operator 3 (FULLY_CONNECTED) has int8 weights with zero point 3, 0 is needed"},
        {"int8 weights without a scale",
         [](Network& n) {
             tensor(n, 7).type = dtype::int8;
             tensor(n, 7).data = constant_of(std::vector<std::int8_t>(24));
         },
         "image: operator 3 (FULLY_CONNECTED) has int8 weights without a scale"},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        CHECK(sentence(image_network(), one.damage) == one.sentence);
    }
    Network nine = image_network();
    tensor(nine, 3).shape.assign(9, 1);
    CHECK(refusal([&] { check_network(nine, no_limit); }) == "image: tensor 3 has 9 axes, lamina's have at most 8");
    Network empty = image_network(); // extents of 0 are legal, whatever the others are
    tensor(empty, 3).shape = {0, 2147483647, 2147483647, 2147483647};
    check_network(empty, no_limit);
    CHECK(
        refusal([&] { check_network(image_network(), 100); }) ==
        "image: tensor 0 would have more than 100 bytes, the most that are allowed; tensor 3 would have more than 100 bytes, the "
        "most that are allowed");
}

TEST_CASE("operators: codes, versions, inputs, outputs, options")
{
    const Case cases[] = {
        {"unknown code", [](Network& n) { op(n, 4).op = code(250); },
         "image: operator 4 has code 250, which lamina does not know"},
        {"version 99", [](Network& n) { op(n, 4).version = 99; },
         "image: operator 4 (SOFTMAX) has version 99, lamina knows 1 to 3"},
        {"version 0", [](Network& n) { op(n, 4).version = 0; }, "image: operator 4 (SOFTMAX) has version 0, lamina knows 1 to 3"},
        {"too few inputs", [](Network& n) { op(n, 0).inputs.resize(1); },
         "image: operator 0 (CONV_2D) has 1 inputs, 2 to 3 are needed"},
        {"too many inputs", [](Network& n) { op(n, 4).inputs.push_back(0); },
         "image: operator 4 (SOFTMAX) has 2 inputs, 1 is needed"},
        {"no outputs", [](Network& n) { op(n, 4).outputs.clear(), n.subgraphs[0].outputs[0] = 9; },
         "image: operator 4 (SOFTMAX) has 0 outputs, 1 is needed"},
        {"no inputs of a PACK", [](Network& n) { op(n, 4).op = code::pack, op(n, 4).inputs.clear(), op(n, 4).options = {}; },
         "image: operator 4 (PACK) has 0 inputs, 1 or more are needed"},
        {"options missing", [](Network& n) { op(n, 0).options = {}; },
         "image: operator 0 (CONV_2D) has stride 0 x 0, 1 is the least"},
        {"stride 0", [](Network& n) { op(n, 0).options.stride_width = 0; },
         "image: operator 0 (CONV_2D) has stride 1 x 0, 1 is the least"},
        {"stride -1", [](Network& n) { op(n, 1).options.stride_height = -1; },
         "image: operator 1 (MAX_POOL_2D) has stride -1 x 2, 1 is the least"},
        {"dilation 0", [](Network& n) { op(n, 0).options.dilation_height = 0; },
         "image: operator 0 (CONV_2D) has dilation 0 x 1, 1 is the least"},
        {"window 0", [](Network& n) { op(n, 1).options.filter_width = 0; },
         "image: operator 1 (MAX_POOL_2D) has window 2 x 0, 1 is the least"},
        {"padding 7", [](Network& n) { op(n, 0).options.padding = padding_kind(7); },
         "image: operator 0 (CONV_2D) has padding 7, 0 (SAME) or 1 (VALID) is needed"},
        {"activation 6", [](Network& n) { op(n, 0).options.activation = fused(6); },
         "image: operator 0 (CONV_2D) has fused activation 6, 0 to 5 are possible"},
        {"shuffled weights", [](Network& n) { op(n, 3).options.weights_shuffled = true; },
         "image: operator 3 (FULLY_CONNECTED) has shuffled weights, which lamina does not read"},
        {"SPLIT of another number",
         [](Network& n) {
             op(n, 4) = {};
             op(n, 4).op = code::split;
             op(n, 4).inputs = {5, 9};
             op(n, 4).outputs = {10};
             op(n, 4).options.count = 2;
         },
         "image: operator 4 (SPLIT) has 1 outputs, its options say 2"},
        {"PACK of another number",
         [](Network& n) { op(n, 4).op = code::pack, op(n, 4).options = {}, op(n, 4).options.count = -1; },
         "image: operator 4 (PACK) has 1 inputs, its options say -1"},
        {"a mode of MIRROR_PAD",
         [](Network& n) { op(n, 4).op = code::mirror_pad, op(n, 4).inputs = {9, 5}, op(n, 4).options.mirror_mode = 2; },
         "image: operator 4 (MIRROR_PAD) has mode 2, 0 (REFLECT) or 1 (SYMMETRIC) is needed"},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        CHECK(sentence(image_network(), one.damage) == one.sentence);
    }
}

TEST_CASE("loops")
{
    const auto loop = [](Network& n) -> Options& { return op(n, 0).options; };
    const Case cases[] = {
        {"itself", [&](Network& n) { loop(n).body = 0; },
         "loop: operator 0 (WHILE) runs subgraph 0, one of the file's 3 but its own is needed"},
        {"no subgraph", [&](Network& n) { loop(n).condition = 3; },
         "loop: operator 0 (WHILE) runs subgraph 3, one of the file's 3 but its own is needed"},
        {"subgraph -1", [&](Network& n) { loop(n).condition = -1; },
         "loop: operator 0 (WHILE) runs subgraph -1, one of the file's 3 but its own is needed"},
        {"the condition as body", [&](Network& n) { loop(n).body = 1; },
         "loop: operator 0 (WHILE) carries tensor 0 as float32 and as bool"},
        {"the body as condition", [&](Network& n) { loop(n).condition = 2; },
         "loop: operator 0 (WHILE) has a condition of float32, bool is needed"},
        {"a body of two inputs", [](Network& n) { n.subgraphs[2].tensors.push_back({"z"}), n.subgraphs[2].inputs.push_back(3); },
         "loop: operator 0 (WHILE) carries 1 tensors, but its results are 1, its condition takes 1 and gives 1, its body takes 2 "
         "and "
         "gives 1"},
        {"another type", [](Network& n) { n.subgraphs[1].tensors[0].type = dtype::int32; },
         "loop: operator 0 (WHILE) carries tensor 0 as float32 and as int32"},
        {"a fault within the body", [](Network& n) { n.subgraphs[2].operators[0].inputs[0] = 2; },
         "loop: subgraph 2, operator 0 (MUL) reads tensor 2, which nothing has written before"},
        {"the body runs itself by way of another",
         [](Network& n) {
             Maker body{n.subgraphs[2]};
             body.tensor("z", {1});
             Options& inner = body.op(code::while_loop, {2}, {3});
             inner.condition = 1, inner.body = 0;
             n.subgraphs[2].outputs = {3};
         },
         "loop: a loop runs itself, or more than 16 loops stand in one another"},
    };
    for (const Case& one : cases) {
        INFO(one.name);
        CHECK(sentence(loop_network(), one.damage) == one.sentence);
    }
}

TEST_CASE("loops in loops: sixteen, not seventeen; many ways through them are no trouble")
{
    // Subgraph 0 runs 1, which runs 2, …, each of them `width` times; the last is the condition of all.
    const auto nested = [](std::size_t depth, std::size_t width) {
        Network network = loop_network();
        const Subgraph condition = network.subgraphs[1], innermost = network.subgraphs[2];
        network.subgraphs.assign(depth, {});
        for (std::size_t g = 0; g < depth; ++g) {
            Maker make{network.subgraphs[g]};
            make.tensor("x", {1});
            for (std::size_t i = 0; i < width; ++i) {
                const std::size_t y = make.tensor("y", {1});
                Options& loop = make.op(code::while_loop, {static_cast<std::ptrdiff_t>(i)}, {y});
                loop.condition = static_cast<std::int32_t>(depth + 1);
                loop.body = static_cast<std::int32_t>(g + 1);
            }
            make.graph.inputs = {0};
            make.graph.outputs = {width};
        }
        network.subgraphs.push_back(innermost);
        network.subgraphs.push_back(condition);
        return network;
    };
    check_network(nested(16, 1), no_limit);
    check_network(nested(16, 20), no_limit);
    CHECK(refusal([&] { check_network(nested(17, 1), no_limit); }) ==
          "loop: a loop runs itself, or more than 16 loops stand in one another");
    CHECK(refusal([&] { check_network(nested(40, 20), no_limit); }) ==
          "loop: a loop runs itself, or more than 16 loops stand in one another");
}

TEST_CASE("all faults are named, or counted")
{
    CHECK(sentence(image_network(),
                   [](Network& n) {
                       op(n, 0).inputs[0] = 9999;
                       op(n, 1).options.stride_width = 0;
                       tensor(n, 5).shape = {3};
                       n.signatures[0].inputs[0].second = 30;
                   }) ==
          "image: tensor 5 has a buffer of 8 bytes, its shape needs 12; operator 0 (CONV_2D) reads tensor 9999, the subgraph "
          "has 11; operator 1 (MAX_POOL_2D) has stride 2 x 0, 1 is the least; signature \"serving_default\" names tensor "
          "30, the subgraph has 11");
    const std::string many = sentence(image_network(), [](Network& n) {
        for (int i = 0; i < 100; ++i) n.subgraphs[0].outputs.push_back(99);
    });
    CHECK_THAT(many, Catch::EndsWith("has tensor 99 as an output, it has 11 tensors; and 80 more faults of that kind or others"));
}
