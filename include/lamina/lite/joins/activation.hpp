// lamina/lite/joins/activation.hpp: a convolution, dense layer or pooling of floats and the activation behind it are one operator.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/joins/readers.hpp>
#include <lamina/lite/network.hpp>

#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The activation that an operator is, as one that another has fused; none where it is no such.
constexpr fused activation_of(code op)
{
    if (op == code::relu) return fused::relu;
    if (op == code::relu6) return fused::relu6;
    if (op == code::relu_n1_to_1) return fused::relu_n1_to_1;
    return op == code::tanh ? fused::tanh : fused::none;
}

/// Whether an operator's kernels finish their results: those of floats, with weights of floats.
[[gnu::cold]] inline bool finishes(const Subgraph& graph, const Operator& op)
{
    const bool weighs = op.op == code::conv_2d || op.op == code::depthwise_conv_2d || op.op == code::fully_connected ||
                        op.op == code::transpose_conv;
    if (!weighs && op.op != code::average_pool_2d && op.op != code::max_pool_2d) return false;
    const auto is_float = [&](std::ptrdiff_t tensor) {
        return tensor != absent && graph.tensors[static_cast<std::size_t>(tensor)].type == dtype::float32;
    };
    const std::size_t image = op.op == code::transpose_conv ? 2 : 0;
    return is_float(op.inputs[image]) && (!weighs || is_float(op.inputs[1])) &&
           is_float(static_cast<std::ptrdiff_t>(op.outputs[0])) && op.options.activation == fused::none;
}

/// Gives the same bits: the same function of the same sums.
[[gnu::cold]] inline void join_activation(Subgraph& graph)
{
    const Readers readers(graph);
    std::vector<Mark> gone(graph.operators.size());
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        Operator& op = graph.operators[i];
        if (!finishes(graph, op)) continue;
        const std::size_t next = readers.next(graph, i);
        if (next == no_operator || activation_of(graph.operators[next].op) == fused::none) continue;
        if (graph.tensors[graph.operators[next].outputs[0]].type != dtype::float32) continue;
        op.options.activation = activation_of(graph.operators[next].op);
        op.outputs[0] = graph.operators[next].outputs[0];
        gone[next].set = true;
    }
    remove_operators(graph, gone);
}

}}} // namespace lamina::internals::tflite
