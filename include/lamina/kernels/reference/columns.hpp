// lamina/kernels/reference/columns.hpp: sums and functions over rows with numbers a column, as plain loops.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/columns.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// As kernels::sum_columns, with f on plain numbers; accumulated in long double.
template <class T, std::size_t Arrays, std::size_t Columns, class F>
void sum_columns(double* sums, std::size_t rows, std::size_t width, const std::array<const T*, Arrays>& x,
                 const std::array<const T*, Columns>& columns, const F& f)
{
    for (std::size_t j = 0; j < width; ++j) {
        long double sum = sums[j];
        for (std::size_t row = 0; row < rows; ++row) {
            std::array<long double, Arrays> values{};
            std::array<long double, Columns> of_column{};
            for (std::size_t a = 0; a < Arrays; ++a) values[a] = x[a][row * width + j];
            for (std::size_t c = 0; c < Columns; ++c) of_column[c] = columns[c][j];
            sum += detail::apply(f, values, of_column);
        }
        sums[j] = double(sum);
    }
}

/// As kernels::map_columns.
template <class T, std::size_t Arrays, std::size_t Columns, class F>
void map_columns(T* y, std::size_t rows, std::size_t width, const std::array<const T*, Arrays>& x,
                 const std::array<const T*, Columns>& columns, const F& f)
{
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t j = 0; j < width; ++j) {
            std::array<T, Arrays> values{};
            std::array<T, Columns> of_column{};
            for (std::size_t a = 0; a < Arrays; ++a) values[a] = x[a][row * width + j];
            for (std::size_t c = 0; c < Columns; ++c) of_column[c] = columns[c][j];
            y[row * width + j] = detail::apply(f, values, of_column);
        }
}

}}} // namespace lamina::internals::kernels::reference
