// lamina/training/metrics/exact_accuracy.hpp: how often an output equals its target.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The share of outputs that equal their targets: Keras's class Accuracy, for models that give classes. The word "accuracy", which
/// looks for the largest output, is Accuracy here.
///
/// Shapes    prediction [n], target [n].
/// Source    Keras's Accuracy.
/// Example   ExactAccuracy metric;
struct ExactAccuracy {
    static constexpr std::string_view name = "accuracy", class_name = "Accuracy";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    template <class To> void list_options(To&) const {}

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        std::size_t right = 0;
        for (std::size_t i = 0; i < width; ++i) right += prediction[i] == static_cast<T>(target[i]);
        if (width > 0) rows.add(static_cast<double>(right) / static_cast<double>(width), weight);
    }

    /// The share of each row, in functions on tensors.
    template <class X> X compose(const X& y, const X& p) const { return reduce_mean(cast(equal(p, y), p.dtype()), {-1}); }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return metric_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
