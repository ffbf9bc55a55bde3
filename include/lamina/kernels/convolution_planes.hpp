// lamina/kernels/convolution_planes.hpp: convolution with the lanes along the pixels of a row: for few filters.
//
// Lanes along the filters leave most of a register empty where there are few of them (LeNet-5's first layer: 6 of 16). Here
// an image's output is kept as planes [filters][out_height][pitch], and the input is copied into planes with its padding, the
// field. Registers run along each row, or, where that takes fewer of them, along the whole plane: then the rows of planes and
// field have one pitch, the zeros behind a row of the field are those before the next, and a few lanes between two rows of a
// plane are lost. Strides are 1 and the sizes are constants.
//
// Contract: field, planes and sums start on 64 bytes. Lanes of a row behind out_width hold anything in forward's output and
// have to be zero in dz. Numerics: as convolution.hpp; a lane's bits do not depend on its neighbors.
// Reference: kernels/reference/convolution.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shuffle.hpp>
#include <lamina/kernels/convolution.hpp>

#include <cstring>
#include <functional>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// What the lanes of a convolution run along.
enum class convolution_axis { filters, pixels };

/// The axis that fills the registers better; the pixels need strides of 1.
template <class T> constexpr convolution_axis axis_of(const convolution_sizes& s)
{
    constexpr std::size_t lanes = simd::lanes<T>;
    if (s.stride_height != 1 || s.stride_width != 1 || s.filters > lanes) return convolution_axis::filters;
    const std::size_t pitch = round_up(s.out_width, lanes);
    return s.out_width * lanes > s.filters * pitch ? convolution_axis::pixels : convolution_axis::filters;
}

/// How the field and the output planes of one image lie, in values.
template <class T> struct plane_places {
    std::size_t pitch;          ///< from one row of an output plane to the next
    std::size_t lines, vectors; ///< what registers run along: lines of a plane, and the registers of each
    std::size_t plane;          ///< from one output plane to the next
    std::size_t planes;         ///< all of one image
    std::size_t row, field;     ///< from one row of the field to the next, and from one channel's to the next
    std::size_t fields;         ///< all of one image

    constexpr explicit plane_places(const convolution_sizes& s)
        : pitch(round_up(s.out_width, lanes)), lines(s.out_height), vectors(pitch / lanes), row(round_up(reach(s), 4))
    {
        const std::size_t behind = reach(s) > s.pad_left + s.width ? reach(s) - s.pad_left - s.width : 0;
        const std::size_t joint = reach(s) - std::min(s.pad_left, behind); // a pitch at which rows share their padding
        const std::size_t all = ((s.out_height - 1) * joint + s.out_width + lanes - 1) / lanes;
        if (s.out_height > 0 && all < lines * vectors) {
            pitch = row = joint;
            lines = 1;
            vectors = all;
        }
        plane = round_up((s.out_height - 1) * pitch + round_up(s.out_width, lanes), lanes);
        planes = padded<T>(s.filters * plane);
        field = (s.out_height + (s.kernel_height - 1) * s.dilation_height) * row;
        fields = padded<T>(s.channels * field + lanes + reach(s)); // the last registers read behind it
    }

private:
    static constexpr std::size_t lanes = simd::lanes<T>;
    static constexpr std::size_t reach(const convolution_sizes& s)
    {
        return s.out_width + (s.kernel_width - 1) * s.dilation_width;
    }
};

template <class T, class S> inline constexpr plane_places<T> places_of{S::value};

/// Copies an image into its field, whose padding is zero already.
template <class T, class S> void fill_field(const T* x, T* field, S)
{
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    constexpr std::size_t columns = std::min(s.width, at.row - s.pad_left);
    constexpr std::size_t rows = std::min(s.height, at.field / at.row - s.pad_top);
    for (std::size_t c = 0; c < s.channels; ++c)
        for (std::size_t y = 0; y < rows; ++y) {
            T* to = field + c * at.field + (y + s.pad_top) * at.row + s.pad_left;
            const T* from = x + y * s.width * s.channels + c;
            if constexpr (s.channels == 1) std::memcpy(to, from, columns * sizeof(T));
            else
                for (std::size_t i = 0; i < columns; ++i) to[i] = from[i * s.channels];
        }
}

namespace detail {

/// The registers side by side in a tile; where a row has fewer, several rows together.
inline constexpr std::size_t plane_vectors = 4;

/// `Filters` planes times `Vectors` registers, the first in line `oy`, register `v` of it. `Row` is the number of
/// registers in a line.
template <std::size_t Filters, std::size_t Vectors, std::size_t Row, class T, class S, class F>
[[gnu::noinline]] void plane_tile(const T* field, const T* w, const T* bias, T* planes, std::size_t oy, std::size_t v, S,
                                  const F& finish)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    const auto place = [](std::size_t i, std::size_t row)
                           __attribute__((always_inline)) { return i / Row * row + i % Row * lanes::size; };

