// lamina/training/compile.hpp: makes a trainer of a model, an optimizer, losses and metrics.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/training/goals.hpp>
#include <lamina/training/history.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/trainer.hpp>

#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Stands for the trainer of a model that was refused, so that one error stays one error.
struct RefusedTrainer {
    struct Totals {};
    using Options = FitOptions<RefusedTrainer>;
    using DatasetOptions = DatasetFitOptions<RefusedTrainer>;

    template <class S>
    History fit(const S&, const Options& = {}, const auto&...)
        requires(!Dataset<S>)
    {
        return {};
    }
    template <Dataset D> History fit(const D&, const DatasetOptions& = {}, const auto&...) { return {}; }
    History fit(const auto&, const auto&, const Options& = {}, const auto&...) { return {}; }
    template <class S>
    Logs evaluate(const S&, const EvaluateOptions& = {}, const auto&...)
        requires(!Dataset<S>)
    {
        return {};
    }
    template <Dataset D> Logs evaluate(const D&, const DatasetEvaluateOptions& = {}, const auto&...) { return {}; }
    Logs evaluate(const auto&, const auto&, const EvaluateOptions& = {}, const auto&...) { return {}; }
    Logs train_on_batch(const auto&...) { return {}; }
    silence optimizer() const { return {}; }
    Refused model() const { return {}; }

    void require_validation(const auto&...) {}
    Totals measure_validation(const auto&...) { return {}; }
};

/// The number type of a model, and float for what is none.
template <class M> struct model_numbers {
    using type = float;
};
template <class M>
    requires(can_be_model<M> && !is_refused<M> && !std::is_void_v<number_type<M>>)
struct model_numbers<M> {
    using type = number_type<M>;
};

/// What is wrong with the loss, or the first of several, for a model of T.
template <class L, class T> struct judged_losses {
    static constexpr loss_is answer = judge_loss<L, T>();
    static constexpr bool said = false;
};
template <class... L, class T> struct judged_losses<Losses<L...>, T> {
    static constexpr bool said = Losses<L...>::answer != loss_is::fine; // by Losses, if no model can have it
    static constexpr loss_is answer = [] {
        loss_is found = loss_is::fine;
        if constexpr (!said) ((found = found == loss_is::fine ? judge_loss<L, T>() : found), ...);
        return found;
    }();
};
/// A metric; where there are several losses it may be `Metrics{…}`.
template <class M, class T> struct judged_metrics {
    static constexpr loss_is answer = judge_metric<M, T>();
};
template <class... M, class T> struct judged_metrics<Metrics<M...>, T> {
    static constexpr loss_is answer = [] {
        loss_is found = loss_is::fine;
        ((found = found == loss_is::fine ? judge_metric<M, T>() : found), ...);
        return found;
    }();
};
template <class L, class M, class T> consteval loss_is judge_metrics()
{
    if constexpr (is_losses<L>) return judged_metrics<M, T>::answer;
    else return judge_metric<M, T>();
}

/// The first that is no metric, and why.
template <class L, class T, class... M> struct wrong_metric {
    using type = void;
    static constexpr loss_is answer = loss_is::fine;
};
template <class L, class T, class First, class... M> struct wrong_metric<L, T, First, M...> : wrong_metric<L, T, M...> {};
template <class L, class T, class First, class... M>
    requires(judge_metrics<L, First, T>() != loss_is::fine)
struct wrong_metric<L, T, First, M...> {
    using type = First;
    static constexpr loss_is answer = judge_metrics<L, First, T>();
};

} // namespace internals

/// A trainer for a model that was built or loaded: `compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{})`.
///
/// A model with several outputs has a loss for each, and behind them, as far as there are some, the metrics of each: one, or
/// `Metrics{…}` of none or more: `compile(model, Adam{}, Losses{CategoricalCrossentropy{}, MeanSquaredError{}}, Accuracy{})`.
template <class Given, class O, class L, class... Metrics>
LAMINA_OUTLINED auto compile(Given&& model, O optimizer, L loss, Metrics... metrics)
{
    using M = std::remove_reference_t<Given>;
    using Plain = std::remove_const_t<M>;
    using T = typename internals::model_numbers<Plain>::type;
    constexpr bool changeable = !std::is_const_v<M>;
    constexpr internals::optimizer_is optimizes = internals::optimizers::judge<O, T>();
    constexpr internals::loss_is measures = internals::judged_losses<L, T>::answer;
    constexpr bool asked = changeable && optimizes == internals::optimizer_is::fine && measures == internals::loss_is::fine &&
                           !internals::judged_losses<L, T>::said;
    using wrong = internals::wrong_metric<L, T, Metrics...>;
    constexpr internals::loss_is counted = wrong::answer; // a variable, whose value clang prints by its name
    constexpr bool counts = counted == internals::loss_is::fine;
    static_assert(changeable, "lamina: compile needs a model that it may change; declare it without const");
    static_assert(!changeable || internals::optimizers::optimizer_fits<O, optimizes>,
                  "lamina: the second argument of compile is an optimizer, such as Adam{}");
    static_assert(!changeable || optimizes != internals::optimizer_is::fine || internals::loss_fits<L, measures>,
                  "lamina: the third argument of compile is a loss, such as SparseCategoricalCrossentropy{}");
    static_assert(!asked || internals::metric_fits<typename wrong::type, counted>,
                  "lamina: what follows the loss in compile are metrics, such as Accuracy{}");
    if constexpr (internals::takes_one<Plain>) // what is wrong inside of operator() is said here
        static_cast<void>(
            noexcept(std::declval<const Plain&>()(std::declval<const typename internals::first_symbol<Plain>::type&>())));
    if constexpr (!internals::can_be_model<Plain>) {
        internals::refuse_model<Plain>();
        return internals::RefusedTrainer{};
    }
    else if constexpr (!internals::can_be_called<Plain>) {
        internals::refuse_call<Plain>();
        return internals::RefusedTrainer{};
    }
    else if constexpr (internals::is_refused<M> || !asked || !counts) return internals::RefusedTrainer{};
    else {
        constexpr bool losses_fit = internals::input_count<M> > 0 && internals::loss_count<L> == internals::output_count<M>,
                       metrics_fit = !losses_fit || !internals::is_losses<L> || sizeof...(Metrics) <= internals::loss_count<L>;
        static_assert(losses_fit, "lamina: compile needs a loss for each output of the model, in order: Losses{first, second}");
        static_assert(metrics_fit,
                      "lamina: behind Losses stand the metrics of each output, in order; put several of one output in "
                      "Metrics{first, second}");
        if constexpr (!losses_fit || !metrics_fit) return internals::RefusedTrainer{};
        else {
            constexpr auto end = internals::end_for<M, L>;
            static_assert(
                end != internals::end_is::softmax_of_one,
                "lamina: Softmax over one output is always 1: end the model in Sigmoid, or give it an output for each class");
            static_assert(end != internals::end_is::one_class,
                          "lamina: the cross-entropy of one class is always 0: give the model an "
                          "output for each class, or use BinaryCrossentropy");
            static_assert(end != internals::end_is::log_softmax,
                          "lamina: BinaryCrossentropy cannot take what LogSoftmax gives: end the model in Sigmoid");
            if constexpr (end != internals::end_is::fine) return internals::RefusedTrainer{};
            else {
                auto goals = internals::goals_of(std::move(loss), std::move(metrics)...);
                return Trainer<M, O, decltype(goals)>(model, std::move(optimizer), std::move(goals));
            }
        }
    }
}

}} // namespace lamina
