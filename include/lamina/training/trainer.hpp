// lamina/training/trainer.hpp: compile, fit, evaluate: a model, an optimizer, losses and metrics at work.
#pragma once

#include <lamina/core/once.hpp>
#include <lamina/core/parallel.hpp>
#include <lamina/core/span_of.hpp>
#include <lamina/core/subnormals.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/fit_options.hpp>
#include <lamina/training/goals.hpp>
#include <lamina/training/gradient.hpp>
#include <lamina/training/history.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/targets.hpp>
#include <lamina/training/weights.hpp>

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

namespace lamina::inline LAMINA_ARCHITECTURE {

/// Trains and evaluates one model. Made by `compile`; it refers to the model, which must stay where it is.
///
/// A batch is cut into chunks of 32 samples, or 16, and these are dealt out to at most 8 gradients, by the batch's size and the
/// model's alone. Each gradient is computed in order, they are added in order, and the update is split over parameter ranges,
/// so the bits depend neither on threads nor on timing.
template <class M, class O, class G>
class Trainer {
    using T = number_type<M>;
    using Totals = typename G::Totals;
    template <std::size_t J>
    using loss_at = typename G::template loss_at<J>;

    /// The gradients of a batch, one for 32 samples; large models have fewer, so that memory stays bounded.
    std::size_t gradients_for(std::size_t count) const
    {
        constexpr std::size_t most = 8, most_bytes = std::size_t{256} << 20;
        std::size_t bytes = 1;
        for (const auto& parameter : parameters) bytes += parameter->stored_size() * sizeof(T);
        return std::min({(count + chunk - 1) / chunk, most, std::max<std::size_t>(most_bytes / bytes, 1)});
    }
    /// Names the stream of random numbers that orders samples; a later fit goes on with other orders, since it begins at a later step.
    static constexpr std::uint64_t shuffling = 0x73687566;

public:
    [[gnu::cold]] Trainer(M& of, O with, G measured_by)
        : model(of), rule(std::move(with)), goals(std::move(measured_by)), plan(trace_bound(of)), blocks(plan.blocks),
          parameters(records_of(of))
    {
        prepare(rule, span_of(parameters));
        goals.prepare(plan);
    }

    LAMINA_ONCE ~Trainer() { lamina::detail::now_and_then(); }
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    O& optimizer() { return rule; }
    const O& optimizer() const { return rule; }

    /// Trains for `options.epochs` passes over the samples and gives the figures of every epoch.
    template <class X, class Y, class... Callbacks>
    LAMINA_ONCE History fit(const Samples<X, Y>& samples, std::type_identity_t<FitOptions<X, Y>> options = {},
                            Callbacks&&... callbacks)
    {
        static_assert((Callback<std::remove_reference_t<Callbacks>> && ...),
                      "lamina: a callback has one of the members on_train_begin … on_train_end");
        static_assert((lamina::detail::well_formed_callback<std::remove_reference_t<Callbacks>>() && ...),
                      "lamina: each member on_... of a callback takes a Training&, and a const callback has only const ones");
        History history;
        if constexpr (fits<X, Y>(given<X, input_count<M>>{}, given<Y, G::count>{}))
            train(history, samples, options, callbacks...);
        return history;
    }

    /// x and y belong together in one object.
    template <DenseTensors X, DenseTensors Y, class... Rest>
    History fit(const X&, const Y&, Rest&&...)
    {
        static_assert(sizeof(X) == 0, "lamina: put x and y in one object, trainer.fit(Samples{x, y}, {...})");
        return {};
    }

    /// Losses and metrics over samples, without training.
    template <class X, class Y>
    LAMINA_ONCE Logs evaluate(const Samples<X, Y>& samples, const EvaluateOptions& options = {})
    {
        Logs logs;
        if constexpr (fits<X, Y>(given<X, input_count<M>>{}, given<Y, G::count>{})) {
            require(samples, "evaluate");
            lamina::detail::require_weights(options.sample_weight, samples.size());
            goals.report(logs, measure(samples, {}, span_of(options.sample_weight), options.threads), false);
        }
        return logs;
    }

    /// One step on all samples of x as one batch.
    template <class X, class Y>
    LAMINA_ONCE Logs train_on_batch(const X& x, const Y& y, const std::vector<float>& sample_weight = {}, std::size_t threads = 1,
                                    Seed seed = {})
    {
        Logs logs;
        if constexpr (fits<X, Y>(given<X, input_count<M>>{}, given<Y, G::count>{})) {
            const Samples<const X&, const Y&> samples{x, y};
            require(samples, "train_on_batch");
            lamina::detail::require_weights(sample_weight, samples.size());
            goals.report(logs, step(samples, {}, span_of(sample_weight), seed, threads), false);
        }
        return logs;
    }

private:
    static Plan<T> trace_bound(const M& of)
    {
        require_bound(of);
        return trace(of);
    }

