// lamina/lite/joins/dilation.hpp: SPACE_TO_BATCH_ND, a convolution and BATCH_TO_SPACE_ND are a convolution with dilation.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/joins/readers.hpp>
#include <lamina/lite/network.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// A convolution of real numbers with whole weights rounds each image by the range of its numbers, and here a part is an image.
[[gnu::cold]] inline bool has_range_of_its_own(const Subgraph& graph, const Operator& op)
{
    const auto type_of = [&](std::size_t input) { return graph.tensors[static_cast<std::size_t>(op.inputs[input])].type; };
    return type_of(0) == dtype::float32 && type_of(1) == dtype::int8;
}

/// Where the crops are no larger than the paddings: what is padded and cropped again never was.
[[gnu::cold]] inline void join_dilation(Subgraph& graph)
{
    const Readers readers(graph);
    std::vector<Mark> gone(graph.operators.size());
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        const Operator& split = graph.operators[i];
        if (split.op != code::space_to_batch_nd) continue;
        const std::size_t at = readers.next(graph, i);
        if (at == no_operator || !takes_padding(graph.operators[at])) continue;
        Operator& windows = graph.operators[at];
        if (has_range_of_its_own(graph, windows)) continue;
        const Options& has = windows.options;
        if (has.stride_height != 1 || has.stride_width != 1 || has.dilation_height != 1 || has.dilation_width != 1) continue;
        const std::size_t last = readers.next(graph, at);
        if (last == no_operator || graph.operators[last].op != code::batch_to_space_nd) continue;
        const Operator& merge = graph.operators[last];
        const auto block = integers_of(graph, split, 1), pads = integers_of(graph, split, 2), same = integers_of(graph, merge, 1),
                   crops = integers_of(graph, merge, 2);
        bool fits = block.size() == 2 && block == same && pads.size() == 4 && crops.size() == 4;
        for (std::size_t axis = 0; fits && axis < 2; ++axis) fits = block[axis] > 0 && block[axis] < (1 << 20);
        for (std::size_t side = 0; fits && side < 4; ++side)
            fits = crops[side] >= 0 && pads[side] >= crops[side] && pads[side] < (1 << 20);
        if (!fits) continue;
        windows.options.dilation_height = static_cast<std::int32_t>(block[0]);
        windows.options.dilation_width = static_cast<std::int32_t>(block[1]);
        windows.options.padding = padding_kind::given;
        for (std::size_t side = 0; side < 4; ++side)
            windows.options.pads[side] = static_cast<std::int32_t>(pads[side] - crops[side]);
        windows.inputs[0] = split.inputs[0];
        windows.outputs[0] = merge.outputs[0];
        gone[i].set = gone[last].set = true;
    }
    remove_operators(graph, gone);
}

}}} // namespace lamina::internals::tflite
