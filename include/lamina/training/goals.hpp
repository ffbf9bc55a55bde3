// lamina/training/goals.hpp: what the outputs of a model are measured by: a loss and metrics for each.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/flat_tuple.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/trace/execution.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/trace.hpp>
#include <lamina/training/check_samples.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/score.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// The losses of a model with several outputs, one for each, in order:
/// `Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.weighted(1, 0.5).named("digit", "angle")`.
///
/// What is learned is their weighted sum, `loss` in the figures. Each loss by itself and without its weight is `output_1_loss`,
/// `output_2_loss` …, or with names `digit_loss`, `angle_loss`; the metrics of an output are named likewise.
template <class... L> struct Losses {
    static constexpr internals::loss_is answer =
        internals::wrong_loss<L...>::answer; // a variable: clang prints its value by name
    static_assert(internals::loss_fits<typename internals::wrong_loss<L...>::type, answer>,
                  "lamina: Losses{...} holds a loss for each output of the model, and nothing else");
    static constexpr std::size_t count = sizeof...(L);

    std::tuple<L...> losses;
    std::array<double, count> weights;
    std::array<std::string, count> names;

    LAMINA_OUTLINED Losses(L... one_an_output) : losses(std::move(one_an_output)...)
    {
        weights.fill(1);
        for (std::size_t i = 0; i < count; ++i) internals::append(names[i], {"output_", i + 1});
    }

    /// What each loss is multiplied by in their sum; Keras's `loss_weights`. Refuses what is no finite number.
    template <class... W> LAMINA_OUTLINED Losses weighted(W... by) const
    {
        static_assert(sizeof...(W) == count, "lamina: weighted needs a number for each loss");
        Losses changed = *this;
        changed.weights = {static_cast<double>(by)...};
        for (const double weight : changed.weights)
            if (!internals::is_finite(weight))
                internals::fail({"Losses: ", weight, " is the weight of a loss, a finite number is needed"});
        return changed;
    }

    /// What the outputs are called in the figures. Refuses a name that is empty, is there twice, or begins as those of validation.
    template <class... Names> LAMINA_OUTLINED Losses named(const Names&... of) const
    {
        static_assert(sizeof...(Names) == count, "lamina: named needs a name for each loss");
        Losses changed = *this;
        changed.names = {std::string(of)...};
        for (const auto& name : changed.names)
            if (name.empty() || name == "val" || name.starts_with("val_") ||
                std::count(changed.names.begin(), changed.names.end(), name) > 1)
                internals::fail(
                    {"Losses: \"", name, "\" cannot name an output; names differ, are not empty and do not begin with val_"});
        return changed;
    }
};

/// The metrics of one output, where they are none or more than one: `compile(model, Adam{}, Losses{a, b}, Metrics{}, Accuracy{})`.
template <class... M> struct Metrics {
    std::tuple<M...> metrics;

    Metrics(M... of) : metrics(std::move(of)...) {}
};

}} // namespace lamina

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What one output is measured by.
template <class L, class... M> struct Goal {
    using loss_type = L;
    using score = Score<L, M...>;

    /// Without a name it is the only output of its model.
    [[gnu::cold]] Goal(double times, const std::string& name, L by, M... also)
        : loss(std::move(by)), metrics{{std::move(also)}...}, weight(times)
    {
        if (!name.empty()) append(prefix, {name, '_'});
        append(validation_prefix, {"val_", prefix});
    }

    template <class F> [[gnu::cold]] void check_metrics([[maybe_unused]] const F& f) const
    {
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (f(internals::unweighted<M>::of(internals::get<At>(metrics))), ...);
        }(std::index_sequence_for<M...>{});
    }

    L loss;
    internals::values<M...> metrics;
    double weight;
    std::string prefix, validation_prefix;             ///< of the names of its figures
    Shape output{};                                    ///< of a sample
    output_activation last = output_activation::none;  ///< the output's last activation, where loss or metrics look through it
    output_activation fused = output_activation::none; ///< the same where the loss is differentiated together with it
};

