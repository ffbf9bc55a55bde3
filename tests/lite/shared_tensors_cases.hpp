// tests/lite/shared_tensors_cases.hpp: operators that share weights or states, but not what these are packed or shaped for.
#pragma once

#include "catch.hpp"
#include "lite/networks.hpp"

#include <lamina/lite/interpreter.hpp>

#include <string>
#include <vector>

namespace shared_tensors {

using networks::Maker;
using namespace lamina;
using namespace lamina::internals::tflite;

/// The first number of each output, of inputs that are ones.
inline std::vector<float> first_of_outputs(const Network& network)
{
    lite::Interpreter interpreter{network};
    interpreter.allocate_tensors();
    for (const auto& input : interpreter.input_details())
        for (float& number : interpreter.tensor<float>(input.index)) number = 1;
    interpreter.invoke();
    std::vector<float> first;
    for (const auto& output : interpreter.output_details()) first.push_back(interpreter.tensor<float>(output.index)[0]);
    return first;
}

/// Two convolutions of images of 1 and of 8 channels by the same 16 filters of one channel.
inline Network two_groupings(dtype weights)
{
    Network network;
    network.source = "shared.tflite";
    network.subgraphs.resize(1);
    Maker make{network.subgraphs[0]};
    make.tensor("one", {1, 6, 6, 1});
    make.tensor("eight", {1, 6, 6, 8});
    if (weights == dtype::int8) make.constant<std::int8_t>("w", {16, 3, 3, 1}, std::vector<std::int8_t>(144, 1));
    else make.constant<float>("w", {16, 3, 3, 1}, std::vector<float>(144, 1));
    if (weights == dtype::int8) make.graph.tensors[2].quantization = {{1.0f}, {0}};
    make.tensor("a", {1, 2, 2, 16});
    make.tensor("b", {1, 2, 2, 16});
    make.graph.inputs = {0, 1};
    make.graph.outputs = {3, 4};
    for (const std::ptrdiff_t image : {0, 1}) {
        Options& o = make.op(code::conv_2d, {image, 2, absent}, {static_cast<std::size_t>(3 + image)});
        o.padding = padding_kind::valid;
        o.stride_height = o.stride_width = 1;
        o.dilation_height = o.dilation_width = 2;
    }
    return network;
}

/// An LSTM of 4 units, and before it an operator that takes its state as a file has it.
inline Network state_of_two_shapes()
{
    Network network;
    network.source = "shared.tflite";
    network.subgraphs.resize(1);
    Maker make{network.subgraphs[0]};
    make.tensor("x", {1, 2, 3});
    make.constant<float>("w", {4, 3}, std::vector<float>(12, 0.5f));
    make.constant<float>("r", {4, 4}, std::vector<float>(16, 0.5f));
    make.constant<float>("b", {4}, std::vector<float>(4));
    make.tensor("h", {1, 4});
    make.tensor("c", {1, 4});
    make.tensor("before", {1, 4});
    make.tensor("y", {1, 2, 4});
    for (const std::size_t state : {4u, 5u}) make.graph.tensors[state].is_variable = true;
    make.graph.inputs = {0};
    make.graph.outputs = {6, 7};
    make.op(code::abs, {4}, {6});
    Options& lstm = make.op(code::unidirectional_sequence_lstm,
                            {0, 1, 1, 1, 1, 2, 2, 2, 2, -1, -1, -1, 3, 3, 3, 3, -1, -1, 4, 5, -1, -1, -1, -1}, {7});
    lstm.activation = fused::tanh;
    return network;
}

} // namespace shared_tensors

TEST_CASE("Operators of other groups and strides may share weights")
{
    using namespace shared_tensors;
    for (const dtype weights : {dtype::float32, dtype::int8})
        for (const float sum : first_of_outputs(two_groupings(weights))) CHECK(sum == Approx(9).margin(1e-5));

    Network turned;
    turned.source = "shared.tflite";
    turned.subgraphs.resize(1);
    Maker make{turned.subgraphs[0]};
    make.tensor("x", {1, 2, 2, 1});
    make.constant<float>("w", {1, 2, 2, 1}, {1, 2, 3, 4});
    make.constant<std::int32_t>("as large", {4}, {1, 2, 2, 1});
    make.constant<std::int32_t>("twice as large", {4}, {1, 4, 4, 1});
    make.tensor("a", {1, 2, 2, 1});
    make.tensor("b", {1, 4, 4, 1});
    make.graph.inputs = {0};
    make.graph.outputs = {4, 5};
    for (const std::int32_t stride : {1, 2}) {
        Options& o = make.op(code::transpose_conv, {stride + 1, 1, 0}, {static_cast<std::size_t>(3 + stride)});
        o.stride_height = o.stride_width = stride;
    }
    lite::Interpreter interpreter{turned};
    interpreter.allocate_tensors();
    for (float& number : interpreter.tensor<float>(0)) number = 1;
    interpreter.invoke();
    const auto at_once = interpreter.tensor<float>(4), apart = interpreter.tensor<float>(5);
    CHECK(std::vector<float>(at_once.begin(), at_once.end()) == std::vector<float>{1, 3, 4, 10});
    CHECK(std::vector<float>(apart.begin(), apart.begin() + 8) == std::vector<float>{1, 2, 1, 2, 3, 4, 3, 4});
}

TEST_CASE("A state has one shape for all operators that read it")
{
    using namespace shared_tensors;
    lite::Interpreter interpreter{state_of_two_shapes()};
    interpreter.allocate_tensors();
    interpreter.invoke();
    CHECK(interpreter.tensor<float>(6).size() == 4);
    interpreter.resize_tensor_input(0, {50, 2, 3});
    CHECK_THROWS_WITH(interpreter.allocate_tensors(),
                      Catch::Matchers::Contains("the variable \"h\" has shape [50, 4], an operator before takes it as [1, 4]"));
}
