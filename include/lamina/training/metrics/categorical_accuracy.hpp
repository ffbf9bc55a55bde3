// lamina/training/metrics/categorical_accuracy.hpp: how often the largest output is where the target is.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/ranking.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The share of rows whose first largest prediction, probability or logit, is at the target's class.
/// A row with a NaN, or with a label that is no class, counts as wrong.
template <target_kind Kind> struct CategoricalAccuracyOf {
    static constexpr std::string_view name =
        Kind == target_kind::class_index ? "sparse_categorical_accuracy" : "categorical_accuracy";
    static constexpr std::string_view class_name =
        Kind == target_kind::class_index ? "SparseCategoricalAccuracy" : "CategoricalAccuracy";
    static constexpr target_kind kind = Kind;

    template <class To> void list_options(To&) const {}

    template <class T, class Y>
    void add(Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        const std::size_t label = metrics::label_of<Kind>(target, width);
        rows.add(label < width && metrics::winner(prediction, width) == label, weight);
    }

    /// Whether each row is right, in functions on tensors.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X there = reduce_all(equal(p, p), {-1});
        if constexpr (Kind == target_kind::class_index) return cast(logical_and(there, equal(argmax(p, -1), y)), p.dtype());
        else
            return cast(logical_and(logical_and(there, reduce_all(equal(y, y), {-1})), equal(argmax(p, -1), argmax(y, -1))),
                        p.dtype());
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return metric_of(*this, y_true, y_pred, sample_weight...);
    }
};

} // namespace internals

/// The share of rows whose first largest prediction, probability or logit, is at the first largest target.
/// A row with a NaN counts as wrong.
///
/// Shapes   prediction [classes], target [classes].
/// Example  CategoricalAccuracy metric;
using CategoricalAccuracy = internals::CategoricalAccuracyOf<protocols::target_kind::same_shape>;

}} // namespace lamina
