// lamina/kernels/convolution_list.hpp: a two-dimensional convolution over a list of output pixels, for sizes that are known at run time only.
//
// Contract: `field` is an image as `pad_image` leaves it, or the image itself where it has no padding; `w` of a group is [kernel_height]
// [kernel_width][channels of a group][row_stride<T>(filters of a group)] on 64 bytes, its padding zero; `bias` has a register behind it that
// may be read. No output overlaps an input. Extents may be anything that fits: kernel rows may be 0, then y is the bias.
// Numerics: accumulated in T, tap by tap, in an order that depends on the sizes alone: neither on the part that a pixel falls into nor on
// the number of parts. |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|), besides the clamp, which keeps NaN.
// Reference: kernels/reference/convolution_list.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>

#if LAMINA_PLAIN_LOOPS
#include <lamina/kernels/plain/convolution_list.hpp>
#else
#include <lamina/kernels/tile.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// Of a list: where the numbers are, and the pixels of a part.
template <class T> struct list_part {
    const pixel_list& list;
    const T *field, *w, *bias;
    T* y;
    std::size_t first, last;
    const T* end; ///< whole registers may be written before it, since what lies there is written later; null: nowhere
    clamp_bounds<T> within;
};

/// The accumulators of a tile: 16 registers hold 12 and what is loaded, since nothing else is.
inline constexpr std::size_t list_accumulators = simd::registers == 32 ? 24 : 12;

/// At most `Pixels` pixels from number `p` on, `Vectors` registers of filters from `f` on.
template <std::size_t Pixels, std::size_t Vectors, class T>
LAMINA_ONE_COPY void list_tile(const list_part<T>& part, std::size_t p, std::size_t f)
{
    using lanes = simd::batch<T>;
    const pixel_list& l = part.list;
    const std::size_t filters = l.filters(), step = row_stride<T>(filters), pixels = std::min(Pixels, part.last - p);
    const range rows = kernel_rows(l, p, p + pixels - 1);
    const T* from[Pixels];
    LAMINA_UNROLL (i, Pixels) from[i] = part.field + l.from[p + i] + rows.first * l.row_step;

    lanes sums[Pixels][Vectors];
    LAMINA_UNROLL (v, Vectors) {
        const lanes start = lanes::load_unaligned(part.bias + f + v * lanes::size);
        LAMINA_UNROLL (i, Pixels) sums[i][v] = start;
    }
    const T* w = part.w + rows.first * l.runs * l.run * step + f;
    for (std::size_t ky = rows.first; ky < rows.last; ++ky) {
        for (std::size_t r = 0, at = 0; r < l.runs; ++r, at += l.run_step)
            for (std::size_t t = at; t < at + l.run; ++t, w += step) {
                lanes values[Vectors];
                LAMINA_UNROLL (v, Vectors) values[v] = simd::keep(lanes::load_aligned(w + v * lanes::size));
                LAMINA_UNROLL (i, Pixels) {
                    const lanes number = broadcast<Vectors>(from[i][t]);
                    LAMINA_UNROLL (v, Vectors) simd::add_product(sums[i][v], number, values[v]);
                }
            }
        LAMINA_UNROLL (i, Pixels) from[i] += l.row_step;
    }
    const lanes low(part.within.low), high(part.within.high);
    const bool whole = f + Vectors * lanes::size <= filters;
    LAMINA_UNROLL (i, Pixels) {
        if (i >= pixels) return;
        T* const to = part.y + (l.to ? l.to[p + i] : p + i) * l.sizes.filters + f;
        LAMINA_UNROLL (v, Vectors) {
            const lanes result = simd::at_most(simd::at_least(sums[i][v], low), high);
            T* const place = to + v * lanes::size;
            if (whole || (part.end && part.end - place >= std::ptrdiff_t(lanes::size))) result.store_unaligned(place);
            else if (f + v * lanes::size < filters) store_before(result, place, f + v * lanes::size, filters);
        }
    }
}

/// All pixels of a part, in tiles of as many as fit, of half and of a quarter.
template <std::size_t Vectors, class T> void list_pixels(const list_part<T>& part, std::size_t f)
{
    constexpr std::size_t most = list_accumulators / Vectors, half = most / 2, least = (most + 3) / 4;
    std::size_t p = part.first;
    for (; p + half < part.last; p += most) list_tile<most, Vectors>(part, p, f);
    if (p < part.last && part.last - p > least) {
        list_tile<half, Vectors>(part, p, f);
        p += half;
    }
    for (; p < part.last; p += least) list_tile<least, Vectors>(part, p, f);
}

} // namespace detail

/// y = clamp(the convolution of an image with w + bias) for the pixels from `first` to `last` of one group.
///
/// Shapes  field of the list, from the group's first channel on; bias [filters of a group]; y [pixels][filters], from the group's first on.
template <class T>
void list_forward(const T* field, const T* w, const T* bias, T* y, const pixel_list& list, std::size_t first, std::size_t last,
                  clamp_bounds<T> within)
{
    if (first >= last) return;
    constexpr std::size_t lanes = simd::lanes<T>;
    const bool in_order = !list.to && list.sizes.groups == 1;
    const detail::list_part<T> part{list,  field, w, bias, y, first, last, in_order ? y + last * list.sizes.filters : nullptr,
                                    within};
    // The last filters come first: what their registers write behind a pixel is then written over.
    std::size_t left = vectors<T>(list.filters());
    const auto take = [&](std::size_t count) { return (left -= count) * lanes; };
    if (left % 2 == 1) detail::list_pixels<1>(part, take(1));
    if constexpr (simd::registers == 32) {
        if (left % 4 == 2) detail::list_pixels<2>(part, take(2));
        while (left > 0) detail::list_pixels<4>(part, take(4));
    }
    else
        while (left > 0) detail::list_pixels<2>(part, take(2));
}

}}} // namespace lamina::internals::kernels

#endif // LAMINA_PLAIN_LOOPS
