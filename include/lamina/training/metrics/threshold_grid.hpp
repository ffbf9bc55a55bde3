// lamina/training/metrics/threshold_grid.hpp: right and wrong answers at many thresholds between 0 and 1, and the curves through them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/metrics/confusion_counts.hpp>
#include <lamina/training/metrics/sum_list.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::metrics {

/// The four counts at one threshold.
struct Counts {
    double right = 0, wrong = 0, missed = 0, rejected = 0; ///< true and false positives, false and true negatives

    double recall() const { return share(right, right + missed); }
    double precision() const { return share(right, right + wrong); }
    double specificity() const { return share(rejected, rejected + wrong); }
    double false_positive_rate() const { return share(wrong, wrong + rejected); }
};

/// Where predictions lie between thresholds, for yes and no apart: sums[2 · (thresholds below) + yes]. That is one sum a prediction, however
/// many thresholds there are; what is above a threshold is added up in the end.
struct Buckets {
    /// How many sums `thresholds` need.
    static constexpr std::size_t sums(std::size_t thresholds) { return 2 * (thresholds + 1); }

    /// Calls f(counts) for each threshold, from the largest down.
    template <class F> static void for_each(const double* sums, std::size_t thresholds, const F& f)
    {
        Counts at;
        for (std::size_t i = 0; i <= thresholds; ++i) {
            at.rejected += sums[2 * i];
            at.missed += sums[2 * i + 1];
        }
        for (std::size_t i = thresholds; i-- > 0;) {
            at.wrong += sums[2 * (i + 1)];
            at.rejected -= sums[2 * (i + 1)];
            at.right += sums[2 * (i + 1) + 1];
            at.missed -= sums[2 * (i + 1) + 1];
            f(at);
        }
    }
};

/// How many of `count` thresholds, spread evenly from 0 to 1, lie below a prediction, which counts as 0 below 0 and as 1 above 1; of
/// one threshold it is 0.5. Of NaN there is none.
template <class T> std::size_t evenly_below(T prediction, std::size_t count)
{
    if (count == 1) return prediction > T(0.5);
    const T at = std::ceil((prediction < 0 ? T(0) : prediction > 1 ? T(1) : prediction) * static_cast<T>(count - 1));
    return is_nan(at) ? 0 : static_cast<std::size_t>(at);
}

/// Adds a row's outputs, or one of them, at `count` thresholds.
template <class T, class Y>
void add_evenly(Sums& to, const T* prediction, const Y* target, std::size_t width, std::size_t count,
                std::optional<std::size_t> class_id, double weight)
{
    double* const sums = to.first(Buckets::sums(count));
    const std::size_t first = class_id.value_or(0), last = class_id ? std::min(first + 1, width) : width;
    for (std::size_t i = first; i < last; ++i) sums[2 * evenly_below(prediction[i], count) + (target[i] != Y(0))] += weight;
}

/// The largest `rate` of the thresholds at which another one, `held`, is at least `least`; 0 where there is none.
inline double best_rate(const Sums& of, std::size_t count, double (Counts::*rate)() const, double (Counts::*held)() const,
                        float least)
{
    if (of.size() < Buckets::sums(count)) return 0;
    double best = 0;
    Buckets::for_each(of.sums.data(), count, [&](const Counts& at) {
        // In float, as Keras: a share that is meant to be reached exactly is reached.
        if (static_cast<float>((at.*held)()) >= least) best = std::max(best, (at.*rate)());
    });
    return best;
}

[[gnu::cold]] inline void check_rate(std::string_view name, std::string_view option, float value, std::size_t num_thresholds)
{
    if (!(value >= 0 && value <= 1)) fail({name, ": ", option, " is ", value, ", it has to be in [0, 1]"});
    if (num_thresholds == 0) fail({name, ": num_thresholds is 0, at least 1 is needed"});
}

}}} // namespace lamina::internals::metrics
