// lamina/kernels/convolution_any.hpp: a two-dimensional convolution whose sizes are known at run time, channels last, and its gradients.
//
// What convolution.hpp computes in tiles made for constant sizes, here in one copy for all sizes: windows are copied into rows, which the kernels
// of matmul.hpp multiply, so that a program whose tensors are multiplied anyway compiles little more. Where each group has one channel, the
// taps are gone through one by one.
//
// Contract: images are dense, one after another; `w` and `dw` are dense, [kernel_height][kernel_width][channels / groups][filters]; any alignment.
// No output overlaps an input. Results are written, nothing is added to what was there. Every size but `n` is at least 1 (pads: 0). Padding
// at the bottom and right is what out_height and out_width need; input that no window reaches gets a zero gradient. `scratch` holds
// convolution_any_scratch<T> values on 64 bytes.
// Numerics: accumulated in T. |got - reference| <= (2 + terms) · epsilon · (sum of |terms|) where a group has one channel, and
// (4 + 2 · sqrt(terms)) · epsilon · (sum of |terms|) elsewhere; the terms are the products of one result.
// Reference: kernels/reference/convolution_any.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/gather.hpp>
#include <lamina/kernels/matmul.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// The taps of a window of one group: the length of a row.
constexpr std::size_t window_taps(const convolution_sizes& s) { return s.kernel_height * row_taps(s); }
constexpr std::size_t numbers_of_image(const convolution_sizes& s) { return s.height * s.width * s.channels; }
constexpr std::size_t windows_of_image(const convolution_sizes& s) { return s.out_height * s.out_width; }

/// Whether each channel is convolved by itself.
constexpr bool is_depthwise(const convolution_sizes& s) { return s.groups > 1 && group_channels(s) == 1; }

/// Whether the windows of all images, one after another, are the images themselves.
constexpr bool windows_are_pixels(const convolution_sizes& s)
{
    return s.groups == 1 && s.kernel_height * s.kernel_width * s.stride_height * s.stride_width == 1 &&
           s.pad_top + s.pad_left == 0 && s.out_height == s.height && s.out_width == s.width;
}

/// f(window, place in the images, place in the window's row, count) for the taps of windows that meet their images, in pieces that lie side by
/// side.
template <class F> void each_run(range windows, const convolution_sizes& s, const F& f)
{
    const std::size_t channels = group_channels(s);
    const bool joined = s.dilation_width == 1 && s.groups == 1;
    const range whole_down = whole_rows(s), whole_along = whole_columns(s); // windows that meet no padding
    std::size_t image = windows.first / windows_of_image(s), oy = windows.first % windows_of_image(s) / s.out_width,
                ox = windows.first % s.out_width;
    for (std::size_t window = windows.first; window < windows.last; ++window) {
        const range rows = whole_down.contains(oy) ? range{0, s.kernel_height} : rows_within(s, oy);
        const range columns = whole_along.contains(ox) ? range{0, s.kernel_width} : columns_within(s, ox);
        const std::size_t at_once = joined ? std::max<std::size_t>(columns.size(), 1) : 1;
        for (std::size_t ky = rows.first; ky < rows.last; ++ky) {
            const std::size_t line = image * s.height + oy * s.stride_height + ky * s.dilation_height - s.pad_top;
            for (std::size_t kx = columns.first; kx < columns.last; kx += at_once)
                f(window, (line * s.width + ox * s.stride_width + kx * s.dilation_width - s.pad_left) * s.channels,
                  (ky * s.kernel_width + kx) * channels, at_once * channels);
        }
        if (++ox == s.out_width) {
            ox = 0;
            if (++oy == s.out_height) oy = 0, ++image;
        }
    }
}

/// As `copy_run`, added to what is there.
template <class T> void add_run(const T* from, T* to, std::size_t n)
{
    if (n > 16) kernels::add(from, to, n);
    else
        for (std::size_t i = 0; i < n; ++i) to[i] += from[i];
}

/// Windows as rows, and rows added back to the images they are of; both from the first channel of a group on.
template <class T> LAMINA_ONE_COPY void rows_of_windows(const T* x, T* rows, range windows, const convolution_sizes& s)
{
    const std::size_t taps = window_taps(s);
    std::fill_n(rows, windows.size() * taps, T(0));
    each_run(windows, s, [=](std::size_t window, std::size_t from, std::size_t to, std::size_t count) {
        copy_run(x + from, rows + (window - windows.first) * taps + to, count);
    });
}
template <class T> LAMINA_ONE_COPY void add_rows_to_images(const T* rows, T* x, range windows, const convolution_sizes& s)
{
    const std::size_t taps = window_taps(s);
    each_run(windows, s, [=](std::size_t window, std::size_t to, std::size_t from, std::size_t count) {
        add_run(rows + (window - windows.first) * taps + from, x + to, count);
    });
}