    template <class X, class Y, class... Callbacks>
    [[gnu::cold]] void train(History& history, const Samples<X, Y>& samples, const FitOptions<X, Y>& options,
                             Callbacks&... callbacks)
    {
        require(samples, "fit");
        if (options.validation_data) require(*options.validation_data, "fit, validation data");
        if (options.batch_size == 0) fail({"fit: batch_size is 0, at least 1 is needed"});
        const std::size_t held_back =
            lamina::detail::held_back_of(samples.size(), options.validation_split, bool(options.validation_data));
        const std::vector<float> weights = lamina::detail::weights_of<loss_at<0>::kind>(samples, options);
        std::vector<std::size_t> positions(samples.size());
        std::iota(positions.begin(), positions.end(), std::size_t{0});
        const std::span<std::size_t> shuffled(positions.data(), samples.size() - held_back);
        const auto chosen = span_of(positions).first(shuffled.size()), kept = span_of(positions).last(held_back);

        Training state{.variables = parameters};
        state.epochs = options.epochs;
        state.samples = chosen.size();
        state.batches = (chosen.size() - 1) / options.batch_size + 1;
        state.learning_rate = rule.learning_rate(rule.state.step);
        (detail::call_train_begin(callbacks, state), ...);
        for (; state.epoch < options.epochs && !state.stop; ++state.epoch) {
            state.batch = 0;
            state.logs = {};
            (detail::call_epoch_begin(callbacks, state), ...);
            std::iota(positions.begin(), positions.end(), std::size_t{0});
            if (options.shuffle) shuffle(shuffled, Random(Seed{mix(options.seed.value, shuffling)}, rule.state.step));
            Totals total;
            for (std::size_t first = 0; first < chosen.size() && !state.stop; first += options.batch_size) {
                const auto batch = chosen.subspan(first, std::min(options.batch_size, chosen.size() - first));
                state.learning_rate = rule.learning_rate(rule.state.step);
                goals.merge(total, step(samples, batch, span_of(weights), options.seed, options.threads));
                ++state.batch;
                goals.report(state.logs, total, false);
                (detail::call_batch_end(callbacks, state), ...);
            }
            if (options.validation_data)
                goals.report(state.logs, measure(*options.validation_data, {}, {}, options.threads), true);
            else if (!kept.empty())
                goals.report(state.logs, measure(samples, kept, span_of(options.sample_weight), options.threads), true);
            (detail::call_epoch_end(callbacks, state), ...);
            history.epochs.push_back(state.logs);
        }
        (detail::call_train_end(callbacks, state), ...);
        history.stopped_by = state.stopped_by;
    }

    /// Throws unless the model is where it was and the samples fit it.
    template <class S>
    [[gnu::cold]] void require(const S& samples, const char* where) const
    {
        require_model();
        require_samples_of<T>(samples.x, plan.values.data(), where);
        goals.require_targets(samples.y, samples.size(), plan, where);
    }

    /// The inputs or outputs of which a tensor is given, where `Count` are needed.
    template <class X, std::size_t Count>
    using given = std::make_index_sequence<DenseTensors<X> ? std::min(tensor_count<X>, Count) : 0>;

    /// The compile-time side of the checks: one sentence for each thing that cannot fit.
    template <class X, class Y, std::size_t... I, std::size_t... J>
    static consteval bool fits(std::index_sequence<I...>, std::index_sequence<J...>)
    {
        constexpr bool dense = DenseTensors<X> && DenseTensors<Y>, inputs = !dense || tensor_count<X> == input_count<M>,
                       outputs = !dense || tensor_count<Y> == G::count;
        static_assert(dense, "lamina: samples are row-major xtensor tensors of known rank: x [n, ...input], y [n, ...]");
        static_assert(inputs, "lamina: x is a std::tuple with a tensor for each input where the model has several: "
                              "Samples{std::tuple{images, extras}, y}");
        static_assert(outputs, "lamina: y is a std::tuple with a tensor of targets for each output where the model has several: "
                               "Samples{x, std::tuple{labels, angles}}");
        static_assert(((declared_input<M, I>.rank == 0 || rank_of<tensor_type<X, I>> == declared_input<M, I>.rank + 1) && ...),
                      "lamina: x has one rank more than the model's input: [n, ...input]");
        static_assert(((lamina::detail::label_kind_fits<loss_at<J>, tensor_type<Y, J>> ||
                        lamina::detail::labels_are_of_the_kind_that_the_loss_needs<loss_at<J>, element<tensor_type<Y, J>>,
                                                                                   loss_at<J>::kind>) &&
                       ...),
                      "lamina: labels of the wrong kind: a sparse loss needs whole numbers, any other one number an output");
        return dense && inputs && outputs;
    }

