// lamina/training/metrics/top_k_categorical_accuracy.hpp: how often the largest target is among the k largest outputs.
#pragma once

#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/ranking.hpp>

#include <cstddef>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The share of rows in which fewer than `k` predictions are above that at the first largest target: ties are among the
/// best. A row with a value that is not finite counts as wrong.
///
/// Shapes   prediction [classes], target [classes].
struct TopKCategoricalAccuracy {
    static constexpr std::string_view name = "top_k_categorical_accuracy";
    static constexpr targets kind = targets::same_shape;
    using accumulator = Mean;

    std::size_t k = 5;

    template <class T, class Y>
    void add(accumulator& rows, const T* prediction, const Y* target, std::size_t width) const
    {
        rows.add(metrics::in_top_k(prediction, metrics::winner(target, width), width, k));
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