/// The numbers from one row of a group's weights to the next, as matmul.hpp wants them: those of one filter lie in one row.
template <class T> std::size_t weight_stride(std::size_t filters) { return filters == 1 ? 1 : row_stride<T>(filters); }

/// The weights of the group whose first filter is `f` in rows of their own; and such rows brought back.
template <class T> LAMINA_ONE_COPY void pack_weights(const T* w, T* packed, std::size_t f, const convolution_sizes& s)
{
    const std::size_t filters = group_filters(s), stride = weight_stride<T>(filters);
    std::fill_n(packed, row_stride<T>(window_taps(s)) * stride, T(0));
    for (std::size_t tap = 0; tap < window_taps(s); ++tap) std::copy_n(w + tap * s.filters + f, filters, packed + tap * stride);
}
template <class T> LAMINA_ONE_COPY void unpack_weights(const T* packed, T* w, std::size_t f, const convolution_sizes& s)
{
    const std::size_t filters = group_filters(s), stride = weight_stride<T>(filters);
    for (std::size_t tap = 0; tap < window_taps(s); ++tap) std::copy_n(packed + tap * stride, filters, w + tap * s.filters + f);
}

/// Windows are taken in blocks of so many, whose rows stay in the second cache.
constexpr std::size_t windows_at_once(const convolution_sizes& s)
{
    return std::clamp<std::size_t>(32768 / window_taps(s), 16, 1024);
}
template <class T> std::size_t packed_size(const convolution_sizes& s)
{
    return row_stride<T>(window_taps(s)) * weight_stride<T>(group_filters(s));
}

/// What the passes work in: a group's weights, a block of windows as rows, and of a group the outputs of these.
template <class T> class window_blocks {
public:
    window_blocks(const convolution_sizes& of, std::size_t n, T* scratch)
        : packed(scratch), rows(scratch + weights_size(of)), of_group(rows + rows_size(of)), s(of),
          windows(n * windows_of_image(of))
    {}

    static std::size_t scratch(const convolution_sizes& s)
    {
        return weights_size(s) + rows_size(s) + (s.groups > 1 ? windows_at_once(s) * group_filters(s) : 0);
    }

    T* weights() const { return packed; }
    dense_sizes product() const { return {window_taps(s), group_filters(s)}; }

    /// f(windows, room for their rows, room for their outputs) for all windows, block by block.
    template <class F> void each(const F& f) const
    {
        const std::size_t most = windows_at_once(s);
        for (std::size_t first = 0; first < windows; first += most)
            f(range{first, std::min(first + most, windows)}, rows, of_group);
    }

    /// The outputs of one group in a row of their own, and back.
    void take_group(const T* y, T* to, std::size_t f, range block) const
    {
        for (std::size_t window = block.first; window < block.last; ++window, to += group_filters(s))
            std::copy_n(y + window * s.filters + f, group_filters(s), to);
    }
    void put_group(const T* from, T* y, std::size_t f, range block) const
    {
        for (std::size_t window = block.first; window < block.last; ++window, from += group_filters(s))
            std::copy_n(from, group_filters(s), y + window * s.filters + f);
    }

private:
    static std::size_t weights_size(const convolution_sizes& s) { return padded<T>(packed_size<T>(s)) + padded<T>(1); }
    static std::size_t rows_size(const convolution_sizes& s)
    {
        return windows_are_pixels(s) ? 0 : padded<T>(windows_at_once(s) * window_taps(s));
    }

    T *packed, *rows, *of_group;
    const convolution_sizes& s;
    std::size_t windows;
};

/// y += x · w for each channel, which has `times` numbers in w and y; and dx += the sum of dy · w over these.
template <class T>
LAMINA_ONE_COPY void add_channel_products(const T* x, const T* w, T* y, std::size_t channels, std::size_t times)
{
    if (times == 1)
        return transform(y, x, w, y, channels, [](const auto& sum, const auto& a, const auto& b) { return sum + a * b; });
    for (std::size_t c = 0; c < channels; ++c, w += times, y += times)
        for (std::size_t j = 0; j < times; ++j) y[j] += x[c] * w[j];
}
template <class T> LAMINA_ONE_COPY void add_channel_sums(const T* dy, const T* w, T* dx, std::size_t channels, std::size_t times)
{
    if (times == 1) return add_channel_products(dy, w, dx, channels, 1);
    for (std::size_t c = 0; c < channels; ++c, w += times, dy += times)
        for (std::size_t j = 0; j < times; ++j) dx[c] += dy[j] * w[j];
}

/// f(place of the input's channels, place of the output's, place of the tap's weights) for each tap of each window.
template <class F> void each_tap(std::size_t n, const convolution_sizes& s, const F& f)
{
    each_run({0, n * windows_of_image(s)}, s, [&](std::size_t window, std::size_t in, std::size_t tap, std::size_t) {
        f(in, window * s.filters, tap * s.filters);
    });
}

} // namespace detail

