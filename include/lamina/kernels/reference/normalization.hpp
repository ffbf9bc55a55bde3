// lamina/kernels/reference/normalization.hpp: normalized rows and their gradients as plain loops, in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/normalization.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

namespace detail {

/// Mean and 1 / norm of a row.
template <class T> void row_moments(const T* x, std::size_t width, const row_norm& norm, double& mean, double& inverse)
{
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < width; ++i) sum += double(x[i]);
    mean = norm.centers ? sum / double(width) : 0;
    for (std::size_t i = 0; i < width; ++i) squares += (double(x[i]) - mean) * (double(x[i]) - mean);
    inverse = 1 / std::sqrt(norm.of_mean ? squares / double(width) + norm.epsilon : std::max(squares, norm.epsilon));
}

} // namespace detail

/// As kernels::normalize_rows.
template <class T>
void normalize_rows(const T* x, T* y, std::size_t rows, std::size_t width, const row_norm& norm, const T* gamma, const T* beta)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        double mean, inverse;
        detail::row_moments(x, width, norm, mean, inverse);
        for (std::size_t i = 0; i < width; ++i)
            y[i] = T((double(x[i]) - mean) * inverse * (gamma ? double(gamma[i]) : 1) + (beta ? double(beta[i]) : 0));
    }
}

/// As kernels::normalize_rows_backward.
template <class T>
void normalize_rows_backward(const T* x, const T* dy, T* dx, std::size_t rows, std::size_t width, const row_norm& norm,
                             const T* gamma, T* dgamma, T* dbeta)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, dy += width, dx += width) {
        double mean, inverse, along = 0, constant = 0;
        detail::row_moments(x, width, norm, mean, inverse);
        const bool is_fixed = !norm.of_mean && inverse * inverse * norm.epsilon >= 1 - 1e-6;
        const double share = norm.of_mean ? 1 / double(width) : is_fixed ? 0 : 1;
        for (std::size_t i = 0; i < width; ++i) {
            const double normal = (double(x[i]) - mean) * inverse, slope = double(dy[i]) * (gamma ? double(gamma[i]) : 1);
            along += slope * normal * share;
            constant += norm.centers ? slope * share : 0;
            if (dgamma) dgamma[i] += T(double(dy[i]) * normal);
            if (dbeta) dbeta[i] += dy[i];
        }
        for (std::size_t i = 0; i < width; ++i) {
            const double normal = (double(x[i]) - mean) * inverse, slope = double(dy[i]) * (gamma ? double(gamma[i]) : 1);
            dx[i] = T((slope - normal * along - constant) * inverse);
        }
    }
}

}}} // namespace lamina::internals::kernels::reference
