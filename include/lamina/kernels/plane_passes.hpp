// lamina/kernels/plane_passes.hpp: convolution in planes as a whole pass over images: alone, or with an activation and the
// average of every 2×2 cells behind it.
//
// Contract and numerics: as convolution.hpp and pooling.hpp; axis_of<T>(sizes) is `pixels`. `finish` and `slope` are an
// activation and its derivative on registers: y = finish(z), dz = slope(y, dy); finish is applied to each element alone.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling_planes.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// The values that a pass in planes works in: a field, the planes of one image, and the gradients' registers.
template <class T> constexpr std::size_t plane_scratch(const convolution_sizes& s)
{
    const plane_places<T> at(s);
    return at.fields + at.planes + padded<T>(plane_sums<T>(s)) + padded<T>(s.filters * simd::lanes<T>);
}

namespace detail {

/// The regions of plane_scratch; the field's padding is set to zero.
template <class T, class S> struct plane_rooms {
    T *field, *planes, *sums, *bias_sums;

    explicit plane_rooms(T* scratch)
        : field(scratch), planes(field + places_of<T, S>.fields), sums(planes + places_of<T, S>.planes),
          bias_sums(sums + padded<T>(plane_sums<T>(S::value)))
    {
        std::fill_n(field, places_of<T, S>.fields, T(0));
    }

    /// For a pass back: the sums, and what lies between the rows of dz.
    void clear() { std::fill_n(planes, bias_sums + S::value.filters * simd::lanes<T> - planes, T(0)); }

    /// dw and dbias += what is in the sums.
    void add_sums(T* dw, T* dbias, S sizes) const
    {
        add_plane_sums(sums, dw, sizes);
        for (std::size_t f = 0; dbias && f < S::value.filters; ++f)
            dbias[f] += simd::reduce_add(simd::batch<T>::load_aligned(bias_sums + f * simd::lanes<T>));
    }
};

template <class S> inline constexpr std::size_t image_size = S::value.height * S::value.width * S::value.channels;
template <class S> inline constexpr std::size_t output_size = S::value.out_height * S::value.out_width * S::value.filters;

} // namespace detail

/// As convolution_forward; `scratch` holds plane_scratch values.
template <class T, class S, class F>
void plane_convolution_forward(const T* x, const T* w, const T* bias, T* y, T* scratch, std::size_t n, S sizes, F finish)
{
    if (n == 0) return; // and the arrays and scratch may be null
    const detail::plane_rooms<T, S> room(scratch);
    for (std::size_t image = 0; image < n; ++image) {
        fill_field(x + image * detail::image_size<S>, room.field, sizes);
        planes_forward(room.field, w, bias, room.planes, sizes, finish);
        planes_to_rows(room.planes, y + image * detail::output_size<S>, sizes);
    }
}

/// As convolution_backward_weights; `scratch` holds plane_scratch values.
template <class T, class S>
void plane_convolution_backward_weights(const T* x, const T* dz, T* dw, T* dbias, T* scratch, std::size_t n, S sizes)
{
    if (n == 0) return; // and the arrays and scratch may be null
    detail::plane_rooms<T, S> room(scratch);
    room.clear();
    for (std::size_t image = 0; image < n; ++image) {
        fill_field(x + image * detail::image_size<S>, room.field, sizes);
        rows_to_planes(dz + image * detail::output_size<S>, room.planes, room.bias_sums, sizes);
        planes_backward_weights(room.field, room.planes, room.sums, sizes);
    }
    room.add_sums(dw, dbias, sizes);
}

/// The number of values that the pass forward keeps for the one back: the planes of n images.
template <class T> constexpr std::size_t plane_average_saved(const convolution_sizes& s, std::size_t n)
{
    return n * plane_places<T>(s).planes;
}

/// y = the average of 2×2 cells of finish(x * w + bias).
///
/// Shapes  x as convolution_forward, y [n][out_height / 2][out_width / 2][filters]; `saved` is null or holds
///         plane_average_saved values, `scratch` plane_scratch.
template <class T, class S, class F>
void plane_average_forward(const T* x, const T* w, const T* bias, T* y, T* saved, T* scratch, std::size_t n, S sizes, F finish)
{
    constexpr std::size_t out = S::value.out_height / 2 * (S::value.out_width / 2) * S::value.filters;
    if (n == 0) return;
    const detail::plane_rooms<T, S> room(scratch);
    for (std::size_t image = 0; image < n; ++image) {
        T* const planes = saved ? saved + image * places_of<T, S>.planes : room.planes;
        fill_field(x + image * detail::image_size<S>, room.field, sizes);
        planes_forward(room.field, w, bias, planes, sizes, finish);
        planes_average(planes, y + image * out, sizes);
    }
}

/// dw and dbias += their gradients, and dx (unless null) is written.
///
/// Shapes  as plane_average_forward, dy as its y; `scratch` also holds `plane_average_data_scratch` values where dx is wanted.
template <class T, class S, class F>
void plane_average_backward(const T* x, const T* w, const T* saved, const T* dy, T* dx, T* dw, T* dbias, T* scratch,
                            std::size_t n, S sizes, F slope)
{
    constexpr std::size_t out = S::value.out_height / 2 * (S::value.out_width / 2) * S::value.filters;
    if (n == 0) return;
    detail::plane_rooms<T, S> room(scratch);
    room.clear();
    T* const rows = scratch + plane_scratch<T>(S::value);
    for (std::size_t image = 0; image < n; ++image) {
        fill_field(x + image * detail::image_size<S>, room.field, sizes);
        planes_average_backward(saved + image * places_of<T, S>.planes, dy + image * out, room.planes, room.bias_sums, sizes,
                                slope);
        planes_backward_weights(room.field, room.planes, room.sums, sizes);
        if (dx) {
            planes_to_rows(room.planes, rows, sizes);
            convolution_backward_data(rows, w, dx + image * detail::image_size<S>, rows + padded<T>(detail::output_size<S>), 1,
                                      sizes);
        }
    }
    room.add_sums(dw, dbias, sizes);
}

template <class T> constexpr std::size_t plane_average_data_scratch(const convolution_sizes& s)
{
    return padded<T>(s.out_height * s.out_width * s.filters) + padded<T>(convolution_scratch<T>(s));
}

}}} // namespace lamina::internals::kernels
