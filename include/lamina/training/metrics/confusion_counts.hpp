// lamina/training/metrics/confusion_counts.hpp: right and wrong answers of yes and no, at some thresholds.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/sum_list.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

namespace metrics {

/// The four counts of a threshold.
enum cell : std::size_t { true_negative, false_positive, false_negative, true_positive, cells };

/// What an answer is counted as.
inline cell cell_of(bool actual, bool predicted) { return static_cast<cell>(2 * actual + predicted); }

/// Counts each number of a row at each threshold: it says yes where it is above. Any target but 0 is a yes. With `top_k` only the k
/// largest may say yes, the first ones where several are equal; with `class_id` only that output is counted.
template <class T, class Y>
void count_at(Sums& to, const T* prediction, const Y* target, std::size_t width, const std::vector<float>& thresholds,
              std::optional<std::size_t> top_k, std::optional<std::size_t> class_id, double weight)
{
    const bool by_default = thresholds.empty();
    const std::size_t count = by_default ? 1 : thresholds.size(), first = class_id.value_or(0),
                      last = class_id ? first + 1 : width;
    double* const counts = to.first(count * cells);
    for (std::size_t i = first; i < last && i < width; ++i) {
        bool among = true;
        if (top_k) {
            std::size_t before = 0;
            for (std::size_t j = 0; j < width; ++j)
                before += prediction[j] > prediction[i] || (j < i && prediction[j] == prediction[i]);
            among = before < *top_k;
        }
        const bool actual = target[i] != Y(0);
        for (std::size_t at = 0; at < count; ++at) {
            const T limit = !by_default ? static_cast<T>(thresholds[at]) : top_k ? T(-1e10) : T(0.5);
            counts[at * cells + cell_of(actual, among && prediction[i] > limit)] += weight;
        }
    }
}

[[gnu::cold]] inline void check_thresholds(std::string_view name, const std::vector<float>& thresholds)
{
    for (const float threshold : thresholds)
        if (!(threshold >= 0 && threshold <= 1)) fail({name, ": a threshold is ", threshold, ", it has to be in [0, 1]"});
}

[[gnu::cold]] inline void check_class_id(std::string_view name, std::optional<std::size_t> class_id, std::size_t width,
                                         const char* where)
{
    if (class_id && *class_id >= width)
        fail({where, ": ", name, " has class_id = ", *class_id, ", it has to be in [0, ", width, ')'});
}

} // namespace metrics

/// One of the four counts, summed over all outputs: a number of them, or the sum of their weights.
///
/// Shapes    prediction [n], target [n]: 0 is no, any other number is yes.
/// Options   thresholds: above which a prediction is a yes; 0.5 if none is given. With several there is a figure for each, in order.
/// Refuses   thresholds outside of [0, 1].
template <metrics::cell Cell> struct ConfusionCountOf {
    static constexpr std::string_view name = Cell == metrics::true_positive    ? "true_positives"
                                             : Cell == metrics::true_negative  ? "true_negatives"
                                             : Cell == metrics::false_positive ? "false_positives"
                                                                               : "false_negatives";
    static constexpr std::string_view class_name = Cell == metrics::true_positive    ? "TruePositives"
                                                   : Cell == metrics::true_negative  ? "TrueNegatives"
                                                   : Cell == metrics::false_positive ? "FalsePositives"
                                                                                     : "FalseNegatives";
    static constexpr target_kind kind = target_kind::same_shape;
    using accumulator = metrics::Sums;

    std::vector<float> thresholds{};

    template <class To> void list_options(To& to) const { to("thresholds", thresholds, std::vector<float>{}); }
    void check_settings() const { metrics::check_thresholds(name, thresholds); }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        metrics::count_at(to, prediction, target, width, thresholds, {}, {}, weight);
    }

    std::size_t figures(std::size_t) const { return std::max<std::size_t>(thresholds.size(), 1); }
    double result(const accumulator& of, std::size_t at) const { return of[at * metrics::cells + Cell]; }
};

/// The right ones among the answers of yes (precision) or among what is a yes (recall).
///
/// Shapes    prediction [n], target [n]: 0 is no, any other number is yes.
/// Options   thresholds: above which a prediction is a yes; 0.5 if none is given. With several there is a figure for each, in order.
///           top_k: only the k largest of a row may be a yes, all of them if no threshold is given. class_id: that output alone.
/// Refuses   thresholds outside of [0, 1], a class_id or a k that the outputs do not have.
/// Numerics  as Keras 3; of nothing the share is 0.
template <bool Precise> struct ConfusionShareOf {
    static constexpr std::string_view name = Precise ? "precision" : "recall", class_name = Precise ? "Precision" : "Recall";
    static constexpr target_kind kind = target_kind::same_shape;
    using accumulator = metrics::Sums;

    std::vector<float> thresholds{};
    std::optional<std::size_t> top_k{}, class_id{};

    template <class To> void list_options(To& to) const
    {
        to("thresholds", thresholds, std::vector<float>{});
        to("top_k", top_k, nullptr);
        to("class_id", class_id, nullptr);
    }
    void check_settings() const { metrics::check_thresholds(name, thresholds); }
    void check_width(std::size_t width, const char* where) const
    {
        metrics::check_class_id(name, class_id, width, where);
        if (top_k && (*top_k == 0 || *top_k > width))
            fail({where, ": ", name, " has top_k = ", *top_k, ", it has to be in [1, ", width, ']'});
    }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        metrics::count_at(to, prediction, target, width, thresholds, top_k, class_id, weight);
    }

    std::size_t figures(std::size_t) const { return std::max<std::size_t>(thresholds.size(), 1); }
    double result(const accumulator& of, std::size_t at) const
    {
        const double right = of[at * metrics::cells + metrics::true_positive];
        return metrics::share(right,
                              right + of[at * metrics::cells + (Precise ? metrics::false_positive : metrics::false_negative)]);
    }
};

}}} // namespace lamina::internals
