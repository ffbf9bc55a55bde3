// lamina/autodiff/losses.hpp: losses as functions on tensors: loss(y_true, y_pred), under tapes of any order.
//
// A call runs the loss's own rows, as training does, and is one step of the journal; the way back runs them again for their gradients. Where a tape
// listens to the way back, the step is differentiated through the loss's form in functions on tensors: a member
// `template <class X> X compose(const X& y, const X& p) const`, which gives a number for each row. y has the type of p, or is int64 where it
// holds classes.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/autodiff/traced_loss.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/ops/cast.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/concat.hpp>
#include <lamina/ops/extremes.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/gathering.hpp>
#include <lamina/ops/journal.hpp>
#include <lamina/ops/matmul.hpp>
#include <lamina/ops/powers_of_tensors.hpp>
#include <lamina/ops/shaping.hpp>
#include <lamina/ops/slicing.hpp>
#include <lamina/ops/statistics_of_tensors.hpp>
#include <lamina/ops/sums_of_tensors.hpp>
#include <lamina/ops/tracing.hpp>
#include <lamina/ops/transpose.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/reduction.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What a loss looks at: predictions, targets and the sizes of both.
struct LossSizes {
    std::size_t samples, rows, width, targets; ///< rows of the batch, numbers of a row in the prediction and in the target
    std::size_t classes;
    Shape of_rows; ///< the shape of the rows' losses
};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_targets(std::string_view loss, const AnyTensor& y, const AnyTensor& p,
                                                                  std::string_view needed)
{
    fail({loss, ": y_true is ", name_of(y.dtype()), ' ', y.shape(), " and y_pred ", name_of(p.dtype()), ' ', p.shape(), "; ",
          needed});
}

