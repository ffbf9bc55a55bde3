// lamina/training/metrics/binary_accuracy.hpp: how often an output is on the right side of a threshold.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/loss.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The share of outputs for which `prediction > threshold` is what the target says: 1 above, 0 elsewhere. Any other target
/// is never met, and NaN counts as wrong.
///
/// Shapes    prediction [n], target [n].
/// Options   threshold: 0.5 suits probabilities, 0 suits logits.
/// Example   BinaryAccuracy metric{.threshold = 0};
struct BinaryAccuracy {
    static constexpr std::string_view name = "binary_accuracy";
    static constexpr std::string_view class_name = "BinaryAccuracy";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;

    float threshold = 0.5f;

    template <class To> void list_options(To& to) const { to("threshold", threshold, 0.5f); }

    void check_settings() const
    {
        if (internals::is_nan(threshold)) internals::fail({name, ": threshold is ", threshold, ", a number is needed"});
    }

    template <class T, class Y>
    void add(protocols::Mean& rows, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        if (width == 0) return;
        const T limit = static_cast<T>(threshold);
        std::size_t right = 0;
        for (std::size_t i = 0; i < width; ++i)
            right += !internals::is_nan(prediction[i]) && target[i] == (prediction[i] > limit ? Y(1) : Y(0));
        rows.add(static_cast<double>(right) / static_cast<double>(width), weight);
    }

    /// The share of each row, in functions on tensors.
    template <class X> X compose(const X& y, const X& p) const
    {
        const X above = cast(greater(p, static_cast<double>(threshold)), p.dtype());
        return reduce_mean(cast(logical_and(equal(p, p), equal(y, above)), p.dtype()), {-1});
    }

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return metric_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
