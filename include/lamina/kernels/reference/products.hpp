// lamina/kernels/reference/products.hpp: products of two matrices of a sample as plain loops, accumulated in long double.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// y [rows, columns] = the sum over `terms` of a(row, term) · b(term, column).
template <class T, class A, class B>
void product(const A& a, const B& b, T* y, std::size_t rows, std::size_t terms, std::size_t columns)
{
    for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
            long double sum = 0;
            for (std::size_t k = 0; k < terms; ++k) sum += static_cast<long double>(a(i, k)) * static_cast<long double>(b(k, j));
            *y++ = static_cast<T>(sum);
        }
}

template <class T>
void multiply_by_transposed(const T* a, const T* b, T* y, std::size_t rows, std::size_t terms, std::size_t columns)
{
    product([=](auto i, auto k) { return a[i * terms + k]; }, [=](auto k, auto j) { return b[j * terms + k]; }, y, rows, terms,
            columns);
}

template <class T> void multiply(const T* a, const T* b, T* y, std::size_t rows, std::size_t terms, std::size_t columns)
{
    product([=](auto i, auto k) { return a[i * terms + k]; }, [=](auto k, auto j) { return b[k * columns + j]; }, y, rows, terms,
            columns);
}

template <class T>
void multiply_transposed(const T* a, const T* b, T* y, std::size_t rows, std::size_t terms, std::size_t columns)
{
    product([=](auto i, auto k) { return a[k * rows + i]; }, [=](auto k, auto j) { return b[k * columns + j]; }, y, rows, terms,
            columns);
}

}}} // namespace lamina::internals::kernels::reference
