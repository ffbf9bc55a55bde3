// lamina/kernels/convolution_sizes.hpp: the sizes of a two-dimensional convolution, and an image with its padding.
#pragma once

#include <lamina/kernels/tile.hpp>

#include <algorithm>

namespace lamina::inline LAMINA_ARCHITECTURE::kernels {

struct convolution_sizes {
    std::size_t height, width, channels, filters, kernel_height, kernel_width, stride_height, stride_width, dilation_height,
        dilation_width, pad_top, pad_left, out_height, out_width;
};

namespace detail {

/// An image with its padding, as far as the windows reach. Where there is no padding it is the image itself, else a copy in
/// scratch, so that no inner loop needs bounds.
struct window_field {
    std::size_t height, width;
    bool copied;

    constexpr explicit window_field(const convolution_sizes& s)
        : height((s.out_height - 1) * s.stride_height + (s.kernel_height - 1) * s.dilation_height + 1),
          width((s.out_width - 1) * s.stride_width + (s.kernel_width - 1) * s.dilation_width + 1),
          copied(s.pad_top > 0 || s.pad_left > 0 || height > s.height || width > s.width)
    {}

    constexpr std::size_t row(const convolution_sizes& s) const { return (copied ? width : s.width) * s.channels; }
};

/// Copies one image into the field; the padding is there already.
template <class T, class S>
void copy_into_field(const T* x, T* field, S sizes)
{
    const convolution_sizes s = sizes;
    const window_field size(s);
    const std::size_t rows = std::min(s.height, size.height - std::min(size.height, s.pad_top));
    const std::size_t columns = std::min(s.width, size.width - std::min(size.width, s.pad_left));
    for (std::size_t row = 0; row < rows; ++row)
        std::copy_n(x + row * s.width * s.channels, columns * s.channels,
                    field + ((row + s.pad_top) * size.width + s.pad_left) * s.channels);
}

/// The rows of the kernel that meet the image and not only its padding, for the outputs of one row.
struct kernel_rows {
    std::size_t first, end;

    constexpr kernel_rows(const convolution_sizes& s, std::size_t output_row)
    {
        const std::size_t top = output_row * s.stride_height, bottom = s.pad_top + s.height;
        const auto from = [&](std::size_t row) { // the first kernel row that lies there or below
            return row > top ? std::min((row - top + s.dilation_height - 1) / s.dilation_height, s.kernel_height) : 0;
        };
        first = from(s.pad_top);
        end = from(bottom);
    }
};

/// The taps of one kernel row.
constexpr std::size_t row_taps(const convolution_sizes& s) { return s.kernel_width * s.channels; }

/// Those of them that lie side by side in the image: all, unless the row is dilated.
constexpr std::size_t run_length(const convolution_sizes& s) { return s.dilation_width == 1 ? row_taps(s) : s.channels; }

/// The output whose window has tap offset `tap` on padded position `at`; `outputs` if there is none.
constexpr std::size_t output_at(std::size_t at, std::size_t tap, std::size_t stride, std::size_t outputs)
{
    if (at < tap) return outputs;
    const std::size_t distance = at - tap;
    if (stride == 1) return std::min(distance, outputs);
    return distance % stride == 0 ? std::min(distance / stride, outputs) : outputs;
}

} // namespace detail

} // namespace lamina::inline LAMINA_ARCHITECTURE::kernels
