// lamina/kernels/reference/elementwise.hpp: the elementwise kernels as plain loops; sums are accumulated in long double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// As kernels::transform, with f on plain numbers.
template <class T, class F> void transform(const T* x, T* y, std::size_t n, F f)
{
    for (std::size_t i = 0; i < n; ++i) y[i] = f(x[i]);
}

template <class T, class F> void transform(const T* x0, const T* x1, T* y, std::size_t n, F f)
{
    for (std::size_t i = 0; i < n; ++i) y[i] = f(x0[i], x1[i]);
}

template <class T, class F> void transform(const T* x0, const T* x1, const T* x2, T* y, std::size_t n, F f)
{
    for (std::size_t i = 0; i < n; ++i) y[i] = f(x0[i], x1[i], x2[i]);
}

template <class T> void add(const T* x, T* y, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) y[i] += x[i];
}

template <class T> void fill(T* y, T value, std::size_t n)
{
    for (std::size_t i = 0; i < n; ++i) y[i] = value;
}

template <class T> double sum_of_squares(const T* x, std::size_t n)
{
    long double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += (long double)x[i] * (long double)x[i];
    return double(sum);
}

template <class T> void add_rows(const T* x, T* sums, std::size_t rows, std::size_t width)
{
    for (std::size_t j = 0; j < width; ++j) {
        long double sum = sums[j];
        for (std::size_t row = 0; row < rows; ++row) sum += x[row * width + j];
        sums[j] = T(sum);
    }
}

}}} // namespace lamina::internals::kernels::reference
