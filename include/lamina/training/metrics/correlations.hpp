// lamina/training/metrics/correlations.hpp: the moments that correlations of a row are made of.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::metrics {

/// Means, variances and the covariance of a row's predictions and targets, in double.
struct RowMoments {
    double mean_p = 0, mean_t = 0, variance_p = 0, variance_t = 0, covariance = 0;

    template <class P, class Y> RowMoments(const P& prediction, const Y& target, std::size_t width)
    {
        const double n = static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i) {
            mean_p += prediction(i) / n;
            mean_t += target(i) / n;
        }
        for (std::size_t i = 0; i < width; ++i) {
            const double p = prediction(i) - mean_p, t = target(i) - mean_t;
            variance_p += p * p / n;
            variance_t += t * t / n;
            covariance += p * t / n;
        }
    }
};

}}} // namespace lamina::internals::metrics
