// lamina/training/metrics/accuracy.hpp: the accuracy that fits the loss, as Keras's string "accuracy".
#pragma once

#include <lamina/training/metrics/binary_accuracy.hpp>
#include <lamina/training/metrics/categorical_accuracy.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The share of rows that are right: sparse categorical for a loss of class indices; else categorical, or binary where a row has one number.
struct Accuracy {
    static constexpr std::string_view name = "accuracy";

    /// The metric for one kind of targets.
    template <targets Kind>
    struct of {
        static constexpr std::string_view name = Accuracy::name;
        static constexpr targets kind = Kind;
        using accumulator = Mean;

        template <class T, class Y>
        void add(accumulator& to, const T* prediction, const Y* target, std::size_t width) const
        {
            if constexpr (Kind == targets::class_index) SparseCategoricalAccuracy{}.add(to, prediction, target, width);
            else if (width == 1) BinaryAccuracy{}.add(to, prediction, target, width);
            else CategoricalAccuracy{}.add(to, prediction, target, width);
        }
    };
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
