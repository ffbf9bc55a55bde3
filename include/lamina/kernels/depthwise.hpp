// lamina/kernels/depthwise.hpp: a convolution of each channel by itself, channels last; the lanes run along the channels.
//
// Layout: w is [kernel_height · kernel_width][row_stride<T>(channels)], on 64 bytes: the weight of channel c at a tap. Sizes are constants,
// `filters` is `channels`.
// Reference: kernels/reference/depthwise.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// Calls f(input pixel, output pixel, tap) for each tap that meets the image.
template <class F> void for_each_tap(const convolution_sizes& s, std::size_t oy, std::size_t ox, const F& f)
{
    const range rows = rows_within(s, oy), columns = columns_within(s, ox);
    for (std::size_t ky = rows.first; ky < rows.last; ++ky)
        for (std::size_t kx = columns.first; kx < columns.last; ++kx)
            f((oy * s.stride_height + ky * s.dilation_height - s.pad_top) * s.width + ox * s.stride_width +
                  kx * s.dilation_width - s.pad_left,
              oy * s.out_width + ox, ky * s.kernel_width + kx);
}

/// `Pixels` neighboring outputs of one register of channels, whose windows lie inside the row of the image. `in` is where the first window
/// begins, perhaps above the image.
template <std::size_t Pixels, class T, class S, class F>
[[gnu::noinline]] void depthwise_tile(const T* in, const T* w, const T* bias, T* out, std::size_t c, range rows, S,
                                      const F& finish)
{
    using lanes = simd::batch<T>;
    static constexpr const convolution_sizes& s = S::value; // a reference: g++ 12 crashes on a copy in a generic lambda
    constexpr std::size_t step = row_stride<T>(s.channels);
    lanes sums[Pixels];
    const lanes begin = bias ? load_before(bias + c, c, s.channels) : lanes(T(0));
    LAMINA_UNROLL (p, Pixels) sums[p] = begin;
    for (std::size_t ky = rows.first; ky < rows.last; ++ky) {
        const T* const row = in + ky * s.dilation_height * s.width * s.channels;
        const T* const weights = w + ky * s.kernel_width * step + c;
        if constexpr (s.stride_width == 1 && s.dilation_width == 1 &&
                      s.kernel_width <= 7) { // an input is loaded once a kernel row
            lanes taps[s.kernel_width];
            LAMINA_UNROLL (t, s.kernel_width) taps[t] = simd::keep(lanes::load_aligned(weights + t * step));
            LAMINA_UNROLL (q, Pixels + s.kernel_width - 1) {
                const lanes x = simd::keep(load_before(row + q * s.channels, c, s.channels));
                LAMINA_UNROLL (t, s.kernel_width)
                    if (q >= t && q - t < Pixels) simd::add_product(sums[q - t], x, taps[t]);
            }
        }
        else
            for (std::size_t t = 0; t < s.kernel_width; ++t) {
                const lanes tap = lanes::load_aligned(weights + t * step);
                const T* const first = row + t * s.dilation_width * s.channels;
                LAMINA_UNROLL (p, Pixels)
                    simd::add_product(sums[p], load_before(first + p * s.stride_width * s.channels, c, s.channels), tap);
            }
    }
    LAMINA_UNROLL (p, Pixels) store_before(lanes(finish(sums[p])), out + p * s.channels, c, s.channels);
}

/// Whether blocks of several rows of outputs fit into registers, with all weights of a channel beside them, and windows share their inputs.
constexpr bool blocks(const convolution_sizes& s)
{
    return simd::registers == 32 && s.stride_height == 1 && s.stride_width == 1 && s.dilation_height == 1 &&
           s.dilation_width == 1 && s.kernel_height * s.kernel_width <= 9;
}

/// `Rows` rows of `Pixels` neighboring outputs, all channels, whose windows lie inside of the image: an input is loaded once. `in` is where the
/// first window begins.
template <std::size_t Rows, std::size_t Pixels, class T, class S, class F>
[[gnu::noinline]] void depthwise_block(const T* in, const T* w, const T* bias, T* out, S, const F& finish)
{
    using lanes = simd::batch<T>;
    static constexpr const convolution_sizes& s = S::value;
    static constexpr std::size_t step = row_stride<T>(s.channels), whole = s.channels / lanes::size * lanes::size,
                                 taps = s.kernel_height * s.kernel_width;
    const auto compute = [&](std::size_t c, const auto& load, const auto& store) __attribute__((always_inline)) {
        lanes weights[taps], sums[Rows * Pixels];
        LAMINA_UNROLL (t, taps) weights[t] = simd::keep(lanes::load_aligned(w + t * step + c));
        const lanes begin = bias ? load(bias + c) : lanes(T(0));
        LAMINA_UNROLL (p, Rows * Pixels) sums[p] = begin;
        LAMINA_UNROLL (iy, Rows + s.kernel_height - 1)
            LAMINA_UNROLL (ix, Pixels + s.kernel_width - 1) {
                const lanes x = simd::keep(load(in + (iy * s.width + ix) * s.channels + c));
                LAMINA_UNROLL (r, Rows)
                    LAMINA_UNROLL (t, s.kernel_width)
                        if (iy >= r && iy - r < s.kernel_height && ix >= t && ix - t < Pixels)
                            simd::add_product(sums[r * Pixels + ix - t], x, weights[(iy - r) * s.kernel_width + t]);
            }
        LAMINA_UNROLL (p, Rows * Pixels)
            store(lanes(finish(sums[p])), out + (p / Pixels * s.out_width + p % Pixels) * s.channels + c);
    };
    for (std::size_t c = 0; c < whole; c += lanes::size)
        compute(c, [](const T* p) { return lanes::load_unaligned(p); }, [](const lanes& v, T* p) { v.store_unaligned(p); });
    if constexpr (whole < s.channels)
        compute(
            whole, [](const T* p) { return simd::load_partial(p, s.channels - whole); },
            [](const lanes& v, T* p) { simd::store_partial(v, p, s.channels - whole); });
}

