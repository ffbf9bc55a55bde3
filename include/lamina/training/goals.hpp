// lamina/training/goals.hpp: what the outputs of a model are measured by: a loss and metrics for each.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/slots.hpp>
#include <lamina/models/execution.hpp>
#include <lamina/models/plan.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/score.hpp>
#include <lamina/training/targets.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina {

/// The losses of a model with several outputs, one for each, in order:
/// `Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.weighted(1, 0.5).named("digit", "angle")`.
///
/// What is learned is their weighted sum, `loss` in the figures. Each loss by itself and without its weight is `output_1_loss`,
/// `output_2_loss` …, or with names `digit_loss`, `angle_loss`; the metrics of an output are named likewise.
template <class... L>
struct Losses {
    static_assert((Loss<L> && ...), "lamina: Losses{...} holds a loss for each output of the model, and nothing else");
    static constexpr std::size_t count = sizeof...(L);

    std::tuple<L...> losses;
    std::array<double, count> weights;
    std::array<std::string, count> names;

    LAMINA_ONCE Losses(L... one_an_output) : losses(std::move(one_an_output)...)
    {
        weights.fill(1);
        for (std::size_t i = 0; i < count; ++i) append(names[i], {"output_", i + 1});
    }

    /// What each loss is multiplied by in their sum; Keras's `loss_weights`. Refuses what is no finite number.
    template <class... W>
    LAMINA_ONCE Losses weighted(W... by) const
    {
        static_assert(sizeof...(W) == count, "lamina: weighted needs a number for each loss");
        Losses changed = *this;
        changed.weights = {static_cast<double>(by)...};
        for (const double weight : changed.weights)
            if (!std::isfinite(weight)) fail({"Losses: ", weight, " is the weight of a loss, a finite number is needed"});
        return changed;
    }

    /// What the outputs are called in the figures. Refuses a name that is empty, is there twice, or begins as those of validation.
    template <class... Names>
    LAMINA_ONCE Losses named(const Names&... of) const
    {
        static_assert(sizeof...(Names) == count, "lamina: named needs a name for each loss");
        Losses changed = *this;
        changed.names = {std::string(of)...};
        for (const auto& name : changed.names)
            if (name.empty() || name == "val" || name.starts_with("val_") ||
                std::count(changed.names.begin(), changed.names.end(), name) > 1)
                fail({"Losses: \"", name, "\" cannot name an output; names differ, are not empty and do not begin with val_"});
        return changed;
    }
};

/// The metrics of one output, where they are none or more than one: `compile(model, Adam{}, Losses{a, b}, Metrics{}, Accuracy{})`.
template <class... M>
struct Metrics {
    std::tuple<M...> metrics;

    Metrics(M... of) : metrics(std::move(of)...) {}
};

} // namespace lamina

namespace lamina::inline LAMINA_ARCHITECTURE {

/// What one output is measured by.
template <class L, class... M>
struct Goal {
    using loss_type = L;
    using score = Score<L, M...>;

    /// Without a name it is the only output of its model.
    [[gnu::cold]] Goal(double times, const std::string& name, L by, M... also)
        : loss(std::move(by)), metrics{{std::move(also)}...}, weight(times)
    {
        if (!name.empty()) append(prefix, {name, '_'});
        append(validation_prefix, {"val_", prefix});
    }

    L loss;
    lamina::detail::values<M...> metrics;
    double weight;
    std::string prefix, validation_prefix; ///< of the names of its figures
    logits fused = logits::none;           ///< the output's last activation, where it is differentiated together with the loss
};

/// The goals of all outputs of a model, and how its samples are scored with them.
template <class... G>
class Goals {
    using indices = std::index_sequence_for<G...>;

public:
    static constexpr std::size_t count = sizeof...(G);
    /// The scores of some samples, one for each output.
    using Totals = lamina::detail::values<typename G::score...>;
    template <std::size_t I>
    using loss_at = typename std::tuple_element_t<I, std::tuple<G...>>::loss_type;

    [[gnu::cold]] explicit Goals(G... of) : goals{{std::move(of)}...} {}

    /// Finds out what each output ends in, and checks the settings of its loss.
    template <class T>
    [[gnu::cold]] void prepare(const Plan<T>& plan)
    {
        for_each([&]<std::size_t I>(constant<I>, auto& goal) {
            goal.fused = std::tuple_element_t<I, std::tuple<G...>>::score::template differentiated_with<T>(
                Execution<T>::ends_in(plan, I), goal.loss);
            if constexpr (requires { goal.loss.check(); }) goal.loss.check();
        });
    }

    /// What the gradient of each output is given for, as `Execution::backward` asks.
    std::array<logits, count> fused() const
    {
        std::array<logits, count> found{};
        for_each([&]<std::size_t I>(constant<I>, const auto& goal) { found[I] = goal.fused; });
        return found;
    }

