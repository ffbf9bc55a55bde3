// lamina/kernels/convolution.hpp: two-dimensional convolution (correlation, as in Keras), channels last, and its gradients.
//
// Contract: images are dense, one after another, of any alignment; `w` and `dw` are [kernel_height][kernel_width][channels]
// [row_step<T>(filters)] on 64 bytes, the padding of `w` zero, that of `dw` never written; `scratch` holds convolution_scratch<T>
// values on 64 bytes. In a convolution of groups the channels of `w` are those of a group. No output overlaps an input. Padding at the bottom
// and right is what out_height and out_width need; input that no window reaches gets a zero gradient. Every size but `n` is at least 1
// (pads: 0).
// Numerics: accumulated in T. |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|), where the terms are the
// products of one result, and the bias or what was there.
// Reference: kernels/reference/convolution.hpp.
#pragma once

#include <lamina/core/architecture.hpp>

#if LAMINA_PLAIN_LOOPS
#include <lamina/kernels/plain/convolution.hpp>
#else
#include <lamina/kernels/convolution_pixels.hpp>
#include <lamina/kernels/convolution_sliding.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <functional>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// Adds `images` images to the gradient of `Taps` neighboring taps in each of `Rows` kernel rows, `Vectors` registers of filters
/// each, the first at filter `f`. `in` is the first tap at the first output; `end` is the end of dz.
template <std::size_t Rows, std::size_t Taps, std::size_t Vectors, class T, class S>
[[gnu::noinline]] void convolution_taps(const T* in, const T* dz, const T* end, T* dw, std::size_t f, std::size_t images, S sizes)
{
    using lanes = simd::batch<T>;
    const convolution_sizes s = sizes;
    const std::size_t step = s.stride_width * s.channels, row = window_field(s).row(s);

    lanes sums[Rows * Taps][Vectors];
    LAMINA_UNROLL (i, Rows * Taps * Vectors) sums[i / Vectors][i % Vectors] = lanes(T(0));
    const T* d = dz + f;
    for (std::size_t image = 0; image < images; ++image, in += s.height * s.width * s.channels)
        for (std::size_t oy = 0; oy < s.out_height; ++oy)
            for (std::size_t ox = 0; ox < s.out_width; ++ox, d += s.filters) {
                const T* taps = in + oy * s.stride_height * row + ox * step;
                lanes values[Vectors];
                LAMINA_UNROLL (v, Vectors)
                    values[v] = simd::keep(load_within(d + v * lanes::size, f + v * lanes::size, group_filters(s), end));
                LAMINA_UNROLL (t, Rows * Taps) {
                    const lanes number = broadcast<Vectors>(taps[t / Taps * s.dilation_height * row + t % Taps]);
                    LAMINA_UNROLL (v, Vectors) simd::add_product(sums[t][v], number, values[v]);
                }
            }
    LAMINA_UNROLL (t, Rows * Taps)
        LAMINA_UNROLL (v, Vectors) {
            const std::size_t at = f + v * lanes::size;
            T* p = dw + (t / Taps * row_taps(s) + t % Taps) * row_stride<T>(s.filters) + at;
            store_before(sums[t][v] + load_weights<T>(p, at, s, p), p, at, group_filters(s));
        }
}

/// What `Pixels` neighboring outputs give to one input row: for each of them `Vectors` registers of (kernel column, channel),
/// summed over kernel rows and filters. `dz` is the first of the outputs in row 0; `at` the padded input row.
template <std::size_t Pixels, std::size_t Vectors, class T, class S>
[[gnu::noinline]] void convolution_columns(const T* dz, const T* transposed, T* columns, std::size_t at, S sizes)
{
    using lanes = simd::batch<T>;
    const convolution_sizes s = sizes;
    const std::size_t width = row_stride<T>(row_taps(s));

    lanes sums[Pixels][Vectors];
    LAMINA_UNROLL (i, Pixels * Vectors) sums[i / Vectors][i % Vectors] = lanes(T(0));
    for (std::size_t ky = 0; ky < s.kernel_height; ++ky) {
        const std::size_t oy = output_at(at, ky * s.dilation_height, s.stride_height, s.out_height);
        if (oy == s.out_height) continue;
        const T* d = dz + oy * s.out_width * s.filters;
        const T* weights = transposed + ky * group_filters(s) * width;
        for (std::size_t f = 0; f < group_filters(s); ++f, weights += width) {
            lanes values[Vectors];
            LAMINA_UNROLL (v, Vectors) values[v] = simd::keep(lanes::load_aligned(weights + v * lanes::size));
            LAMINA_UNROLL (p, Pixels) {
                const lanes number = broadcast<Vectors>(d[p * s.filters + f]);
                LAMINA_UNROLL (v, Vectors) simd::add_product(sums[p][v], number, values[v]);
            }
        }
    }
    LAMINA_UNROLL (i, Pixels * Vectors)
        sums[i / Vectors][i % Vectors].store_aligned(columns + i / Vectors * width + i % Vectors * lanes::size);
}

