// lamina/kernels/convolution_planes_any.hpp: a convolution with the lanes along the pixels, for few filters and sizes known at run time only.
//
// As convolution_planes.hpp: the image is copied into planes with its padding, the rows of which share it, and registers run along a whole
// plane of results. What follows, an activation or 2×2 averages, works on these planes; then the results are written channels last.
//
// Contract: strides 1, one group; `w` is [kernel_height][kernel_width][channels][row_stride<T>(filters)] on 64 bytes; `scratch` holds
// planes_any_scratch<T> numbers on 64 bytes. No output overlaps an input.
// Numerics: accumulated in T, tap by tap: |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|). An average adds two rows, then
// two columns.
// Reference: kernels/reference/convolution_list.hpp, kernels/reference/pooling.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pixel_list.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// How the planes of one image lie, in numbers.
template <class T> struct any_planes {
    std::size_t pitch;   ///< from one row to the next, of the image's planes and of the results'
    std::size_t field;   ///< from one channel's plane to the next
    std::size_t plane;   ///< from one filter's plane to the next
    std::size_t vectors; ///< the registers of a plane of results

    static constexpr std::size_t side = 4; ///< registers side by side in a tile

    constexpr explicit any_planes(const convolution_sizes& s)
    {
        const std::size_t reach = s.out_width + (s.kernel_width - 1) * s.dilation_width;
        const std::size_t rows = s.out_height + (s.kernel_height - 1) * s.dilation_height;
        const std::size_t behind = reach > s.pad_left + s.width ? reach - s.pad_left - s.width : 0;
        pitch = reach - std::min(s.pad_left, behind); // the zeros behind a row are those before the next
        vectors = round_up((s.out_height - 1) * pitch + s.out_width, simd::lanes<T>) / simd::lanes<T>;
        plane = padded<T>(round_up(vectors, side) * simd::lanes<T>);
        field = padded<T>(rows * pitch + reach + side * simd::lanes<T>); // the last registers read behind it
    }
};

/// Whether planes are faster than a list: where filters fill less than half of a wide register.
template <class T> constexpr bool takes_planes(const convolution_sizes& s)
{
    return !LAMINA_PLAIN_LOOPS && simd::registers == 32 && simd::lanes<T> > 8 && s.groups == 1 &&
           s.stride_height * s.stride_width == 1 && 2 * s.filters <= simd::lanes<T> && s.channels <= 4 &&
           s.out_width >= simd::lanes<T> / 2;
}

template <class T> constexpr std::size_t planes_any_scratch(const convolution_sizes& s)
{
    const any_planes<T> at(s);
    return s.channels * at.field + s.filters * at.plane + padded<T>(at.pitch + simd::lanes<T>);
}

namespace detail {

/// An image in planes.
template <class T> void fill_planes(const T* x, T* field, const convolution_sizes& s, const any_planes<T>& at)
{
    const std::size_t reach = s.out_width + (s.kernel_width - 1) * s.dilation_width;
    const std::size_t rows = s.out_height + (s.kernel_height - 1) * s.dilation_height;
    const std::size_t columns = std::min(s.width, reach - std::min(reach, s.pad_left)),
                      lines = std::min(s.height, rows - std::min(rows, s.pad_top));
    std::fill_n(field, s.channels * at.field, T(0));
    for (std::size_t y = 0; y < lines; ++y)
        for (std::size_t c = 0; c < s.channels; ++c) {
            const T* from = x + y * s.width * s.channels + c;
            T* const to = field + c * at.field + (y + s.pad_top) * at.pitch + s.pad_left;
            if (s.channels == 1) std::copy_n(from, columns, to);
            else
                for (std::size_t i = 0; i < columns; ++i) to[i] = from[i * s.channels];
        }
}

#if !LAMINA_PLAIN_LOOPS
/// `Filters` filters from number `f` on, at a few registers of the planes.
template <std::size_t Filters, class T>
LAMINA_ONE_COPY void any_plane_tile(const T* field, const T* w, const T* bias, T* planes, std::size_t f,
                                    const convolution_sizes& s, const any_planes<T>& at, const clamp_bounds<T>& within)
{
    using lanes = simd::batch<T>;
    constexpr std::size_t side = any_planes<T>::side;
    lanes sums[Filters][side];
    LAMINA_UNROLL (i, Filters) {
        const lanes start(bias[f + i]);
        LAMINA_UNROLL (v, side) sums[i][v] = start;
    }
    w += f;
    for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
        for (std::size_t kx = 0; kx < s.kernel_width; ++kx)
            for (std::size_t c = 0; c < s.channels; ++c, w += row_stride<T>(s.filters)) {
                const T* const in = field + c * at.field + ky * s.dilation_height * at.pitch + kx * s.dilation_width;
                lanes values[side];
                LAMINA_UNROLL (v, side) values[v] = simd::keep(lanes::load_unaligned(in + v * lanes::size));
                LAMINA_UNROLL (i, Filters) {
                    const lanes number = broadcast<side>(w[i]);
                    LAMINA_UNROLL (v, side) simd::add_product(sums[i][v], number, values[v]);
                }
            }
    const lanes low(within.low), high(within.high);
    LAMINA_UNROLL (i, Filters)
        LAMINA_UNROLL (v, side)
            simd::at_most(simd::at_least(sums[i][v], low), high).store_aligned(planes + (f + i) * at.plane + v * lanes::size);
}
#endif

} // namespace detail

