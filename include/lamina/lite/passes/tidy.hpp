// lamina/lite/passes/tidy.hpp: equal constants become one, and tensors that nobody uses go.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold]] inline bool same_constant(const Tensor& a, const Tensor& b)
{
    return a.type == b.type && a.shape == b.shape && a.data.bytes.size() == b.data.bytes.size() &&
           a.quantization.scale == b.quantization.scale && a.quantization.axis == b.quantization.axis &&
           a.quantization.zero_point == b.quantization.zero_point &&
           (a.data.bytes.empty() || std::memcmp(a.data.bytes.data(), b.data.bytes.data(), a.data.bytes.size()) == 0);
}

/// Calls `change(tensor)` with a reference to each tensor number of operators, inputs and outputs of a subgraph; of signatures for the first.
template <class Change> [[gnu::cold]] void for_each_reference(Network& network, std::size_t at, const Change& change)
{
    Subgraph& graph = network.subgraphs[at];
    for (Operator& op : graph.operators) {
        for (auto* const list : {&op.inputs, &op.intermediates})
            for (std::ptrdiff_t& tensor : *list)
                if (tensor >= 0) {
                    auto number = static_cast<std::size_t>(tensor);
                    change(number);
                    tensor = static_cast<std::ptrdiff_t>(number);
                }
        for (std::size_t& output : op.outputs) change(output);
    }
    for (std::size_t& input : graph.inputs) change(input);
    for (std::size_t& output : graph.outputs) change(output);
    for (Signature& signature : network.signatures)
        if (signature.subgraph == at) {
            for (auto& input : signature.inputs) change(input.second);
            for (auto& output : signature.outputs) change(output.second);
        }
}

/// One tensor for constants that are equal in all but their names.
[[gnu::cold]] inline void share_constants(Network& network)
{
    for (std::size_t at = 0; at < network.subgraphs.size(); ++at) {
        const std::vector<Tensor>& tensors = network.subgraphs[at].tensors;
        std::vector<std::size_t> first(tensors.size()), seen;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            first[i] = i;
            if (!tensors[i].is_constant) continue;
            for (const std::size_t before : seen)
                if (same_constant(tensors[before], tensors[i])) {
                    first[i] = before;
                    break;
                }
            if (first[i] == i) add_to(seen, i);
        }
        for_each_reference(network, at, [&](std::size_t& tensor) { tensor = first[tensor]; });
    }
}

/// Tensors that no operator, input or output names go; the others move up.
[[gnu::cold]] inline void drop_unused(Network& network)
{
    for (std::size_t at = 0; at < network.subgraphs.size(); ++at) {
        std::vector<Tensor>& tensors = network.subgraphs[at].tensors;
        std::vector<std::size_t> place(tensors.size(), 0);
        for_each_reference(network, at, [&](std::size_t& tensor) { place[tensor] = 1; });
        std::vector<Tensor> kept;
        for (std::size_t i = 0; i < tensors.size(); ++i)
            if (place[i] != 0) {
                place[i] = kept.size();
                add_to(kept, std::move(tensors[i]));
            }
        tensors = std::move(kept);
        for_each_reference(network, at, [&](std::size_t& tensor) { tensor = place[tensor]; });
    }
}

[[gnu::cold]] inline void tidy(Network& network)
{
    share_constants(network);
    drop_unused(network);
}

}}} // namespace lamina::internals::tflite