/// The number of zero outputs added on each side of a row, so that every input pixel is gathered from the same number of columns. None
/// with a stride: there the bounds are tested instead.
constexpr std::size_t missing_outputs(const convolution_sizes& s)
{
    const std::size_t reach = (s.kernel_width - 1) * s.dilation_width, end = s.width + s.pad_left;
    const std::size_t before = reach - std::min(reach, s.pad_left), behind = end - std::min(end, s.out_width);
    return s.stride_width == 1 ? std::max(before, behind) : 0;
}

/// The numbers that two rows of outputs take, with what they lack.
template <class T> constexpr std::size_t two_rows_of_columns(const convolution_sizes& s)
{
    return (2 * s.out_width + 3 * missing_outputs(s)) * row_stride<T>(row_taps(s));
}

/// One row of dx, of one group: each pixel adds up what the outputs around it left in `columns`. Registers are no wider than the channels
/// need; what one writes behind a pixel is written over by the next, unless other groups lie there.
template <class T, class S, class F>
[[gnu::noinline]] void gather_columns(const T* columns, T* dx, const T* start, S sizes, const F& finish)
{
    constexpr std::size_t most = [] {
        if constexpr (is_fixed<S>) return group_channels(S::value);
        else return simd::lanes<T>;
    }();
    using lanes = simd::sized<T, simd::lanes_for<T, most>()>;
    const convolution_sizes s = sizes;
    const std::size_t width = row_stride<T>(row_taps(s)), size = s.width * s.channels, channels = group_channels(s);
    for (std::size_t ix = 0; ix < s.width; ++ix)
        for (std::size_t c = 0; c < channels; c += lanes::size) {
            lanes sum = start ? lanes::load_unaligned(start + c) : lanes(T(0));
            for (std::size_t kx = 0; kx < s.kernel_width; ++kx) {
                const std::size_t at = ix + s.pad_left, tap = kx * s.dilation_width;
                const std::size_t ox = s.stride_width == 1 ? at - tap : output_at(at, tap, s.stride_width, s.out_width);
                if (s.stride_width > 1 && ox == s.out_width) continue;
                const auto place =
                    static_cast<std::ptrdiff_t>(ox) * static_cast<std::ptrdiff_t>(width); // perhaps before the first
                sum = sum + lanes::load_unaligned(columns + place + kx * channels + c);
            }
            sum = lanes(finish(sum));
            if (s.groups == 1) store_before(sum, dx + ix * channels + c, ix * channels + c, size);
            else store_before(sum, dx + ix * s.channels + c, c, channels);
        }
}

/// w of a group as [kernel_height][filters][row_step(kernel_width · channels)].
template <class T, class S> void transpose_weights(const T* w, T* transposed, S sizes)
{
    const convolution_sizes s = sizes;
    const std::size_t taps = row_taps(s), width = row_stride<T>(taps);
    for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
        for (std::size_t f = 0; f < group_filters(s); ++f, transposed += width) {
            for (std::size_t t = 0; t < taps; ++t) transposed[t] = w[(ky * taps + t) * row_stride<T>(s.filters) + f];
            std::fill(transposed + taps, transposed + width, T(0));
        }
}

/// The registers side by side in a tile, of filters or of taps.
inline constexpr std::size_t side_vectors = simd::registers == 32 ? 4 : 2;

} // namespace detail

/// The number of T of scratch that each of the functions below needs, for any number of images.
template <class T> constexpr std::size_t convolution_scratch(const convolution_sizes& s)
{
    const detail::window_field field(s);
    const std::size_t image = field.copied ? padded<T>(field.height * field.width * s.channels) : 0;
    const std::size_t weights = s.kernel_height * detail::group_filters(s) * row_stride<T>(detail::row_taps(s));
    return std::max(image, weights + detail::two_rows_of_columns<T>(s) + row_stride<T>(s.channels) + padded<T>(1));
}

