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
#include <limits>

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
    bool cuts_below, cuts_above;
};

/// A number in every lane of a register of any width.
template <class V, std::size_t Uses, class T> [[gnu::always_inline]] inline V broadcast_to(const T& number)
{
    if constexpr (Uses > 1) return simd::keep(V(number));
    else return V(number);
}

/// The pixels of a tile of so many registers: 16 registers hold 12 sums and what is loaded, since nothing else is; 32 hold 24. More than
/// twelve pixels would need more pointers than there are registers for.
constexpr std::size_t list_pixels(std::size_t vectors)
{
    return std::min<std::size_t>((simd::registers == 32 ? 24 : 12) / vectors, 12);
}

/// The sums of a tile of which not all registers may be written as a whole. It is one function for all tiles, which take less time to compile
/// for it.
template <class V, class T>
LAMINA_ONE_COPY void store_list_tile(const list_part<T>& part, const T* sums, std::size_t p, std::size_t pixels, std::size_t f,
                                     std::size_t vectors)
{
    const pixel_list& l = part.list;
    const std::size_t filters = l.filters();
    for (std::size_t i = 0; i < pixels; ++i) {
        T* const to = part.y + (l.to ? l.to[p + i] : p + i) * l.sizes.filters + f;
        for (std::size_t v = 0; v < vectors; ++v, sums += V::size) {
            const V result = V::load_unaligned(sums);
            T* const place = to + v * V::size;
            if (part.end && part.end - place >= std::ptrdiff_t(V::size)) result.store_unaligned(place);
            else if (f + v * V::size < filters) store_before(result, place, f + v * V::size, filters);
        }
    }
}

/// At most `Pixels` pixels from number `p` on, `Vectors` registers of filters from `f` on. V is the register.
template <std::size_t Pixels, std::size_t Vectors, class V, class T>
LAMINA_ONE_COPY void list_tile(const list_part<T>& part, std::size_t p, std::size_t f)
{
    using lanes = V;
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
                    const lanes number = broadcast_to<lanes, Vectors>(from[i][t]);
                    LAMINA_UNROLL (v, Vectors) simd::add_product(sums[i][v], number, values[v]);
                }
            }
        LAMINA_UNROLL (i, Pixels) from[i] += l.row_step;
    }
    if (part.cuts_below) {
        const lanes low(part.within.low);
        LAMINA_UNROLL (i, Pixels * Vectors) sums[i / Vectors][i % Vectors] = simd::at_least(sums[i / Vectors][i % Vectors], low);
    }
    if (part.cuts_above) {
        const lanes high(part.within.high);
        LAMINA_UNROLL (i, Pixels * Vectors) sums[i / Vectors][i % Vectors] = simd::at_most(sums[i / Vectors][i % Vectors], high);
    }
    const T* const last = part.y + (p + pixels - 1) * l.sizes.filters + f + (Vectors - 1) * lanes::size;
    if (f + Vectors * lanes::size <= filters || (part.end && part.end - last >= std::ptrdiff_t(lanes::size))) {
        LAMINA_UNROLL (i, Pixels) {
            if (i >= pixels) return;
            T* const to = part.y + (l.to ? l.to[p + i] : p + i) * l.sizes.filters + f;
            LAMINA_UNROLL (v, Vectors) sums[i][v].store_unaligned(to + v * lanes::size);
        }
        return;
    }
    T numbers[Pixels * Vectors * lanes::size];
    LAMINA_UNROLL (i, Pixels * Vectors) sums[i / Vectors][i % Vectors].store_unaligned(numbers + i * lanes::size);
    store_list_tile<lanes>(part, numbers, p, pixels, f, Vectors);
}

/// All pixels of a part, in tiles of as many as fit, and of a quarter where half such a tile would be left empty.
template <std::size_t Vectors, class V, class T> void list_outputs(const list_part<T>& part, std::size_t f)
{
    constexpr std::size_t most = list_pixels(Vectors), least = (most + 3) / 4;
    std::size_t p = part.first;
    for (; p + most / 2 < part.last; p += most) list_tile<most, Vectors, V>(part, p, f);
    for (; p < part.last; p += least) list_tile<least, Vectors, V>(part, p, f);
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
    constexpr T most = std::numeric_limits<T>::max();
    const T* const end = in_order ? y + last * list.sizes.filters : nullptr;
    const bool below = !(within.low < -most), above = !(within.high > most);
    const detail::list_part<T> part{list, field, w, bias, y, first, last, end, within, below, above};
    // The last filters come first: what their registers write behind a pixel is then written over.
    using V = simd::batch<T>;
    std::size_t left = vectors<T>(list.filters());
    const auto take = [&](std::size_t count) { return (left -= count) * lanes; };
    if constexpr (simd::registers == 32) {
        // Where half a register holds the last ones, processors with units of that width take half the time.
        using half = simd::sized<T, lanes / 2>;
        if (left * lanes - list.filters() >= lanes / 2) detail::list_outputs<1, half>(part, take(1));
        if (left % 4 == 1 && left < 9) {
            if (left == 5) detail::list_outputs<2, V>(part, take(2));
            else detail::list_outputs<1, V>(part, take(1));
        }
        if (left == 2) detail::list_outputs<2, V>(part, take(2));
        while (left % 4 > 0) detail::list_outputs<3, V>(part, take(3)); // three times, twice or once
        while (left > 0) detail::list_outputs<4, V>(part, take(4));
    }
    else {
        if (left % 2 == 1) detail::list_outputs<1, V>(part, take(1));
        while (left > 0) detail::list_outputs<2, V>(part, take(2));
    }
}

}}} // namespace lamina::internals::kernels

#endif // LAMINA_PLAIN_LOOPS
