// lamina/blocks/window.hpp: where a window goes over an axis: output extent and padding, as TensorFlow and PyTorch define them.
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

namespace detail {

/// `size` elements, with so many zeros on both sides if the padding is a number, under a window of `reach` elements (dilation included)
/// that moves by `stride`.
template <class Padding>
constexpr window_axis place_window(std::size_t size, std::size_t reach, std::size_t stride, std::size_t zeros)
{
    if constexpr (std::is_same_v<Padding, Same>) {
        const std::size_t out = (size + stride - 1) / stride, covered = (out - 1) * stride + reach;
        return {out, covered > size ? (covered - size) / 2 : 0};
    }
    else if constexpr (std::is_same_v<Padding, Causal>) return {(size + stride - 1) / stride, reach - 1};
    else {
        const std::size_t padded = size + 2 * zeros;
        return {padded < reach ? 0 : (padded - reach) / stride + 1, zeros};
    }
}

} // namespace detail

/// Windows along the height, and along the width or the steps of a sequence; no extent is 0.
template <class Padding> constexpr window_axis place_rows(std::size_t size, std::size_t reach, std::size_t stride)
{
    if constexpr (requires { Padding::height; }) return detail::place_window<Padding>(size, reach, stride, Padding::height);
    else return detail::place_window<Padding>(size, reach, stride, 0);
}
template <class Padding> constexpr window_axis place_columns(std::size_t size, std::size_t reach, std::size_t stride)
{
    if constexpr (requires { Padding::width; }) return detail::place_window<Padding>(size, reach, stride, Padding::width);
    else return detail::place_window<Padding>(size, reach, stride, 0);
}

}}} // namespace lamina::internals
