// lamina/kernels/convolution_sizes.hpp: the sizes of a two-dimensional convolution, and an image with its padding.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// Channels and filters are those of all groups; filters of a group lie together and see the group's channels alone.
struct convolution_sizes {
    std::size_t height, width, channels, filters, kernel_height, kernel_width, stride_height, stride_width, dilation_height,
        dilation_width, pad_top, pad_left, out_height, out_width, groups = 1;
};

namespace detail {

/// The channels and the filters of one group.
constexpr std::size_t group_channels(const convolution_sizes& s) { return s.channels / s.groups; }
constexpr std::size_t group_filters(const convolution_sizes& s) { return s.filters / s.groups; }

/// Calls f(first channel, first filter) for each group.
template <class F> [[gnu::always_inline]] inline void each_group(const convolution_sizes& s, const F& f)
{
    for (std::size_t group = 0; group < s.groups; ++group) f(group * group_channels(s), group * group_filters(s));
}

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
template <class T, class S> void copy_into_field(const T* x, T* field, S sizes)
{
    const convolution_sizes s = sizes;
    const window_field size(s);
    const std::size_t rows = std::min(s.height, size.height - std::min(size.height, s.pad_top));
    const std::size_t columns = std::min(s.width, size.width - std::min(size.width, s.pad_left));
    for (std::size_t row = 0; row < rows; ++row)
        std::copy_n(x + row * s.width * s.channels, columns * s.channels,
                    field + ((row + s.pad_top) * size.width + s.pad_left) * s.channels);
}

/// The taps along an axis that meet the image and not its padding, for the window at padded position `at`.
constexpr range taps_within(std::size_t at, std::size_t pad, std::size_t extent, std::size_t taps, std::size_t dilation)
{
    const auto from = [&](std::size_t place) { // the first tap that lies there or behind
        return place > at ? std::min((place - at + dilation - 1) / dilation, taps) : 0;
    };
    return {from(pad), from(pad + extent)};
}
constexpr range rows_within(const convolution_sizes& s, std::size_t oy)
{
    return taps_within(oy * s.stride_height, s.pad_top, s.height, s.kernel_height, s.dilation_height);
}
constexpr range columns_within(const convolution_sizes& s, std::size_t ox)
{
    return taps_within(ox * s.stride_width, s.pad_left, s.width, s.kernel_width, s.dilation_width);
}

/// The outputs along an axis whose windows meet no padding; `reach` is from a window's first tap to its last.
constexpr range whole_outputs(std::size_t pad, std::size_t extent, std::size_t reach, std::size_t stride, std::size_t outputs)
{
    const std::size_t first = std::min((pad + stride - 1) / stride, outputs);
    const std::size_t last = pad + extent > reach ? std::min((pad + extent - reach - 1) / stride + 1, outputs) : 0;
    return {first, std::max(first, last)};
}
constexpr range whole_rows(const convolution_sizes& s)
{
    return whole_outputs(s.pad_top, s.height, (s.kernel_height - 1) * s.dilation_height, s.stride_height, s.out_height);
}
constexpr range whole_columns(const convolution_sizes& s)
{
    return whole_outputs(s.pad_left, s.width, (s.kernel_width - 1) * s.dilation_width, s.stride_width, s.out_width);
}
constexpr std::size_t whole_row_count(const convolution_sizes& s) { return whole_rows(s).size(); }
constexpr std::size_t whole_column_count(const convolution_sizes& s) { return whole_columns(s).size(); }

/// Whether plain tiles read a copy that has its padding at the sides: where few windows are whole, or what an edge leaves of a row of
/// taps is short.
constexpr bool widens(const convolution_sizes& s)
{
    const std::size_t whole = whole_columns(s).size();
    return whole < s.out_width && (whole < 6 || group_channels(s) < 16);
}

/// The sizes of the image as plain tiles read it.
constexpr convolution_sizes as_read(convolution_sizes s)
{
    if (widens(s)) s.width = window_field(s).width, s.pad_left = 0;
    return s;
}

/// The taps of one kernel row.
constexpr std::size_t row_taps(const convolution_sizes& s) { return s.kernel_width * group_channels(s); }

/// Those of so many of its columns that lie side by side in the image: all, unless the row is dilated or other groups lie between.
constexpr std::size_t run_of(const convolution_sizes& s, std::size_t columns)
{
    return group_channels(s) * (s.dilation_width == 1 && s.groups == 1 ? columns : 1);
}
constexpr std::size_t run_length(const convolution_sizes& s) { return run_of(s, s.kernel_width); }

/// Where tap number `k` of a kernel row, the first of a run, lies behind the first of the row in the image.
constexpr std::size_t place_of_run(const convolution_sizes& s, std::size_t k) { return k * s.groups * s.dilation_width; }

/// A register of weights from filter `f` of a group on. Rows are padded; behind a group lie others, as far as `end`.
template <class T>
[[gnu::always_inline]] inline simd::batch<T> load_weights(const T* p, std::size_t f, const convolution_sizes& s, const T* end)
{
    return s.groups == 1 ? simd::batch<T>::load_aligned(p) : load_within(p, f, group_filters(s), end);
}

/// The end of the weights.
template <class T> constexpr const T* end_of_weights(const T* w, const convolution_sizes& s)
{
    return w + s.kernel_height * row_taps(s) * row_stride<T>(s.filters);
}

/// The output whose window has tap offset `tap` on padded position `at`; `outputs` if there is none.
constexpr std::size_t output_at(std::size_t at, std::size_t tap, std::size_t stride, std::size_t outputs)
{
    if (at < tap) return outputs;
    const std::size_t distance = at - tap;
    if (stride == 1) return std::min(distance, outputs);
    return distance % stride == 0 ? std::min(distance / stride, outputs) : outputs;
}

} // namespace detail

}}} // namespace lamina::internals::kernels