/// y = finish(x * w + bias); `finish` is a function of registers, applied to each element alone.
///
/// Shapes  x [n][height][width][channels], bias [filters] or null, y [n][out_height][out_width][filters].
template <class T, extent_of<convolution_sizes> S, class F = std::identity>
void convolution_forward(const T* x, const T* w, const T* bias, T* y, T* scratch, std::size_t n, S sizes, F finish = {})
{
    const convolution_sizes s = sizes;
    const detail::window_field field(s);
    const std::size_t row = field.row(s) * s.stride_height, step = s.stride_width * s.channels;
    const bool widens = detail::widens(s), copies = field.copied && (widens || detail::sliding<S>);
    const auto filters = vectors<T>(part<&detail::group_filters>(sizes));
    const auto out_height = part<&convolution_sizes::out_height>(sizes);
    const auto out_width = part<&convolution_sizes::out_width>(sizes);

    const T* const end = detail::end_of_weights(w, s);

    if (copies && n > 0) std::fill_n(scratch, field.height * field.width * s.channels, T(0));
    for (std::size_t image = 0; image < n; ++image) {
        const T* const in = x + image * s.height * s.width * s.channels;
        if (copies) detail::copy_into_field(in, scratch, sizes);
        const T* const wide = widens ? scratch + s.pad_top * field.row(s) : in; // nothing above or below
        detail::each_group(s, [&](std::size_t c, std::size_t f0) {
            T* const out = y + image * s.out_height * s.out_width * s.filters + f0;
            const T *const weights = w + f0, *const start = bias ? bias + f0 : nullptr;
            tiles<detail::side_vectors>(filters, [&]<std::size_t Vectors>(std::size_t v, fixed<Vectors>) {
                const std::size_t f = v * simd::lanes<T>;
                if constexpr (detail::sliding<S> && Vectors == 1)
                    tiles<detail::sliding_rows>(out_height, [&]<std::size_t Rows>(std::size_t oy, fixed<Rows>) {
                        tiles<detail::sliding_pixels>(out_width, [&]<std::size_t Pixels>(std::size_t ox, fixed<Pixels>) {
                            detail::convolution_slide<Rows, Pixels>((copies ? scratch : in) + c + oy * row + ox * step, weights,
                                                                    end, start, out + (oy * s.out_width + ox) * s.filters, f,
                                                                    sizes, finish);
                        });
                    });
                else
                    detail::convolution_outputs<Vectors>(wide + c, weights, end, start, out, f, part<&detail::as_read>(sizes),
                                                         finish);
            });
        });
    }
}

/// y = finish(the sum of what each element of x gives to the window that it comes from in a convolution + bias): the transposed convolution,
/// and without bias and finish the gradient of a convolution's input.
///
/// Shapes  x [n][out_height][out_width][filters], bias [channels] or null, y [n][height][width][channels].
template <class T, extent_of<convolution_sizes> S, class F = std::identity>
void convolution_transposed(const T* x, const T* w, const T* bias, T* y, T* scratch, std::size_t n, S sizes, F finish = {})
{
    const convolution_sizes s = sizes;
    const std::size_t width = row_stride<T>(detail::row_taps(s));
    const auto taps = vectors<T>(part<&detail::row_taps>(sizes));
    const auto out_width = part<&convolution_sizes::out_width>(sizes);
    if (n == 0) return; // and the arrays and scratch may be null

    const std::size_t outputs = s.out_height * s.out_width * s.filters, missing = detail::missing_outputs(s) * width;
    T* const columns = scratch + s.kernel_height * detail::group_filters(s) * width;
    std::fill_n(columns, detail::two_rows_of_columns<T>(s), T(0));
    T* const start = bias ? columns + detail::two_rows_of_columns<T>(s) : nullptr; // whole registers are read of it
    if (bias) std::fill(std::copy_n(bias, s.channels, start), start + row_stride<T>(s.channels) + padded<T>(1), T(0));
    detail::each_group(s, [&](std::size_t c, std::size_t f) {
        detail::transpose_weights(w + f, scratch, sizes);
        // Rows take turns in two places: what has just been stored in whole registers takes long to be read in others.
        for (std::size_t i = 0; i <= n * s.height; ++i) {
            const auto place = [&](std::size_t k) { return columns + missing + k % 2 * (s.out_width * width + missing); };
            if (i < n * s.height)
                tiles<detail::side_vectors>(taps, [&]<std::size_t Vectors>(std::size_t v, fixed<Vectors>) {
                    tiles<accumulators / Vectors>(out_width, [&]<std::size_t Pixels>(std::size_t ox, fixed<Pixels>) {
                        const std::size_t at = v * simd::lanes<T>;
                        detail::convolution_columns<Pixels, Vectors>(x + i / s.height * outputs + ox * s.filters + f,
                                                                     scratch + at, place(i) + ox * width + at,
                                                                     i % s.height + s.pad_top, sizes);
                    });
                });
            if (i > 0)
                detail::gather_columns(place(i - 1), y + (i - 1) * s.width * s.channels + c, start ? start + c : nullptr, sizes,
                                       finish);
        }
    });
}

