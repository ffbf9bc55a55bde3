// tests/lite/networks.hpp: small networks in the middle form, and whether two are the same.
#pragma once

#include <lamina/lite/network.hpp>
#include <lamina/lite/read.hpp>
#include <lamina/lite/write.hpp>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace networks {

using namespace lamina;
using namespace lamina::internals::tflite;
using lamina::internals::text_of;

inline constexpr std::size_t no_limit = std::size_t{1} << 32;

/// Adds tensors and operators to a subgraph.
struct Maker {
    Subgraph& graph;

    std::size_t tensor(std::string name, std::vector<std::size_t> shape, dtype type = dtype::float32)
    {
        graph.tensors.push_back({std::move(name), type, std::move(shape)});
        return graph.tensors.size() - 1;
    }
    template <class T> std::size_t constant(std::string name, std::vector<std::size_t> shape, const std::vector<T>& numbers)
    {
        const std::size_t index = tensor(std::move(name), std::move(shape), internals::dtype_of<T>);
        graph.tensors[index].data = constant_of(numbers);
        graph.tensors[index].is_constant = true;
        return index;
    }
    Options& op(code what, std::vector<std::ptrdiff_t> inputs, std::vector<std::size_t> outputs)
    {
        Operator& made = graph.operators.emplace_back();
        made.op = what;
        made.inputs = std::move(inputs);
        made.outputs = std::move(outputs);
        return made.options;
    }
};

inline std::vector<float> ramp(std::size_t count)
{
    std::vector<float> numbers(count);
    for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(static_cast<int>(i % 7) - 3) / 8;
    return numbers;
}

/// An image of 6 x 6 through a convolution, a pooling, a dense layer and a softmax. Tensors: 0 x, 1 kernel, 2 bias, 3 conv, 4 pool, 5 shape,
/// 6 flat, 7 weights, 8 dense bias, 9 dense, 10 y. Operators: 0 CONV_2D, 1 MAX_POOL_2D, 2 RESHAPE, 3 FULLY_CONNECTED, 4 SOFTMAX.
inline Network image_network()
{
    Network network;
    network.source = "image";
    network.description = "a test";
    network.subgraphs.resize(1);
    Subgraph& graph = network.subgraphs[0];
    graph.name = "main";
    Maker make{graph};
    make.tensor("x", {1, 6, 6, 1});
    make.constant("kernel", {2, 3, 3, 1}, ramp(18));
    make.constant("bias", {2}, ramp(2));
    make.tensor("conv", {1, 4, 4, 2});
    make.tensor("pool", {1, 2, 2, 2});
    make.constant<std::int32_t>("shape", {2}, {-1, 8});
    make.tensor("flat", {1, 8});
    make.constant("weights", {3, 8}, ramp(24));
    make.constant("dense bias", {3}, ramp(3));
    make.tensor("dense", {1, 3});
    make.tensor("y", {1, 3});
    graph.tensors[0].signature = {-1, 6, 6, 1};
    graph.inputs = {0};
    graph.outputs = {10};
    Options& conv = make.op(code::conv_2d, {0, 1, 2}, {3});
    conv.padding = padding_kind::valid;
    conv.stride_width = conv.stride_height = 1;
    conv.activation = fused::relu;
    Options& pool = make.op(code::max_pool_2d, {3}, {4});
    pool.padding = padding_kind::valid;
    pool.stride_width = pool.stride_height = pool.filter_width = pool.filter_height = 2;
    make.op(code::reshape, {4, 5}, {6});
    make.op(code::fully_connected, {6, 7, 8}, {9});
    make.op(code::softmax, {9}, {10}).beta = 1;
    network.signatures.push_back({"serving_default", {{"image", 0}}, {{"classes", 10}}, 0});
    network.metadata.emplace_back("min_runtime_version", constant_of("1.14.0", 6));
    return network;
}

