// lamina/kernels/reference/pooling.hpp: the pooling kernels as plain loops, accumulated in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/pooling.hpp>

#include <cmath>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

/// The places in x of the real cells of output `place`, in row-major order.
inline std::vector<std::size_t> window_cells(std::size_t place, const pooling_sizes& s)
{
    const std::size_t c = place % s.channels, ox = place / s.channels % s.out_width;
    const std::size_t oy = place / s.channels / s.out_width % s.out_height,
                      image = place / s.channels / s.out_width / s.out_height;
    std::vector<std::size_t> result;
    if (s.adaptive) {
        const auto inside = [](std::size_t cell, std::size_t part, std::size_t cells, std::size_t count) {
            const double size = double(cells) / double(count), at = double(part) * size; // the part is [at, at + size), in cells
            return double(cell) + 1 > at + 1e-9 && double(cell) < at + size - 1e-9;
        };
        for (std::size_t iy = 0; iy < s.height; ++iy)
            for (std::size_t ix = 0; ix < s.width; ++ix)
                if (inside(iy, oy, s.height, s.out_height) && inside(ix, ox, s.width, s.out_width))
                    result.push_back(((image * s.height + iy) * s.width + ix) * s.channels + c);
        return result;
    }
    for (std::size_t ky = 0; ky < s.window_height; ++ky)
        for (std::size_t kx = 0; kx < s.window_width; ++kx) {
            const std::size_t iy = oy * s.stride_height + ky * s.dilation_height - s.pad_top; // wraps when above the image
            const std::size_t ix = ox * s.stride_width + kx * s.dilation_width - s.pad_left;
            if (iy < s.height && ix < s.width) result.push_back(((image * s.height + iy) * s.width + ix) * s.channels + c);
        }
    return result;
}

/// What the average of output `place` is divided by.
inline double divisor(std::size_t place, const pooling_sizes& s, std::size_t real_cells)
{
    if (s.counted_height == 0) return double(real_cells);
    const std::size_t ox = place / s.channels % s.out_width, oy = place / s.channels / s.out_width % s.out_height;
    std::size_t count = 0;
    for (std::size_t ky = 0; ky < s.window_height; ++ky)
        for (std::size_t kx = 0; kx < s.window_width; ++kx)
            count += oy * s.stride_height + ky < s.counted_height && ox * s.stride_width + kx < s.counted_width;
    return double(count);
}

inline std::size_t outputs(std::size_t n, const pooling_sizes& s) { return n * s.out_height * s.out_width * s.channels; }

} // namespace detail

template <class T> void average_pooling_forward(const T* x, T* y, std::size_t n, pooling_sizes s)
{
    for (std::size_t place = 0; place < detail::outputs(n, s); ++place) {
        const auto cells = detail::window_cells(place, s);
        double sum = 0;
        for (const std::size_t cell : cells) sum += double(x[cell]);
        y[place] = cells.empty() ? T(0) : T(sum / detail::divisor(place, s, cells.size()));
    }
}

template <class T> void average_pooling_backward(const T* dy, T* dx, std::size_t n, pooling_sizes s)
{
    std::vector<double> sums(n * s.height * s.width * s.channels);
    for (std::size_t place = 0; place < detail::outputs(n, s); ++place) {
        const auto cells = detail::window_cells(place, s);
        for (const std::size_t cell : cells) sums[cell] += double(dy[place]) / detail::divisor(place, s, cells.size());
    }
    for (std::size_t i = 0; i < sums.size(); ++i) dx[i] = T(sums[i]);
}

template <class T> void max_pooling_forward(const T* x, T* y, std::size_t n, pooling_sizes s)
{
    for (std::size_t place = 0; place < detail::outputs(n, s); ++place) {
        T most = -std::numeric_limits<T>::infinity();
        for (const std::size_t cell : detail::window_cells(place, s))
            if (x[cell] > most || std::isnan(x[cell])) most = x[cell]; // a NaN is never less than what follows: it stays
        y[place] = most;
    }
}

template <class T> void max_pooling_backward(const T* x, const T* y, const T* dy, T* dx, std::size_t n, pooling_sizes s)
{
    std::vector<double> sums(n * s.height * s.width * s.channels);
    for (std::size_t place = 0; place < detail::outputs(n, s); ++place)
        for (const std::size_t cell : detail::window_cells(place, s))
            if (x[cell] == y[place] || std::isnan(x[cell])) {
                sums[cell] += double(dy[place]);
                break;
            }
    for (std::size_t i = 0; i < sums.size(); ++i) dx[i] = T(sums[i]);
}

}}} // namespace lamina::internals::kernels::reference
