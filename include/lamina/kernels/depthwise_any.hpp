// lamina/kernels/depthwise_any.hpp: a convolution of each channel by itself, channels last, whose sizes are known at run time only.
//
// Contract: as depthwise.hpp; `filters` is `channels` (images of fewer channels are spread first, `spread_channels`). Behind x and bias lies a
// register that may be read. No output overlaps an input.
// Numerics: accumulated in T, tap by tap, whichever rows are asked for: |got - reference| <= (2 + taps) · epsilon · (sum of |terms|), besides
// the clamp, which keeps NaN.
// Reference: kernels/reference/depthwise_any.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// The taps of neighboring windows that meet the image, and where the first of them lies.
template <class T> struct window_taps_within {
    const T* in;
    range rows, columns;
};

#if !LAMINA_PLAIN_LOOPS
/// `Pixels` neighboring outputs, all channels. Their last register comes first: what it writes behind a pixel is then written over.
template <std::size_t Pixels, class T>
LAMINA_ONE_COPY void depthwise_any_pixels(const window_taps_within<T>& taps, const T* w, const T* bias, T* y, const T* end,
                                          const convolution_sizes& s, const clamp_bounds<T>& within)
{
    using lanes = simd::batch<T>;
    const std::size_t step = row_stride<T>(s.channels), next = s.stride_width * s.channels,
                      column = s.dilation_width * s.channels, row = s.dilation_height * s.width * s.channels;
    const lanes low(within.low), high(within.high);
    for (std::size_t c = (s.channels - 1) / lanes::size * lanes::size;; c -= lanes::size) {
        lanes sums[Pixels];
        const lanes start = lanes::load_unaligned(bias + c);
        LAMINA_UNROLL (p, Pixels) sums[p] = start;
        const T* in = taps.in + c;
        for (std::size_t ky = taps.rows.first; ky < taps.rows.last; ++ky, in += row) {
            const T *from = in, *weights = w + (ky * s.kernel_width + taps.columns.first) * step + c;
            for (std::size_t kx = taps.columns.first; kx < taps.columns.last; ++kx, from += column, weights += step) {
                const lanes weight = simd::keep(lanes::load_aligned(weights));
                LAMINA_UNROLL (p, Pixels) simd::add_product(sums[p], lanes::load_unaligned(from + p * next), weight);
            }
        }
        LAMINA_UNROLL (p, Pixels) {
            const lanes result = simd::at_most(simd::at_least(sums[p], low), high);
            T* const place = y + p * s.channels + c;
            if (end - place >= std::ptrdiff_t(lanes::size)) result.store_unaligned(place);
            else store_before(result, place, c, s.channels);
        }
        if (c == 0) break;
    }
}
#endif

} // namespace detail

/// y = clamp(x ⋆ w + bias) for each channel, for the rows of outputs from `first` to `last`.
///
/// Shapes  x [height][width][channels], w [kernel_height · kernel_width][row_stride<T>(channels)] on 64 bytes, bias [channels],
///         y [out_height][out_width][channels].
template <class T>
LAMINA_ONE_COPY void depthwise_any_forward(const T* x, const T* w, const T* bias, T* y, const convolution_sizes& s,
                                           std::size_t first, std::size_t last, clamp_bounds<T> within)
{
    const std::size_t line = s.out_width * s.channels;
    [[maybe_unused]] const T* const end = y + last * line;
    const detail::range whole = detail::whole_columns(s);
    y += first * line;
    for (std::size_t oy = first; oy < last; ++oy) {
        const detail::range rows = detail::rows_within(s, oy);
        const auto taps = [&](std::size_t ox) {
            const detail::range columns = whole.contains(ox) ? detail::range{0, s.kernel_width} : detail::columns_within(s, ox);
            if (rows.size() == 0 || columns.size() == 0) return detail::window_taps_within<T>{x, {0, 0}, {0, 0}};
            const std::size_t iy = oy * s.stride_height + rows.first * s.dilation_height - s.pad_top;
            const std::size_t ix = ox * s.stride_width + columns.first * s.dilation_width - s.pad_left;
            return detail::window_taps_within<T>{x + (iy * s.width + ix) * s.channels, rows, columns};
        };
#if LAMINA_PLAIN_LOOPS
        for (std::size_t ox = 0; ox < s.out_width; ++ox, y += s.channels) {
            const auto window = taps(ox);
            for (std::size_t c = 0; c < s.channels; ++c) y[c] = bias[c];
            for (std::size_t ky = window.rows.first; ky < window.rows.last; ++ky)
                for (std::size_t kx = window.columns.first; kx < window.columns.last; ++kx) {
                    const T* in = window.in + ((ky - window.rows.first) * s.dilation_height * s.width +
                                               (kx - window.columns.first) * s.dilation_width) *
                                                  s.channels;
                    const T* weight = w + (ky * s.kernel_width + kx) * row_stride<T>(s.channels);
                    for (T *to = y, *const behind = y + s.channels; to != behind; ++to, ++in, ++weight) *to += *in * *weight;
                }
            for (T *to = y, *const behind = y + s.channels; to != behind; ++to)
                *to = *to < within.low ? within.low : *to > within.high ? within.high : *to;
        }
#else
        const auto compute = [&]<std::size_t Pixels>(std::size_t ox, fixed<Pixels>) {
            detail::depthwise_any_pixels<Pixels>(taps(ox), w, bias, y + ox * s.channels, end, s, within);
        };
        std::size_t ox = 0;
        for (; ox < whole.first; ++ox) compute(ox, fixed<std::size_t(1)>{});
        while (ox < whole.last) { // the last tile begins early enough to be whole
            const std::size_t rest = whole.last - ox;
            if (rest > 4 && whole.size() >= 8) compute(std::min(ox, whole.last - 8), fixed<std::size_t(8)>{}), ox += 8;
            else if (rest > 1 && whole.size() >= 4) compute(std::min(ox, whole.last - 4), fixed<std::size_t(4)>{}), ox += 4;
            else if (whole.size() >= 2) compute(std::min(ox, whole.last - 2), fixed<std::size_t(2)>{}), ox += 2;
            else compute(ox, fixed<std::size_t(1)>{}), ++ox;
        }
        for (ox = whole.last; ox < s.out_width; ++ox) compute(ox, fixed<std::size_t(1)>{});
        y += line;
#endif
    }
}

/// Each channel `times` times, side by side: the image of a convolution with that multiplier.
///
/// Shapes  x [pixels][channels], y [pixels][channels · times].
template <class T> LAMINA_ONE_COPY void spread_channels(const T* x, T* y, std::size_t numbers, std::size_t times)
{
    for (const T* const end = x + numbers; x != end; ++x) y = std::fill_n(y, times, *x);
}

}}} // namespace lamina::internals::kernels