/// All channels of one output whose window reaches over an edge of the image; y is the row of outputs.
template <class T, class S, class F>
[[gnu::noinline]] void depthwise_edge(const T* x, const T* w, const T* bias, T* y, std::size_t oy, std::size_t ox, S,
                                      const F& finish)
{
    using lanes = simd::batch<T>;
    static constexpr const convolution_sizes& s = S::value;
    for (std::size_t c = 0; c < s.channels; c += lanes::size) {
        lanes sum = bias ? load_before(bias + c, c, s.channels) : lanes(T(0));
        for_each_tap(s, oy, ox, [&](std::size_t from, std::size_t, std::size_t tap) {
            simd::add_product(sum, load_before(x + from * s.channels + c, c, s.channels),
                              lanes::load_aligned(w + tap * row_stride<T>(s.channels) + c));
        });
        store_before(lanes(finish(sum)), y + ox * s.channels + c, c, s.channels);
    }
}

/// The outputs of a tile.
inline constexpr std::size_t depthwise_pixels = 8, block_pixels = 8;

} // namespace detail

/// y = finish(x ⋆ w + bias) for each channel.
///
/// Shapes   x [n][height][width][channels], bias [channels] or null, y [n][out_height][out_width][channels].
/// Numerics accumulated in T, tap by tap: |got - reference| <= (2 + taps) · epsilon · (sum of |terms|), besides what finish rounds.
template <class T, class S, class F = std::identity>
void depthwise_forward(const T* x, const T* w, const T* bias, T* y, std::size_t n, S sizes, const F& finish = {})
{
    static constexpr const convolution_sizes& s = S::value;
    constexpr std::size_t image = s.height * s.width * s.channels;
    for (const T* const end = x + n * image; x != end; x += image)
        for (std::size_t oy = 0; oy < s.out_height; ++oy, y += s.out_width * s.channels) {
#if LAMINA_PLAIN_LOOPS
            static_cast<void>(sizes);
            for (std::size_t ox = 0; ox < s.out_width; ++ox) {
                T* const out = y + ox * s.channels;
                for (std::size_t c = 0; c < s.channels; ++c) out[c] = bias ? bias[c] : T(0);
                detail::for_each_tap(s, oy, ox, [&](std::size_t from, std::size_t, std::size_t tap) {
                    const T *const in = x + from * s.channels, *const weights = w + tap * row_stride<T>(s.channels);
                    for (std::size_t c = 0; c < s.channels; ++c) out[c] += in[c] * weights[c];
                });
            }
            if constexpr (!std::is_same_v<F, std::identity>) kernels::transform(y, y, s.out_width * s.channels, finish);
#else
            static constexpr std::size_t first = detail::whole_columns(s).first, last = detail::whole_columns(s).last;
            // Where the windows of this row begin; above the image nothing is read.
            const std::ptrdiff_t top = static_cast<std::ptrdiff_t>(oy * s.stride_height) - static_cast<std::ptrdiff_t>(s.pad_top);
            const T* const row = x + top * static_cast<std::ptrdiff_t>(s.width * s.channels);
            const auto edges = [&](std::size_t at, T* to) {
                for (std::size_t ox = 0; ox < first; ++ox) detail::depthwise_edge(x, w, bias, to, at, ox, sizes, finish);
                for (std::size_t ox = last; ox < s.out_width; ++ox) detail::depthwise_edge(x, w, bias, to, at, ox, sizes, finish);
            };
            edges(oy, y);
            if constexpr (detail::blocks(s))
                if (detail::whole_rows(s).contains(oy) && detail::whole_rows(s).contains(oy + 1)) {
                    tiles<detail::block_pixels>(fixed<last - first>{}, [&]<std::size_t Pixels>(std::size_t i, fixed<Pixels>) {
                        const std::size_t ox = first + i;
                        detail::depthwise_block<2, Pixels>(row + (ox - s.pad_left) * s.channels, w, bias, y + ox * s.channels,
                                                           sizes, finish);
                    });
                    ++oy, y += s.out_width * s.channels;
                    edges(oy, y);
                    continue;
                }
            const detail::range rows = detail::rows_within(s, oy);
            // All channels of a few pixels and then the next, as they lie in memory.
            tiles<detail::depthwise_pixels>(fixed<last - first>{}, [&]<std::size_t Pixels>(std::size_t i, fixed<Pixels>) {
                const std::size_t ox = first + i;
                const T* const in = row + (ox * s.stride_width - s.pad_left) * s.channels;
                for (std::size_t c = 0; c < s.channels; c += simd::lanes<T>)
                    detail::depthwise_tile<Pixels>(in + c, w, bias, y + ox * s.channels + c, c, rows, sizes, finish);
            });
#endif
        }
}

