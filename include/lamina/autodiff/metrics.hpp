// lamina/autodiff/metrics.hpp: metrics as functions on tensors: metric(y_true, y_pred), and in traced graphs.
//
// Those that are a mean over samples, as accuracies and losses are: of each batch a number, and of batches their mean. Of tensors it is the
// metric's own rows, as in `evaluate`; of values of a graph its form in functions on tensors, `compose(y_true, y_pred)`, a number for each row.
#pragma once

#include <lamina/autodiff/losses.hpp>
#include <lamina/autodiff/traced_loss.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/tensor.hpp>
#include <lamina/ops/tracing.hpp>
#include <lamina/training/judge_metric.hpp>
#include <lamina/training/mean.hpp>
#include <lamina/training/reduction.hpp>
#include <lamina/training/target_kind.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// A metric that finds out by itself what targets it gets, as Accuracy does.
template <class M>
concept takes_any_kind = requires { typename M::template of<target_kind::same_shape>; };

/// Whether a metric is the mean of a number for each row.
template <class M>
inline constexpr bool is_mean_of_rows = takes_any_kind<M> || (std::is_same_v<typename accumulator_in<M>::type, protocols::Mean> &&
                                                              !has_member_result<M> && !has_member_figures<M>);

/// Where it is false its arguments are the error message.
template <class Metric, bool Mean> inline constexpr bool is_a_mean_over_samples = Mean;

template <class T, class M>
AnyTensor mean_of_rows(const M& metric, const AnyTensor& y, const AnyTensor& p, const AnyTensor& weight, bool whole)
{
    constexpr bool of_numbers = M::kind == target_kind::same_shape;
    using Y = std::conditional_t<of_numbers, T, double>;
    const StopRecording pause(~0u);
    const LossSizes sizes = loss_sizes(M::name, y, p, M::kind, whole);
    if constexpr (requires { metric.check_width(sizes.width, "metric"); }) metric.check_width(sizes.width, "metric");
    const AnyTensor targets = lamina::cast(y, stored_types::dtype_of<Y>);
    const AnyTensor weights = weight ? weights_of_rows(M::name, weight, sizes, p.dtype()) : AnyTensor();
    protocols::Mean mean;
    for (std::size_t row = 0; row < sizes.rows; ++row)
        metric.add(mean, p.numbers<T>() + row * sizes.width, targets.numbers<Y>() + row * sizes.targets, sizes.width,
                   weights ? static_cast<double>(weights.numbers<T>()[row]) : 1.0);
    AnyTensor value = tensors::empty_tensor(p.dtype(), Shape{});
    *value.numbers<T>() = static_cast<T>(mean.result());
    return value;
}

/// A loss whose metric is another number.
template <class M> struct AsMetric : M {
    template <class X> X compose(const X& y, const X& p) const { return M::compose_metric(y, p); }
};

template <class M> AnyTensor metric_of_one_kind(M metric, const AnyTensor& y, const AnyTensor& p, const AnyTensor& weight)
{
    const bool traced = tensors::tracing && (tensors::is_symbolic(y) || tensors::is_symbolic(p) || tensors::is_symbolic(weight));
    if (traced) {
        const auto as = Reduction::mean_with_sample_weight;
        if constexpr (requires { metric.compose_metric(y, p); })
            return trace_loss(AsMetric<M>{metric}, as, y, stop_gradient(p), weight, false);
        else return trace_loss(metric, as, y, stop_gradient(p), weight, !has_member_add<M>);
    }
    if constexpr (!has_member_add<M>) { // a loss
        if constexpr (requires { metric.reduction = Reduction::mean_with_sample_weight; })
            metric.reduction = Reduction::mean_with_sample_weight;
        return loss_of(metric, y, stop_gradient(p), weight);
    }
    else {
        bool whole = takes_whole_samples<M>;
        if constexpr (requires { metric.axis.last(); }) {
            Shape sample;
            for (std::size_t axis = 1; axis < p.rank(); ++axis) sample.push_back(p.shape()[axis]);
            metric.axis.see(sample, M::name, "metric");
            whole = whole || !metric.axis.last();
        }
        if constexpr (requires { metric.check_settings(); }) metric.check_settings();
        return p.dtype() == dtype::float64 ? mean_of_rows<double>(metric, y, p, weight, whole)
                                           : mean_of_rows<float>(metric, y, p, weight, whole);
    }
}

/// Whether targets are classes: they lack the axis of the predictions, or have it with extent 1.
[[gnu::cold]] inline bool are_classes(std::string_view metric, const AnyTensor& y, const AnyTensor& p)
{
    if (p.rank() < 1 || p.shape().back() == tensors::unknown)
        fail({metric, ": the last axis of y_pred has to be known; name the metric, as SparseCategoricalAccuracy"});
    return p.shape().back() != 1 && (y.rank() < p.rank() || y.shape().back() == 1);
}

} // namespace internals

/// A metric of predictions that is a mean over samples, by weights if there are some: the same as `metric(y_true, y_pred)` for the metrics of
/// lamina, and what `evaluate` gives of these samples. Losses are such metrics too, as their mean over rows. Nothing flows back through it.
///
/// Shapes     y_pred [n, …]; y_true as the metric's targets are, of any type; sample_weight [n], or one for each row.
/// Errors     at compile time a metric that is no mean over samples (AUC, RootMeanSquaredError, Precision, F1Score, MeanIoU, R2Score, …):
///            a mean of it over batches would be another number; `evaluate` has it. What the metric refuses.
/// Example    auto right = metric_of(SparseCategoricalAccuracy{}, constant({1, 0}), constant({{0.2f, 0.8f}, {0.9f, 0.1f}})); // 1
template <class M, TensorLike Y, TensorLike P>
AnyTensor metric_of(const M& metric, const Y& y_true, const P& y_pred, const AnyTensor& sample_weight = {})
{
    using namespace internals;
    constexpr bool mean = is_mean_of_rows<M>;
    static_assert(
        is_a_mean_over_samples<M, mean>,
        "lamina: this metric is no mean over samples, so it has no value in a graph or of a tensor; ask evaluate for it");
    if constexpr (!mean) return {};
    else if constexpr (!takes_any_kind<M>) return metric_of_one_kind(metric, y_true, y_pred, sample_weight);
    else if (are_classes(M::name, y_true, y_pred))
        return metric_of_one_kind(typename M::template of<target_kind::class_index>{}, y_true, y_pred, sample_weight);
    else return metric_of_one_kind(typename M::template of<target_kind::same_shape>{}, y_true, y_pred, sample_weight);
}

}} // namespace lamina
