// lamina/training/metrics/sparse_top_k_categorical_accuracy.hpp: how often the label is among the k largest outputs.
#pragma once

#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/metrics/ranking.hpp>

#include <cstddef>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The share of rows in which fewer than `k` predictions are above the label's: ties are among the best. A row with a
/// value that is not finite, or with a label that is no class, counts as wrong.
///
/// Shapes   prediction [classes], target one label of any arithmetic type.
struct SparseTopKCategoricalAccuracy {
    static constexpr std::string_view name = "sparse_top_k_categorical_accuracy";
    static constexpr targets kind = targets::class_index;
    using accumulator = Mean;

    std::size_t k = 5;

    template <class T, class Y>
    void add(accumulator& rows, const T* prediction, const Y* target, std::size_t width) const
    {
        rows.add(metrics::in_top_k(prediction, losses::class_of(*target, width), width, k));
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
