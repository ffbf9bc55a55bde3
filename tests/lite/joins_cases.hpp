// Joins of convolutions with what follows: fewer operators, the same bits; and where they must not happen. Part of interpreter_test.cpp: the
// interpreter is compiled once for all of its tests.
#pragma once

#include "catch.hpp"
#include "lite/networks.hpp"

#include <lamina/lite/interpreter.hpp>

#include <cstring>
#include <vector>

namespace join_cases {

using namespace networks;

/// A convolution of 5×5 of an image of 20×21, an activation behind it, and a pooling of 2×2. Tensors: 0 x, 1 kernel, 2 bias, 3 convolution,
/// 4 activation, 5 pooling.
inline Network three_operators(std::size_t filters, code activation, code pooling, padding_kind padding, std::size_t output = 5)
{
    Network network;
    network.source = "three operators";
    network.subgraphs.resize(1);
    Subgraph& graph = network.subgraphs[0];
    Maker make{graph};
    make.tensor("x", {2, 20, 21, 1});
    make.constant("kernel", {filters, 5, 5, 1}, ramp(filters * 25));
    make.constant("bias", {filters}, ramp(filters));
    make.tensor("convolution", {2, 20, 21, filters});
    make.tensor("activation", {2, 20, 21, filters});
    make.tensor("pooling", {2, 10, padding == padding_kind::same ? std::size_t(11) : std::size_t(10), filters});
    Options& windows = make.op(code::conv_2d, {0, 1, 2}, {3});
    windows.stride_height = windows.stride_width = 1;
    make.op(activation, {3}, {4});
    Options& pool = make.op(pooling, {4}, {5});
    pool.padding = padding;
    pool.stride_height = pool.stride_width = pool.filter_height = pool.filter_width = 2;
    graph.inputs = {0};
    graph.outputs = {5};
    if (output != 5) graph.outputs.push_back(output);
    return network;
}

inline std::vector<float> run(const Network& network, bool keep)
{
    lite::Interpreter interpreter(network, {.keep_tensors = keep});
    interpreter.allocate_tensors();
    const auto x = interpreter.tensor<float>(0);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(static_cast<int>(i * 7 % 23) - 11) / 16;
    interpreter.invoke();
    const auto y = interpreter.tensor<float>(5);
    return {y.begin(), y.end()};
}

inline bool same_bits(const Network& network)
{
    const auto joined = run(network, false), apart = run(network, true);
    return joined.size() == apart.size() && std::memcmp(joined.data(), apart.data(), joined.size() * sizeof(float)) == 0;
}

inline std::size_t operators_of(const Network& network) { return join_operators(network.subgraphs[0]).operators.size(); }

TEST_CASE("a convolution takes the activation and the averages behind it", "[lite]")
{
    for (const code activation : {code::tanh, code::relu, code::relu6, code::relu_n1_to_1})
        for (const std::size_t filters : {1u, 6u, 9u})
            for (const code pooling : {code::average_pool_2d, code::max_pool_2d})
                for (const padding_kind padding : {padding_kind::valid, padding_kind::same}) {
                    CAPTURE(int(activation), filters, int(pooling), int(padding));
                    const Network network = three_operators(filters, activation, pooling, padding);
                    CHECK(same_bits(network));
                    const bool averages =
                        internals::kernels::takes_planes<float>({20, 21, 1, filters, 5, 5, 1, 1, 1, 1, 2, 2, 20, 21}) &&
                        pooling == code::average_pool_2d && padding == padding_kind::valid;
                    CHECK(operators_of(network) == (averages ? 1u : 2u));
                }
}

TEST_CASE("what somebody else reads, or no float is, stays by itself", "[lite]")
{
    CHECK(operators_of(three_operators(6, code::tanh, code::average_pool_2d, padding_kind::valid, 3)) == 3);
    CHECK(operators_of(three_operators(6, code::tanh, code::average_pool_2d, padding_kind::valid, 4)) == 2);
    CHECK(operators_of(three_operators(6, code::logistic, code::average_pool_2d, padding_kind::valid)) == 3);
    Network network = three_operators(6, code::tanh, code::max_pool_2d, padding_kind::valid);
    network.subgraphs[0].operators[0].options.activation = fused::relu;
    CHECK(operators_of(network) == 3);
    network = three_operators(6, code::tanh, code::average_pool_2d, padding_kind::valid);
    for (const std::size_t tensor : {1u, 3u, 4u}) network.subgraphs[0].tensors[tensor].type = dtype::int8;
    CHECK(operators_of(network) == 3);
}

} // namespace join_cases
