// lamina/training/trainer.hpp: compile, fit, evaluate: a model, an optimizer, losses and metrics at work.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/training/build_notice.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/check_samples.hpp>
#include <lamina/training/epoch_sums.hpp>
#include <lamina/training/fit_options.hpp>
#include <lamina/training/gather.hpp>
#include <lamina/training/goals.hpp>
#include <lamina/training/gradient.hpp>
#include <lamina/training/history.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/row_shares.hpp>
#include <lamina/training/sample_weights.hpp>
#include <lamina/training/samples_fit.hpp>
#include <lamina/training/training_core.hpp>
#include <lamina/training/training_places.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Trains and evaluates one model. Made by `compile`. It has a model of its own, `trainer.model()`, whose variables are bound to the
/// same records as those of the model that it was made for: what is learned is seen in both, and each may outlive the other.
///
/// A batch is cut into chunks of 32 samples, or 16, and these are dealt out to at most 8 gradients, by the batch's size and the
/// model's alone. Each gradient is computed in order, they are added in order, and the update is split over parameter ranges,
/// so the bits depend neither on threads nor on timing. What rows count: training/row_shares.hpp.
template <class M, class O, class G> class Trainer {
    using T = internals::number_type<M>;
    template <std::size_t J> using loss_at = typename G::template loss_at<J>;

    /// Random stream used for shuffling; a later fit goes on with other orders, since it begins at a later step.
    static constexpr std::uint64_t shuffling = 0x73687566;

public:
    using Totals = typename G::Totals;
    using Options = FitOptions<Trainer>;

    [[gnu::cold]] Trainer(M& of, O with, G measured_by)
        : core(new internals::TrainingCore<M, O>(of, std::move(with))), rule(core->rule), goals(std::move(measured_by)),
          plan(core->plan), blocks(plan.blocks), parameters(internals::records_of(core->model))
    {
        internals::prepare(rule, internals::span_of(parameters));
        goals.prepare(plan);
    }

    LAMINA_OUTLINED ~Trainer() { internals::now_and_then(); }
    Trainer(Trainer&&) = default;
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    O& optimizer() { return rule; }
    const O& optimizer() const { return rule; }
    /// The trainer's own model: `save(trainer.model(), "model.safetensors")` where the other one is gone.
    const M& model() const { return core->model; }
    /// What each output is measured by: its loss and metrics, by `for_each_goal`.
    const G& measures() const { return goals; }

    /// Trains for `options.epochs` passes over the samples and gives the figures of every epoch: `fit(data, {.epochs = 3}, EarlyStopping{})`,
    /// or with x and y by themselves; settings may be left out. What x and y may be, see models/readable.hpp.
    template <class S, class... Callbacks>
    LAMINA_OUTLINED History fit(const S& samples, Options options = {}, Callbacks&&... callbacks)
    {
        static_assert(is_samples<S>,
                      "lamina: fit takes x and y: trainer.fit(x, y, {.epochs = 1}), trainer.fit(Samples{x, y}, ...)");
        if constexpr (is_samples<S>)
            if constexpr (samples_fit(internals::samples_for<M, G, S>{}))
                return fit_on(samples.x, samples.y, options, callbacks...);
        return {};
    }
    template <class X, NoFitOptions Y, class... Callbacks>
    LAMINA_OUTLINED History fit(const X& x, Y&& y, Options options, Callbacks&&... callbacks)
    {
        if constexpr (!samples_fit(internals::samples_for<M, G, X, Y>{})) return {};
        else if constexpr (is_samples<X>) return fit_on(x.x, x.y, options, y, callbacks...);
        else return fit_on(x, y, options, callbacks...);
    }
    template <class X, NoFitOptions Y, NoFitOptions... Callbacks>
    LAMINA_OUTLINED History fit(const X& x, Y&& y, Callbacks&&... callbacks)
    {
        if constexpr (!samples_fit(internals::samples_for<M, G, X, Y>{})) return {};
        else if constexpr (is_samples<X>) return fit_on(x.x, x.y, {}, y, callbacks...);
        else return fit_on(x, y, {}, callbacks...);
    }

    /// Losses and metrics over samples, without training. Callbacks stand behind the settings: `evaluate(test, {}, SwapEMAWeights{})`.
    template <class S, class... Callbacks>
    LAMINA_OUTLINED Logs evaluate(const S& samples, const EvaluateOptions& options = {}, Callbacks&&... callbacks)
    {
        static_assert(is_samples<S>, "lamina: evaluate takes x and y: trainer.evaluate(x, y), trainer.evaluate(Samples{x, y})");
        if constexpr (is_samples<S>)
            if constexpr (samples_fit(internals::samples_for<M, G, S>{}))
                return evaluate_on(samples.x, samples.y, options, callbacks...);
        return {};
    }
    template <class X, class Y, class... Callbacks>
        requires(!is_samples<X>)
    LAMINA_OUTLINED Logs evaluate(const X& x, const Y& y, const EvaluateOptions& options = {}, Callbacks&&... callbacks)
    {
        if constexpr (samples_fit(internals::samples_for<M, G, X, Y>{})) return evaluate_on(x, y, options, callbacks...);
        else return {};
    }

    /// One step on all samples of x as one batch.
    template <class X, class Y>
    LAMINA_OUTLINED Logs train_on_batch(const X& x, const Y& y, const std::vector<float>& sample_weight = {},
                                        std::size_t threads = 1, Seed seed = {})
    {
        Logs logs;
        if constexpr (samples_fit(internals::samples_for<M, G, X, Y>{}))
            on_tensors(x, y, "train_on_batch", [&](const auto& samples) {
                require_usable(samples, "train_on_batch");
                internals::require_weights(sample_weight, samples.size());
                const Totals& total = step(samples, {}, internals::span_of(sample_weight), seed, threads);
                report(logs, total, false, penalty);
            });
        return logs;
    }

private:
    friend internals::SamplesPointer<Trainer>;
    using Sums = internals::EpochSums<Totals, G::count>;
    using Parts = protocols::TrainingParts<M, O, Sums>;

    /// `f(samples)` for x and y as tensors; nothing where they cannot be any, after one sentence.
    template <class X, class Y, class F>
    void on_tensors([[maybe_unused]] const X& x, [[maybe_unused]] const Y& y, [[maybe_unused]] const char* where,
                    [[maybe_unused]] F&& f)
    {
        if constexpr (samples_fit(internals::samples_for<M, G, X, Y>{})) {
            if constexpr (internals::DenseTensors<X> && internals::DenseTensors<Y>) f(Samples<const X&, const Y&>{x, y});
            else {
                const auto needed = goals.target_shapes(plan);
                const auto& inputs = internals::as_tensors(x, plan.values.data(), where);
                const auto& targets = internals::as_tensors(y, needed.data(), where);
                f(Samples<decltype(inputs), decltype(targets)>{inputs, targets});
            }
        }
    }

    template <class X, class Y, class... Callbacks>
    [[gnu::cold]] History fit_on(const X& x, const Y& y, const Options& options, Callbacks&... callbacks)
    {
        using wrong = internals::wrong_callback<Parts, false, Callbacks...>;
        constexpr internals::callback_is answer = wrong::answer; // a variable, whose value clang prints by its name
        static_assert(internals::callback_fits<typename wrong::type, answer>,
                      "lamina: settings of fit are in braces, {.epochs = 1}, and behind them stand callbacks");
        History history;
        if constexpr (answer == internals::callback_is::fine)
            on_tensors(x, y, "fit", [&](const auto& samples) { train(history, samples, options, callbacks...); });
        return history;
    }

    template <class X, class Y, class... Callbacks>
    [[gnu::cold]] Logs evaluate_on(const X& x, const Y& y, const EvaluateOptions& options, Callbacks&... callbacks)
    {
        using wrong = internals::wrong_callback<Parts, true, Callbacks...>;
        constexpr internals::callback_is answer = wrong::answer;
        static_assert(internals::callback_fits<typename wrong::type, answer>,
                      "lamina: settings of evaluate are in braces, {.threads = 2}, and behind them stand callbacks");
        TrainingState state = internals::state_of(parameters);
        if constexpr (answer == internals::callback_is::fine)
            on_tensors(x, y, "evaluate", [&](const auto& samples) {
                require_usable(samples, "evaluate");
                internals::require_weights(options.sample_weight, samples.size());
                Sums sums;
                History history;
                attach(state, sums, history, callbacks...);
                call<internals::callback_members::on_test_begin>(state, callbacks...);
                sums.total = measure(samples, {}, internals::span_of(options.sample_weight), options.threads);
                report(state.logs, sums.total, false, penalty);
                call<internals::callback_members::on_test_end>(state, callbacks...);
            });
        return std::move(state.logs);
    }

    /// What `validation_data` calls, whatever the types of its samples.
    template <class S> void require_validation(const S& samples, const std::vector<float>& weights)
    {
        on_tensors(samples.x, samples.y, "fit, validation data", [&](const auto& s) {
            require_usable(s, "fit, validation data");
            internals::require_weights(weights, s.size());
        });
    }
    template <class S> Totals measure_validation(const S& samples, const std::vector<float>& weights, std::size_t threads)
    {
        Totals total;
        on_tensors(samples.x, samples.y, "fit, validation data",
                   [&](const auto& s) { total = measure(s, {}, internals::span_of(weights), threads); });
        return total;
    }

    /// Calls a member of every callback that has it; where one of them changed the learning rate, the optimizer takes it.
    template <class Member, class... Callbacks> [[gnu::cold]] void call(TrainingState& state, Callbacks&... callbacks)
    {
        const double before = state.learning_rate;
        (Member::call(callbacks, state), ...);
        if (state.learning_rate != before) internals::optimizers::set_learning_rate(rule, state.learning_rate);
    }

    /// Hands callbacks the parts of the training, and takes the optimizer's learning rate from it as they left it.
    template <class... Callbacks>
    [[gnu::cold]] void attach(TrainingState& state, [[maybe_unused]] Sums& sums, [[maybe_unused]] History& history,
                              [[maybe_unused]] Callbacks&... callbacks)
    {
        [[maybe_unused]] const Parts parts{core->model, rule, sums, history.epochs};
        (internals::attach(callbacks, state, parts), ...);
        state.learning_rate = rule.learning_rate(rule.state.step);
    }

    template <class X, class Y, class... Callbacks>
    [[gnu::cold]] void train(History& history, const Samples<X, Y>& samples, const Options& options, Callbacks&... callbacks)
    {
        namespace moments = internals::callback_members;
        require_usable(samples, "fit");
        const auto& validation = options.validation_data;
        if (validation) validation.check_one(*this, validation);
        if (options.batch_size == 0) internals::fail({"fit: batch_size is 0, at least 1 is needed"});
        const std::size_t held_back = internals::held_back_of(samples.size(), options.validation_split, bool(validation));
        const std::vector<float> weights =
            internals::weights_of(samples, options.sample_weight, options.class_weight, goals.first_loss(), plan.output_shape());
        std::vector<std::size_t> positions(samples.size());
        std::iota(positions.begin(), positions.end(), std::size_t{0});
        const std::span<std::size_t> shuffled(positions.data(), samples.size() - held_back);
        const auto chosen = internals::span_of(positions).first(shuffled.size()),
                   kept = internals::span_of(positions).last(held_back);

        internals::say_if_unoptimized();
        TrainingState state = internals::state_of(parameters);
        state.epochs = options.epochs;
        state.samples = chosen.size();
        state.batches = (chosen.size() - 1) / options.batch_size + 1;
        Sums sums;
        attach(state, sums, history, callbacks...);
        if constexpr ((!internals::may_add_figures<Callbacks> && ...)) {
            goals.report(state.figures, Totals{}, false);
            if (options.validation_data || held_back > 0) goals.report(state.figures, Totals{}, true);
        }
        call<moments::on_train_begin>(state, callbacks...);
        for (bool fresh = state.batch == 0; state.epoch < options.epochs && !state.stop; ++state.epoch, fresh = true) {
            state.logs = {};
            if (fresh) {
                state.batch = 0;
                sums = {};
            }
            else report(state.logs, sums.total, false, sums.penalty()); // goes on where another training was
            call<moments::on_epoch_begin>(state, callbacks...);
            std::iota(positions.begin(), positions.end(), std::size_t{0});
            if (options.shuffle)
                internals::shuffle(shuffled, Random(Seed{internals::mix(options.seed.value, shuffling)},
                                                    rule.state.step - state.batch)); // as at the epoch's begin
            for (std::size_t first = state.batch * options.batch_size; first < chosen.size() && !state.stop;
                 first += options.batch_size) {
                const auto batch = chosen.subspan(first, std::min(options.batch_size, chosen.size() - first));
                state.learning_rate = rule.learning_rate(rule.state.step);
                call<moments::on_batch_begin>(state, callbacks...);
                goals.merge(sums.total, step(samples, batch, internals::span_of(weights), options.seed, options.threads));
                sums.add_penalty(penalty, batch.size());
                ++state.batch;
                report(state.logs, sums.total, false, sums.penalty());
                call<moments::on_batch_end>(state, callbacks...);
            }
            if (validation || !kept.empty()) {
                call<moments::on_test_begin>(state, callbacks...);
                const Totals total = validation
                                         ? validation.measure(*this, validation, options.threads)
                                         : measure(samples, kept, internals::span_of(options.sample_weight), options.threads);
                report(state.logs, total, true, penalty);
                call<moments::on_test_end>(state, callbacks...);
            }
            call<moments::on_epoch_end>(state, callbacks...);
            history.epochs.push_back(state.logs);
        }
        internals::optimizers::finish(rule, internals::span_of(parameters));
        call<moments::on_train_end>(state, callbacks...);
        history.stopped_by = state.stopped_by;
    }

    /// Losses and metrics of some samples; what variables and activities are penalized for is a part of `loss`, as in Keras.
    [[gnu::cold]] void report(Logs& logs, const Totals& total, bool validation, double added) const
    {
        goals.report(logs, total, validation);
        if (added != 0) logs.set(validation ? "val_" : "", "loss", logs[validation ? "val_loss" : "loss"] + added);
    }

    /// Throws unless the model is bound as it was and the samples fit it.
    template <class S> [[gnu::cold]] void require_usable(const S& samples, const char* where) const
    {
        if (!core) internals::fail({where, ": this trainer was moved away; use the one that it was moved to"});
        core->origin.look(core->model);
        internals::require_bound(core->model);
        internals::require_samples_of<T>(samples.x, plan.values.data(), where);
        internals::require_indices(samples.x, plan, where);
        goals.require_targets(samples.y, samples.size(), plan, where);
    }

    /// One optimizer step on the samples at `positions`, or on all of them in order where it is empty.
    template <class S>
    [[gnu::cold]] const Totals& step(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                     Seed seed, std::size_t threads)
    {
        const bool across_batch = plan.across_batch() || goals.across_batch();
        const std::size_t count = positions.empty() ? samples.size() : positions.size(),
                          most = across_batch ? count : training_chunk(plan);
        const std::size_t chunks = (count + most - 1) / most,
                          parts = internals::gradients_for(internals::span_of(parameters), count, across_batch);
        places.make(core->model, plan, goals.seen_through().data(), std::min(parts, threads), parts, chunks,
                    across_batch ? count : 0);
        const protocols::Mode mode{.training = true, .seed = seed.value, .step = rule.state.step, .batch = count};
        const auto shares = internals::row_shares<M>(places, plan, goals, internals::span_of(blocks), mode, samples, positions,
                                                     count, most, std::min(parts, threads), weights);
        internals::parallel_for(parts, threads, [&](std::size_t part, std::size_t thread) {
            const internals::FlushSubnormals flush;
            internals::Execution<T>& room = places.room(thread, true);
            internals::Gradient<M>& gradient = places.gradient(part);
            gradient.clear(internals::span_of(parameters));
            for (std::size_t k = part; k < chunks; k += parts) {
                const std::size_t first = k * most, n = std::min(most, count - first);
                const protocols::Mode here = places.mode_of(mode, k, first);
                const auto x = internals::gather_all<internals::input_count<M>>(plan, samples, positions, first, n, room);
                room.forward(internals::span_of(blocks), here, x.data(), nullptr, n);
                goals.template measure<M>(places.scores[k], room, true, samples.y, positions, first, n, count, shares, weights);
                room.backward(internals::span_of(blocks), internals::span_of(gradient.blocks), here, x.data(), n,
                              goals.fused().data());
            }
        });
        step_total = Totals{};
        for (std::size_t k = 0; k < chunks; ++k) goals.merge(step_total, places.scores[k]);
        goals.end_batch(step_total);
        places.add_gradients(internals::span_of(parameters), parts, threads);
        penalty = internals::penalty_of_model(core->model, internals::span_of(places.gradient(0).blocks)) +
                  places.penalty_of(chunks, count);
        apply_gradients<T>(rule, internals::span_of(parameters), internals::span_of(places.gradient(0).records), threads);
        internals::tell_model_after_step(core->model);
        return step_total;
    }

    template <class S>
    [[gnu::cold]] Totals measure(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                 std::size_t threads)
    {
        const std::size_t count = positions.empty() ? samples.size() : positions.size(),
                          chunks = (count + internals::chunk - 1) / internals::chunk;
        places.make(core->model, plan, goals.seen_through().data(), std::min(threads, chunks), 0, chunks);
        const auto shares = internals::row_shares<M>(places, plan, goals, internals::span_of(blocks), protocols::Mode{}, samples,
                                                     positions, count, internals::chunk, threads, weights);
        internals::parallel_for(chunks, threads, [&](std::size_t k, std::size_t thread) {
            const std::size_t first = k * internals::chunk, n = std::min(internals::chunk, count - first);
            internals::Execution<T>& room = places.room(thread, false);
            room.forward(internals::span_of(blocks), places.mode_of({}, k, first),
                         internals::gather_all<internals::input_count<M>>(plan, samples, positions, first, n, room).data(),
                         nullptr, n);
            goals.template measure<M>(places.scores[k], room, false, samples.y, positions, first, n, count, shares, weights);
        });
        Totals total;
        for (std::size_t k = 0; k < chunks; ++k) goals.merge(total, places.scores[k]);
        goals.end_batch(total);
        penalty = internals::penalty_of_model(core->model) + places.penalty_of(chunks, count);
        return total;
    }

    std::unique_ptr<internals::TrainingCore<M, O>> core;
    O& rule;
    G goals;
    const internals::Plan<T>& plan;
    std::vector<const void*> blocks;
    std::vector<std::shared_ptr<stored_types::record>> parameters;
    internals::TrainingPlaces<M, Totals> places;
    Totals step_total;
    double penalty = 0; ///< besides the losses of the samples that were measured last: on variables and activities
};

}} // namespace lamina
