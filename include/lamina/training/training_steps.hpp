// lamina/training/training_steps.hpp: one step of a training on a batch, and what samples measure: the work of a Trainer.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/bound.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/core/thread_pool.hpp>
#include <lamina/models/readable.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/training/check_samples.hpp>
#include <lamina/training/gather.hpp>
#include <lamina/training/goals.hpp>
#include <lamina/training/gradient.hpp>
#include <lamina/training/logs.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/row_shares.hpp>
#include <lamina/training/samples_fit.hpp>
#include <lamina/training/training_core.hpp>
#include <lamina/training/training_places.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A batch is cut into chunks of 32 samples, or 16, and these are dealt out to at most 8 gradients, by the batch's size and the
/// model's alone. Each gradient is computed in order, they are added in order, and the update is split over parameter ranges,
/// so the bits depend neither on threads nor on timing. What rows count: training/row_shares.hpp.
template <class M, class O, class G> struct TrainingSteps {
    using T = number_type<M>;
    using Totals = typename G::Totals;

    [[gnu::cold]] TrainingSteps(M& of, O with, G measured_by)
        : core(new TrainingCore<M, O>(of, std::move(with))), rule(core->rule), goals(std::move(measured_by)), plan(core->plan),
          blocks(plan.blocks), parameters(records_of(core->model))
    {
        internals::prepare(rule, span_of(parameters));
        goals.prepare(plan);
    }

    [[gnu::cold]] ~TrainingSteps() {}
    TrainingSteps(TrainingSteps&&) = default;

    std::unique_ptr<TrainingCore<M, O>> core;
    O& rule;
    G goals;
    const Plan<T>& plan;
    std::vector<const void*> blocks;
    std::vector<std::shared_ptr<record>> parameters;
    TrainingPlaces<M, Totals> places;
    Totals step_total;
    double penalty = 0; ///< besides the losses of the samples that were measured last: on variables and activities

    /// `f(samples)` for x and y as tensors; nothing where they cannot be any, after one sentence.
    template <class X, class Y, class F>
    void on_tensors([[maybe_unused]] const X& x, [[maybe_unused]] const Y& y, [[maybe_unused]] const char* where,
                    [[maybe_unused]] F&& f) const
    {
        if constexpr (samples_fit(samples_for<M, G, X, Y>{})) {
            if constexpr (DenseTensors<X> && DenseTensors<Y>) f(Samples<const X&, const Y&>{x, y});
            else {
                const auto needed = goals.target_shapes(plan);
                const auto& inputs = as_tensors(x, plan.values.data(), where);
                const auto& targets = as_tensors(y, needed.data(), where);
                f(Samples<decltype(inputs), decltype(targets)>{inputs, targets});
            }
        }
    }

    /// Losses and metrics of some samples; what variables and activities are penalized for is a part of `loss`, as in Keras.
    [[gnu::cold]] void report(Logs& logs, const Totals& total, bool validation, double added) const
    {
        goals.report(logs, total, validation);
        if (added != 0) logs.set(validation ? "val_" : "", "loss", logs[validation ? "val_loss" : "loss"] + added);
    }

    /// Throws unless the model is bound as it was.
    [[gnu::cold]] void require_usable(const char* where) const
    {
        if (!core) fail({where, ": this trainer was moved away; use the one that it was moved to"});
        core->origin.look(core->model);
        require_bound(core->model);
    }

    /// Throws unless the samples fit the model and its losses.
    template <class S> [[gnu::cold]] void require_fit(const S& samples, const char* where) const
    {
        require_samples_of<T>(samples.x, plan.values.data(), where);
        require_indices(samples.x, plan, where);
        goals.require_targets(samples.y, samples.size(), plan, where);
    }
    template <class S> [[gnu::cold]] void require_usable(const S& samples, const char* where) const
    {
        require_usable(where);
        require_fit(samples, where);
    }

    /// One optimizer step on the samples at `positions`, or on all of them in order where it is empty.
    template <class S>
    [[gnu::cold]] const Totals& step(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                     Seed seed, std::size_t threads)
    {
        const bool across_batch = plan.across_batch() || goals.across_batch();
        const std::size_t count = positions.empty() ? samples.size() : positions.size(),
                          most = across_batch ? count : training_chunk(plan);
        const std::size_t chunks = (count + most - 1) / most, parts = gradients_for(span_of(parameters), count, across_batch);
        places.make(core->model, plan, goals.seen_through().data(), std::min(parts, threads), parts, chunks,
                    across_batch ? count : 0);
        const Mode mode{.training = true, .seed = seed.value, .step = rule.state.step, .batch = count};
        const auto shares = row_shares<M>(places, plan, goals, span_of(blocks), mode, samples, positions, count, most,
                                          std::min(parts, threads), weights);
        parallel_for(parts, threads, [&](std::size_t part, std::size_t thread) {
            const FlushSubnormals flush;
            Execution<T>& room = places.room(thread, true);
            Gradient<M>& gradient = places.gradient(part);
            gradient.clear(span_of(parameters));
            for (std::size_t k = part; k < chunks; k += parts) {
                const std::size_t first = k * most, n = std::min(most, count - first);
                const Mode here = places.mode_of(mode, k, first);
                const auto x = gather_all<input_count<M>>(plan, samples, positions, first, n, room);
                room.forward(span_of(blocks), here, x.data(), nullptr, n);
                goals.template measure<M>(places.scores[k], room, true, samples.y, positions, first, n, count, shares, weights);
                room.backward(span_of(blocks), span_of(gradient.blocks), here, x.data(), n, goals.fused().data());
            }
        });
        step_total = Totals{};
        for (std::size_t k = 0; k < chunks; ++k) goals.merge(step_total, places.scores[k]);
        goals.end_batch(step_total);
        places.add_gradients(span_of(parameters), parts, threads);
        penalty = penalty_of_model(core->model, span_of(places.gradient(0).blocks)) + places.penalties_of(chunks) / double(count);
        apply_gradients<T>(rule, span_of(parameters), span_of(places.gradient(0).records), threads);
        tell_model_after_step(core->model);
        return step_total;
    }

    /// Adds what some samples measure to `total`, and gives what their activities are penalized for.
    template <class S>
    [[gnu::cold]] double add_measures(Totals& total, const S& samples, std::span<const std::size_t> positions,
                                      std::span<const float> weights, std::size_t threads)
    {
        const std::size_t count = positions.empty() ? samples.size() : positions.size(), chunks = (count + chunk - 1) / chunk;
        places.make(core->model, plan, goals.seen_through().data(), std::min(threads, chunks), 0, chunks);
        const auto shares =
            row_shares<M>(places, plan, goals, span_of(blocks), Mode{}, samples, positions, count, chunk, threads, weights);
        parallel_for(chunks, threads, [&](std::size_t k, std::size_t thread) {
            const std::size_t first = k * chunk, n = std::min(chunk, count - first);
            Execution<T>& room = places.room(thread, false);
            room.forward(span_of(blocks), places.mode_of({}, k, first),
                         gather_all<input_count<M>>(plan, samples, positions, first, n, room).data(), nullptr, n);
            goals.template measure<M>(places.scores[k], room, false, samples.y, positions, first, n, count, shares, weights);
        });
        for (std::size_t k = 0; k < chunks; ++k) goals.merge(total, places.scores[k]);
        goals.end_batch(total);
        return places.penalties_of(chunks);
    }

    /// What samples measure, as one batch.
    template <class S>
    [[gnu::cold]] Totals measure(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                 std::size_t threads)
    {
        Totals total;
        const double activities = add_measures(total, samples, positions, weights, threads);
        penalty = penalty_of_model(core->model) +
                  activities / static_cast<double>(positions.empty() ? samples.size() : positions.size());
        return total;
    }
};

}}} // namespace lamina::internals