    lanes sums[Filters][Vectors];
    LAMINA_UNROLL (f, Filters) {
        const lanes start(bias ? bias[f] : T(0));
        LAMINA_UNROLL (i, Vectors) sums[f][i] = start;
    }
    const T* corner = field + oy * at.row + v * lanes::size;
    for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
        for (std::size_t kx = 0; kx < s.kernel_width; ++kx)
            for (std::size_t c = 0; c < s.channels; ++c, w += row_stride<T>(s.filters)) {
                const T* in = corner + c * at.field + ky * s.dilation_height * at.row + kx * s.dilation_width;
                lanes values[Vectors];
                LAMINA_UNROLL (i, Vectors) values[i] = simd::keep(lanes::load_unaligned(in + place(i, at.row)));
                LAMINA_UNROLL (f, Filters) {
                    const lanes weight = broadcast<Vectors>(w[f]);
                    LAMINA_UNROLL (i, Vectors) simd::add_product(sums[f][i], weight, values[i]);
                }
            }
    T* out = planes + oy * at.pitch + v * lanes::size;
    finish_each(finish, sums, [&](std::size_t f, std::size_t i, const lanes& value) __attribute__((always_inline)) {
        value.store_aligned(out + f * at.plane + place(i, at.pitch));
    });
}

/// Adds one image's products of `Filters` planes of dz with the kernel's taps from number `tap` on, of one channel.
template <std::size_t Filters, std::size_t Taps, class T, class S>
[[gnu::noinline]] void plane_taps(const T* field, const T* dz, T* sums, std::size_t tap, S)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;

    const T* in[Taps];
    LAMINA_UNROLL (t, Taps)
        in[t] = field + (tap + t) / s.kernel_width * s.dilation_height * at.row + (tap + t) % s.kernel_width * s.dilation_width;
    lanes total[Filters][Taps];
    LAMINA_UNROLL (i, Filters * Taps)
        total[i / Taps][i % Taps] = lanes::load_aligned(sums + (i % Taps * s.filters + i / Taps) * lanes::size);
    for (std::size_t oy = 0; oy < at.lines; ++oy)
        for (std::size_t ox = 0; ox < at.vectors * lanes::size; ox += lanes::size) {
            lanes d[Filters];
            LAMINA_UNROLL (f, Filters) d[f] = simd::keep(lanes::load_aligned(dz + f * at.plane + oy * at.pitch + ox));
            LAMINA_UNROLL (t, Taps) {
                const lanes x = simd::keep(lanes::load_unaligned(in[t] + oy * at.row + ox));
                LAMINA_UNROLL (f, Filters) simd::add_product(total[f][t], d[f], x);
            }
        }
    LAMINA_UNROLL (i, Filters * Taps)
        total[i / Taps][i % Taps].store_aligned(sums + (i % Taps * s.filters + i / Taps) * lanes::size);
}

} // namespace detail

/// The output planes of one image: finish(x * w + bias), `finish` being applied to registers.
///
/// Shapes  field as fill_field leaves it, w [kernel_height][kernel_width][channels][row_step<T>(filters)], bias [filters] or null.
template <class T, class S, class F = std::identity>
[[gnu::noinline]] void planes_forward(const T* field, const T* w, const T* bias, T* planes, S sizes, F finish = {})
{
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    constexpr std::size_t row = at.vectors, rows = std::max<std::size_t>(1, detail::plane_vectors / row);
    tiles<rows>(fixed<at.lines>{}, [&]<std::size_t Rows>(std::size_t oy, fixed<Rows>) {
        overlapping_tiles<detail::plane_vectors>(fixed<Rows * row>{}, [&]<std::size_t Vectors>(std::size_t v, fixed<Vectors>) {
            tiles<accumulators / Vectors>(fixed<s.filters>{}, [&]<std::size_t Filters>(std::size_t f, fixed<Filters>) {
                detail::plane_tile<Filters, Vectors, row>(field, w + f, bias ? bias + f : nullptr, planes + f * at.plane, oy, v,
                                                          sizes, finish);
            });
        });
    });
}

/// The number of values that planes_backward_weights adds up in.
template <class T> constexpr std::size_t plane_sums(const convolution_sizes& s)
{
    return s.kernel_height * s.kernel_width * s.channels * s.filters * simd::lanes<T>;
}

/// Adds one image's gradient of the weights to `sums`, a register each; `add_plane_sums` gives what the registers sum to.
template <class T, class S> [[gnu::noinline]] void planes_backward_weights(const T* field, const T* dz, T* sums, S sizes)
{
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    constexpr std::size_t taps = s.kernel_height * s.kernel_width, most_filters = simd::registers == 32 ? 6 : 3;
    tiles<most_filters>(fixed<s.filters>{}, [&]<std::size_t Filters>(std::size_t f, fixed<Filters>) {
        tiles<accumulators / Filters>(fixed<taps>{}, [&]<std::size_t Taps>(std::size_t tap, fixed<Taps>) {
            for (std::size_t c = 0; c < s.channels; ++c)
                detail::plane_taps<Filters, Taps>(field + c * at.field, dz + f * at.plane,
                                                  sums + ((c * taps + tap) * s.filters + f) * simd::lanes<T>, tap, sizes);
        });
    });
}

/// dw += what planes_backward_weights left in `sums`.
template <class T, class S> void add_plane_sums(const T* sums, T* dw, S)
{
    constexpr const convolution_sizes& s = S::value;
    for (std::size_t c = 0; c < s.channels; ++c)
        for (std::size_t k = 0; k < s.kernel_height * s.kernel_width; ++k)
            for (std::size_t f = 0; f < s.filters; ++f, sums += simd::lanes<T>)
                dw[(k * s.channels + c) * row_stride<T>(s.filters) + f] += simd::reduce_add(simd::batch<T>::load_aligned(sums));
}

}}} // namespace lamina::internals::kernels
