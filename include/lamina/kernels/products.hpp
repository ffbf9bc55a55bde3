// lamina/kernels/products.hpp: products of two matrices that both belong to a sample, dense and row after row.
//
// The kernels of kernels/matmul.hpp are for weights, which are stored in padded rows and shared by all samples.
// Contract: arrays of any alignment that do not overlap; extents may be 0. y is written.
// Numerics: accumulated in T, |got - reference| <= (2 + terms) · epsilon · (sum of |terms|).
// Reference: kernels/reference/products.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/fold.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

namespace detail {

/// y += factor · x.
template <class T> void add_multiple(T factor, const T* x, T* y, std::size_t n)
{
#if LAMINA_PLAIN_LOOPS
    for (std::size_t i = 0; i < n; ++i) y[i] += factor * x[i];
#else
    const simd::batch<T> factors(factor);
    transform(x, y, y, n, [&](const auto& a, const auto& sum) { return simd::fma(factors, a, sum); });
#endif
}

} // namespace detail

/// y [rows, columns] = a [rows, terms] · b [columns, terms] transposed.
template <class T>
void multiply_by_transposed(const T* a, const T* b, T* y, std::size_t rows, std::size_t terms, std::size_t columns)
{
    const auto product = [](const auto& p, const auto& q) { return p * q; };
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) *y++ = sum_of(terms, product, a + i * terms, b + j * terms);
}

/// y [rows, columns] = a [rows, terms] · b [terms, columns].
template <class T> void multiply(const T* a, const T* b, T* y, std::size_t rows, std::size_t terms, std::size_t columns)
{
    std::fill_n(y, rows * columns, T(0));
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < terms; ++k) detail::add_multiple(a[i * terms + k], b + k * columns, y + i * columns, columns);
}

/// y [rows, columns] = a [terms, rows] transposed · b [terms, columns].
template <class T>
void multiply_transposed(const T* a, const T* b, T* y, std::size_t rows, std::size_t terms, std::size_t columns)
{
    std::fill_n(y, rows * columns, T(0));
    for (std::size_t k = 0; k < terms; ++k)
        for (std::size_t i = 0; i < rows; ++i) detail::add_multiple(a[k * rows + i], b + k * columns, y + i * columns, columns);
}

}}} // namespace lamina::internals::kernels
