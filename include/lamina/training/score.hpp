// lamina/training/score.hpp: the loss and the metrics of a chunk, summed up.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/step_mask.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/flat_tuple.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/reduction.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The outputs of a chunk of `n` samples of a batch of `batch`, and where their gradient goes (or null).
template <class T> struct Rows {
    const T* output;
    T* gradient;
    std::size_t n, batch;
    double weight = 1;         ///< of this output's loss in the model's
    const T* logits = nullptr; ///< what the last activation was given, where it is seen through
    StepMask mask{};           ///< rows of steps that are not there are passed over
    RowShare share{};          ///< what each of the others counts
    std::size_t targets = 0;   ///< of a sample, where these are sequences of labels
};

/// Whether a loss or a metric passes over rows of such a target.
template <class L, class Y> bool ignores_target([[maybe_unused]] const L& loss, [[maybe_unused]] const Y* target)
{
    if constexpr (calls_ignores<L, Y>) return loss.ignores(target);
    else return false;
}

/// The activation that a loss, also one among the metrics, looks through, and is differentiated with: the model's last one where the loss
/// has an entry for its logits. A loss of logits takes what the model gives for logits.
template <class T, class L>
constexpr output_activation seen_by([[maybe_unused]] const L& loss, [[maybe_unused]] output_activation last)
{
    if constexpr (requires { loss.from_logits; })
        if (loss.from_logits) return output_activation::none;
    if constexpr (requires { loss.takes_logits(); })
        if (loss.takes_logits()) return output_activation::none;
    if constexpr (takes_softmax_row<L, T, int>)
        if (last == output_activation::softmax) return last;
    if constexpr (takes_sigmoid_row<L, T, int>)
        if (last == output_activation::sigmoid) return last;
    return output_activation::none;
}

/// Whether a loss may look at a batch at once: it adds samples to sums of its own, which are all that its value and its gradient need.
template <class L>
concept takes_batches = requires(const L& l) {
    typename L::batch_sums;
    l.over_batch() ? 1 : 0;
};

/// What a loss of batches adds up in.
template <class L> struct batch_sums_in {
    struct type {
        void merge(const type&) {}
    };
};
template <takes_batches L> struct batch_sums_in<L> {
    using type = typename L::batch_sums;
};

