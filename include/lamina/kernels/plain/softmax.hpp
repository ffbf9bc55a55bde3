// lamina/kernels/plain/softmax.hpp: kernels/softmax.hpp for builds without optimization.
//
// Contract and numerics: as there.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cmath>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace plain {

/// A row's maximum; a NaN may be lost here: it shows in the sum.
template <class T> T row_max(const T* x, std::size_t width)
{
    T most = x[0];
    for (std::size_t i = 1; i < width; ++i)
        if (x[i] > most) most = x[i];
    return most;
}

} // namespace plain

template <class T> void softmax_forward(const T* x, T* y, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        const T most = plain::row_max(x, width);
        T sum = 0;
        for (std::size_t i = 0; i < width; ++i) {
            y[i] = std::exp(x[i] - most);
            sum += y[i];
        }
        const T scale = 1 / sum;
        for (std::size_t i = 0; i < width; ++i) y[i] *= scale;
    }
}

template <class T> void softmax_backward(const T* y, const T* dy, T* dx, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        T sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += y[i] * dy[i];
        for (std::size_t i = 0; i < width; ++i) dx[i] = y[i] * (dy[i] - sum);
    }
}

template <class T> void log_softmax_forward(const T* x, T* y, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        const T most = plain::row_max(x, width);
        T sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += std::exp(x[i] - most);
        const T shift = std::log(sum);
        for (std::size_t i = 0; i < width; ++i) y[i] = x[i] - most - shift;
    }
}

template <class T> void log_softmax_backward(const T* y, const T* dy, T* dx, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        T sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += dy[i];
        for (std::size_t i = 0; i < width; ++i) dx[i] = dy[i] - std::exp(y[i]) * sum;
    }
}

}}} // namespace lamina::internals::kernels
