// lamina/kernels/convolution_sliding.hpp: tiles for one register of filters, that slide over a row.
//
// Where all filters fit into one register, a plain tile fetches an input for every multiplication. These keep a row of weights,
// or of output gradients, in registers and fetch each input once for all the taps that it belongs to. Stride and dilation along
// the row are 1, the sizes constants. Contract and numerics: convolution.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::detail {

/// The rows that a sliding tile has, and the pixels in each.
inline constexpr std::size_t sliding_rows = simd::registers == 32 ? 2 : 1;
inline constexpr std::size_t sliding_pixels = simd::registers == 32 ? 12 : 8;
/// The outputs of a row that lie in registers, and the sums beside them, at most, while gradients of weights are added up: all 25 of
/// a kernel of 5×5, so that its outputs are read once.
inline constexpr std::size_t sliding_outputs = simd::registers == 32 ? 10 : 6;
inline constexpr std::size_t sliding_sums = simd::registers == 32 ? 25 : 8;

/// Whether one register of filters is computed by sliding tiles: neighboring windows share their columns.
constexpr bool slides(const convolution_sizes& s)
{
    const std::size_t most_columns = simd::registers == 32 ? 6 : 5;
    return s.stride_width == 1 && s.dilation_width == 1 && s.kernel_width > 1 && s.kernel_width <= most_columns;
}

/// The same of sizes that may be known at run time only, and then do not slide.
template <class S> inline constexpr bool sliding = false;
template <convolution_sizes Sizes> inline constexpr bool sliding<fixed<Sizes>> = slides(Sizes);

/// Whether the gradient of the weights is: where a register of filters is alone. With more of them side by side each input is
/// fetched for all, which is as good.
template <class T, class S> inline constexpr bool sliding_gradient = false;
template <class T, convolution_sizes Sizes>
inline constexpr bool sliding_gradient<T, fixed<Sizes>> = slides(Sizes) && group_filters(Sizes) <= simd::lanes<T>;

/// `Rows` rows of `Pixels` neighboring outputs in one register of filters each. A row of weights lies in registers, and each
/// input is fetched once for all the outputs that it belongs to.
template <std::size_t Rows, std::size_t Pixels, class T, class S, class F>
[[gnu::noinline]] void convolution_slide(const T* in, const T* w, const T* end, const T* bias, T* y, std::size_t f, S,
                                         const F& finish)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    constexpr std::size_t columns = s.kernel_width, row = window_field(s).row(s);

    const lanes start = bias ? load_before(bias + f, f, group_filters(s)) : lanes(T(0));
    lanes sums[Rows][Pixels];
    LAMINA_UNROLL (i, Rows * Pixels) sums[i / Pixels][i % Pixels] = start;
    for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
        for (std::size_t c = 0; c < group_channels(s); ++c) {
            const T* weights = w + f + (ky * row_taps(s) + c) * row_stride<T>(s.filters);
            lanes tap[columns];
            LAMINA_UNROLL (kx, columns)
                tap[kx] = simd::keep(load_weights(weights + kx * group_channels(s) * row_stride<T>(s.filters), f, s, end));
            const T* from = in + ky * s.dilation_height * row + c;
            LAMINA_UNROLL (r, Rows) {
                LAMINA_UNROLL (x, Pixels + columns - 1) {
                    const lanes value = simd::keep(lanes(from[r * s.stride_height * row + x * s.channels]));
                    LAMINA_UNROLL (kx, columns) {
                        if (x >= kx && x - kx < Pixels) simd::add_product(sums[r][x - kx], value, tap[kx]);
                    }
                }
            }
        }
    finish_each(finish, sums, [&](std::size_t r, std::size_t x, const lanes& sum) __attribute__((always_inline)) {
        store_before(sum, y + (r * s.out_width + x) * s.filters + f, f, group_filters(s));
    });
}

/// Adds one image to the gradient of `Rows` whole kernel rows of one channel, in the register of filters at `f`. A row of dz lies
/// in registers, and each input is fetched once for all the taps that it belongs to.
template <std::size_t Rows, class T, class S>
[[gnu::noinline]] void convolution_slide_taps(const T* in, const T* dz, const T* end, T* dw, std::size_t f, S)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    // g++ 12 cannot capture the reference in the inner functions below.
    constexpr std::size_t columns = s.kernel_width, channels = s.channels, filters = s.filters, end_of_group = group_filters(s);
    constexpr std::size_t row = window_field(s).row(s), next = s.dilation_height * row;
    constexpr std::size_t outputs = std::min(sliding_outputs, simd::registers - 2 - Rows * columns);
    const auto place = [](std::size_t i)
                           __attribute__((always_inline)) { return i * group_channels(S::value) * row_stride<T>(filters); };

    lanes sums[Rows][columns];
    LAMINA_UNROLL (i, Rows * columns) sums[i / columns][i % columns] = load_weights(dw + place(i), f, S::value, dw + place(i));
    for (std::size_t oy = 0; oy < s.out_height; ++oy)
        tiles<outputs>(fixed<s.out_width>{},
                       [&]<std::size_t Pixels>(std::size_t ox, fixed<Pixels>) __attribute__((always_inline)) {
                           const T* const d = dz + (oy * s.out_width + ox) * filters;
                           const T* const from = in + oy * s.stride_height * row + ox * channels;
                           lanes values[Pixels];
                           LAMINA_UNROLL (p, Pixels) values[p] = simd::keep(load_within(d + p * filters, f, end_of_group, end));
                           LAMINA_UNROLL (r, Rows) {
                               LAMINA_UNROLL (x, Pixels + columns - 1) {
                                   const lanes value = simd::keep(lanes(from[r * next + x * channels]));
                                   LAMINA_UNROLL (kx, columns) {
                                       if (x >= kx && x - kx < Pixels) simd::add_product(sums[r][kx], value, values[x - kx]);
                                   }
                               }
                           }
                       });
    LAMINA_UNROLL (i, Rows * columns) store_before(sums[i / columns][i % columns], dw + place(i), f, end_of_group);
}

}}} // namespace lamina::internals::kernels::detail
