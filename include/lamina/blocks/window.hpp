// lamina/blocks/window.hpp: where a window goes over an axis: output extent and padding, as TensorFlow defines them.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// One axis under a window: how many places it has, and how much padding lies before the first element.
struct window_axis {
    std::size_t out = 0, pad = 0;
};

/// `size` elements under a window of `reach` elements (dilation included) that moves by `stride`.
template <class Padding> constexpr window_axis place_window(std::size_t size, std::size_t reach, std::size_t stride)
{
    if constexpr (std::is_same_v<Padding, Same>) {
        const std::size_t out = (size + stride - 1) / stride, covered = (out - 1) * stride + reach;
        return {out, covered > size ? (covered - size) / 2 : 0};
    }
    else return {size < reach ? 0 : (size - reach) / stride + 1, 0};
}

}}} // namespace lamina::internals
