// lamina/training/evaluate.hpp: losses and metrics of anything that gives predictions.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/models/predictor.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/inputs.hpp>
#include <lamina/training/check_samples.hpp>
#include <lamina/training/goals.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/reduction.hpp>
#include <lamina/training/score.hpp>
#include <lamina/training/weighted_metric.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Stands for the loss where there are metrics alone; its figure is left out.
template <target_kind Kind> struct NoLoss {
    static constexpr std::string_view name = "evaluate";
    static constexpr target_kind kind = Kind;

    template <class T, class Y> T row(const T*, const Y*, std::size_t, T*, T) const { return 0; }
};

/// The figures of predictions, which are taken as they are, on targets.
template <class S, class L, class Metrics, class Output, class Y>
[[gnu::cold]] Logs figures_of(L loss, Metrics metrics, const Output& predictions, const Y& y, std::size_t count)
{
    using T = element<Output>;
    const Shape output = sample_shape(predictions);
    if (output.size() == 0 || predictions.shape()[0] != count)
        fail({"evaluate: of ", count, " samples there are predictions of shape [", predictions.shape()[0], "] and a sample's is ",
              output, "; as many were needed"});
    const auto& targets = read_one(y, L::kind == target_kind::class_index ? without_last(output) : output, "evaluate");
    require_labels(loss, targets, count, output, "evaluate");
    const auto check_one = [&](auto& by) {
        if constexpr (requires { by.axis.see(output, by.name, ""); }) by.axis.see(output, by.name, "evaluate");
        if constexpr (requires { by.check_width(std::size_t{}, ""); })
            by.check_width(rows_of_sample(by, output).width, "evaluate");
        if constexpr (requires { by.check_settings(); }) by.check_settings();
    };
    check_one(loss);
    [&]<std::size_t... At>(std::index_sequence<At...>) {
        (check_one(unweighted_in(get<At>(metrics))), ...);
    }(std::make_index_sequence<S::metric_count>{});
    S score;
    score.count_rows(loss, output, {}, start_of(targets), {}, 0, count, {});
    const RowShare share =
        share_of(reduction_of(loss), static_cast<double>(count * rows_of_sample(loss, output).count), score.counted_rows());
    score.measure(loss, metrics, output, output_activation::none,
                  Rows<T>{start_of(predictions), nullptr, count, count, 1, nullptr, {}, share, targets.size() / count},
                  start_of(targets), {}, 0, {});
    score.end_batch(loss);
    Logs logs;
    score.report(logs, metrics, "", output);
    return logs;
}

/// The metrics in the form that the loss's targets have.
template <class L, class P, class X, class Y, class... M>
Logs evaluate_with(const L& loss, P& predictor, const Samples<X, Y>& samples, const M&... metrics)
{
    const values<typename metric_for<M, L::kind>::type...> by{{metric_for<M, L::kind>::from(metrics)}...};
    const std::size_t count = samples.size();
    if (count == 0) fail({"evaluate: there are no samples, at least one is needed"});
    const auto given = predictions_of(predictor, samples.x);
    static_assert(!is_tuple<std::remove_cvref_t<decltype(given)>>,
                  "lamina: evaluate(predictor, …) measures one output; compile(model, …).evaluate several");
    return figures_of<Score<L, typename metric_for<M, L::kind>::type...>>(loss, by, read_one(given, Shape{}, "evaluate"),
                                                                          samples.y, count);
}

} // namespace internals

/// Measures a Predictor on samples: `evaluate(p, test, SparseCategoricalCrossentropy{}, Accuracy{})`. The first measure may be a loss, whose figure
/// is called `loss`; all others are called by their names, also a loss that stands behind another measure.
///
/// Unlike a trainer's `evaluate` it takes what `predict` gives as it is: a cross-entropy is computed of probabilities and not of logits, and
/// steps that a model masks count as others. Without a loss, whole-numbered targets are classes.
///
/// Shapes   samples x [n, …], y [n] labels or [n, …output]; predictions [n, …output].
/// Refuses  no samples; targets that the loss does not take; a predictor of several outputs; what the predictor refuses.
/// Example  auto accuracy = [](auto& predictor, const auto& test) { return evaluate(predictor, test, SparseCategoricalAccuracy{})["sparse_categorical_accuracy"]; };
template <class P, class X, class Y, class First, class... Rest>
Logs evaluate(P& predictor, const Samples<X, Y>& samples, const First& first, const Rest&... rest)
{
    using T = float;
    constexpr bool predicts = Predictor<P, X>,
                   measures = ((internals::judge_metric<First, T>() == internals::loss_is::fine) && ... &&
                               (internals::judge_metric<Rest, T>() == internals::loss_is::fine));
    static_assert(predicts,
                  "lamina: evaluate takes what gives predictions for the samples' x first: a model, or a type with predict(x)");
    static_assert(measures, "lamina: what follows the samples in evaluate are losses and metrics, such as Accuracy{}");
    if constexpr (!predicts || !measures) return {};
    else if constexpr (internals::judge_loss<First, T>() == internals::loss_is::fine)
        return internals::evaluate_with(first, predictor, samples, rest...);
    else {
        using label = std::remove_cvref_t<typename std::remove_cvref_t<Y>::value_type>;
        constexpr auto kind =
            std::is_integral_v<label> ? internals::target_kind::class_index : internals::target_kind::same_shape;
        Logs logs = internals::evaluate_with(internals::NoLoss<kind>{}, predictor, samples, first, rest...);
        logs.entries.erase(logs.entries.begin());
        return logs;
    }
}

/// The same of a predictor that is made for it: `evaluate(as_predictor(interpreter), test, Accuracy{})`.
template <class P, class X, class Y, class... Measures>
    requires(!std::is_lvalue_reference_v<P>)
Logs evaluate(P&& predictor, const Samples<X, Y>& samples, const Measures&... measures)
{
    return evaluate(predictor, samples, measures...);
}

}} // namespace lamina
