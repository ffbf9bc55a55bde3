// lamina/kernels/pooling_planes.hpp: from the planes of convolution_planes.hpp to rows of channels and back: as they are, or
// through the average of every 2×2 cells.
//
// Contract: planes as convolution_planes.hpp has them; rows are dense, channels last, of any alignment. Where an extent is odd,
// the last row or column is in no window. Numerics: as pooling.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_planes.hpp>

#include <functional>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// f(row, first pixel, number of pixels) for each register of pixels in `height` rows of `width`, from right to left: what a partial
/// register writes beyond the row is overwritten by the next.
template <class T, class F> [[gnu::always_inline]] inline void each_register(std::size_t height, std::size_t width, const F& f)
{
    constexpr std::size_t lanes = simd::lanes<T>;
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t v = (width + lanes - 1) / lanes; v-- > 0;) f(y, v * lanes, std::min(lanes, width - v * lanes));
}

/// 0, 1, 2 … in the lanes.
template <class T> simd::batch<T> lane_numbers()
{
    alignas(alignment) T values[simd::lanes<T>];
    for (std::size_t i = 0; i < simd::lanes<T>; ++i) values[i] = T(i);
    return simd::batch<T>::load_aligned(values);
}

} // namespace detail

/// y [out_height][out_width][filters] = the planes.
template <class T, class S> void planes_to_rows(const T* planes, T* y, S)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    detail::each_register<T>(s.out_height, s.out_width, [&](std::size_t row, std::size_t x, std::size_t n) {
        lanes pixels[s.filters];
        for (std::size_t f = 0; f < s.filters; ++f) pixels[f] = lanes::load_unaligned(planes + f * at.plane + row * at.pitch + x);
        simd::interleave<s.filters>(pixels, y + (row * s.out_width + x) * s.filters, n);
    });
}

/// The planes = y [out_height][out_width][filters]; adds each plane's registers to `sums` [filters][lanes]. Between two rows zeros
/// are written, or nothing: they are zero already.
template <class T, class S> void rows_to_planes(const T* y, T* planes, T* sums, S)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    detail::each_register<T>(s.out_height, s.out_width, [&](std::size_t row, std::size_t x, std::size_t n) {
        lanes pixels[s.filters];
        simd::deinterleave<s.filters>(y + (row * s.out_width + x) * s.filters, pixels, n);
        for (std::size_t f = 0; f < s.filters; ++f) {
            pixels[f].store_unaligned(planes + f * at.plane + row * at.pitch + x);
            T* const sum = sums + f * lanes::size;
            (lanes::load_aligned(sum) + pixels[f]).store_aligned(sum);
        }
    });
}

/// y [out_height / 2][out_width / 2][filters] = the average of 2×2 cells.
template <class T, class S> [[gnu::noinline]] void planes_average(const T* planes, T* y, S)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    constexpr std::size_t width = s.out_width / 2;
    detail::each_register<T>(s.out_height / 2, width, [&](std::size_t row, std::size_t x, std::size_t n) {
        lanes pixels[s.filters];
        for (std::size_t f = 0; f < s.filters; ++f) {
            const T* from = planes + f * at.plane + 2 * row * at.pitch + 2 * x;
            const lanes low = lanes::load_unaligned(from) + lanes::load_unaligned(from + at.pitch);
            lanes high = low; // read by no lane that counts where a row ends in the first half
            if (2 * x + lanes::size < s.out_width)
                high = lanes::load_unaligned(from + lanes::size) + lanes::load_unaligned(from + at.pitch + lanes::size);
            pixels[f] = (simd::even_lanes(low, high) + simd::odd_lanes(low, high)) * lanes(T(0.25));
        }
        simd::interleave<s.filters>(pixels, y + (row * width + x) * s.filters, n);
    });
}

/// dz = slope(planes, dy / 4), where dy [out_height / 2][out_width / 2][filters] is spread over the cells of each average; adds
/// each plane's registers to `sums` [filters][lanes]. Behind each row zeros are written, where the next one may begin; nothing else of
/// dz is: it is zero already.
template <class T, class S, class F>
[[gnu::noinline]] void planes_average_backward(const T* planes, const T* dy, T* dz, T* sums, S, F slope)
{
    using lanes = simd::batch<T>;
    constexpr const convolution_sizes& s = S::value;
    constexpr const plane_places<T>& at = places_of<T, S>;
    constexpr std::size_t height = s.out_height / 2, width = s.out_width / 2;
    const lanes numbers = detail::lane_numbers<T>();
    detail::each_register<T>(height, width, [&](std::size_t row, std::size_t x, std::size_t n) {
        lanes pixels[s.filters];
        simd::deinterleave<s.filters>(dy + (row * width + x) * s.filters, pixels, n);
        for (std::size_t f = 0; f < s.filters; ++f) {
            const auto cells = simd::twice(pixels[f] * lanes(T(0.25)));
            const std::size_t first = f * at.plane + 2 * row * at.pitch + 2 * x;
            lanes sum = lanes::load_aligned(sums + f * lanes::size);
            const auto write = [&](std::size_t place, const lanes& cell, std::size_t cells_left) __attribute__((always_inline)) {
                lanes d = slope(lanes::load_unaligned(planes + place), cell);
                if (cells_left < lanes::size) // planes hold anything there
                    d = xsimd::select(numbers < lanes(T(cells_left)), d, lanes(T(0)));
                d.store_unaligned(dz + place);
                sum = sum + d;
            };
            for (std::size_t r = 0; r < 2; ++r) {
                write(first + r * at.pitch, cells.low, 2 * n);
                if (2 * n > lanes::size) write(first + r * at.pitch + lanes::size, cells.high, 2 * n - lanes::size);
            }
            sum.store_aligned(sums + f * lanes::size);
        }
    });
}

}}} // namespace lamina::internals::kernels