/// The results of an image in planes: clamp(x * w + bias), then finish(planes, count) on all of them.
///
/// Shapes  x [height][width][channels], bias [filters]. The planes begin at the result; what lies between two rows of them is anything.
template <class T, class F>
T* planes_any_forward(const T* x, const T* w, const T* bias, T* scratch, const convolution_sizes& s,
                      const clamp_bounds<T>& within, const F& finish)
{
    const any_planes<T> at(s);
    T *const field = scratch, *const planes = scratch + s.channels * at.field;
    detail::fill_planes(x, field, s, at);
#if LAMINA_PLAIN_LOOPS
    for (std::size_t f = 0; f < s.filters; ++f)
        for (std::size_t i = 0; i < at.vectors * simd::lanes<T>; ++i) {
            T sum = bias[f];
            const T* weight = w + f;
            for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
                for (std::size_t kx = 0; kx < s.kernel_width; ++kx)
                    for (std::size_t c = 0; c < s.channels; ++c, weight += row_stride<T>(s.filters))
                        sum += *weight * field[c * at.field + ky * s.dilation_height * at.pitch + kx * s.dilation_width + i];
            planes[f * at.plane + i] = sum < within.low ? within.low : sum > within.high ? within.high : sum;
        }
#else
    for (std::size_t v = 0; v < at.vectors; v += at.side) {
        const std::size_t place = v * simd::lanes<T>;
        std::size_t f = 0;
        const auto tile = [&]<std::size_t Filters>(fixed<Filters>) {
            detail::any_plane_tile<Filters>(field + place, w, bias, planes + place, f, s, at, within);
            f += Filters;
        };
        if constexpr (simd::registers == 32)
            while (f + 6 <= s.filters) tile(fixed<std::size_t(6)>{});
        while (f + 2 <= s.filters) tile(fixed<std::size_t(2)>{});
        if (f < s.filters) tile(fixed<std::size_t(1)>{});
    }
#endif
    finish(planes, s.filters * at.plane);
    return planes;
}

/// y = the planes, channels last: [out_height][out_width][filters].
template <class T> LAMINA_ONE_COPY void interleave_planes(const T* planes, T* y, const convolution_sizes& s)
{
    const any_planes<T> at(s);
    for (std::size_t oy = 0; oy < s.out_height; ++oy, y += s.out_width * s.filters)
        for (std::size_t f = 0; f < s.filters; ++f) {
            const T* from = planes + f * at.plane + oy * at.pitch;
            T* to = y + f;
            for (const T* const end = from + s.out_width; from != end; ++from, to += s.filters) *to = *from;
        }
}

/// y = the averages of 2×2 neighbors of the planes, channels last: [out_height / 2][out_width / 2][filters]; what is over is left out.
/// The planes are those in `scratch`.
template <class T> LAMINA_ONE_COPY void average_planes(const T* planes, T* y, T* scratch, const convolution_sizes& s)
{
    const any_planes<T> at(s);
    T* const row = scratch + s.channels * at.field + s.filters * at.plane;
    const std::size_t height = s.out_height / 2, width = s.out_width / 2;
    for (std::size_t oy = 0; oy < height; ++oy, y += width * s.filters)
        for (std::size_t f = 0; f < s.filters; ++f) {
            const T* const upper = planes + f * at.plane + 2 * oy * at.pitch;
#if LAMINA_PLAIN_LOOPS
            for (std::size_t i = 0; i < 2 * width; ++i) row[i] = (upper[i] + upper[i + at.pitch]) * T(0.25);
#else
            using lanes = simd::batch<T>;
            for (std::size_t i = 0; i < 2 * width; i += lanes::size) // a row's room has a register more
                ((lanes::load_unaligned(upper + i) + lanes::load_unaligned(upper + i + at.pitch)) * lanes(T(0.25)))
                    .store_unaligned(row + i);
#endif
            T* to = y + f;
            for (std::size_t i = 0; i < width; ++i, to += s.filters) *to = row[2 * i] + row[2 * i + 1];
        }
}

}}} // namespace lamina::internals::kernels