/// The goals of all outputs of a model, and how its samples are scored with them.
template <class... G> class Goals {
    using indices = std::index_sequence_for<G...>;

public:
    static constexpr std::size_t count = sizeof...(G);
    /// The scores of some samples, one for each output.
    using Totals = internals::values<typename G::score...>;
    template <std::size_t At> using loss_at = typename std::tuple_element_t<At, std::tuple<G...>>::loss_type;

    [[gnu::cold]] explicit Goals(G... of) : goals{{std::move(of)}...} {}

    const loss_at<0>& first_loss() const { return internals::get<0>(goals).loss; }
    /// Calls `f(goal)` for each output.
    template <class F> void for_each_goal(F&& f) const
    {
        for_each([&](auto, const auto& goal) { f(goal); });
    }

    /// Finds out what each output ends in, and checks the settings of its loss and metrics.
    template <class T> [[gnu::cold]] void prepare(const Plan<T>& plan)
    {
        for_each([&]<std::size_t At>(fixed<At>, auto& goal) {
            using score = typename std::tuple_element_t<At, std::tuple<G...>>::score;
            const output_activation end = Execution<T>::ends_in(plan, At);
            goal.output = plan.output_shape(At);
            const std::string where = internals::place_of("compile", "output", At, count);
            if (end == output_activation::softmax && plan.output_shape(At).back() == 1)
                fail({where,
                      ": softmax over one output is always 1; end the model in sigmoid, or give it an output for each class"});
            const auto see = [&](auto& by) {
                if constexpr (requires { by.axis.see(goal.output, by.name, ""); })
                    by.axis.see(goal.output, by.name, where.c_str());
            };
            see(goal.loss);
            [&]<std::size_t... M>(std::index_sequence<M...>) {
                (see(unweighted_in(internals::get<M>(goal.metrics))), ...);
            }(std::make_index_sequence<score::metric_count>{});
            const auto judge = [&]<class M>(const M& by) {
                check_one(by, end, rows_of_sample(by, plan.output_shape(At)).width, where);
            };
            judge(goal.loss);
            goal.check_metrics([&](const auto& by) {
                judge(by);
                if (reduction_of(by) != Reduction::sum_over_batch_size)
                    fail({where, ": ", by.name, " among the metrics is the mean of its rows; leave its reduction out"});
            });
            if (!Execution<T>::hands_out_logits(plan, At)) return;
            goal.fused = seen_by<T>(goal.loss, end);
            if (score::template sees_through<T>(end, goal.loss, goal.metrics)) goal.last = end;
        });
    }

    /// Which outputs are seen through to their logits, as `Execution` asks.
    std::array<bool, count> seen_through() const
    {
        std::array<bool, count> found{};
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) { found[At] = goal.last != output_activation::none; });
        return found;
    }

    /// What the gradient of each output is given for, as `Execution::backward` asks.
    std::array<output_activation, count> fused() const
    {
        std::array<output_activation, count> found{};
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) { found[At] = goal.fused; });
        return found;
    }

    /// The shape of a sample's targets for each output.
    template <class T> [[gnu::cold]] std::array<Shape, count> target_shapes(const Plan<T>& plan) const
    {
        std::array<Shape, count> needed{};
        for_each([&]<std::size_t At>(fixed<At>, const auto&) {
            needed[At] = loss_at<At>::kind == target_kind::class_index ? internals::without_last(plan.output_shape(At))
                                                                       : plan.output_shape(At);
        });
        return needed;
    }

    /// Throws unless every output has as many targets as there are samples, and its loss accepts them.
    template <class T, class Y>
    [[gnu::cold]] void require_targets(const Y& y, std::size_t samples, const Plan<T>& plan, const char* where) const
    {
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) {
            const std::string place = count > 1 ? internals::place_of(where, "output", At, count) : std::string(); // allocates
            require_labels(goal.loss, tensor_at<At>(y), samples, plan.output_shape(At), count > 1 ? place.c_str() : where);
        });
    }

    /// Adds a chunk of n samples of a batch of `batch` to the scores, as the outputs lie in the room; writes their gradients where
    /// the room trains. `shares` are those of `row_shares`, the other arguments those of `Score::measure`.
    template <class M, class T, class Y>
    void measure(Totals& to, Execution<T>& room, bool trains, const Y& y, std::span<const std::size_t> positions,
                 std::size_t first, std::size_t n, std::size_t batch, const std::array<RowShare, count>& shares,
                 std::span<const float> weights) const
    {
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) {
            static constexpr Shape output = output_of<M, At>;
            T* const gradient = trains ? room.output_gradient(At, goal.fused != output_activation::none) : nullptr;
            const auto& targets = tensor_at<At>(y);
            const Rows<T> rows{room.output(At),
                               gradient,
                               n,
                               batch,
                               goal.weight,
                               room.output_logits(At),
                               room.output_mask(At),
                               shares[At],
                               targets.size() / targets.shape()[0]};
            internals::get<At>(to).measure(goal.loss, goal.metrics, output, goal.last, rows, start_of(targets), positions, first,
                                           weights);
        });
    }

    /// Whether a loss looks at a batch at once, which is then trained in one chunk.
    bool across_batch() const
    {
        bool found = false;
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) {
            if constexpr (takes_batches<loss_at<At>>) found = found || goal.loss.over_batch();
        });
        return found;
    }

    /// Whether what a row counts depends on the labels, or on the weights if there are any.
    bool counts_rows(bool weighted) const
    {
        bool found = false;
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) {
            if constexpr (requires { goal.loss.ignores_rows(); }) found = found || goal.loss.ignores_rows();
            found = found || (weighted && reduction_of(goal.loss) == Reduction::mean_with_sample_weight);
        });
        return found;
    }

    /// Adds the rows of a chunk that are there to the scores; the room has the masks, or is null where there are none.
    template <class M, class T, class Y>
    void count_rows(Totals& to, Execution<T>* room, const Y& y, std::span<const std::size_t> positions, std::size_t first,
                    std::size_t n, std::span<const float> weights) const
    {
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) {
            static constexpr Shape output = output_of<M, At>;
            internals::get<At>(to).count_rows(goal.loss, output, room ? room->output_mask(At) : StepMask{},
                                              start_of(tensor_at<At>(y)), positions, first, n, weights);
        });
    }

    /// What a row of each output counts in a batch, of which the rows that are there were counted, or are all there.
    template <class T>
    [[gnu::cold]] std::array<RowShare, count> shares(const Plan<T>& plan, std::size_t batch, const Totals* counted) const
    {
        std::array<RowShare, count> found{};
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) {
            const double rows = static_cast<double>(batch * rows_of_sample(goal.loss, plan.output_shape(At)).count);
            found[At] = share_of(reduction_of(goal.loss), rows,
                                 counted ? internals::get<At>(*counted).counted_rows() : RowCount{rows, rows});
        });
        return found;
    }

    void merge(Totals& to, const Totals& from) const
    {
        for_each([&]<std::size_t At>(fixed<At>, const auto&) { internals::get<At>(to).merge(internals::get<At>(from)); });
    }

    /// Ends a batch of which all chunks are merged.
    void end_batch(Totals& of) const
    {
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) { internals::get<At>(of).end_batch(goal.loss); });
    }

    /// Sets `loss` and the figures of each output in `logs`; allocates only where a name is new.
    [[gnu::cold]] void report(Logs& logs, const Totals& of, bool validation) const
    {
        double sum = 0;
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) { sum += goal.weight * internals::get<At>(of).loss(); });
        logs.set(validation ? "val_" : "", "loss", sum);
        for_each([&]<std::size_t At>(fixed<At>, const auto& goal) {
            internals::get<At>(of).report(logs, goal.metrics, validation ? goal.validation_prefix : goal.prefix, goal.output);
        });
    }

