// lamina/training/metrics/top_k_categorical_accuracy.hpp: how often the target is among the k largest outputs.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/ranking.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// The share of rows in which fewer than `k` predictions are above that of the target's class: ties are among the best. A row with
/// a value that is not finite, or with a label that is no class, counts as wrong.
template <target_kind Kind> struct TopKCategoricalAccuracyOf {
    static constexpr std::string_view name =
        Kind == target_kind::class_index ? "sparse_top_k_categorical_accuracy" : "top_k_categorical_accuracy";
    static constexpr std::string_view class_name =
        Kind == target_kind::class_index ? "SparseTopKCategoricalAccuracy" : "TopKCategoricalAccuracy";
    static constexpr target_kind kind = Kind;

    std::size_t k = 5;

    template <class To> void list_options(To& to) const { to("k", k, 5); }

    void check_width(std::size_t width, const char* where) const { metrics::check_top_k(name, k, width, where); }

    template <class T, class Y>
    void add(Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        rows.add(metrics::in_top_k(prediction, metrics::label_of<Kind>(target, width), width, k), weight);
    }

    /// Whether each row is right, in functions on tensors.
    template <class X> X compose(const X& y, const X& p) const
    {
        const std::size_t classes = p.shape().back();
        X label = y, named = reduce_all(equal(p - p, 0), {-1}); // every score is finite
        if constexpr (Kind == target_kind::class_index)
            named = logical_and(named, logical_and(greater_equal(y, 0), less(y, static_cast<double>(classes))));
        else {
            named = logical_and(named, reduce_all(equal(y, y), {-1}));
            label = argmax(y, -1);
        }
        const X score = reduce_sum(one_hot(label, classes, -1, p.dtype()) * p, {-1}, true);
        const X above = reduce_sum(cast(greater(p, score), p.dtype()), {-1});
        return cast(logical_and(named, less(above, static_cast<double>(k))), p.dtype());
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return metric_of(*this, y_true, y_pred, sample_weight...);
    }
};

} // namespace internals

/// The share of rows in which fewer than `k` predictions are above that at the first largest target: ties are among the
/// best. A row with a value that is not finite counts as wrong.
///
/// Shapes   prediction [classes], target [classes].
/// Options  k.
/// Refuses  a k of 0 or above the number of classes.
/// Example  TopKCategoricalAccuracy metric{.k = 3};
using TopKCategoricalAccuracy = internals::TopKCategoricalAccuracyOf<protocols::target_kind::same_shape>;

}} // namespace lamina
