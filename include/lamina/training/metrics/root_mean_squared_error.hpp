// lamina/training/metrics/root_mean_squared_error.hpp: the square root of the mean of (prediction − target)².
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The square root of the mean of squared differences over all rows: not the mean of the rows' roots.
///
/// Shapes    prediction [n], target [n].
/// Numerics  a row's mean is that of MeanSquaredError, the mean of rows is kept in double.
/// Source    Keras's RootMeanSquaredError.
/// Example   RootMeanSquaredError metric;
struct RootMeanSquaredError {
    static constexpr std::string_view name = "root_mean_squared_error", class_name = "RootMeanSquaredError";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    template <class To> void list_options(To&) const {}

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        T* const no_gradient = nullptr;
        if (width > 0)
            rows.add(static_cast<double>(MeanSquaredError{}.row(prediction, target, width, no_gradient, T(1))), weight);
    }

    double result(const protocols::Mean& rows) const { return std::sqrt(rows.result()); }
};

}} // namespace lamina