private:
    /// The settings of a loss or a metric, and whether it can take what the model ends in.
    template <class Measure>
    [[gnu::cold]] static void check_one(const Measure& by, [[maybe_unused]] output_activation end,
                                        [[maybe_unused]] std::size_t width, [[maybe_unused]] const std::string& where)
    {
        if constexpr (requires { by.check_width(width, where.c_str()); }) by.check_width(width, where.c_str());
        if constexpr (requires { by.check_settings(); }) by.check_settings();
        if constexpr (requires { by.check_end(end, where.c_str()); }) by.check_end(end, where.c_str());
    }

    template <class F> void for_each(F&& f) const
    {
        [&]<std::size_t... At>(std::index_sequence<At...>) { (f(fixed<At>{}, internals::get<At>(goals)), ...); }(indices{});
    }
    template <class F> void for_each(F&& f)
    {
        [&]<std::size_t... At>(std::index_sequence<At...>) { (f(fixed<At>{}, internals::get<At>(goals)), ...); }(indices{});
    }

    internals::values<G...> goals;
};

template <class L> inline constexpr std::size_t loss_count = 1;
template <class... L> inline constexpr std::size_t loss_count<Losses<L...>> = sizeof...(L);
template <class L> inline constexpr bool is_losses = false;
template <class... L> inline constexpr bool is_losses<Losses<L...>> = true;

