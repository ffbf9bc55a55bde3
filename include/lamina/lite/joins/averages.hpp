// lamina/lite/joins/averages.hpp: a convolution of few filters, and the averages of 2×2 of its results, are one operator.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_planes_any.hpp>
#include <lamina/lite/joins/readers.hpp>
#include <lamina/lite/network.hpp>

#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Whether a convolution of floats would be computed in planes, as far as its weights and its image say.
[[gnu::cold]] inline bool is_for_planes(const Subgraph& graph, const Operator& op)
{
    if (op.op != code::conv_2d || op.options.stride_height != 1 || op.options.stride_width != 1 || op.options.averages)
        return false;
    const Tensor& x = graph.tensors[static_cast<std::size_t>(op.inputs[0])];
    const Tensor& w = graph.tensors[static_cast<std::size_t>(op.inputs[1])];
    const Tensor& y = graph.tensors[op.outputs[0]];
    if (x.type != dtype::float32 || w.type != dtype::float32 || y.type != dtype::float32 || w.shape.size() != 4 ||
        x.shape.size() != 4 || y.shape.size() != 4 || x.shape[3] != w.shape[3])
        return false;
    kernels::convolution_sizes s{};
    s.channels = w.shape[3], s.filters = w.shape[0], s.stride_height = s.stride_width = 1, s.out_width = y.shape[2];
    return kernels::takes_planes<float>(s);
}

/// Gives the same bits: rows are added before columns here as there, and a quarter of a number is exact (unless it is subnormal).
[[gnu::cold]] inline void join_averages(Subgraph& graph)
{
    const Readers readers(graph);
    std::vector<Mark> gone(graph.operators.size());
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        Operator& op = graph.operators[i];
        if (!is_for_planes(graph, op)) continue;
        const std::size_t next = readers.next(graph, i);
        if (next == no_operator) continue;
        const Operator& pool = graph.operators[next];
        const Options& o = pool.options;
        if (pool.op != code::average_pool_2d || o.padding != padding_kind::valid || o.activation != fused::none ||
            o.filter_height != 2 || o.filter_width != 2 || o.stride_height != 2 || o.stride_width != 2)
            continue;
        op.options.averages = true;
        op.outputs[0] = pool.outputs[0];
        gone[next].set = true;
    }
    remove_operators(graph, gone);
}

}}} // namespace lamina::internals::tflite