    [[gnu::cold]] void require_model() const
    {
        require_bound(model);
        if (blocks_of(model) != blocks || records_of(model) != parameters)
            fail({"the model was moved or changed since compile; compile it again where it lies"});
    }

    /// What `threads` threads, `parts` of a gradient and `chunks` of samples need; made once, and more only when it is asked for.
    [[gnu::cold]] void make_places(std::size_t threads, std::size_t parts, std::size_t chunks)
    {
        threads = std::max<std::size_t>(threads, 1);
        if (places.size() < std::max(threads, parts)) places.resize(std::max(threads, parts));
        for (std::size_t i = 0; i < places.size(); ++i) {
            auto& room = parts > 0 ? places[i].training : places[i].inference;
            if (i < threads && !room) room = std::make_unique<Execution<T>>(plan, parts > 0);
            if (i < parts && !places[i].gradient) places[i].gradient = std::make_unique<Gradient<M>>(model);
        }
        if (chunks > most_chunks) {
            scores = std::make_unique<Totals[]>(chunks);
            most_chunks = chunks;
        }
    }

    /// Where a chunk of each input lies.
    template <class S>
    std::array<const T*, input_count<M>> gather_all(const S& samples, std::span<const std::size_t> positions, std::size_t first,
                                                    std::size_t n, Execution<T>& room) const
    {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::array{gather<I>(samples, positions, first, n, room)...};
        }(std::make_index_sequence<input_count<M>>{});
    }

    /// The samples from `first` on in order, or those at `positions`, copied into the room's input where that is needed.
    template <std::size_t I, class S>
    const T* gather(const S& samples, std::span<const std::size_t> positions, std::size_t first, std::size_t n,
                    Execution<T>& room) const
    {
        const std::size_t size = plan.input_shape(I).size(), targets = tensor_at<0>(samples.y).size() / samples.size();
        const auto* const x = start_of(tensor_at<I>(samples.x));
        T* const to = room.input(I);
        if constexpr (std::is_same_v<decltype(x), const T* const>)
            if (positions.empty()) return x + first * size;
        for (std::size_t i = 0; i < n; ++i) {
            const auto sample = [&](std::size_t k) { return x + (positions.empty() ? first + k : positions[first + k]) * size; };
            const auto *const from = sample(i), *const next = sample(std::min(i + 1, n - 1));
            for (std::size_t k = 0; k < std::min<std::size_t>(size, 1024 / sizeof *next); k += 64 / sizeof *next)
                simd::prefetch(next + k); // where shuffled samples lie no processor foresees
            if (!positions.empty())
                simd::prefetch(start_of(tensor_at<0>(samples.y)) + positions[first + i] * targets); // as are its targets
            if constexpr (std::is_same_v<decltype(x), const T* const>)
                std::copy_n(from, size, to + i * size); // memmove, half the time
            else std::transform(from, from + size, to + i * size, [](auto v) { return static_cast<T>(v); });
        }
        return to;
    }

    /// One optimizer step on the samples at `positions`, or on all of them in order where it is empty.
    template <class S>
    [[gnu::cold]] const Totals& step(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                     Seed seed, std::size_t threads)
    {
        const std::size_t count = positions.empty() ? samples.size() : positions.size(), most = training_chunk(plan);
        const std::size_t chunks = (count + most - 1) / most, parts = gradients_for(count);
        make_places(std::min(parts, threads), parts, chunks);
        parallel_for(parts, threads, [&](std::size_t part, std::size_t thread) {
            const FlushSubnormals flush;
            Execution<T>& room = *places[thread].training;
            Gradient<M>& gradient = *places[part].gradient;
            gradient.clear();
            for (std::size_t k = part; k < chunks; k += parts) {
                const std::size_t first = k * most, n = std::min(most, count - first);
                const Mode mode{.training = true, .seed = seed.value, .step = rule.state.step, .place = 0, .first = first};
                const auto x = gather_all(samples, positions, first, n, room);
                room.forward(span_of(blocks), mode, x.data(), nullptr, n);
                scores[k] = Totals{};
                goals.template measure<M>(scores[k], room, true, samples.y, positions, first, n, count, weights);
                room.backward(span_of(blocks), span_of(gradient.blocks), mode, x.data(), n, goals.fused().data());
            }
        });
        step_total = Totals{};
        for (std::size_t k = 0; k < chunks; ++k) goals.merge(step_total, scores[k]);
        add_gradients(parts, threads);
        apply_gradients<T>(rule, span_of(parameters), span_of(places[0].gradient->records), threads);
        return step_total;
    }