/// What an output of a model ends in, as far as the model's type says it.
template <class M> consteval output_activation known_end()
{
    if constexpr (requires { M::ends_in; }) return M::ends_in;
    else return output_activation::none;
}

/// Why none of its settings lets a loss learn from what an output ends in.
enum class end_is { fine, softmax_of_one, one_class, log_softmax };

template <class M, std::size_t At, class L> consteval end_is judge_end()
{
    constexpr bool one = output_of<M, At>.back() == 1;
    if (one && known_end<M>() == output_activation::softmax) return end_is::softmax_of_one;
    if (one && requires { requires L::needs_classes; }) return end_is::one_class;
    if constexpr (requires { L::never_takes(output_activation::none); })
        if (L::never_takes(known_end<M>())) return end_is::log_softmax;
    return end_is::fine;
}
template <class M, class L> inline constexpr end_is end_for = judge_end<M, 0, L>();
template <class M, class... L>
inline constexpr end_is end_for<M, Losses<L...>> = []<std::size_t... At>(std::index_sequence<At...>) {
    end_is found = end_is::fine;
    ((found = found == end_is::fine ? judge_end<M, At, L>() : found), ...);
    return found;
}(std::index_sequence_for<L...>{});

/// A loss and the metrics beside it, in the form that fits its targets.
template <class L, class... M> using goal_with = Goal<L, typename metric_for<M, L::kind>::type...>;

template <class M> std::tuple<M> metrics_in(M metric) { return {std::move(metric)}; }
template <class... M> std::tuple<M...> metrics_in(Metrics<M...> several) { return std::move(several.metrics); }

template <class L, class... M>
[[gnu::cold]] goal_with<L, M...> goal_of(double weight, const std::string& name, L loss, M... metrics)
{
    static_assert(((unweighted<typename metric_for<M, L::kind>::type>::type::kind == L::kind ||
                    internals::metric_reads_the_same_labels_as_the_loss<M, L>) &&
                   ...),
                  "lamina: a metric and the loss of its output read labels of different kinds");
    return {weight, name, std::move(loss), metric_for<M, L::kind>::from(std::move(metrics))...};
}

/// The goals of a model with one output.
template <class L, class... M> [[gnu::cold]] auto goals_of(L loss, M... metrics)
{
    return Goals{goal_of(1, {}, std::move(loss), std::move(metrics)...)};
}

/// Those of a model with several: the metrics are one, or `Metrics{…}`, for each output, as far as they go.
template <class... L, class... M> [[gnu::cold]] auto goals_of(Losses<L...> losses, M... metrics)
{
    const std::tuple<M...> given(std::move(metrics)...);
    const auto metrics_at = [&]<std::size_t At>(fixed<At>) {
        if constexpr (At < sizeof...(M)) return metrics_in(std::get<At>(given));
        else return std::tuple{};
    };
    return [&]<std::size_t... At>(std::index_sequence<At...>) {
        return Goals{std::apply(
            [&](const auto&... metric) {
                return goal_of(losses.weights[At], losses.names[At], std::get<At>(losses.losses), metric...);
            },
            metrics_at(fixed<At>{}))...};
    }(std::index_sequence_for<L...>{});
}

}}} // namespace lamina::internals