/// Doubles a number while it is less than 100, in a loop. Subgraphs: 0 main (tensors 0 x, 1 y), 1 condition (0 x, 1 limit, 2 goes on),
/// 2 body (0 x, 1 two, 2 y).
inline Network loop_network()
{
    Network network;
    network.source = "loop";
    network.subgraphs.resize(3);
    Maker main{network.subgraphs[0]}, condition{network.subgraphs[1]}, body{network.subgraphs[2]};
    main.tensor("x", {1});
    main.tensor("y", {1});
    main.graph.inputs = {0};
    main.graph.outputs = {1};
    Options& loop = main.op(code::while_loop, {0}, {1});
    loop.condition = 1;
    loop.body = 2;
    condition.tensor("x", {1});
    condition.constant<float>("limit", {1}, {100});
    condition.tensor("goes on", {1}, dtype::boolean);
    condition.graph.inputs = {0};
    condition.graph.outputs = {2};
    condition.op(code::less, {0, 1}, {2});
    body.tensor("x", {1});
    body.constant<float>("two", {1}, {2});
    body.tensor("y", {1});
    body.graph.inputs = {0};
    body.graph.outputs = {2};
    body.op(code::mul, {0, 1}, {2});
    return network;
}

inline Network read(const std::vector<std::byte>& bytes, const std::string& source = "bytes")
{
    return read_network(std::make_shared<const std::vector<std::byte>>(bytes), source, no_limit);
}

inline bool same(const Constant& a, const Constant& b)
{
    return a.bytes.size() == b.bytes.size() &&
           (a.bytes.empty() || std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()) == 0);
}
inline bool same(const Tensor& a, const Tensor& b)
{
    return a.name == b.name && a.type == b.type && a.shape == b.shape && a.signature == b.signature &&
           a.quantization.scale == b.quantization.scale && a.quantization.zero_point == b.quantization.zero_point &&
           a.quantization.axis == b.quantization.axis && same(a.data, b.data) && a.is_constant == b.is_constant &&
           a.is_variable == b.is_variable;
}
inline bool same(const Options& a, const Options& b)
{
    for (const OptionSlot& slot : option_slots) {
        using form = OptionSlot::form;
        if (slot.stored == form::padding && a.*slot.padding != b.*slot.padding) return false;
        if (slot.stored == form::activation && a.*slot.activation != b.*slot.activation) return false;
        if ((slot.stored == form::byte || slot.stored == form::whole) && a.*slot.whole != b.*slot.whole) return false;
        if (slot.stored == form::real && a.*slot.real != b.*slot.real) return false;
        if (slot.stored == form::truth && a.*slot.truth != b.*slot.truth) return false;
        if (slot.stored == form::list && a.*slot.list != b.*slot.list) return false;
    }
    return true;
}
inline bool same(const Operator& a, const Operator& b)
{
    return a.op == b.op && a.version == b.version && a.inputs == b.inputs && a.outputs == b.outputs &&
           a.intermediates == b.intermediates && same(a.options, b.options);
}

/// The first thing in which two networks differ; empty where there is none.
inline std::string difference(const Network& a, const Network& b)
{
    if (a.description != b.description) return "description";
    if (a.subgraphs.size() != b.subgraphs.size()) return "number of subgraphs";
    for (std::size_t g = 0; g < a.subgraphs.size(); ++g) {
        const Subgraph &x = a.subgraphs[g], &y = b.subgraphs[g];
        if (x.name != y.name || x.inputs != y.inputs || x.outputs != y.outputs || x.tensors.size() != y.tensors.size() ||
            x.operators.size() != y.operators.size())
            return text_of({"subgraph ", g});
        for (std::size_t i = 0; i < x.tensors.size(); ++i)
            if (!same(x.tensors[i], y.tensors[i])) return text_of({"subgraph ", g, ", tensor ", i});
        for (std::size_t i = 0; i < x.operators.size(); ++i)
            if (!same(x.operators[i], y.operators[i])) return text_of({"subgraph ", g, ", operator ", i});
    }
    if (a.signatures.size() != b.signatures.size() || a.metadata.size() != b.metadata.size())
        return "number of signatures or metadata";
    for (std::size_t i = 0; i < a.signatures.size(); ++i)
        if (a.signatures[i].key != b.signatures[i].key || a.signatures[i].inputs != b.signatures[i].inputs ||
            a.signatures[i].outputs != b.signatures[i].outputs || a.signatures[i].subgraph != b.signatures[i].subgraph)
            return text_of({"signature ", i});
    for (std::size_t i = 0; i < a.metadata.size(); ++i)
        if (a.metadata[i].first != b.metadata[i].first || !same(a.metadata[i].second, b.metadata[i].second))
            return text_of({"metadata ", i});
    return {};
}

/// The sentence that a call throws; empty where it throws none.
template <class Call> std::string refusal(const Call& call)
{
    try {
        call();
    }
    catch (const lamina::error& problem) {
        return problem.what();
    }
    return {};
}

} // namespace networks
