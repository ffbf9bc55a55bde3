// lamina/training/metrics/categorical_accuracy.hpp: how often the largest output is where the largest target is.
#pragma once

#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/ranking.hpp>

#include <cstddef>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The share of rows whose first largest prediction, probability or logit, is at the first largest target.
/// A row with a NaN counts as wrong.
///
/// Shapes   prediction [classes], target [classes].
struct CategoricalAccuracy {
    static constexpr std::string_view name = "categorical_accuracy";
    static constexpr targets kind = targets::same_shape;
    using accumulator = Mean;

    template <class T, class Y>
    void add(accumulator& rows, const T* prediction, const Y* target, std::size_t width) const
    {
        const std::size_t label = metrics::winner(target, width);
        rows.add(label < width && metrics::winner(prediction, width) == label);
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
