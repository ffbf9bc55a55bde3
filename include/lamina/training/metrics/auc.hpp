// lamina/training/metrics/auc.hpp: the area under a curve of right and wrong answers.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/metrics/threshold_grid.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The area under the curve that is drawn as the threshold of a yes goes from 1 to 0: recall over false positives (ROC), or precision over
/// recall (PR). 1 where every yes is above every no; ROC gives 0.5 where they are mixed.
///
/// Shapes    prediction [n] in [0, 1], target [n]: 0 is no, any other number is yes.
/// Options   num_thresholds: how many points the curve has, evenly from 0 to 1, or thresholds: those, and both ends. curve: AUC::ROC, AUC::PR.
///           summation_method: AUC::interpolation, and the sums of the smaller and the larger sides, AUC::minoring, AUC::majoring.
///           multi_label: the mean of the areas of each output. label_weights: what each output counts, in that mean or else in the counts.
///           from_logits: predictions are what sigmoid would get.
/// Refuses   fewer than 2 thresholds, thresholds outside of [0, 1], weights that are not one an output.
/// Numerics  as Keras 3: predictions count as 0 below 0 and as 1 above 1, NaN as 0; counts in double.
/// Source    Davis and Goadrich, The Relationship Between Precision-Recall and ROC Curves, 2006; Keras's AUC.
/// Example   AUC metric{.curve = AUC::PR};
struct AUC {
    static constexpr std::string_view name = "auc", class_name = "AUC";
    static constexpr protocols::target_kind kind = protocols::target_kind::same_shape;
    using accumulator = internals::metrics::Sums;

    enum Curve { ROC, PR };
    enum Summation { interpolation, minoring, majoring };
    friend constexpr std::string_view word_of(Curve of) { return of == PR ? "PR" : "ROC"; }
    friend constexpr std::string_view word_of(Summation by)
    {
        return by == minoring ? "minoring" : by == majoring ? "majoring" : "interpolation";
    }

    std::size_t num_thresholds = 200;
    Curve curve = ROC;
    Summation summation_method = interpolation;
    std::vector<float> thresholds{};
    bool multi_label = false;
    std::vector<float> label_weights{};
    bool from_logits = false;

    template <class To> void list_options(To& to) const
    {
        to("num_thresholds", thresholds.empty() ? num_thresholds : thresholds.size() + 2, 200);
        to("curve", curve, ROC);
        to("summation_method", summation_method, interpolation);
        to("thresholds", thresholds, std::vector<float>{});
        to("multi_label", multi_label, false);
        to("label_weights", label_weights, std::vector<float>{});
        to("from_logits", from_logits, false);
    }

    void check_settings() const
    {
        if (num_thresholds < 2) internals::fail({name, ": num_thresholds is ", num_thresholds, ", at least 2 are needed"});
        internals::metrics::check_thresholds(name, thresholds);
        if (!std::is_sorted(thresholds.begin(), thresholds.end()))
            internals::fail({name, ": the thresholds are not in order; sort them"});
    }
    void check_width(std::size_t width, const char* where) const
    {
        if (!label_weights.empty() && label_weights.size() != width)
            internals::fail(
                {where, ": ", name, " has ", label_weights.size(), " label_weights for ", width, " outputs; give one each"});
    }

    template <class T, class Y>
    void add(accumulator& to, const T* prediction, const Y* target, std::size_t width, double weight = 1) const
    {
        const std::size_t each = internals::metrics::Buckets::sums(count());
        double* const sums = to.first(multi_label ? width * each : each);
        for (std::size_t i = 0; i < width; ++i) {
            const T p = from_logits ? internals::kernels::math::sigmoid(prediction[i]) : prediction[i];
            const double of_label = multi_label || label_weights.empty() ? 1 : static_cast<double>(label_weights[i]);
            sums[(multi_label ? i * each : 0) + 2 * below(p) + (target[i] != Y(0))] += weight * of_label;
        }
    }

    double result(const accumulator& of) const
    {
        const std::size_t each = internals::metrics::Buckets::sums(count());
        double sum = 0, weights = 0;
        for (std::size_t at = 0; at < of.size(); at += each) {
            const double weight = multi_label && !label_weights.empty() ? static_cast<double>(label_weights[at / each]) : 1;
            sum += weight * area(of.sums.data() + at);
            weights += weight;
        }
        return internals::metrics::share(sum, weights);
    }

private:
    std::size_t count() const { return thresholds.empty() ? num_thresholds : thresholds.size() + 2; }

    /// How many thresholds lie below a prediction: the first one always does, the last one never.
    template <class T> std::size_t below(T p) const
    {
        if (thresholds.empty()) return std::max<std::size_t>(internals::metrics::evenly_below(p, num_thresholds), 1);
        std::size_t found = 1;
        while (found <= thresholds.size() && static_cast<T>(thresholds[found - 1]) < p) ++found;
        return found;
    }

    /// The area between two thresholds, of which the first is the larger one, so that x grows.
    double between(const internals::metrics::Counts& a, const internals::metrics::Counts& b) const
    {
        if (curve == PR && summation_method == interpolation) { // precision is no line between two points: right answers are
            const double right = b.right - a.right, yes = a.right + a.wrong, all = b.right + b.wrong;
            const double slope = internals::metrics::share(right, std::max(all - yes, 0.0)), start = a.right - slope * yes;
            const double log = yes > 0 && all > 0 ? std::log(all / yes) : 0;
            return internals::metrics::share(slope * (right + start * log), a.right + a.missed);
        }
        const bool roc = curve == ROC;
        const double x = roc ? b.false_positive_rate() - a.false_positive_rate() : b.recall() - a.recall();
        const double y0 = roc ? a.recall() : a.precision(), y1 = roc ? b.recall() : b.precision();
        return x * (summation_method == interpolation ? (y0 + y1) / 2
                    : summation_method == minoring    ? std::min(y0, y1)
                                                      : std::max(y0, y1));
    }

    double area(const double* sums) const
    {
        double found = 0;
        internals::metrics::Counts before;
        bool first = true;
        internals::metrics::Buckets::for_each(sums, count(), [&](const internals::metrics::Counts& at) {
            if (!first) found += between(before, at);
            before = at;
            first = false;
        });
        return found;
    }
};

}} // namespace lamina
