// lamina/training/metrics/concordance_correlation.hpp: how far predictions of a row are their targets.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/correlations.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over rows of how near a row's predictions and targets lie to the line on which they are equal.
///
/// Shapes    prediction [n], target [n].
/// Numerics  as Keras 3, which adds 1e-7 below the fraction; in double.
/// Source    Lin, A Concordance Correlation Coefficient to Evaluate Reproducibility, 1989; Keras's ConcordanceCorrelation.
/// Example   ConcordanceCorrelation metric;
struct ConcordanceCorrelation {
    static constexpr std::string_view name = "concordance_correlation", class_name = "ConcordanceCorrelation";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    template <class To> void list_options(To&) const {}

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        const internals::metrics::RowMoments of(prediction, target, width);
        const double apart = of.mean_t - of.mean_p;
        rows.add(2 * of.covariance / (of.variance_p + of.variance_t + apart * apart + 1e-7), weight);
    }
};

}} // namespace lamina
