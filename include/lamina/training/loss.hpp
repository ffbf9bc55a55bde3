// lamina/training/loss.hpp: what a loss and a metric are.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/training/judge_loss.hpp>
#include <lamina/training/judge_metric.hpp>
#include <lamina/training/losses/labels.hpp>
#include <lamina/training/mean.hpp>
#include <lamina/training/target_kind.hpp>
#include <lamina/training/weighted_metric.hpp>

#include <cstddef>
#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// A loss looks at rows: the output's last axis. A model with output [10] has one row a sample.
/// The loss of a batch is the mean over its rows, each times its weight (Keras's "sum_over_batch_size"); rows of masked steps are no rows.
///
/// `name` and `kind` are static members. `row(prediction, target, width, gradient, scale)` returns the loss of one row; where `gradient`
/// is not null it writes scale · d loss / d prediction there. `target` points to one label or to `width` numbers, as `kind` says.
///
/// Optional is the rest. `accepts(target, width)` says whether a target may be used, `needs(width)` what it needs, as the end of a sentence;
/// without them classes have to be in [0, width), and numbers finite.
/// `static constexpr bool whole_samples = true` makes a row of all outputs of a sample: `width` is their number.
/// `check_settings()` and `check_width(width, where)` throw one sentence where a setting makes no sense, `check_end(end, where)` where
/// the model ends in what the loss does not take.
/// A loss that knows softmax has `softmax_row(prediction, logits, target, width, gradient, scale)`: the prediction is
/// softmax(logits), the gradient that of the logits. The trainer uses it when the model ends in softmax; `sigmoid_row` likewise
/// when it ends in sigmoid.
template <class L>
concept Loss = internals::judge_loss_of_any<L>() == internals::loss_is::fine;

/// A metric adds rows to an accumulator of its own type, so that chunks of a batch can be counted apart and joined in order:
/// `add(accumulator, prediction, target, width)`, with static members `name` and `kind` as a loss has. One that also takes a weight may
/// stand in a WeightedMetric; one that takes nothing else is always weighted: `add(accumulator, prediction, target, width, weight)`.
/// `accumulator` is a type of its own, made of zeros by `accumulator{}`, with `merge(other)`, and `double result() const` unless the metric
/// has `double result(const accumulator&) const`, as one does whose result needs its settings. Without such a type it is a Mean.
/// `whole_samples`, `check_settings` and `check_width` are as those of a loss.
/// Every loss is a metric too: its mean row. A metric with a template `of<kind>` is used in that form.
template <class M>
concept Metric = internals::judge_metric<M, float>() == internals::loss_is::fine ||
                 internals::judge_metric<M, double>() == internals::loss_is::fine;

} // namespace protocols

namespace internals {

/// Whether a loss takes a target.
template <class L, class Y> bool accepts_target(const L& loss, const Y* target, std::size_t width)
{
    if constexpr (has_member_accepts<L>) return loss.accepts(target, width);
    else if constexpr (L::kind == target_kind::class_index) return losses::class_of(*target, width) < width;
    else return losses::all_finite(target, width);
}

/// What targets it takes, as the end of a sentence.
template <class L> [[gnu::cold]] std::string needed_target(const L& loss, std::size_t width)
{
    if constexpr (has_member_needs<L>) return loss.needs(width);
    else if constexpr (L::kind == target_kind::class_index) return text_of({"a class in [0, ", width, ')'});
    else return text_of({"finite numbers"});
}

/// A metric beside a loss: itself, or where it has one, its form for the loss's targets (`Accuracy`).
template <class M, target_kind Kind> struct metric_for {
    using type = M;
    static M from(M metric) { return metric; }
};
template <class M, target_kind Kind>
    requires requires { typename M::template of<Kind>; }
struct metric_for<M, Kind> {
    using type = typename M::template of<Kind>;
    static type from(const M&) { return {}; }
};
template <class M, target_kind Kind> struct metric_for<WeightedMetric<M>, Kind> {
    using type = WeightedMetric<typename metric_for<M, Kind>::type>;
    static type from(const WeightedMetric<M>& by) { return {metric_for<M, Kind>::from(by.metric)}; }
};

} // namespace internals

}} // namespace lamina
