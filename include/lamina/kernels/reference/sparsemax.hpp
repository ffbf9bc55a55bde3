// lamina/kernels/reference/sparsemax.hpp: sparsemax by a sorted copy of each row, in double, and its gradient by the matrix of derivatives.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/sparsemax.hpp>

#include <algorithm>
#include <functional>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

template <class T> void sparsemax_forward(const T* x, T* y, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, x += width, y += width) {
        std::vector<double> sorted(x, x + width);
        std::sort(sorted.begin(), sorted.end(), std::greater<>());
        double sum = 0, threshold = 0;
        for (std::size_t i = 0; i < width; ++i) {
            sum += sorted[i];
            if (1 + double(i + 1) * sorted[i] > sum) threshold = (sum - 1) / double(i + 1);
        }
        for (std::size_t i = 0; i < width; ++i) y[i] = T(std::max(double(x[i]) - threshold, 0.0));
    }
}

template <class T> void sparsemax_backward(const T* y, const T* dy, T* dx, std::size_t rows, std::size_t width)
{
    for (std::size_t row = 0; row < rows; ++row, y += width, dy += width, dx += width) {
        const auto left = std::count_if(y, y + width, [](T value) { return value > 0; });
        std::vector<double> to(width);
        for (std::size_t i = 0; i < width; ++i)
            for (std::size_t j = 0; j < width; ++j)
                if (y[i] > 0 && y[j] > 0) to[i] += double(dy[j]) * ((i == j ? 1.0 : 0.0) - 1 / double(left));
        for (std::size_t i = 0; i < width; ++i) dx[i] = T(to[i]);
    }
}

}}} // namespace lamina::internals::kernels::reference