/// The number of T of scratch that each of the functions below needs, for any number of images.
template <class T> std::size_t convolution_any_scratch(const convolution_sizes& s)
{
    return detail::is_depthwise(s) ? 0 : detail::window_blocks<T>::scratch(s);
}

/// y = the convolution of x with w.
///
/// Shapes  x [n][height][width][channels], w as above, y [n][out_height][out_width][filters].
template <class T>
LAMINA_ONE_COPY void convolution_any_forward(const T* x, const T* w, T* y, T* scratch, std::size_t n, const convolution_sizes& s)
{
    if (detail::is_depthwise(s)) {
        std::fill_n(y, n * detail::windows_of_image(s) * s.filters, T(0));
        return detail::each_tap(n, s, [&](std::size_t in, std::size_t out, std::size_t tap) {
            detail::add_channel_products(x + in, w + tap, y + out, s.channels, detail::group_filters(s));
        });
    }
    const detail::window_blocks<T> blocks(s, n, scratch);
    const T* const no_bias = nullptr;
    detail::each_group(s, [&](std::size_t c, std::size_t f) {
        detail::pack_weights(w, blocks.weights(), f, s);
        blocks.each([&](detail::range block, T* rows, T* of_group) {
            const bool are_pixels = detail::windows_are_pixels(s);
            if (!are_pixels) detail::rows_of_windows(x + c, rows, block, s);
            const T* const from = are_pixels ? x + block.first * s.channels : rows;
            T* const to = s.groups == 1 ? y + block.first * s.filters : of_group;
            dense_forward(from, blocks.weights(), no_bias, to, block.size(), blocks.product());
            if (s.groups > 1) blocks.put_group(of_group, y, f, block);
        });
    });
}

/// dx = the gradient of the images: what each element of dy gives to the window that it is of.
///
/// Shapes  dy as y, dx as x.
template <class T>
LAMINA_ONE_COPY void convolution_any_data(const T* dy, const T* w, T* dx, T* scratch, std::size_t n, const convolution_sizes& s)
{
    std::fill_n(dx, n * detail::numbers_of_image(s), T(0));
    if (detail::is_depthwise(s))
        return detail::each_tap(n, s, [&](std::size_t in, std::size_t out, std::size_t tap) {
            detail::add_channel_sums(dy + out, w + tap, dx + in, s.channels, detail::group_filters(s));
        });
    const detail::window_blocks<T> blocks(s, n, scratch);
    detail::each_group(s, [&](std::size_t c, std::size_t f) {
        detail::pack_weights(w, blocks.weights(), f, s);
        blocks.each([&](detail::range block, T* rows, T* of_group) {
            const bool are_pixels = detail::windows_are_pixels(s);
            if (s.groups > 1) blocks.take_group(dy, of_group, f, block);
            const T* const from = s.groups == 1 ? dy + block.first * s.filters : of_group;
            T* const to = are_pixels ? dx + block.first * s.channels : rows;
            dense_backward_data(from, blocks.weights(), to, block.size(), blocks.product());
            if (!are_pixels) detail::add_rows_to_images(rows, dx + c, block, s);
        });
    });
}

/// dw = the gradient of the weights, summed over the images.
///
/// Shapes  x, dy as forward's x and y, dw as w.
template <class T>
LAMINA_ONE_COPY void convolution_any_weights(const T* x, const T* dy, T* dw, T* scratch, std::size_t n,
                                             const convolution_sizes& s)
{
    if (detail::is_depthwise(s)) {
        std::fill_n(dw, detail::window_taps(s) * s.filters, T(0));
        return detail::each_tap(n, s, [&](std::size_t in, std::size_t out, std::size_t tap) {
            detail::add_channel_products(x + in, dy + out, dw + tap, s.channels, detail::group_filters(s));
        });
    }
    const detail::window_blocks<T> blocks(s, n, scratch);
    T* const no_bias = nullptr;
    detail::each_group(s, [&](std::size_t c, std::size_t f) {
        std::fill_n(blocks.weights(), row_stride<T>(detail::window_taps(s)) * detail::weight_stride<T>(detail::group_filters(s)),
                    T(0));
        blocks.each([&](detail::range block, T* rows, T* of_group) {
            const bool are_pixels = detail::windows_are_pixels(s);
            if (!are_pixels) detail::rows_of_windows(x + c, rows, block, s);
            if (s.groups > 1) blocks.take_group(dy, of_group, f, block);
            dense_backward_weights(are_pixels ? x + block.first * s.channels : rows,
                                   s.groups == 1 ? dy + block.first * s.filters : of_group, blocks.weights(), no_bias,
                                   block.size(), blocks.product());
        });
        detail::unpack_weights(blocks.weights(), dw, f, s);
    });
}

}}} // namespace lamina::internals::kernels
