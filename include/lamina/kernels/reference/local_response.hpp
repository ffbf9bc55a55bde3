// lamina/kernels/reference/local_response.hpp: local response normalization as plain loops, in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/local_response.hpp>

#include <cmath>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

/// f(j) for each channel of the window of channel c.
template <class F> void each_neighbor(std::size_t c, std::size_t width, const local_response& s, const F& f)
{
    for (std::size_t i = 0; i < s.size; ++i)
        if (const std::size_t j = c + i - s.size / 2; j < width) f(j); // wraps before the first
}

template <class T> double response(const T* x, std::size_t c, std::size_t width, const local_response& s)
{
    double sum = 0;
    each_neighbor(c, width, s, [&](std::size_t j) { sum += double(x[j]) * double(x[j]); });
    return s.k + s.alpha / double(s.size) * sum;
}

} // namespace detail

/// As kernels::local_response_forward; `scratch`, here and below, is not used.
template <class T> void local_response_forward(const T* x, T* y, T*, std::size_t rows, std::size_t width, const local_response& s)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width)
        for (std::size_t c = 0; c < width; ++c) y[c] = T(double(x[c]) * std::pow(detail::response(x, c, width, s), -s.beta));
}

template <class T>
void local_response_backward(const T* x, const T* dy, T* dx, T*, std::size_t rows, std::size_t width, const local_response& s)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, dy += width, dx += width) {
        std::vector<double> d(width);
        for (std::size_t c = 0; c < width; ++c) {
            const double q = detail::response(x, c, width, s), direct = double(dy[c]) * std::pow(q, -s.beta);
            d[c] += direct;
            detail::each_neighbor(c, width, s, [&](std::size_t j) {
                d[j] -= 2 * s.alpha * s.beta / double(s.size) * double(x[j]) * direct * double(x[c]) / q;
            });
        }
        for (std::size_t c = 0; c < width; ++c) dx[c] = T(d[c]);
    }
}

}}} // namespace lamina::internals::kernels::reference
