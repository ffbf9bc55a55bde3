// lamina/autodiff/traced_loss.hpp: losses of values of a graph: their form in functions on tensors, weighted and reduced by nodes.
//
// How many samples there are is known when the graph runs. Targets are not looked at one by one: where a row of them cannot be used, an
// index of a class that is none, the loss is NaN or the run is refused.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/cross_entropies.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/slicing.hpp>
#include <lamina/ops/statistics_of_tensors.hpp>
#include <lamina/ops/sums_of_tensors.hpp>
#include <lamina/ops/tensor.hpp>
#include <lamina/training/reduction.hpp>
#include <lamina/training/target_kind.hpp>

#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_traced(std::string_view loss, const AnyTensor& y, const AnyTensor& p,
                                                                 std::string_view needed)
{
    fail({loss, ": in the graph y_true is ", name_of(y.dtype()), " of ", y.rank(), " axes and y_pred ", name_of(p.dtype()),
          " of ", p.rank(), "; ", needed});
}

/// y in the shape of p without its last axis.
[[gnu::cold]] inline AnyTensor in_rows_of(const AnyTensor& y, const AnyTensor& p)
{
    if (y.rank() + 1 == p.rank() && tensors::is_known(y.shape()) && tensors::is_known(p.shape())) return y;
    std::vector<std::ptrdiff_t> from(p.rank(), 0), sizes(p.rank(), -1);
    sizes.back() = 1;
    return lamina::squeeze(lamina::reshape_like(y, lamina::slice(stop_gradient(p), from, sizes)), -1);
}

/// Targets in the form that a loss's `compose` takes.
[[gnu::cold]] inline AnyTensor traced_targets(std::string_view loss, const AnyTensor& of, const AnyTensor& p, target_kind kind,
                                              bool checked)
{
    const AnyTensor y = stop_gradient(of);
    if (!is_of_variables(p.dtype())) refuse_traced(loss, y, p, "predictions are float or double");
    if (p.rank() < 1 || y.rank() < 1) refuse_traced(loss, y, p, "both are batches, [n, …]");
    if (kind == target_kind::same_shape) {
        const AnyTensor numbers = lamina::cast(y, p.dtype());
        return tensors::is_known(p.shape()) && p.shape() == y.shape() ? numbers : lamina::reshape_like(numbers, p);
    }
    AnyTensor classes = lamina::cast(y, dtype::int64);
    if (is_of_variables(y.dtype())) // what is no whole number is no class
        classes = lamina::where(lamina::equal(lamina::cast(classes, y.dtype()), y), classes, -1);
    if (kind == target_kind::class_index) return checked && y.rank() + 1 == p.rank() ? classes : in_rows_of(classes, p);
    if (p.rank() != 3 || y.rank() != 2 || y.shape()[1] == tensors::unknown || p.shape()[1] == tensors::unknown)
        refuse_traced(loss, y, p, "it takes labels [n, labels] and logits [n, steps, classes], of known labels and steps");
    return classes;
}

/// Weights that broadcast against the rows.
[[gnu::cold]] inline AnyTensor traced_weights(const AnyTensor& given, const AnyTensor& rows)
{
    const AnyTensor weights = lamina::cast(stop_gradient(given), rows.dtype());
    if (weights.rank() != 1 || rows.rank() == 1) return lamina::reshape_like(weights, stop_gradient(rows));
    std::vector<std::ptrdiff_t> extents(rows.rank(), 1);
    extents[0] = -1;
    return lamina::reshape(weights, extents);
}

/// The figure of rows that are there (all, where `there` is empty), with weights or without.
[[gnu::cold]] inline AnyTensor reduced_rows(AnyTensor rows, const AnyTensor& there, const AnyTensor& given, Reduction reduction)
{
    using enum Reduction;
    AnyTensor weights = given ? traced_weights(given, rows) : AnyTensor();
    if (there) rows = lamina::where(there, rows, lamina::zeros_like(rows));
    const AnyTensor each = weights ? rows * weights : rows;
    if (reduction == none) return each;
    if (reduction == sum) return lamina::reduce_sum(each);
    const bool by_weight = weights && reduction == mean_with_sample_weight;
    if (!there && !by_weight) return lamina::reduce_mean(each);
    AnyTensor count = there ? lamina::cast(there, rows.dtype()) : AnyTensor();
    if (by_weight) {
        const AnyTensor all = weights + lamina::zeros_like(rows); // one for each row
        count = there ? count * all : all;
    }
    const AnyTensor total = lamina::reduce_sum(count), nothing = lamina::equal(total, 0);
    return lamina::where(nothing, lamina::zeros_like(total), lamina::reduce_sum(each) / lamina::where(nothing, 1, total));
}

template <class L> bool checks_classes_itself([[maybe_unused]] const L& loss)
{
    if constexpr (requires { loss.checks_classes(); }) return loss.checks_classes();
    else return false;
}

/// A loss or a metric that has a form in functions on tensors. Rows of a target that is no class are NaN where `guards` says so.
template <class L>
AnyTensor trace_loss(L loss, Reduction reduction, const AnyTensor& y, const AnyTensor& p, const AnyTensor& weight,
                     [[maybe_unused]] bool guards = true)
{
    if constexpr (requires { Reduction(loss.reduction); }) // of a sample with parts: their mean, as long as no sum is asked for
        if (reduction != Reduction::sum) loss.reduction = Reduction::sum_over_batch_size;
    if constexpr (requires { loss.check_settings(); }) loss.check_settings();
    const bool checked = checks_classes_itself(loss);
    const AnyTensor targets = traced_targets(L::name, y, p, L::kind, checked);
    if constexpr (requires { loss.axis.last(); }) {
        Shape sample;
        for (std::size_t axis = 1; axis < p.rank(); ++axis) sample.push_back(p.shape()[axis]);
        if (!tensors::is_known(sample) && !loss.axis.none() && !loss.axis.last())
            refuse_traced(L::name, y, p, "of its axes the graph has to know the extents");
        loss.axis.see(sample, L::name, "loss");
    }
    if constexpr (requires { loss.check_width(std::size_t{}, "loss"); })
        if (const std::size_t width = p.shape().back(); width != tensors::unknown) loss.check_width(width, "loss");
    if constexpr (!requires { loss.compose(targets, p); })
        fail({L::name, ": has no form in ops, so it cannot be traced; give it a compose(y_true, y_pred)"});
    else {
        const AnyTensor rows = loss.compose(targets, p);
        if constexpr (requires { loss.over_batch(); })
            if (loss.over_batch()) {
                if (weight) fail({L::name, ": of a whole batch it is one number, so samples have no weights; name an axis"});
                return rows;
            }
        AnyTensor there;
        if constexpr (requires { loss.ignore_class.value(); })
            if (loss.ignore_class) there = lamina::not_equal(targets, static_cast<double>(*loss.ignore_class));
        AnyTensor used = rows;
        if constexpr (L::kind == target_kind::class_index)
            if (guards && !checked) {
                const auto classes = static_cast<double>(p.shape().back());
                used = lamina::where(lamina::logical_and(lamina::greater_equal(targets, 0), lamina::less(targets, classes)), rows,
                                     std::numeric_limits<double>::quiet_NaN());
            }
        return reduced_rows(std::move(used), there, weight, reduction);
    }
}

}}} // namespace lamina::internals
