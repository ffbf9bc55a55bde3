// lamina/lite/joins/padding.hpp: PAD and a convolution without padding are a convolution with that padding.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/joins/readers.hpp>
#include <lamina/lite/network.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Gives the same bits: the convolution adds the products with zeros, or leaves them out, which changes no sum.
[[gnu::cold]] inline void join_padding(Subgraph& graph)
{
    const Readers readers(graph);
    std::vector<Mark> gone(graph.operators.size());
    for (std::size_t i = 0; i < graph.operators.size(); ++i) {
        const Operator& pad = graph.operators[i];
        if (pad.op != code::pad) continue;
        const std::vector<std::int64_t> by = integers_of(graph, pad, 1);
        const std::size_t next = readers.next(graph, i);
        if (by.size() != 8 || next == no_operator || !takes_padding(graph.operators[next])) continue;
        bool fits = by[0] == 0 && by[1] == 0 && by[6] == 0 && by[7] == 0;
        for (const std::int64_t one : by) fits = fits && one >= 0 && one < (1 << 20);
        if (!fits) continue;
        Operator& windows = graph.operators[next];
        windows.options.padding = padding_kind::given;
        for (std::size_t side = 0; side < 4; ++side) windows.options.pads[side] = static_cast<std::int32_t>(by[2 + side]);
        windows.inputs[0] = pad.inputs[0];
        gone[i].set = true;
    }
    remove_operators(graph, gone);
}

}}} // namespace lamina::internals::tflite
