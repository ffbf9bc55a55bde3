// lamina/kernels/pooling_sizes.hpp: the sizes of a pooling over height and width, and which cells a window has.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// Windows side by side, `stride` apart. An average divides by its real cells, or, where `counted_height` and `counted_width` are given, by
/// those of its cells that lie before there, padding included. `adaptive`: windows cover the image evenly, as PyTorch lays them, whatever
/// is said of windows, strides and padding. Only a maximum may have a dilation.
struct pooling_sizes {
    std::size_t height, width, channels, window_height, window_width, stride_height, stride_width, pad_top, pad_left, out_height,
        out_width;
    std::size_t dilation_height = 1, dilation_width = 1, counted_height = 0, counted_width = 0;
    bool adaptive = false;
};

namespace detail {

/// The real cells of window `out` along one axis, `dilation` apart. Where no window is cut their number is one for all: a constant for
/// constant sizes.
constexpr range cells_of(std::size_t out, std::size_t stride, std::size_t window, std::size_t pad, std::size_t cells,
                         std::size_t outputs, std::size_t dilation)
{
    const std::size_t begin = out * stride, reach = (window - 1) * dilation + 1;
    if (pad == 0 && (outputs - 1) * stride + reach <= cells) return {begin, begin + reach};
    const std::size_t missing = begin < pad ? (pad - begin + dilation - 1) / dilation * dilation : 0;
    const std::size_t last = std::min(begin + reach, cells + pad), first = std::min(begin + missing, std::max(last, pad));
    return {first - pad, std::max(last, first) - pad};
}

/// The windows that hold cell `cell` along one axis.
constexpr range windows_of(std::size_t cell, std::size_t stride, std::size_t window, std::size_t pad, std::size_t outputs)
{
    const std::size_t at = cell + pad;
    const std::size_t last = std::min(at / stride + 1, outputs);
    return {std::min(at < window ? 0 : (at - window) / stride + 1, last), last};
}

/// The part `i` of `count` nearly equal ones of an axis, which share a cell where it does not divide; and the parts that hold cell `i`.
constexpr range part_of(std::size_t i, std::size_t cells, std::size_t count)
{
    return {i * cells / count, ((i + 1) * cells + count - 1) / count};
}
constexpr range parts_with(std::size_t i, std::size_t cells, std::size_t count)
{
    return {i * count / cells, ((i + 1) * count - 1) / cells + 1};
}

constexpr range rows_of(std::size_t oy, const pooling_sizes& s)
{
    if (s.adaptive) return part_of(oy, s.height, s.out_height);
    return cells_of(oy, s.stride_height, s.window_height, s.pad_top, s.height, s.out_height, s.dilation_height);
}
constexpr range columns_of(std::size_t ox, const pooling_sizes& s)
{
    if (s.adaptive) return part_of(ox, s.width, s.out_width);
    return cells_of(ox, s.stride_width, s.window_width, s.pad_left, s.width, s.out_width, s.dilation_width);
}

/// The windows over row iy, and over column ix.
constexpr range windows_over_row(std::size_t iy, const pooling_sizes& s)
{
    if (s.adaptive) return parts_with(iy, s.height, s.out_height);
    return windows_of(iy, s.stride_height, s.window_height, s.pad_top, s.out_height);
}
constexpr range windows_over_column(std::size_t ix, const pooling_sizes& s)
{
    if (s.adaptive) return parts_with(ix, s.width, s.out_width);
    return windows_of(ix, s.stride_width, s.window_width, s.pad_left, s.out_width);
}

/// What the average of a window is divided by; 0 where it has no cell.
[[gnu::always_inline]] constexpr std::size_t divisor_of(std::size_t oy, std::size_t ox, const pooling_sizes& s)
{
    if (s.counted_height == 0 || s.counted_width == 0) return rows_of(oy, s).size() * columns_of(ox, s).size();
    const auto counted = [](std::size_t begin, std::size_t window, std::size_t end) {
        return std::min(begin + window, std::max(begin, end)) - begin;
    };
    return counted(oy * s.stride_height, s.window_height, s.counted_height) *
           counted(ox * s.stride_width, s.window_width, s.counted_width);
}

/// Whether no cell is in two windows.
constexpr bool disjoint(const pooling_sizes& s)
{
    if (s.adaptive) return s.height % s.out_height == 0 && s.width % s.out_width == 0;
    return s.stride_height > (s.window_height - 1) * s.dilation_height &&
           s.stride_width > (s.window_width - 1) * s.dilation_width;
}

} // namespace detail

}}} // namespace lamina::internals::kernels