/// The rows of a batch, where a sample's output is as `RowsOfSample` has it; refuses targets of another shape.
[[gnu::cold]] inline LossSizes loss_sizes(std::string_view loss, const AnyTensor& y, const AnyTensor& p, target_kind kind,
                                          bool whole_samples)
{
    if (!is_of_variables(p.dtype())) refuse_targets(loss, y, p, "predictions are float or double");
    if (p.rank() < 1 || y.rank() < 1) refuse_targets(loss, y, p, "both are batches, [n, …]");
    LossSizes s{p.shape()[0], 0, 0, 0, p.shape().back(), {}};
    const std::size_t kept = whole_samples ? 1 : p.rank() - 1;
    for (std::size_t axis = 0; axis < kept; ++axis) s.of_rows.push_back(p.shape()[axis]);
    s.rows = s.of_rows.size();
    s.width = s.rows == 0 ? 0 : p.size() / s.rows;
    s.targets = kind == target_kind::class_index ? 1 : s.width;
    if (kind == target_kind::label_sequence) {
        if (p.rank() != 3 || y.rank() != 2 || y.shape()[0] != s.samples)
            refuse_targets(loss, y, p, "it takes labels [n, labels] and logits [n, steps, classes]");
        s.targets = y.shape()[1];
    }
    else if (y.shape()[0] != s.samples || y.size() != s.rows * s.targets)
        refuse_targets(loss, y, p,
                       kind == target_kind::class_index ? "it takes a class for each row of the prediction"
                                                        : "it takes a target for each number of the prediction");
    return s;
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_target(std::string_view loss, std::size_t row, std::string_view needs)
{
    fail({loss, ": the target of row ", row, " of y_true cannot be used; it needs ", needs});
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_loss_form(std::string_view loss)
{
    fail({loss, ": has no form in ops, so it has no derivative of second order; give it a compose(y_true, y_pred)"});
}

/// A number for each row, of weights that have one for each row or for each sample.
[[gnu::cold]] inline AnyTensor weights_of_rows(std::string_view loss, const AnyTensor& given, const LossSizes& s, dtype type)
{
    const StopRecording pause(~0u);
    AnyTensor each = lamina::cast(given, type), all = tensors::empty_tensor(type, Shape{s.rows});
    if (each.size() == s.rows && s.rows > 0) return lamina::reshape(each, {static_cast<std::ptrdiff_t>(s.rows)});
    if (each.size() != s.samples)
        fail({loss, ": sample_weight is ", given.shape(), "; it has a number for each of the ", s.samples, " samples, or of the ",
              s.rows, " rows"});
    for (std::size_t row = 0; row < s.rows; ++row) {
        const double weight = each.item(row / (s.rows / s.samples));
        if (type == dtype::float32) all.numbers<float>()[row] = static_cast<float>(weight);
        else all.numbers<double>()[row] = weight;
    }
    return all;
}

/// Classes as int64; numbers that are no whole ones are none.
[[gnu::cold]] inline AnyTensor whole_targets(const AnyTensor& y)
{
    AnyTensor whole = tensors::empty_tensor(dtype::int64, y.shape());
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double value = y.item(i);
        const bool fits = value == std::trunc(value) && std::abs(value) < 9e15;
        whole.numbers<std::int64_t>()[i] = fits ? static_cast<std::int64_t>(value) : std::int64_t{-1} << 62;
    }
    return whole;
}

template <class L> inline constexpr bool takes_whole_batches = requires(const L& loss) { loss.over_batch() ? 1 : 0; };

/// A loss with its targets: the value of each row, and its gradient. `shares` is what a row counts, 0 of one that is ignored.
template <class L, class T> struct LossRows {
    static constexpr bool of_numbers = L::kind == target_kind::same_shape;
    using Y = std::conditional_t<of_numbers, T, std::int64_t>;

    L loss;
    AnyTensor targets, shares;
    LossSizes sizes;
    bool by_batch = false; ///< it has one value for the whole batch

    auto target_at(std::size_t row) const
    {
        return TargetAt<L::kind, Y>(targets.numbers<Y>() + row * sizes.targets, sizes.targets, sizes.classes);
    }

    /// Refuses targets that the loss does not take, and leaves out those that it ignores; gives how many there are.
    RowCount count(const AnyTensor& weights)
    {
        RowCount there;
        for (std::size_t row = 0; row < sizes.rows; ++row) {
            const auto at = target_at(row);
            T& share = shares.numbers<T>()[row];
            share = weights ? weights.numbers<T>()[row] : T(1);
            if (!accepts_target(loss, at.get(), sizes.width)) refuse_target(L::name, row, needed_target(loss, sizes.width));
            if constexpr (requires { loss.ignores(at.get()); })
                if (loss.ignores(at.get())) {
                    share = 0;
                    continue;
                }
            there.add(1, static_cast<double>(share));
        }
        return there;
    }

    /// The losses of the rows, each times its share, or their sum.
    AnyTensor values(const AnyTensor& p, bool each) const
    {
        AnyTensor y = tensors::empty_tensor(p.dtype(), each ? sizes.of_rows : Shape{});
        double sum = 0;
        if (by_batch) sum = value_of_batch(p);
        for (std::size_t row = 0; row < sizes.rows && !by_batch; ++row) {
            const T share = shares.numbers<T>()[row];
            const auto at = target_at(row);
            const T value = share == 0 ? T(0)
                                       : share * loss.row(p.numbers<T>() + row * sizes.width, at.get(), sizes.width,
                                                          static_cast<T*>(nullptr), T(1));
            sum += static_cast<double>(value);
            if (each) y.numbers<T>()[row] = value;
        }
        if (!each) *y.numbers<T>() = static_cast<T>(sum);
        return y;
    }
    double value_of_batch([[maybe_unused]] const AnyTensor& p) const
    {
        if constexpr (takes_whole_batches<L>) {
            typename L::batch_sums sums{};
            L::add_to_batch(sums, p.numbers<T>(), targets.numbers<Y>(), p.size());
            return loss.batch_value(sums);
        }
        else return 0;
    }

    /// The gradient of the predictions, for a dy of one number or of one for each row.
    AnyTensor gradient(const AnyTensor& p, const AnyTensor& dy) const
    {
        AnyTensor dp = tensors::empty_tensor(p.dtype(), p.shape());
        if constexpr (takes_whole_batches<L>)
            if (by_batch) {
                typename L::batch_sums sums{};
                L::add_to_batch(sums, p.numbers<T>(), targets.numbers<Y>(), p.size());
                loss.batch_gradient(sums, p.numbers<T>(), targets.numbers<Y>(), p.size(), dp.numbers<T>(), *dy.numbers<T>());
                return dp;
            }
        const bool each = dy.size() == sizes.rows && dy.rank() > 0;
        for (std::size_t row = 0; row < sizes.rows; ++row) {
            const T share = shares.numbers<T>()[row];
            T* const to = dp.numbers<T>() + row * sizes.width;
            if (share == 0) std::fill_n(to, sizes.width, T(0));
            else
                static_cast<void>(loss.row(p.numbers<T>() + row * sizes.width, target_at(row).get(), sizes.width, to,
                                           share * dy.numbers<T>()[each ? row : 0]));
        }
        return dp;
    }

    /// The same value in functions on tensors.
    AnyTensor compose(const AnyTensor& p, bool each) const
    {
        if constexpr (!requires { loss.compose(targets, p); }) refuse_loss_form(L::name);
        else {
            const AnyTensor rows = loss.compose(targets, p);
            if (by_batch) return rows;
            const AnyTensor shared = lamina::reshape(rows, {static_cast<std::ptrdiff_t>(sizes.rows)}) * shares;
            return each ? lamina::reshape(shared, sizes.of_rows) : lamina::reduce_sum(shared);
        }
    }
};

inline constexpr tensors::OpEntry loss_entry{"loss", keeps::inputs, nullptr, nullptr, nullptr};

template <class L, class T> struct LossStep : tensors::Extension {
    std::shared_ptr<const LossRows<L, T>> rows;
    bool each;
    LossStep(std::shared_ptr<const LossRows<L, T>> of, bool each_row) : rows(std::move(of)), each(each_row) {}

    void gradient(const tensors::StepBack& step, AnyTensor* dx) override
    {
        auto& journal = tensors::journal();
        if (tensors::recording == 0 || ((journal.followed(step.in) | (journal.tapes_of(step.dy) & tensors::recording)) == 0)) {
            dx[0] = rows->gradient(step.in[0], step.dy);
            return;
        }
        AnyTensor p = step.in[0];
        GradientTape tape({.watch_accessed_variables = false});
        tape.watch(p);
        dx[0] = tape.gradient(rows->compose(p, each), p, step.dy);
    }
};

template <class T, class L> AnyTensor loss_of_type(L loss, const AnyTensor& y, const AnyTensor& p, const AnyTensor& weight)
{
    const Reduction reduction = reduction_of(loss);
    if constexpr (requires { Reduction(loss.reduction); }) // of a sample with parts: their mean, as long as no sum is asked for
        if (reduction != Reduction::sum) loss.reduction = Reduction::sum_over_batch_size;
    if constexpr (requires { loss.check_settings(); }) loss.check_settings();
    Shape sample;
    for (std::size_t axis = 1; axis < p.rank(); ++axis) sample.push_back(p.shape()[axis]);
    if constexpr (requires { loss.axis.see(sample, L::name, "loss"); }) loss.axis.see(sample, L::name, "loss");
    bool whole = takes_whole_samples<L> || L::kind == target_kind::label_sequence;
    if constexpr (requires { loss.axis.last(); }) whole = whole || !loss.axis.last();
    const LossSizes sizes = loss_sizes(L::name, y, p, L::kind, whole);
    if constexpr (requires { loss.check_width(sizes.width, "loss"); }) loss.check_width(sizes.width, "loss");

    const auto rows = std::make_shared<LossRows<L, T>>();
    rows->sizes = sizes;
    {
        const StopRecording pause(~0u);
        if constexpr (LossRows<L, T>::of_numbers) rows->targets = lamina::reshape_like(lamina::cast(y, p.dtype()), p);
        else if constexpr (L::kind == target_kind::label_sequence) rows->targets = whole_targets(y);
        else rows->targets = lamina::reshape(whole_targets(y), sizes.of_rows);
    }
    const AnyTensor weights = weight ? weights_of_rows(L::name, weight, sizes, p.dtype()) : AnyTensor();
    rows->shares = tensors::empty_tensor(p.dtype(), Shape{sizes.rows});
    if constexpr (takes_whole_batches<L>) rows->by_batch = loss.over_batch();
    rows->loss = std::move(loss);
    const bool each = reduction == Reduction::none && !rows->by_batch;
    if (rows->by_batch && weight)
        fail({L::name, ": of a whole batch it is one number, so samples have no weights; name an axis"});
    const RowCount there = rows->count(weights);
    const double by = reduction == Reduction::mean_with_sample_weight ? there.weight
                      : reduction == Reduction::sum_over_batch_size   ? there.rows
                                                                      : 1;
    if (!each)
        for (std::size_t row = 0; row < sizes.rows; ++row)
            rows->shares.template numbers<T>()[row] =
                by == 0 ? T(0) : static_cast<T>(rows->shares.template numbers<T>()[row] / static_cast<T>(by));
    AnyTensor value = rows->values(p, each);
    if (tensors::recording != 0) {
        const AnyTensor* const in[]{&p};
        if (const auto tapes = tensors::journal().followed({in, 1}))
            tensors::journal().append(loss_entry, {in, 1}, value, {}, tapes).more = std::make_unique<LossStep<L, T>>(rows, each);
    }
    return value;
}

} // namespace internals

