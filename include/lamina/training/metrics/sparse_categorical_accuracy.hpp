// lamina/training/metrics/sparse_categorical_accuracy.hpp: how often the largest output is at the label.
#pragma once

#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/metrics/ranking.hpp>

#include <cstddef>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The share of rows whose first largest prediction, probability or logit, is that of the label's class.
/// A row with a NaN, or with a label that is no class, counts as wrong.
///
/// Shapes   prediction [classes], target one label of any arithmetic type.
struct SparseCategoricalAccuracy {
    static constexpr std::string_view name = "sparse_categorical_accuracy";
    static constexpr targets kind = targets::class_index;
    using accumulator = Mean;

    template <class T, class Y>
    void add(accumulator& rows, const T* prediction, const Y* target, std::size_t width) const
    {
        const std::size_t label = losses::class_of(*target, width);
        rows.add(label < width && metrics::winner(prediction, width) == label);
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
