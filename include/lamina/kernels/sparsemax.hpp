// lamina/kernels/sparsemax.hpp: the point of the simplex that is nearest to a row, and its gradient.
//
// Contract: [rows][width], dense; `width` at least 1, a constant or a number. x may be y, and dy may be dx; arrays do not overlap
// otherwise. A row that holds NaN or +infinity, or nothing but -infinity, gives NaN; a single -infinity gives 0.
// Numerics: sums in double, in the order of the row; |got - reference| is at most 4 · epsilon, in backward times the largest |dy|.
// Source: Michelot, "A finite algorithm for finding the projection of a point onto the canonical simplex" (1986): numbers that are not
// above the threshold of those that are left fall out until none does. It needs no sorted copy of the row.
// Reference: kernels/reference/sparsemax.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// y = max(x - t, 0), where t is the number that makes the sum 1, for each row.
template <class T, extent E> void sparsemax_forward(const T* x, T* y, std::size_t rows, E width)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        const T most = *std::max_element(x, x + width);
        double threshold = -std::numeric_limits<double>::max();
        for (std::size_t left = width + 1;;) { // of those above the threshold, counted from the maximum
            double sum = 0;
            std::size_t above = 0;
            for (std::size_t i = 0; i < width; ++i)
                if (const double z = double(x[i] - most); !(z <= threshold)) { // counts NaN
                    sum += z;
                    ++above;
                }
            if (above == left) break;
            left = above;
            threshold = (sum - 1) / double(above);
        }
        for (std::size_t i = 0; i < width; ++i) {
            const double z = double(x[i] - most) - threshold;
            y[i] = T(z <= 0 ? 0 : z);
        }
    }
}

/// dx = dy - (the mean of dy over y > 0) where y > 0, else 0, for each row; y is what forward wrote.
template <class T, extent E> void sparsemax_backward(const T* y, const T* dy, T* dx, std::size_t rows, E width)
{
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        double sum = 0;
        std::size_t above = 0;
        for (std::size_t i = 0; i < width; ++i)
            if (y[i] > 0) {
                sum += double(dy[i]);
                ++above;
            }
        const double mean = sum / double(above);
        for (std::size_t i = 0; i < width; ++i) dx[i] = y[i] > 0 ? T(double(dy[i]) - mean) : T(0);
    }
}

}}} // namespace lamina::internals::kernels