/// The loss of predictions, by the loss's reduction: a scalar, or with Reduction::none a number for each row. The same as `loss(y_true, y_pred)`
/// for the losses of lamina, and for one of your own. Tapes follow y_pred; y_true and the weights are constants.
///
/// Shapes     y_pred [n, …]; y_true as the loss's targets are, of any type; sample_weight [n], or one for each row.
/// Errors     what the loss refuses; targets and weights of another shape. A loss without `compose` has derivatives of first order alone.
/// Numerics   value and first derivatives are those of training, row by row.
///            Of values of a graph it is the loss's `compose`: a target that cannot be used makes it NaN, or the run is refused.
/// Example    auto loss = SparseCategoricalCrossentropy{.from_logits = true}(constant({1, 0}), zeros({2, 10}));
template <protocols::Loss L, TensorLike Y, TensorLike P>
AnyTensor loss_of(const L& loss, const Y& y_true, const P& y_pred, const AnyTensor& sample_weight = {})
{
    namespace parts = internals::tensors;
    if (parts::tracing) [[unlikely]]
        if (parts::is_symbolic(y_true) || parts::is_symbolic(y_pred) || parts::is_symbolic(sample_weight))
            return internals::trace_loss(loss, internals::reduction_of(loss), y_true, y_pred, sample_weight);
    if (y_pred.dtype() == dtype::float32) return internals::loss_of_type<float>(loss, y_true, y_pred, sample_weight);
    return internals::loss_of_type<double>(loss, y_true, y_pred, sample_weight);
}

}} // namespace lamina