/// Loss and metrics of some samples. Parts are measured apart and merged in order.
template <class L, class... Metrics> class Score {
public:
    static constexpr std::size_t metric_count = sizeof...(Metrics);

    /// Whether the loss or one of the metrics looks through the last activation.
    template <class T>
    static constexpr bool sees_through(output_activation last, const L& loss, const values<Metrics...>& metrics)
    {
        return [&]<std::size_t... At>(std::index_sequence<At...>) {
            return ((seen_by<T>(loss, last) != output_activation::none) || ... ||
                    (seen_by<T>(unweighted<Metrics>::of(get<At>(metrics)), last) != output_activation::none));
        }(std::index_sequence_for<Metrics...>{});
    }

    /// Adds the rows of a chunk whose first sample is number `first` of the batch; writes the loss's gradient, scaled by what
    /// each row counts in the batch's loss; `last` is what the logits among the rows are given to, and where the loss
    /// looks through it, the gradient is that of them. `targets` are those of all samples, `positions` chooses among them.
    template <class T, class Y>
    void measure(const L& loss, const values<Metrics...>& metrics, const Shape& output, output_activation last,
                 const Rows<T>& rows, const Y* labels, std::span<const std::size_t> positions, std::size_t first,
                 std::span<const float> weights)
    {
        const auto [each, width, step] = rows_of_sample(loss, output);
        const bool by_batch = measure_batch(loss, output, rows, labels, positions, first, weights);
        for (std::size_t i = 0; i < rows.n; ++i) {
            const std::size_t sample = positions.empty() ? first + i : positions[first + i], at = i * output.size();
            const StepMask mask = rows.mask.of_sample(i);
            const double weight = weights.empty() ? 1.0 : static_cast<double>(weights[sample]);
            const T scale = static_cast<T>(rows.weight * weight * rows.share.gradient / static_cast<double>(rows.batch * each));
            const T *const p = rows.output + at, *const z = rows.logits ? rows.logits + at : nullptr;
            T* const g = rows.gradient ? rows.gradient + at : nullptr;
            for (std::size_t r = 0; r < each && !by_batch; ++r) {
                const std::size_t from = r * width;
                const std::size_t targets = step > 0 ? step : rows.targets;
                const TargetAt<L::kind, Y> at_row(labels + (sample * each + r) * targets, targets, output.back());
                const auto* const target = at_row.get();
                if (mask.hides(r, each) || ignores_target(loss, target)) {
                    if (g) std::fill_n(g + from, width, T(0));
                    continue;
                }
                const T value = row(loss, last, p + from, z ? z + from : z, target, width, g ? g + from : g, scale);
                sum += weight * rows.share.figure * static_cast<double>(value);
            }
            add_metrics(metrics, output, last, p, z, labels, rows.targets, sample, weight, mask,
                        std::index_sequence_for<Metrics...>{});
        }
        count += rows.n * each;
    }

    /// Counts the rows of a chunk that are there, which nothing is measured of yet.
    template <class Y>
    void count_rows(const L& loss, const Shape& output, StepMask masks, const Y* labels, std::span<const std::size_t> positions,
                    std::size_t first, std::size_t n, std::span<const float> weights)
    {
        const auto [each, width, step] = rows_of_sample(loss, output);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t sample = positions.empty() ? first + i : positions[first + i];
            const StepMask mask = masks.of_sample(i);
            std::size_t rows_there = 0;
            for (std::size_t r = 0; r < each; ++r)
                rows_there += !mask.hides(r, each) && !ignores_target(loss, labels + (sample * each + r) * step);
            there.add(rows_there, weights.empty() ? 1.0 : static_cast<double>(weights[sample]));
        }
    }
    const RowCount& counted_rows() const { return there; }

    void merge(const Score& other)
    {
        sum += other.sum;
        count += other.count;
        batch.merge(other.batch);
        batch_weight += other.batch_weight;
        batch_share = other.batch_share;
        there.rows += other.there.rows;
        there.weight += other.there.weight;
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (get<At>(kept).merge(get<At>(other.kept)), ...);
        }(std::index_sequence_for<Metrics...>{});
    }

    /// Ends a batch, of which all chunks were measured and merged: a loss that looks at it at once has its value now.
    void end_batch([[maybe_unused]] const L& loss)
    {
        if constexpr (takes_batches<L>) {
            if (loss.over_batch()) sum += batch_weight * batch_share * loss.batch_value(batch);
            batch = {};
            batch_weight = 0;
        }
    }

    /// The names in a checkpoint, between two batches.
    template <class F> void for_each_state(F&& f)
    {
        f("sum", sum);
        f("count", count);
        f("rows", there);
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (f(text_of({"metric_", At + 1}), get<At>(kept)), ...);
        }(std::index_sequence_for<Metrics...>{});
    }

    double loss() const { return count == 0 ? 0 : sum / static_cast<double>(count); }

    /// Sets `loss` and the metrics, by name, in `logs`; allocates only where a name is new, or a metric has several figures. `output` is
    /// the shape of a sample's output.
    void report(Logs& logs, [[maybe_unused]] const values<Metrics...>& metrics, std::string_view prefix,
                [[maybe_unused]] const Shape& output) const
    {
        logs.set(prefix, "loss", loss());
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (report_metric<Metrics>(logs, get<At>(metrics), get<At>(kept), prefix, output), ...);
        }(std::index_sequence_for<Metrics...>{});
    }

