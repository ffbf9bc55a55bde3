// lamina/kernels/convolution_pixels.hpp: tiles of neighboring outputs, whose windows are read where the image lies.
//
// All outputs of a tile meet the same taps: those whose windows reach over the left or the right edge go in columns, the others in
// rows. So large images are not copied for the sake of their padding, and nothing is multiplied by it. Contract and numerics:
// convolution.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::detail {

/// Whether windows reach over the left or the right edge; of sizes that are known at run time only, they may.
template <class S> inline constexpr bool meets_edges = true;
template <convolution_sizes Sizes>
inline constexpr bool meets_edges<fixed<Sizes>> = whole_columns(Sizes).size() < Sizes.out_width;

/// `Pixels` neighboring outputs in `Vectors` registers of filters each, whose weights end before `end`, from filter `f` and output (oy, ox) on, along the row or
/// down the column.
template <std::size_t Pixels, std::size_t Vectors, class T, class S, class F>
[[gnu::noinline]] void convolution_pixels(const T* x, const T* w, const T* end, const T* bias, T* y, std::size_t f,
                                          std::size_t oy, std::size_t ox, bool down, S sizes, const F& finish)
{
    using lanes = simd::batch<T>;
    const convolution_sizes s = sizes;
    const std::size_t row = s.width * s.channels;
    const std::size_t step = down ? s.stride_height * row : s.stride_width * s.channels;
    const std::size_t y_step = down ? s.out_width * s.filters : s.filters;

    lanes sums[Pixels][Vectors];
    LAMINA_UNROLL (v, Vectors) {
        const std::size_t at = f + v * lanes::size;
        const lanes start = bias ? load_before(bias + at, at, group_filters(s)) : lanes(T(0));
        LAMINA_UNROLL (p, Pixels) sums[p][v] = start;
    }

    const range rows = rows_within(s, oy), columns = meets_edges<S> ? columns_within(s, ox) : range{0, s.kernel_width};
    const std::size_t run = run_of(s, columns.size());
    const std::size_t corner = // of the window: perhaps before the image, but no tap that counts is
        (oy * s.stride_height - s.pad_top) * row + (ox * s.stride_width - s.pad_left) * s.channels;
    for (std::size_t ky = rows.first; ky < rows.last; ++ky)
        for (std::size_t k = columns.first * group_channels(s); k < columns.last * group_channels(s); k += run) {
            const T* taps = x + (corner + ky * s.dilation_height * row + place_of_run(s, k));
            const T* weights = w + (ky * row_taps(s) + k) * row_stride<T>(s.filters) + f;
            for (std::size_t t = 0; t < run; ++t, weights += row_stride<T>(s.filters)) {
                lanes values[Vectors];
                LAMINA_UNROLL (v, Vectors)
                    values[v] = simd::keep(load_weights(weights + v * lanes::size, f + v * lanes::size, s, end));
                LAMINA_UNROLL (p, Pixels) {
                    const lanes number = broadcast<Vectors>(taps[p * step + t]);
                    LAMINA_UNROLL (v, Vectors) simd::add_product(sums[p][v], number, values[v]);
                }
            }
        }

    T* const to = y + (oy * s.out_width + ox) * s.filters + f;
    finish_each(finish, sums, [&](std::size_t p, std::size_t v, const lanes& sum) __attribute__((always_inline)) {
        const std::size_t at = v * lanes::size;
        store_before(sum, to + p * y_step + at, f + at, group_filters(s));
    });
}

/// All outputs of an image in `Vectors` registers of filters, from filter `f` on.
template <std::size_t Vectors, class T, class S, class F>
void convolution_outputs(const T* x, const T* w, const T* end, const T* bias, T* y, std::size_t f, S sizes, const F& finish)
{
    constexpr std::size_t most = accumulators / Vectors;
    const convolution_sizes s = sizes;
    const range rows = whole_rows(s), columns = whole_columns(s);
    for (std::size_t oy = 0; oy < s.out_height; ++oy)
        tiles<most>(part<&whole_column_count>(sizes), [&]<std::size_t Pixels>(std::size_t i, fixed<Pixels>) {
            convolution_pixels<Pixels, Vectors>(x, w, end, bias, y, f, oy, columns.first + i, false, sizes, finish);
        });
    if constexpr (meets_edges<S>)
        for (std::size_t ox = 0; ox < s.out_width; ++ox) {
            if (columns.contains(ox)) continue;
            for (std::size_t oy = 0; oy < s.out_height; ++oy)
                if (!rows.contains(oy)) convolution_pixels<1, Vectors>(x, w, end, bias, y, f, oy, ox, true, sizes, finish);
            tiles<most>(part<&whole_row_count>(sizes), [&]<std::size_t Pixels>(std::size_t i, fixed<Pixels>) {
                convolution_pixels<Pixels, Vectors>(x, w, end, bias, y, f, rows.first + i, ox, true, sizes, finish);
            });
        }
}

}}} // namespace lamina::internals::kernels::detail
