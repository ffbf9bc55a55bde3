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

/// The same of rows along axes, in functions on tensors; the axes stay, with extent 1.
template <class X, class Axes> struct ComposedMoments {
    X mean_p, mean_t, variance_p, variance_t, covariance;

    ComposedMoments(const X& p, const X& t, const Axes& axes)
    {
        const X count = axes.sum_over(ones_like(p));
        mean_p = axes.sum_over(p) / count;
        mean_t = axes.sum_over(t) / count;
        const X off_p = p - mean_p, off_t = t - mean_t;
        variance_p = axes.sum_over(square(off_p)) / count;
        variance_t = axes.sum_over(square(off_t)) / count;
        covariance = axes.sum_over(off_p * off_t) / count;
    }
};

}}} // namespace lamina::internals::metrics
