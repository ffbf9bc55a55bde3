// lamina/training/metrics/pearson_correlation.hpp: how far predictions of a row rise where targets do.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/axes.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/correlations.hpp>

#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The mean over rows of the correlation between a row's predictions and its targets: 1 where they lie on a rising line.
///
/// Shapes    prediction [n], target [n].
/// Options   axis: along which rows lie, -1 for the last one.
/// Refuses   an axis that the outputs do not have.
/// Numerics  as Keras 3, in double; NaN where a row does not vary.
/// Source    Keras's PearsonCorrelation.
/// Example   PearsonCorrelation metric;
struct PearsonCorrelation {
    static constexpr std::string_view name = "pearson_correlation", class_name = "PearsonCorrelation";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    internals::AxisList axis = -1;

    template <class To> void list_options(To& to) const { to("axis", axis, internals::AxisList(-1)); }
    void check_settings() const
    {
        if (axis.none()) internals::fail({name, ": there is no axis; name one, -1 is the last"});
    }

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        rows.add(axis.over_parts(width, Reduction::sum_over_batch_size, 1.0,
                                 [&](const auto& place, std::size_t n, double) {
                                     const internals::metrics::RowMoments of(
                                         [&](std::size_t i) { return static_cast<double>(prediction[place(i)]); },
                                         [&](std::size_t i) { return static_cast<double>(target[place(i)]); }, n);
                                     return of.covariance / std::sqrt(of.variance_p * of.variance_t);
                                 }),
                 weight);
    }

    /// The value of each row, in functions on tensors.
    template <class X> X compose(const X& y, const X& p) const
    {
        const internals::metrics::ComposedMoments<X, internals::AxisList> of(p, y, axis);
        return axis.join_parts(X(of.covariance / sqrt(of.variance_p * of.variance_t)), Reduction::sum_over_batch_size);
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return metric_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
