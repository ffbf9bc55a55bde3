// lamina/kernels/pooling_sizes.hpp: the sizes of a pooling over height and width, and which cells a window has.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

struct pooling_sizes {
    std::size_t height, width, channels, window_height, window_width, stride_height, stride_width, pad_top, pad_left, out_height,
        out_width;
};

namespace detail {

/// The real cells of window `out` along one axis. Where no window is cut their number is one for all: a constant for constant
/// sizes.
constexpr range cells_of(std::size_t out, std::size_t stride, std::size_t window, std::size_t pad, std::size_t cells,
                         std::size_t outputs)
{
    const std::size_t begin = out * stride;
    if (pad == 0 && (outputs - 1) * stride + window <= cells) return {begin, begin + window};
    const std::size_t last = std::min(begin + window, cells + pad), first = std::min(std::max(begin, pad), std::max(last, pad));
    return {first - pad, std::max(last, first) - pad};
}

/// The windows that hold cell `cell` along one axis.
constexpr range windows_of(std::size_t cell, std::size_t stride, std::size_t window, std::size_t pad, std::size_t outputs)
{
    const std::size_t at = cell + pad;
    const std::size_t last = std::min(at / stride + 1, outputs);
    return {std::min(at < window ? 0 : (at - window) / stride + 1, last), last};
}

constexpr range rows_of(std::size_t oy, const pooling_sizes& s)
{
    return cells_of(oy, s.stride_height, s.window_height, s.pad_top, s.height, s.out_height);
}
constexpr range columns_of(std::size_t ox, const pooling_sizes& s)
{
    return cells_of(ox, s.stride_width, s.window_width, s.pad_left, s.width, s.out_width);
}

/// Whether no cell is in two windows.
constexpr bool disjoint(const pooling_sizes& s) { return s.stride_height >= s.window_height && s.stride_width >= s.window_width; }

} // namespace detail

}}} // namespace lamina::internals::kernels
