// lamina/training/metrics/r2_score.hpp: how much of what targets vary is predicted.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/sum_list.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How the scores of the outputs become one: their mean, or weighted by how much their targets vary; or not at all.
enum class ClassAggregation { none, uniform_average, variance_weighted_average };

constexpr std::string_view word_of(ClassAggregation by)
{
    using enum ClassAggregation;
    return by == none ? "none" : by == uniform_average ? "uniform_average" : "variance_weighted_average";
}

/// 1 less the squared error over the variance of the targets, the coefficient of determination: 1 where all is predicted, 0 for a
/// model that always gives the mean.
///
/// Shapes    prediction [n], target [n].
/// Options   class_aggregation: ClassAggregation::uniform_average, variance_weighted_average, or none: a figure for each output.
///           num_regressors: of so many independent variables the adjusted score; as Keras counts, each target is an observation.
/// Numerics  sums in double. A score without bound, of targets that do not vary, is 0, as in Keras; NaN where they are met.
/// Source    Keras's R2Score.
/// Example   R2Score metric{.class_aggregation = ClassAggregation::variance_weighted_average};
struct R2Score {
    static constexpr std::string_view name = "r2_score", class_name = "R2Score";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    using accumulator = internals::metrics::Sums; ///< of each output the four sums below, and at last how many targets there are

    ClassAggregation class_aggregation = ClassAggregation::uniform_average;
    std::size_t num_regressors = 0;

    template <class To> void list_options(To& to) const
    {
        to("class_aggregation", class_aggregation, ClassAggregation::uniform_average);
        to("num_regressors", num_regressors, 0);
    }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        double* sums = to.first(each * width + 1);
        sums[each * width] += static_cast<double>(width);
        for (std::size_t i = 0; i < width; ++i, sums += each) {
            const double t = static_cast<double>(target[i]), off = t - static_cast<double>(prediction[i]);
            sums[0] += weight;
            sums[1] += weight * t;
            sums[2] += weight * t * t;
            sums[3] += weight * off * off;
        }
    }

    std::size_t figures(std::size_t width) const { return class_aggregation == ClassAggregation::none ? width : 1; }
    double result(const accumulator& of, std::size_t at) const
    {
        const std::size_t width = of.size() / each;
        if (width == 0) return 0;
        double sum = 0, weights = 0;
        for (std::size_t i = 0; i < width; ++i) {
            const bool by_variance = class_aggregation == ClassAggregation::variance_weighted_average;
            const double weight = by_variance ? variance(of, i) : 1;
            sum += weight * score(of, i);
            weights += weight;
        }
        return adjusted(class_aggregation == ClassAggregation::none ? score(of, at) : sum / weights, of[each * width]);
    }

private:
    static constexpr std::size_t each = 4; ///< Σ weight, Σ target, Σ target², Σ (target − prediction)²

    static double variance(const accumulator& of, std::size_t i)
    {
        return of[each * i + 2] - of[each * i + 1] * (of[each * i + 1] / of[each * i]);
    }
    static double score(const accumulator& of, std::size_t i)
    {
        const double found = 1 - of[each * i + 3] / variance(of, i);
        return std::isinf(found) ? 0 : found;
    }
    double adjusted(double score, double targets) const
    {
        const double p = static_cast<double>(num_regressors);
        return num_regressors == 0 || p >= targets - 1 ? score : 1 - (1 - score) * (targets - 1) / (targets - p - 1);
    }
};

}} // namespace lamina
