// lamina/training/metrics/accuracy.hpp: the accuracy that fits the loss, as Keras's string "accuracy".
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/metrics/binary_accuracy.hpp>
#include <lamina/training/metrics/categorical_accuracy.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The share of rows that are right: sparse categorical for a loss of class indices; else categorical, or binary where a row has one number.
///
/// Example  Accuracy metric;
struct Accuracy {
    static constexpr std::string_view name = "accuracy";

    /// The metric for one kind of targets.
    template <protocols::target_kind Kind> struct of {
        static constexpr std::string_view name = Accuracy::name;
        static constexpr protocols::target_kind kind = Kind;

        template <class T, class Y>
        void add(protocols::Mean& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
        {
            if constexpr (Kind == protocols::target_kind::same_shape)
                if (width == 1) return BinaryAccuracy{}.add(to, prediction, target, width, weight);
            internals::CategoricalAccuracyOf<Kind>{}.add(to, prediction, target, width, weight);
        }

        /// Of each row, in functions on tensors.
        template <class X> X compose(const X& y, const X& p) const
        {
            if constexpr (Kind == protocols::target_kind::same_shape)
                if (p.shape().back() == 1) return BinaryAccuracy{}.compose(y, p);
            return internals::CategoricalAccuracyOf<Kind>{}.compose(y, p);
        }
    };

    auto operator()(const auto& y_true, const auto& y_pred, const auto&... sample_weight) const
    {
        return metric_of(*this, y_true, y_pred, sample_weight...);
    }
};

}} // namespace lamina
