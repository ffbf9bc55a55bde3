// lamina/training/trainer.hpp: compile, fit, evaluate: a model, an optimizer, losses and metrics at work.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dataset.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/training/build_notice.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/dataset_batches.hpp>
#include <lamina/training/dataset_feed.hpp>
#include <lamina/training/epoch_sums.hpp>
#include <lamina/training/fit_options.hpp>
#include <lamina/training/history.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/sample_weights.hpp>
#include <lamina/training/samples_feed.hpp>
#include <lamina/training/samples_fit.hpp>
#include <lamina/training/training_steps.hpp>

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Trains and evaluates one model. Made by `compile`. It has a model of its own, `trainer.model()`, whose variables are bound to the
/// same records as those of the model that it was made for: what is learned is seen in both, and each may outlive the other.
///
/// How a batch is trained on: training/training_steps.hpp.
template <class M, class O, class G> class Trainer {
    using Steps = internals::TrainingSteps<M, O, G>;

public:
    using Totals = typename G::Totals;
    using Options = FitOptions<Trainer>;
    using DatasetOptions = DatasetFitOptions<Trainer>;

    [[gnu::cold]] Trainer(M& of, O with, G measured_by) : steps(of, std::move(with), std::move(measured_by)) {}

    LAMINA_OUTLINED ~Trainer() { internals::now_and_then(); }
    Trainer(Trainer&&) = default;
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    O& optimizer() { return steps.rule; }
    const O& optimizer() const { return steps.rule; }
    /// The trainer's own model: `save(trainer.model(), "model.safetensors")` where the other one is gone.
    const M& model() const { return steps.core->model; }
    /// What each output is measured by: its loss and metrics, by `for_each_goal`.
    const G& measures() const { return steps.goals; }

    /// Trains for `options.epochs` passes over the samples and gives the figures of every epoch: `fit(data, {.epochs = 3}, EarlyStopping{})`,
    /// or with x and y by themselves; settings may be left out. What x and y may be, see models/readable.hpp.
    template <class S, class... Callbacks>
        requires(!Dataset<S>)
    LAMINA_OUTLINED History fit(const S& samples, Options options = {}, Callbacks&&... callbacks)
    {
        static_assert(is_samples<S>, "lamina: fit takes x and y: trainer.fit(x, y, {.epochs = 1}), trainer.fit(Samples{x, y}, "
                                     "...), or a dataset of batches");
        if constexpr (is_samples<S>)
            if constexpr (samples_fit(internals::samples_for<M, G, S>{})) return fit_on(samples, options, callbacks...);
        return {};
    }
    template <class X, NoFitOptions Y, class... Callbacks>
    LAMINA_OUTLINED History fit(const X& x, Y&& y, Options options, Callbacks&&... callbacks)
    {
        if constexpr (!samples_fit(internals::samples_for<M, G, X, Y>{})) return {};
        else if constexpr (is_samples<X>) return fit_on(x, options, y, callbacks...);
        else return fit_on(pair_of(x, y), options, callbacks...);
    }
    template <class X, NoFitOptions Y, NoFitOptions... Callbacks>
        requires(!Dataset<X>)
    LAMINA_OUTLINED History fit(const X& x, Y&& y, Callbacks&&... callbacks)
    {
        if constexpr (!samples_fit(internals::samples_for<M, G, X, Y>{})) return {};
        else if constexpr (is_samples<X>) return fit_on(x, Options{}, y, callbacks...);
        else return fit_on(pair_of(x, y), Options{}, callbacks...);
    }

    /// The same on a dataset of batches (x, y) or (x, y, weights): `fit(slices(x, y) | shuffle(60000, Seed{1}) | batch(32), {.epochs = 3})`.
    /// An epoch is a pass, whose number is the epoch's, or `steps_per_epoch` batches. The dataset shuffles, and what it throws comes out
    /// as it is; the trainer may go on then.
    template <Dataset D, class... Callbacks>
    LAMINA_OUTLINED History fit(const D& batches, DatasetOptions options = {}, Callbacks&&... callbacks)
    {
        if constexpr (internals::batches_fit<M, G, typename D::element>()) return fit_on(batches, options, callbacks...);
        else return {};
    }
    template <Dataset D, NoFitOptions Callback, NoFitOptions... Callbacks>
    LAMINA_OUTLINED History fit(const D& batches, Callback&& callback, Callbacks&&... callbacks)
    {
        if constexpr (internals::batches_fit<M, G, typename D::element>())
            return fit_on(batches, DatasetOptions{}, callback, callbacks...);
        else return {};
    }
    /// Settings of a fit on samples, for a dataset: one sentence.
    template <class... Callbacks> History fit(internals::SomeDataset, Options, Callbacks&&...)
    {
        static_assert(
            sizeof...(Callbacks) > internals::most_callbacks,
            "lamina: fit on a dataset takes no batch_size, shuffle, validation_data, validation_split or sample_weight: the "
            "dataset has its batches and their order, slices(x, y) | shuffle(60000, Seed{1}) | batch(32); see DatasetFitOptions");
        return {};
    }

    /// Losses and metrics over samples, without training. Callbacks stand behind the settings: `evaluate(test, {}, SwapEMAWeights{})`.
    template <class S, class... Callbacks>
        requires(!Dataset<S>)
    LAMINA_OUTLINED Logs evaluate(const S& samples, const EvaluateOptions& options = {}, Callbacks&&... callbacks)
    {
        static_assert(is_samples<S>, "lamina: evaluate takes x and y: trainer.evaluate(x, y), trainer.evaluate(Samples{x, y})");
        if constexpr (is_samples<S>)
            if constexpr (samples_fit(internals::samples_for<M, G, S>{})) return evaluate_on(samples, options, callbacks...);
        return {};
    }
    template <class X, class Y, class... Callbacks>
        requires(!is_samples<X> && !Dataset<X>)
    LAMINA_OUTLINED Logs evaluate(const X& x, const Y& y, const EvaluateOptions& options = {}, Callbacks&&... callbacks)
    {
        if constexpr (samples_fit(internals::samples_for<M, G, X, Y>{})) return evaluate_on(pair_of(x, y), options, callbacks...);
        else return {};
    }

    /// The same of a dataset of batches: of its first pass, or of as many batches as `steps` says.
    template <Dataset D, class... Callbacks>
    LAMINA_OUTLINED Logs evaluate(const D& batches, const DatasetEvaluateOptions& options = {}, Callbacks&&... callbacks)
    {
        if constexpr (internals::batches_fit<M, G, typename D::element>()) return evaluate_on(batches, options, callbacks...);
        else return {};
    }

    /// One step on all samples of x as one batch.
    template <class X, class Y>
    LAMINA_OUTLINED Logs train_on_batch(const X& x, const Y& y, const std::vector<float>& sample_weight = {},
                                        std::size_t threads = internals::threads_of_device(), Seed seed = {})
    {
        Logs logs;
        if constexpr (samples_fit(internals::samples_for<M, G, X, Y>{}))
            steps.on_tensors(x, y, "train_on_batch", [&](const auto& samples) {
                steps.require_usable(samples, "train_on_batch");
                internals::require_weights(sample_weight, samples.size());
                const Totals& total = steps.step(samples, {}, internals::span_of(sample_weight), seed, threads);
                steps.report(logs, total, false, steps.penalty);
            });
        return logs;
    }

private:
    friend internals::SamplesPointer<Trainer>;
    using Sums = internals::EpochSums<Totals, G::count>;
    using Parts = protocols::TrainingParts<M, O, Sums>;

    template <class X, class Y> static Samples<const X&, const Y&> pair_of(const X& x, const Y& y) { return {x, y}; }

    template <class Given, class How, class... Callbacks>
    [[gnu::cold]] History fit_on(const Given& given, const How& options, Callbacks&... callbacks)
    {
        using wrong = internals::wrong_callback<Parts, false, Callbacks...>;
        constexpr internals::callback_is answer = wrong::answer; // a variable, whose value clang prints by its name
        static_assert(internals::callback_fits<typename wrong::type, answer>,
                      "lamina: settings of fit are in braces, {.epochs = 1}, and behind them stand callbacks");
        History history;
        if constexpr (answer != internals::callback_is::fine) return history;
        else if constexpr (is_samples<Given>)
            steps.on_tensors(given.x, given.y, "fit",
                             [&](const auto& samples) { train(history, samples, options, callbacks...); });
        else train_on_dataset(history, given, options, callbacks...);
        return history;
    }

    template <class Given, class How, class... Callbacks>
    [[gnu::cold]] Logs evaluate_on(const Given& given, const How& options, Callbacks&... callbacks)
    {
        using wrong = internals::wrong_callback<Parts, true, Callbacks...>;
        constexpr internals::callback_is answer = wrong::answer;
        static_assert(internals::callback_fits<typename wrong::type, answer>,
                      "lamina: settings of evaluate are in braces, {.threads = 2}, and behind them stand callbacks");
        TrainingState state = internals::state_of(steps.parameters);
        [[maybe_unused]] const auto test = [&](const auto& measure) {
            Sums sums;
            History history;
            attach(state, sums, history, callbacks...);
            call<internals::callback_members::on_test_begin>(state, callbacks...);
            sums.total = measure();
            steps.report(state.logs, sums.total, false, steps.penalty);
            call<internals::callback_members::on_test_end>(state, callbacks...);
        };
        if constexpr (answer != internals::callback_is::fine) return {};
        else if constexpr (is_samples<Given>)
            steps.on_tensors(given.x, given.y, "evaluate", [&](const auto& samples) {
                steps.require_usable(samples, "evaluate");
                internals::require_weights(options.sample_weight, samples.size());
                test([&] { return steps.measure(samples, {}, internals::span_of(options.sample_weight), options.threads); });
            });
        else {
            steps.require_usable("evaluate");
            test([&] { return internals::measure_batches(steps, given, options.steps, options.threads, "evaluate", "steps"); });
        }
        return std::move(state.logs);
    }

    /// What `validation_data` calls, whatever its type: whether it can be used, and what it measures.
    template <class Given> void require_validation(const Given& given, const std::vector<float>& weights, std::size_t most)
    {
        if constexpr (is_samples<Given>) {
            if (most > 0) internals::fail({"fit: validation_steps counts batches of a dataset, and the validation is Samples"});
            steps.on_tensors(given.x, given.y, "fit, validation data", [&](const auto& samples) {
                steps.require_usable(samples, "fit, validation data");
                internals::require_weights(weights, samples.size());
            });
        }
        else if constexpr (internals::batches_fit<M, G, typename Given::element>())
            internals::measure_batches(steps, given, most, 1, "fit, validation data", "validation_steps", true);
    }
    template <class Given>
    Totals measure_validation(const Given& given, const std::vector<float>& weights, std::size_t most, std::size_t threads)
    {
        Totals total;
        if constexpr (is_samples<Given>)
            steps.on_tensors(given.x, given.y, "fit, validation data", [&](const auto& samples) {
                total = steps.measure(samples, {}, internals::span_of(weights), threads);
            });
        else if constexpr (internals::batches_fit<M, G, typename Given::element>())
            total = internals::measure_batches(steps, given, most, threads, "fit, validation data", "validation_steps");
        return total;
    }

    /// Calls a member of every callback that has it; where one of them changed the learning rate, the optimizer takes it.
    template <class Member, class... Callbacks> [[gnu::cold]] void call(TrainingState& state, Callbacks&... callbacks)
    {
        const double before = state.learning_rate;
        (Member::call(callbacks, state), ...);
        if (state.learning_rate != before) internals::optimizers::set_learning_rate(steps.rule, state.learning_rate);
    }

    /// Hands callbacks the parts of the training, and takes the optimizer's learning rate from it as they left it.
    template <class... Callbacks>
    [[gnu::cold]] void attach(TrainingState& state, [[maybe_unused]] Sums& sums, [[maybe_unused]] History& history,
                              [[maybe_unused]] Callbacks&... callbacks)
    {
        [[maybe_unused]] const Parts parts{steps.core->model, steps.rule, sums, history.epochs};
        (internals::attach(callbacks, state, parts), ...);
        state.learning_rate = steps.rule.learning_rate(steps.rule.state.step);
    }

    template <class X, class Y, class... Callbacks>
    [[gnu::cold]] void train(History& history, const Samples<X, Y>& samples, const Options& options, Callbacks&... callbacks)
    {
        steps.require_usable(samples, "fit");
        const auto& validation = options.validation_data;
        if (validation) validation.check_one(*this, validation, 0);
        if (options.batch_size == 0) internals::fail({"fit: batch_size is 0, at least 1 is needed"});
        const std::size_t held_back = internals::held_back_of(samples.size(), options.validation_split, bool(validation));
        internals::SamplesFeed<Samples<X, Y>> feed{
            samples,
            internals::weights_of(samples, options.sample_weight, options.class_weight, steps.goals.first_loss(),
                                  steps.plan.output_shape()),
            {samples.size(), held_back, options.batch_size, options.shuffle, options.seed}};
        const auto validate = [&] {
            return validation
                       ? validation.measure(*this, validation, 0, options.threads)
                       : steps.measure(samples, feed.order.kept(), internals::span_of(options.sample_weight), options.threads);
        };
        run(history, feed, options, validation || held_back > 0, validate, callbacks...);
    }

    template <Dataset D, class... Callbacks>
    [[gnu::cold]] void train_on_dataset(History& history, const D& batches, const DatasetOptions& options,
                                        Callbacks&... callbacks)
    {
        steps.require_usable("fit");
        internals::DatasetFeed<Steps, D> feed(steps, batches, options.steps_per_epoch, options.position, options.class_weight);
        const auto& validation = options.validation;
        if (validation) validation.check_one(*this, validation, options.validation_steps);
        const auto validate = [&] { return validation.measure(*this, validation, options.validation_steps, options.threads); };
        run(history, feed, options, bool(validation), validate, callbacks...);
    }

    /// The epochs, whose batches a feed gives (samples_feed.hpp, dataset_feed.hpp).
    template <class Feed, class How, class Validate, class... Callbacks>
    [[gnu::cold]] void run(History& history, Feed& feed, const How& options, bool validates, const Validate& validate,
                           Callbacks&... callbacks)
    {
        namespace moments = internals::callback_members;
        internals::say_if_unoptimized();
        TrainingState state = internals::state_of(steps.parameters);
        state.epochs = options.epochs;
        feed.start(state);
        Sums sums;
        attach(state, sums, history, callbacks...);
        feed.resume(state);
        if constexpr ((!internals::may_add_figures<Callbacks> && ...)) {
            steps.goals.report(state.figures, Totals{}, false);
            if (validates) steps.goals.report(state.figures, Totals{}, true);
        }
        call<moments::on_train_begin>(state, callbacks...);
        for (bool fresh = state.batch == 0; state.epoch < options.epochs && !state.stop; ++state.epoch, fresh = true) {
            state.logs = {};
            if (fresh) {
                state.batch = 0;
                sums = {};
            }
            else if (sums.samples > 0) steps.report(state.logs, sums.total, false, sums.penalty()); // as another training left it
            call<moments::on_epoch_begin>(state, callbacks...);
            feed.begin_epoch(state, steps.rule.state.step);
            while (!state.stop && feed.next(state)) {
                state.learning_rate = steps.rule.learning_rate(steps.rule.state.step);
                call<moments::on_batch_begin>(state, callbacks...);
                const std::size_t count = feed.give([&](const auto& samples, auto positions, auto weights) {
                    steps.goals.merge(sums.total, steps.step(samples, positions, weights, options.seed, options.threads));
                });
                sums.add_penalty(steps.penalty, count);
                ++state.batch;
                feed.done();
                steps.report(state.logs, sums.total, false, sums.penalty());
                call<moments::on_batch_end>(state, callbacks...);
            }
            feed.end_epoch(state);
            if (validates) {
                call<moments::on_test_begin>(state, callbacks...);
                const Totals total = validate();
                steps.report(state.logs, total, true, steps.penalty);
                call<moments::on_test_end>(state, callbacks...);
            }
            call<moments::on_epoch_end>(state, callbacks...);
            history.epochs.push_back(state.logs);
        }
        internals::optimizers::finish(steps.rule, internals::span_of(steps.parameters));
        call<moments::on_train_end>(state, callbacks...);
        history.stopped_by = state.stopped_by;
    }

    Steps steps;
};

}} // namespace lamina
