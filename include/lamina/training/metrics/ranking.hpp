// lamina/training/metrics/ranking.hpp: who wins a row of scores: what the accuracies share.
#pragma once

#include <lamina/core/architecture.hpp>

#include <cmath>
#include <cstddef>
#include <type_traits>

namespace lamina::inline LAMINA_ARCHITECTURE::metrics {

/// The first of the largest values, or `n` where a value is NaN or there is none: nobody wins such a row.
template <class T>
std::size_t winner(const T* values, std::size_t n)
{
    std::size_t best = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if constexpr (std::is_floating_point_v<T>)
            if (std::isnan(values[i])) return n;
        if (values[i] > values[best]) best = i;
    }
    return best;
}

/// Whether fewer than `k` scores are above that of class `label`, as tf.math.in_top_k counts: ties are in; where a score is
/// not finite or the label is no class, nothing is.
template <class T>
bool in_top_k(const T* scores, std::size_t label, std::size_t n, std::size_t k)
{
    if (label >= n) return false;
    std::size_t above = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (!std::isfinite(scores[i])) return false;
        above += scores[i] > scores[label];
    }
    return above < k;
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::metrics
