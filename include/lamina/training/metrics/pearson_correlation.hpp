// lamina/training/metrics/pearson_correlation.hpp: how far predictions of a row rise where targets do.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/correlations.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over rows of the correlation between a row's predictions and its targets: 1 where they lie on a rising line.
///
/// Shapes    prediction [n], target [n].
/// Numerics  as Keras 3, in double; NaN where a row does not vary.
/// Source    Keras's PearsonCorrelation.
/// Example   PearsonCorrelation metric;
struct PearsonCorrelation {
    static constexpr std::string_view name = "pearson_correlation", class_name = "PearsonCorrelation";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    template <class To> void list_options(To&) const {}

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        const internals::metrics::RowMoments of(prediction, target, width);
        rows.add(of.covariance / std::sqrt(of.variance_p * of.variance_t), weight);
    }
};

}} // namespace lamina
