// lamina/lite/joins/readers.hpp: who writes and who reads the tensors of a subgraph, for what joins operators.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/network.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

inline constexpr std::size_t no_operator = ~std::size_t{0};

/// Of each tensor: the operator that writes it, how often it is read (as an output of the subgraph, too), and the last operator that does.
struct Readers {
    std::vector<std::size_t> writer, reads, reader;

    [[gnu::cold, gnu::flatten]] explicit Readers(const Subgraph& graph)
        : writer(graph.tensors.size(), no_operator), reads(graph.tensors.size()), reader(graph.tensors.size(), no_operator)
    {
        for (std::size_t i = 0; i < graph.operators.size(); ++i) {
            for (const std::ptrdiff_t tensor : graph.operators[i].inputs) {
                if (tensor == absent) continue;
                ++reads[static_cast<std::size_t>(tensor)];
                reader[static_cast<std::size_t>(tensor)] = i;
            }
            for (const std::size_t tensor : graph.operators[i].outputs) writer[tensor] = i;
        }
        for (const std::size_t tensor : graph.outputs) ++reads[tensor];
    }

    /// The one operator that reads an operator's first output as its first input; `no_operator` where somebody else reads it, too.
    [[gnu::cold]] std::size_t next(const Subgraph& graph, std::size_t op) const
    {
        const std::size_t made = graph.operators[op].outputs[0], found = reader[made];
        const bool alone =
            reads[made] == 1 && found != no_operator && graph.operators[found].inputs[0] == static_cast<std::ptrdiff_t>(made);
        return alone ? found : no_operator;
    }
};

/// Removes the operators that are marked.
[[gnu::cold]] inline void remove_operators(Subgraph& graph, const std::vector<Mark>& marked)
{
    std::size_t left = 0;
    for (const Mark& mark : marked) left += mark.set ? 0 : 1;
    std::vector<Operator> kept(left);
    for (std::size_t i = 0, to = 0; i < marked.size(); ++i)
        if (!marked[i].set) kept[to++] = std::move(graph.operators[i]);
    graph.operators = std::move(kept);
}

/// The numbers of an int32 constant that an operator reads; none where the input is no such constant.
[[gnu::cold]] inline std::vector<std::int64_t> integers_of(const Subgraph& graph, const Operator& op, std::size_t input)
{
    std::vector<std::int64_t> numbers;
    if (input >= op.inputs.size() || op.inputs[input] == absent) return numbers;
    const Tensor& tensor = graph.tensors[static_cast<std::size_t>(op.inputs[input])];
    if (!tensor.is_constant || tensor.type != dtype::int32) return numbers;
    for (std::size_t i = 0; i + sizeof(std::int32_t) <= tensor.data.bytes.size(); i += sizeof(std::int32_t)) {
        std::int32_t number;
        std::memcpy(&number, tensor.data.bytes.data() + i, sizeof number);
        numbers.push_back(number);
    }
    return numbers;
}

/// A convolution that leaves its image as it is at the border, and whose windows could be given padding.
[[gnu::cold]] inline bool takes_padding(const Operator& op)
{
    return (op.op == code::conv_2d || op.op == code::depthwise_conv_2d) && op.options.padding == padding_kind::valid;
}

}}} // namespace lamina::internals::tflite