    /// Adds all gradients to the first one, in order, split by ranges of parameters.
    [[gnu::cold]] void add_gradients(std::size_t parts, std::size_t threads)
    {
        if (parts < 2) return;
        optimizers::for_each_range(span_of(parameters), threads, [&](std::size_t r, std::size_t first, std::size_t n) {
            T* const sum = places[0].gradient->records[r]->template data<T>() + first;
            for (std::size_t part = 1; part < parts; ++part)
                kernels::add(std::as_const(*places[part].gradient->records[r]).template data<T>() + first, sum, n);
        });
    }

    template <class S>
    [[gnu::cold]] Totals measure(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                 std::size_t threads)
    {
        const std::size_t count = positions.empty() ? samples.size() : positions.size(), chunks = (count + chunk - 1) / chunk;
        make_places(std::min(threads, chunks), 0, chunks);
        parallel_for(chunks, threads, [&](std::size_t k, std::size_t thread) {
            const std::size_t first = k * chunk, n = std::min(chunk, count - first);
            Execution<T>& room = *places[thread].inference;
            room.forward(span_of(blocks), Mode{}, gather_all(samples, positions, first, n, room).data(), nullptr, n);
            scores[k] = Totals{};
            goals.template measure<M>(scores[k], room, false, samples.y, positions, first, n, count, weights);
        });
        Totals total;
        for (std::size_t k = 0; k < chunks; ++k) goals.merge(total, scores[k]);
        return total;
    }

    /// Where one thread works, and one part of the gradient is added up.
    struct Place {
        std::unique_ptr<Execution<T>> training, inference;
        std::unique_ptr<Gradient<M>> gradient;
    };

    M& model;
    O rule;
    G goals;
    Plan<T> plan;
    std::vector<const void*> blocks;
    std::vector<std::shared_ptr<record>> parameters;
    std::vector<Place> places;
    std::unique_ptr<Totals[]> scores; ///< of each chunk
    std::size_t most_chunks = 0;
    Totals step_total;
};

/// Stands for the trainer of a model that was refused, so that one error stays one error.
struct RefusedTrainer {
    template <class X, class Y, class... Callbacks>
    History fit(const Samples<X, Y>&, std::type_identity_t<FitOptions<X, Y>> = {}, Callbacks&&...)
    {
        return {};
    }
    Logs evaluate(const auto&, const EvaluateOptions& = {}) { return {}; }
    Logs train_on_batch(const auto&...) { return {}; }
};

/// A trainer for a model that was built or loaded: `compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{})`.
///
/// A model with several outputs has a loss for each, and behind them, as far as there are some, the metrics of each: one, or
/// `Metrics{…}` of none or more: `compile(model, Adam{}, Losses{CategoricalCrossentropy{}, MeanSquaredError{}}, Accuracy{})`.
template <class M, class O, class L, class... Metrics>
LAMINA_ONCE auto compile(M& model, O optimizer, L loss, Metrics... metrics)
{
    constexpr bool changeable = !std::is_const_v<M>, optimizes = Optimizer<O>, measures = Loss<L> || inner::is_losses<L>,
                   counts = ((inner::is_losses<L> ? inner::is_metrics<Metrics> : Metric<Metrics>) && ...);
    static_assert(changeable, "lamina: compile needs a model that it may change; declare it without const");
    static_assert(!changeable || optimizes, "lamina: the second argument of compile is an optimizer, such as Adam{}");
    static_assert(!changeable || !optimizes || measures,
                  "lamina: the third argument of compile is a loss, such as SparseCategoricalCrossentropy{}");
    static_assert(!changeable || !optimizes || !measures || counts,
                  "lamina: what follows the loss in compile are metrics, such as Accuracy{}");
    if constexpr (is_refused<M> || !changeable || !optimizes || !measures || !counts) return RefusedTrainer{};
    else {
        constexpr bool losses_fit = input_count<M> > 0 && inner::loss_count<L> == output_count<M>,
                       metrics_fit = !losses_fit || !inner::is_losses<L> || sizeof...(Metrics) <= inner::loss_count<L>;
        static_assert(losses_fit, "lamina: compile needs a loss for each output of the model, in order: Losses{first, second}");
        static_assert(metrics_fit,
                      "lamina: behind Losses stand the metrics of each output, in order; put several of one output in "
                      "Metrics{first, second}");
        if constexpr (!losses_fit || !metrics_fit) return RefusedTrainer{};
        else {
            auto goals = inner::goals_of(std::move(loss), std::move(metrics)...);
            return Trainer<M, O, decltype(goals)>(model, std::move(optimizer), std::move(goals));
        }
    }
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
