// lamina/lite/passes/versions.hpp: the versions that operators need, and the oldest runtime that has all of them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The least version with which a runtime takes an operator, by its types and options.
///
/// Source  the public tables of operator versions of TensorFlow Lite.
[[gnu::cold]] inline std::int32_t version_of(const Subgraph& graph, const Operator& op)
{
    const auto tensor = [&](std::size_t i) -> const Tensor* {
        return i < op.inputs.size() && op.inputs[i] >= 0 ? &graph.tensors[static_cast<std::size_t>(op.inputs[i])] : nullptr;
    };
    const Tensor *const x = tensor(0), *const weights = tensor(1);
    const bool whole = x && x->type == dtype::int8, hybrid = !whole && weights && weights->type == dtype::int8;
    const bool per_channel = hybrid && weights->quantization.scale.size() > 1;
    const Options& with = op.options;
    switch (op.op) {
    case code::conv_2d:
        if (x && weights && x->shape.size() == 4 && weights->shape.size() == 4 && x->shape[3] != weights->shape[3]) return 6;
        return whole ? 3 : per_channel ? 5 : hybrid ? 2 : 1;
    case code::depthwise_conv_2d:
        return whole ? 3 : per_channel ? 6 : hybrid ? 4 : with.dilation_width > 1 || with.dilation_height > 1 ? 2 : 1;
    case code::fully_connected:
        if (per_channel) return 12;
        if (hybrid) return 9;
        if (!tensor(2)) return 6;
        return with.keep_dims ? 5 : whole ? 4 : 1;
    case code::transpose_conv:
        if (with.activation != fused::none) return 4;
        return tensor(3) ? 3 : tensor(1) && tensor(1)->type == dtype::int8 ? 2 : 1;
    case code::dequantize: return x && x->type == dtype::float16 ? 3 : 2;
    case code::quantize: return whole ? 2 : 1;
    case code::resize_bilinear:
    case code::resize_nearest_neighbor: return with.half_pixel_centers ? 3 : whole ? 2 : 1;
    case code::strided_slice: return x && x->type == dtype::boolean ? 3 : whole ? 2 : 1;
    case code::unpack: return x && x->type == dtype::boolean ? 3 : whole ? 2 : 1;
    case code::gather: return whole ? 2 : 1;
    case code::reshape:
    case code::expand_dims:
    case code::squeeze:
    case code::hard_swish:
    case code::prelu:
    case code::elu:
    case code::cast:
    case code::tile:
    case code::select_v2: return 1;
    default: {
        const CodeFacts* const facts = facts_of(op.op);
        return whole && facts && facts->versions >= 2 ? 2 : 1;
    }
    }
}

/// A version of an operator and the runtime that had it first, where that is not among the oldest.
struct RuntimeRow {
    code op;
    std::int32_t version;
    std::string_view runtime;
};
inline constexpr RuntimeRow runtime_rows[] = {{code::conv_2d, 2, "1.14.0"},
                                              {code::conv_2d, 5, "2.4.0"},
                                              {code::conv_2d, 6, "2.9.0"},
                                              {code::depthwise_conv_2d, 4, "2.2.0"},
                                              {code::depthwise_conv_2d, 6, "2.3.0"},
                                              {code::fully_connected, 4, "1.14.0"},
                                              {code::fully_connected, 5, "2.0.0"},
                                              {code::fully_connected, 6, "2.1.0"},
                                              {code::fully_connected, 9, "2.3.0"},
                                              {code::fully_connected, 12, "2.17.0"},
                                              {code::transpose_conv, 1, "1.9.0"},
                                              {code::transpose_conv, 2, "2.2.0"},
                                              {code::transpose_conv, 3, "2.3.0"},
                                              {code::transpose_conv, 4, "2.13.0"},
                                              {code::dequantize, 3, "1.15.0"},
                                              {code::quantize, 2, "1.15.0"},
                                              {code::resize_bilinear, 3, "2.2.0"},
                                              {code::resize_nearest_neighbor, 3, "2.3.0"},
                                              {code::batch_matmul, 1, "2.3.0"},
                                              {code::gelu, 1, "2.9.0"},
                                              {code::hard_swish, 1, "1.15.0"},
                                              {code::elu, 1, "1.14.0"},
                                              {code::select_v2, 1, "2.2.0"},
                                              {code::leaky_relu, 2, "2.3.0"},
                                              {code::while_loop, 1, "1.15.0"},
                                              {code::squared_difference, 2, "2.5.0"},
                                              {code::reduce_max, 2, "1.14.0"},
                                              {code::mean, 2, "1.14.0"},
                                              {code::rsqrt, 2, "2.5.0"},
                                              {code::gather, 2, "1.14.0"},
                                              {code::logical_and, 1, "1.11.0"},
                                              {code::unpack, 3, "2.2.0"},
                                              {code::strided_slice, 3, "2.1.0"}};

/// Whether one version of a runtime, "2.9.0", is older than another.
[[gnu::cold]] inline bool is_older(std::string_view a, std::string_view b)
{
    const auto next = [](std::string_view& of) {
        int number = 0;
        while (!of.empty() && of[0] != '.') {
            number = 10 * number + (of[0] - '0');
            of.remove_prefix(1);
        }
        if (!of.empty()) of.remove_prefix(1);
        return number;
    };
    for (int part = 0; part < 3; ++part)
        if (const int x = next(a), y = next(b); x != y) return x < y;
    return false;
}

/// Sets the versions of all operators, and notes the runtime that they need.
[[gnu::cold]] inline void set_versions(Network& network)
{
    std::string_view runtime = "1.14.0";
    for (Subgraph& graph : network.subgraphs)
        for (Operator& op : graph.operators) {
            op.version = version_of(graph, op);
            for (const RuntimeRow& row : runtime_rows)
                if (row.op == op.op && row.version <= op.version && is_older(runtime, row.runtime)) runtime = row.runtime;
        }
    char text[16] = {};
    std::memcpy(text, runtime.data(), std::min(runtime.size(), sizeof text - 1));
    constexpr std::string_view name = "min_runtime_version";
    for (auto& entry : network.metadata)
        if (entry.first == name) {
            entry.second = constant_of(text, sizeof text);
            return;
        }
    add_to(network.metadata, {std::string(name), constant_of(text, sizeof text)});
}

}}} // namespace lamina::internals::tflite