/// The gradient of the input, written.
///
/// Shapes  dz as forward's y, dx as its x.
template <class T, extent_of<convolution_sizes> S>
void convolution_backward_data(const T* dz, const T* w, T* dx, T* scratch, std::size_t n, S sizes)
{
    convolution_transposed(dz, w, static_cast<const T*>(nullptr), dx, scratch, n, sizes);
}

/// dw and dbias += their gradients, summed over the images.
///
/// Shapes  x, dz as forward's x and y, dw as w, dbias [filters] or null.
template <class T, extent_of<convolution_sizes> S>
void convolution_backward_weights(const T* x, const T* dz, T* dw, T* dbias, T* scratch, std::size_t n, S sizes)
{
    const convolution_sizes s = sizes;
    const detail::window_field field(s);
    const std::size_t row = field.row(s) * s.dilation_height, out = s.out_height * s.out_width * s.filters;
    const T* end = dz + n * out;

    const auto accumulate_group = [&](const T* in, const T* d, T* to, std::size_t images) {
        if constexpr (detail::sliding_gradient<T, S>) {
            constexpr const convolution_sizes& c = S::value;
            for (std::size_t image = 0; image < images; ++image, in += c.height * c.width * c.channels, d += out)
                for (std::size_t f = 0; f < detail::group_filters(c); f += simd::lanes<T>)
                    for (std::size_t channel = 0; channel < detail::group_channels(c); ++channel)
                        tiles<detail::sliding_sums / c.kernel_width>(
                            fixed<c.kernel_height>{}, [&]<std::size_t Rows>(std::size_t ky, fixed<Rows>) {
                                detail::convolution_slide_taps<Rows>(
                                    in + ky * row + channel, d + f, end,
                                    to + (ky * detail::row_taps(c) + channel) * row_stride<T>(c.filters) + f, f, sizes);
                            });
            return;
        }
        const auto run = part<&detail::run_length>(sizes);
        const auto filters = vectors<T>(part<&detail::group_filters>(sizes));
        const auto kernel_height = part<&convolution_sizes::kernel_height>(sizes);
        for (std::size_t k = 0; k < detail::row_taps(s); k += run)
            tiles<detail::side_vectors>(filters, [&]<std::size_t Vectors>(std::size_t v, fixed<Vectors>) {
                tiles<accumulators / Vectors>(run, [&]<std::size_t Taps>(std::size_t t, fixed<Taps>) {
                    constexpr std::size_t most_rows = is_fixed<S> ? accumulators / (Vectors * Taps) : 1; // fewer kinds of tile
                    tiles<most_rows>(kernel_height, [&]<std::size_t Rows>(std::size_t ky, fixed<Rows>) {
                        T* gradient = to + (ky * detail::row_taps(s) + k + t) * row_stride<T>(s.filters);
                        detail::convolution_taps<Rows, Taps, Vectors>(in + ky * row + detail::place_of_run(s, k) + t, d, end,
                                                                      gradient, v * simd::lanes<T>, images, sizes);
                    });
                });
            });
    };

    const auto accumulate = [&](const T* in, const T* d, std::size_t images) {
        detail::each_group(s, [&](std::size_t c, std::size_t f) { accumulate_group(in + c, d + f, dw + f, images); });
    };

    if (n == 0) return; // and the arrays may be null
    if (!field.copied) accumulate(x, dz, n);
    else std::fill_n(scratch, field.height * field.width * s.channels, T(0));
    for (std::size_t image = 0; field.copied && image < n; ++image) {
        detail::copy_into_field(x + image * s.height * s.width * s.channels, scratch, sizes);
        accumulate(scratch, dz + image * out, 1);
    }
    if (dbias) add_rows(dz, dbias, n * s.out_height * s.out_width, part<&convolution_sizes::filters>(sizes));
}

}}} // namespace lamina::internals::kernels

#endif // LAMINA_PLAIN_LOOPS