private:
    /// Sets one figure, or several whose names end in their number, counted from 0.
    template <class M, class A>
    static void report_metric(Logs& logs, const M& metric, const A& kept, std::string_view prefix,
                              [[maybe_unused]] const Shape& output)
    {
        using Plain = typename unweighted<M>::type;
        constexpr std::string_view name = name_of_metric<M, Metrics...>();
        if constexpr (gives_figures<Plain, A>) {
            const Plain& by = unweighted<M>::of(metric);
            const std::size_t count = by.figures(rows_of_sample(by, output).width);
            for (std::size_t i = 0; i < count; ++i) {
                std::string numbered(name);
                if (count > 1) append(numbered, {'_', i});
                logs.set(prefix, numbered, by.result(kept, i));
            }
        }
        else logs.set(prefix, name, result_of<M>(metric, kept));
    }

    template <class M, class A> static double result_of([[maybe_unused]] const M& metric, const A& kept)
    {
        if constexpr (gives_result<typename unweighted<M>::type, A>) return unweighted<M>::of(metric).result(kept);
        else return kept.result();
    }

    template <class AnyLoss, class T, class Y>
    static T row(const AnyLoss& loss, [[maybe_unused]] output_activation last, const T* p, [[maybe_unused]] const T* z,
                 const Y* target, std::size_t width, T* g, T scale)
    {
        if constexpr (requires { loss.softmax_row(p, z, target, width, g, scale); })
            if (seen_by<T>(loss, last) == output_activation::softmax) return loss.softmax_row(p, z, target, width, g, scale);
        if constexpr (requires { loss.sigmoid_row(p, z, target, width, g, scale); })
            if (seen_by<T>(loss, last) == output_activation::sigmoid) return loss.sigmoid_row(p, z, target, width, g, scale);
        return loss.row(p, target, width, g, scale);
    }

    template <class T, class Y, std::size_t... At>
    void add_metrics([[maybe_unused]] const values<Metrics...>& metrics, [[maybe_unused]] const Shape& output,
                     [[maybe_unused]] output_activation last, [[maybe_unused]] const T* p, [[maybe_unused]] const T* z,
                     [[maybe_unused]] const Y* labels, [[maybe_unused]] std::size_t targets, [[maybe_unused]] std::size_t sample,
                     [[maybe_unused]] double weight, [[maybe_unused]] StepMask mask, std::index_sequence<At...>)
    {
        (add_sample(get<At>(kept), get<At>(metrics), output, last, p, z, labels, targets, sample, weight, mask), ...);
    }

    /// Adds the rows of a sample to what one metric keeps.
    template <class A, class M, class T, class Y>
    static void add_sample(A& to, const M& metric, const Shape& output, [[maybe_unused]] output_activation last, const T* p,
                           [[maybe_unused]] const T* z, const Y* labels, [[maybe_unused]] std::size_t targets, std::size_t sample,
                           [[maybe_unused]] double weight, StepMask mask)
    {
        using Plain = typename unweighted<M>::type;
        const Plain& by = unweighted<M>::of(metric);
        const auto [each, width, step] = rows_of_sample(by, output);
        for (std::size_t r = 0; r < each; ++r, p += width) {
            const std::size_t count = step > 0 ? step : targets;
            const TargetAt<Plain::kind, Y> at_row(labels + (sample * each + r) * count, count, output.back());
            const auto* const target = at_row.get();
            using Target = typename TargetAt<Plain::kind, Y>::type;
            if (mask.hides(r, each) || ignores_target(by, target)) continue;
            if constexpr (!is_weighted<M> && calls_add<const Plain, A, T, Target>) by.add(to, p, target, width);
            else if constexpr (calls_weighted_add<const Plain, A, T, Target>) by.add(to, p, target, width, weight);
            else {
                const double value =
                    static_cast<double>(row(by, last, p, z ? z + r * width : z, target, width, static_cast<T*>(nullptr), T(1)));
                to.add(value, is_weighted<M> ? weight : 1.0);
            }
        }
    }

    /// Adds a chunk to the batch that a loss looks at at once, and writes its gradient where this is all of the batch. False if the loss has rows.
    template <class T, class Y>
    bool measure_batch([[maybe_unused]] const L& loss, [[maybe_unused]] const Shape& output, [[maybe_unused]] const Rows<T>& rows,
                       [[maybe_unused]] const Y* labels, [[maybe_unused]] std::span<const std::size_t> positions,
                       [[maybe_unused]] std::size_t first, [[maybe_unused]] std::span<const float> weights)
    {
        if constexpr (!takes_batches<L>) return false;
        else {
            if (!loss.over_batch()) return false;
            const std::size_t size = output.size();
            const auto each_sample = [&](const auto& f) {
                for (std::size_t i = 0; i < rows.n; ++i) {
                    const std::size_t sample = positions.empty() ? first + i : positions[first + i];
                    f(i, sample, rows.output + i * size, labels + sample * size);
                }
            };
            each_sample([&](std::size_t, std::size_t sample, const T* p, const Y* t) {
                loss.add_to_batch(batch, p, t, size);
                batch_weight += weights.empty() ? 1.0 : static_cast<double>(weights[sample]);
            });
            // One number, times the weight of each sample; without weights it is the loss, whatever the reduction.
            const RowShare share = weights.empty() ? RowShare{} : rows.share;
            const double scale = rows.weight * share.gradient * batch_weight / static_cast<double>(rows.batch);
            batch_share = share.figure;
            if (rows.gradient)
                each_sample([&](std::size_t i, std::size_t, const T* p, const Y* t) {
                    loss.batch_gradient(batch, p, t, size, rows.gradient + i * size, static_cast<T>(scale));
                });
            return true;
        }
    }

    double sum = 0;
    std::size_t count = 0;
    RowCount there{};
    [[no_unique_address]] typename batch_sums_in<L>::type batch{}; ///< of a loss that looks at a batch at once
    double batch_weight = 0, batch_share = 1;
    values<typename accumulator_in<Metrics>::type...> kept{};
};

}}} // namespace lamina::internals
