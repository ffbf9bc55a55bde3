// lamina/training/metrics/ranking.hpp: who wins a row of scores: what the accuracies share.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/target_kind.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::metrics {

/// The first of the largest values, or `n` where a value is NaN or there is none: nobody wins such a row.
template <class T> std::size_t winner(const T* values, std::size_t n)
{
    std::size_t best = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (is_nan(values[i])) return n;
        if (values[i] > values[best]) best = i;
    }
    return best;
}

/// The class that a target names, of either kind; `width` where it names none.
template <target_kind Kind, class Y> std::size_t label_of(const Y* target, std::size_t width)
{
    if constexpr (Kind == target_kind::class_index) return losses::class_of(*target, width);
    else return winner(target, width);
}

/// Whether fewer than `k` scores are above that of class `label`, as tf.math.in_top_k counts: ties are in; where a score is
/// not finite or the label is no class, nothing is.
template <class T> bool in_top_k(const T* scores, std::size_t label, std::size_t n, std::size_t k)
{
    if (label >= n) return false;
    std::size_t above = 0;
    for (std::size_t i = 0; i < n; ++i) {
        if (!is_finite(scores[i])) return false;
        above += scores[i] > scores[label];
    }
    return above < k;
}

/// Throws unless there is a k-th largest of `width` scores.
[[gnu::cold]] inline void check_top_k(std::string_view metric, std::size_t k, std::size_t width, const char* where)
{
    if (k == 0 || k > width)
        fail({where, ": ", metric, " has k = ", k, " and there are ", width, " classes; k has to be in [1, ", width, ']'});
}

}}} // namespace lamina::internals::metrics
