// The TensorFlow Lite files that the interpreter is measured on, and its peer: made here, so that nothing has to be there.
#pragma once

#include <lamina/lite/network.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lamina::inline LAMINA_ARCHITECTURE::bench {

using namespace internals::tflite;

/// A network that is put together operator by operator; each works on the last one's result.
class Builder {
public:
    explicit Builder(std::vector<std::size_t> input)
    {
        network.source = "a benchmark";
        network.description = "lamina";
        network.subgraphs.resize(1);
        graph().name = "main";
        graph().inputs = {last = tensor(std::move(input))};
    }

    std::size_t result() const { return last; }
    const std::vector<std::size_t>& shape() { return graph().tensors[last].shape; }

    Builder& convolution(std::size_t filters, std::size_t size, std::size_t stride, padding_kind padding, fused activation)
    {
        const std::size_t channels = shape()[3];
        return windows(code::conv_2d, {filters, size, size, channels}, filters, size, stride, padding, activation);
    }
    Builder& depthwise(std::size_t size, std::size_t stride, padding_kind padding, fused activation)
    {
        const std::size_t channels = shape()[3];
        return windows(code::depthwise_conv_2d, {1, size, size, channels}, channels, size, stride, padding, activation);
    }
    Builder& average(std::size_t size)
    {
        Operator& op = add(code::average_pool_2d, {0}, {shape()[0], shape()[1] / size, shape()[2] / size, shape()[3]});
        op.options.padding = padding_kind::valid;
        op.options.filter_height = op.options.filter_width = op.options.stride_height = op.options.stride_width =
            static_cast<std::int32_t>(size);
        return *this;
    }
    Builder& dense(std::size_t units, fused activation = fused::none)
    {
        const std::size_t inputs = shape().back();
        Operator& op = add(code::fully_connected, {0, numbers({units, inputs}), numbers({units})}, {shape()[0], units});
        op.options.activation = activation;
        return *this;
    }
    Builder& each(code what)
    {
        add(what, {0}, shape()).options.beta = 1;
        return *this;
    }
    Builder& plus(std::size_t other)
    {
        add(code::add, {0, static_cast<std::ptrdiff_t>(other)}, shape());
        return *this;
    }
    Builder& mean()
    {
        const std::ptrdiff_t axes = constant<std::int32_t>({2}, {1, 2});
        add(code::mean, {0, axes}, {shape()[0], shape()[3]});
        return *this;
    }
    Builder& flatten()
    {
        const std::size_t count = shape()[1] * shape()[2] * shape()[3];
        const std::ptrdiff_t to = constant<std::int32_t>({2}, {-1, static_cast<std::int32_t>(count)});
        add(code::reshape, {0, to}, {shape()[0], count});
        return *this;
    }

    Network take()
    {
        graph().outputs = {last};
        network.signatures.push_back({"serving_default", {{"x", graph().inputs[0]}}, {{"y", last}}, 0});
        return std::move(network);
    }

private:
    Subgraph& graph() { return network.subgraphs[0]; }

    std::size_t tensor(std::vector<std::size_t> extents)
    {
        Tensor& made = graph().tensors.emplace_back();
        made.name = internals::text_of({"t", graph().tensors.size()});
        made.shape = std::move(extents);
        return graph().tensors.size() - 1;
    }
    template <class T> std::ptrdiff_t constant(std::vector<std::size_t> extents, const std::vector<T>& of)
    {
        const std::size_t at = tensor(std::move(extents));
        graph().tensors[at].type = internals::dtype_of<T>;
        graph().tensors[at].is_constant = true;
        graph().tensors[at].data = constant_of(of);
        return static_cast<std::ptrdiff_t>(at);
    }
    /// Weights and biases between -0.1 and 0.1.
    std::ptrdiff_t numbers(std::vector<std::size_t> extents)
    {
        std::size_t count = 1;
        for (const std::size_t extent : extents) count *= extent;
        std::vector<float> of(count);
        for (float& number : of) {
            state = state * 1664525 + 1013904223;
            number = (static_cast<float>(state >> 8) / 16777216.f - 0.5f) / 5;
        }
        return constant(std::move(extents), of);
    }
    /// Adds an operator; its first input is the last result, whatever is said.
    Operator& add(code what, std::vector<std::ptrdiff_t> inputs, std::vector<std::size_t> extents)
    {
        Operator op;
        op.op = what;
        op.inputs = std::move(inputs);
        op.inputs[0] = static_cast<std::ptrdiff_t>(last);
        op.outputs = {last = tensor(std::move(extents))};
        graph().operators.push_back(std::move(op));
        return graph().operators.back();
    }
    Builder& windows(code what, std::vector<std::size_t> kernel, std::size_t filters, std::size_t size, std::size_t stride,
                     padding_kind padding, fused activation)
    {
        const auto places = [&](std::size_t extent) {
            return padding == padding_kind::same ? (extent + stride - 1) / stride : (extent - size) / stride + 1;
        };
        const std::vector<std::size_t> in = shape();
        const std::ptrdiff_t weights = numbers(std::move(kernel)), bias = numbers({filters});
        Operator& op = add(what, {0, weights, bias}, {in[0], places(in[1]), places(in[2]), filters});
        op.options.padding = padding;
        op.options.activation = activation;
        op.options.stride_height = op.options.stride_width = static_cast<std::int32_t>(stride);
        op.options.depth_multiplier = 1;
        return *this;
    }

    Network network;
    std::size_t last = 0;
    std::uint32_t state = 1;
};

inline Network lenet5()
{
    Builder b({1, 28, 28, 1});
    b.convolution(6, 5, 1, padding_kind::same, fused::none).each(code::tanh).average(2);
    b.convolution(16, 5, 1, padding_kind::valid, fused::none).each(code::tanh).average(2);
    b.convolution(120, 5, 1, padding_kind::valid, fused::none).each(code::tanh).flatten();
    return b.dense(84).each(code::tanh).dense(10).each(code::softmax).take();
}

/// Three blocks of a small MobileNetV2: a 1×1 convolution that widens, a depthwise one, a 1×1 one that narrows.
inline Network mobile_block()
{
    Builder b({1, 18, 18, 3});
    b.convolution(8, 3, 2, padding_kind::same, fused::relu6);
    const auto block = [&](std::size_t filters, std::size_t stride) {
        b.convolution(48, 1, 1, padding_kind::valid, fused::relu6).depthwise(3, stride, padding_kind::same, fused::relu6);
        b.convolution(filters, 1, 1, padding_kind::valid, fused::none);
    };
    std::size_t before = b.result();
    block(8, 1);
    b.plus(before);
    block(16, 2);
    before = b.result();
    block(16, 1);
    return b.plus(before).mean().dense(4).each(code::softmax).take();
}

inline Network one_convolution(std::size_t image, std::size_t channels, std::size_t filters, std::size_t size, std::size_t stride)
{
    return Builder({1, image, image, channels}).convolution(filters, size, stride, padding_kind::same, fused::relu).take();
}
inline Network one_depthwise(std::size_t image, std::size_t channels, std::size_t stride)
{
    return Builder({1, image, image, channels}).depthwise(3, stride, padding_kind::same, fused::relu).take();
}
inline Network one_dense(std::size_t batch) { return Builder({batch, 512}).dense(512, fused::relu).take(); }

} // namespace lamina::inline LAMINA_ARCHITECTURE::bench
