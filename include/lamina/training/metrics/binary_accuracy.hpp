// lamina/training/metrics/binary_accuracy.hpp: how often an output is on the right side of a threshold.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/training/loss.hpp>

#include <cstddef>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The share of outputs for which `prediction > threshold` is what the target says: 1 above, 0 elsewhere. Any other target
/// is never met, and NaN counts as wrong.
///
/// Shapes    prediction [n], target [n].
/// Options   threshold: 0.5 suits probabilities, 0 suits logits.
struct BinaryAccuracy {
    static constexpr std::string_view name = "binary_accuracy";
    static constexpr targets kind = targets::same_shape;
    using accumulator = Mean;

    float threshold = 0.5f;

    template <class T, class Y>
    void add(accumulator& rows, const T* prediction, const Y* target, std::size_t width) const
    {
        if (width == 0) return;
        const T limit = static_cast<T>(threshold);
        std::size_t right = 0;
        for (std::size_t i = 0; i < width; ++i)
            right += (prediction[i] > limit && target[i] == Y(1)) || (prediction[i] <= limit && target[i] == Y(0));
        rows.add(static_cast<double>(right) / static_cast<double>(width));
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
