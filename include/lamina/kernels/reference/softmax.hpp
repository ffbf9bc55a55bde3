// lamina/kernels/reference/softmax.hpp: softmax and its logarithm as plain loops, in double. Inputs and outputs may be the same.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

/// The maximum of a row, and the logarithm of the sum of exp(x - maximum).
template <class T> std::pair<double, double> row_logarithm(const T* x, std::size_t width)
{
    const double most = double(*std::max_element(x, x + width));
    double sum = 0;
    for (std::size_t i = 0; i < width; ++i) sum += std::exp(double(x[i]) - most);
    return {most, std::log(sum)};
}

} // namespace detail

template <class T> void softmax_forward(const T* x, T* y, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        const auto [most, logarithm] = detail::row_logarithm(x, width);
        for (std::size_t i = 0; i < width; ++i) y[i] = T(std::exp(double(x[i]) - most - logarithm));
    }
}

template <class T> void softmax_backward(const T* y, const T* dy, T* dx, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += double(y[i]) * double(dy[i]);
        for (std::size_t i = 0; i < width; ++i) dx[i] = T(double(y[i]) * (double(dy[i]) - sum));
    }
}

template <class T> void log_softmax_forward(const T* x, T* y, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        const auto [most, logarithm] = detail::row_logarithm(x, width);
        for (std::size_t i = 0; i < width; ++i) y[i] = T(double(x[i]) - most - logarithm);
    }
}

template <class T> void log_softmax_backward(const T* y, const T* dy, T* dx, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += double(dy[i]);
        for (std::size_t i = 0; i < width; ++i) dx[i] = T(double(dy[i]) - std::exp(double(y[i])) * sum);
    }
}

}}} // namespace lamina::internals::kernels::reference