/// dx = the gradient of the inputs, written.
///
/// Shapes   as above. Numerics as forward.
template <class T, class S> void depthwise_backward_data(const T* dz, const T* w, T* dx, std::size_t n, S)
{
    static constexpr const convolution_sizes& s = S::value;
    std::fill_n(dx, n * s.height * s.width * s.channels, T(0));
    for (std::size_t image = 0; image < n; ++image) {
        for (std::size_t oy = 0; oy < s.out_height; ++oy)
            for (std::size_t ox = 0; ox < s.out_width; ++ox)
                detail::for_each_tap(s, oy, ox, [&](std::size_t from, std::size_t to, std::size_t tap) {
                    const T *const d = dz + to * s.channels, *const weights = w + tap * row_stride<T>(s.channels);
                    T* const into = dx + from * s.channels;
#if LAMINA_PLAIN_LOOPS
                    for (std::size_t c = 0; c < s.channels; ++c) into[c] += d[c] * weights[c];
#else
                    kernels::transform(into, d, weights, into, s.channels, [](auto sum, const auto& a, const auto& b) {
                        simd::add_product(sum, a, b);
                        return sum;
                    });
#endif
                });
        dz += s.out_height * s.out_width * s.channels;
        dx += s.height * s.width * s.channels;
    }
}

/// dw += the gradient of the weights, dbias += that of the bias, [channels] or null.
///
/// Numerics: accumulated in T; |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|).
template <class T, class S> void depthwise_backward_weights(const T* x, const T* dz, T* dw, T* dbias, std::size_t n, S)
{
    static constexpr const convolution_sizes& s = S::value;
    constexpr std::size_t outputs = s.out_height * s.out_width, step = row_stride<T>(s.channels);
    if (dbias) add_rows(dz, dbias, n * outputs, s.channels);
    for (std::size_t image = 0; image < n; ++image) {
        for (std::size_t oy = 0; oy < s.out_height; ++oy) {
#if LAMINA_PLAIN_LOOPS
            for (std::size_t ox = 0; ox < s.out_width; ++ox)
                detail::for_each_tap(s, oy, ox, [&](std::size_t from, std::size_t to, std::size_t tap) {
                    for (std::size_t c = 0; c < s.channels; ++c)
                        dw[tap * step + c] += x[from * s.channels + c] * dz[to * s.channels + c];
                });
#else
            // A row of outputs at a time: the sums of a kernel row stay in registers.
            using lanes = simd::batch<T>;
            const detail::range rows = detail::rows_within(s, oy);
            for (std::size_t ky = rows.first; ky < rows.last; ++ky)
                for (std::size_t c = 0; c < s.channels; c += lanes::size) {
                    lanes sums[s.kernel_width];
                    LAMINA_UNROLL (t, s.kernel_width) sums[t] = lanes(T(0));
                    const T* const row =
                        x + (oy * s.stride_height + ky * s.dilation_height - s.pad_top) * s.width * s.channels + c;
                    for (std::size_t ox = 0; ox < s.out_width; ++ox) {
                        const lanes d = load_before(dz + (oy * s.out_width + ox) * s.channels + c, c, s.channels);
                        const detail::range columns = detail::columns_within(s, ox);
                        LAMINA_UNROLL (t, s.kernel_width)
                            if (columns.contains(t))
                                simd::add_product(
                                    sums[t],
                                    load_before(row + (ox * s.stride_width + t * s.dilation_width - s.pad_left) * s.channels, c,
                                                s.channels),
                                    d);
                    }
                    for (std::size_t t = 0; t < s.kernel_width; ++t) {
                        T* const to = dw + (ky * s.kernel_width + t) * step + c;
                        (lanes::load_aligned(to) + sums[t]).store_aligned(to);
                    }
                }
#endif
        }
        x += s.height * s.width * s.channels;
        dz += outputs * s.channels;
    }
}

}}} // namespace lamina::internals::kernels