    /// Throws unless every output has as many targets as there are samples, and its loss accepts them.
    template <class T, class Y>
    [[gnu::cold]] void require_targets(const Y& y, std::size_t samples, const Plan<T>& plan, const char* where) const
    {
        for_each([&]<std::size_t I>(constant<I>, const auto& goal) {
            require_labels(goal.loss, tensor_at<I>(y), samples, plan.output_shape(I),
                           lamina::detail::place_of(where, "output", I, count).c_str());
        });
    }

    /// Adds a chunk of n samples of a batch of `batch` to the scores, as the outputs lie in the room; writes their gradients where
    /// the room trains. The other arguments are those of `Score::measure`.
    template <class M, class T, class Y>
    void measure(Totals& to, Execution<T>& room, bool trains, const Y& y, std::span<const std::size_t> positions,
                 std::size_t first, std::size_t n, std::size_t batch, std::span<const float> weights) const
    {
        for_each([&]<std::size_t I>(constant<I>, const auto& goal) {
            static constexpr shape output = output_of<M, I>;
            const Rows<T> rows{room.output(I), trains ? room.output_gradient(I) : nullptr, n, batch, goal.weight};
            lamina::detail::get<I>(to).measure(goal.loss, goal.metrics, output, goal.fused, rows, start_of(tensor_at<I>(y)),
                                               positions, first, weights);
        });
    }

    void merge(Totals& to, const Totals& from) const
    {
        for_each(
            [&]<std::size_t I>(constant<I>, const auto&) { lamina::detail::get<I>(to).merge(lamina::detail::get<I>(from)); });
    }

    /// Sets `loss` and the figures of each output in `logs`; allocates only where a name is new.
    [[gnu::cold]] void report(Logs& logs, const Totals& of, bool validation) const
    {
        double sum = 0;
        for_each([&]<std::size_t I>(constant<I>, const auto& goal) { sum += goal.weight * lamina::detail::get<I>(of).loss(); });
        logs.set(validation ? "val_" : "", "loss", sum);
        for_each([&]<std::size_t I>(constant<I>, const auto& goal) {
            lamina::detail::get<I>(of).report(logs, goal.metrics, validation ? goal.validation_prefix : goal.prefix);
        });
    }

private:
    template <class F>
    void for_each(F&& f) const
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (f(constant<I>{}, lamina::detail::get<I>(goals)), ...); }(indices{});
    }
    template <class F>
    void for_each(F&& f)
    {
        [&]<std::size_t... I>(std::index_sequence<I...>) { (f(constant<I>{}, lamina::detail::get<I>(goals)), ...); }(indices{});
    }

    lamina::detail::values<G...> goals;
};

namespace inner {

template <class L>
inline constexpr std::size_t loss_count = 1;
template <class... L>
inline constexpr std::size_t loss_count<Losses<L...>> = sizeof...(L);
template <class L>
inline constexpr bool is_losses = false;
template <class... L>
inline constexpr bool is_losses<Losses<L...>> = true;

template <class M>
inline constexpr bool is_metrics = Metric<M>;
template <class... M>
inline constexpr bool is_metrics<Metrics<M...>> = (Metric<M> && ...);

/// A loss and the metrics beside it, in the form that fits its targets.
template <class L, class... M>
using goal_with = Goal<L, typename metric_for<M, L::kind>::type...>;

template <class M>
std::tuple<M> metrics_in(M metric)
{
    return {std::move(metric)};
}
template <class... M>
std::tuple<M...> metrics_in(Metrics<M...> several)
{
    return std::move(several.metrics);
}

template <class L, class... M>
[[gnu::cold]] goal_with<L, M...> goal_of(double weight, const std::string& name, L loss, M... metrics)
{
    static_assert(
        ((metric_for<M, L::kind>::type::kind == L::kind || lamina::detail::metric_reads_the_same_labels_as_the_loss<M, L>) &&
         ...),
        "lamina: a metric and the loss of its output read labels of different kinds");
    return {weight, name, std::move(loss), metric_for<M, L::kind>::from(std::move(metrics))...};
}

/// The goals of a model with one output.
template <class L, class... M>
[[gnu::cold]] auto goals_of(L loss, M... metrics)
{
    return Goals{goal_of(1, {}, std::move(loss), std::move(metrics)...)};
}

/// Those of a model with several: the metrics are one, or `Metrics{…}`, for each output, as far as they go.
template <class... L, class... M>
[[gnu::cold]] auto goals_of(Losses<L...> losses, M... metrics)
{
    const std::tuple<M...> given(std::move(metrics)...);
    const auto metrics_at = [&]<std::size_t I>(constant<I>) {
        if constexpr (I < sizeof...(M)) return metrics_in(std::get<I>(given));
        else return std::tuple{};
    };
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return Goals{std::apply(
            [&](const auto&... metric) {
                return goal_of(losses.weights[I], losses.names[I], std::get<I>(losses.losses), metric...);
            },
            metrics_at(constant<I>{}))...};
    }(std::index_sequence_for<L...>{});
}

} // namespace inner

} // namespace lamina::inline LAMINA_ARCHITECTURE
