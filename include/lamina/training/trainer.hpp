// lamina/training/trainer.hpp: compile, fit, evaluate: a model, an optimizer, a loss and metrics at work.
#pragma once

#include <lamina/core/parallel.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/fit_options.hpp>
#include <lamina/training/history.hpp>
#include <lamina/training/optimizers/optimizer.hpp>
#include <lamina/training/score.hpp>
#include <lamina/training/targets.hpp>

#include <algorithm>
#include <cmath>
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
/// A batch is cut into chunks of 32 samples, and these are dealt out to at most 8 gradients, by the batch's size and the
/// model's alone. Each gradient is computed in order, they are added in order, and the update is split over parameter ranges,
/// so the bits depend neither on threads nor on timing.
template <class M, class O, class L, class... Metrics>
class Trainer {
    using T = number_type<M>;
    using Totals = Score<L, Metrics...>;
    static constexpr shape output = output_of<M>;

    /// The gradients of a batch of `chunks`; large models have fewer, so that memory stays bounded.
    std::size_t gradients_for(std::size_t chunks) const
    {
        constexpr std::size_t most = 8, most_bytes = std::size_t{256} << 20;
        std::size_t bytes = 1;
        for (const auto& parameter : parameters) bytes += parameter->stored_size() * sizeof(T);
        return std::min({chunks, most, std::max<std::size_t>(most_bytes / bytes, 1)});
    }
    /// Names the stream of random numbers that orders samples; a later fit goes on with other orders, since it begins at a later step.
    static constexpr std::uint64_t shuffling = 0x73687566;

public:
    [[gnu::cold]] Trainer(M& of, O with, L measured_by, Metrics... also)
        : model(of), rule(std::move(with)), loss(std::move(measured_by)), metrics(std::move(also)...), plan(trace_bound(of)),
          blocks(plan.blocks), parameters(records_of(of)),
          fused(Totals::template differentiated_with<T>(Execution<T>::ends_in(plan), loss))
    {
        prepare(rule, parameters);
        if constexpr (requires { loss.check(); }) loss.check();
    }

    [[gnu::cold]] ~Trainer() {}
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    O& optimizer() { return rule; }
    const O& optimizer() const { return rule; }

    /// Trains for `options.epochs` passes over the samples and gives the figures of every epoch.
    template <class X, class Y, class... Callbacks>
    [[gnu::cold]] History fit(const Samples<X, Y>& samples, std::type_identity_t<FitOptions<X, Y>> options = {},
                              Callbacks&&... callbacks)
    {
        static_assert((Callback<std::remove_reference_t<Callbacks>> && ...),
                      "lamina: a callback has one of the members on_train_begin … on_train_end");
        static_assert((lamina::detail::well_formed_callback<std::remove_reference_t<Callbacks>>() && ...),
                      "lamina: each member on_... of a callback takes a Training&, and a const callback has only const ones");
        require_model();
        check<X, Y>();
        require_data<T>(loss, samples.x, samples.y, plan.input_shape(), output, "fit");
        if (options.validation_data)
            require_data<T>(loss, options.validation_data->x, options.validation_data->y, plan.input_shape(), output,
                            "fit, validation data");
        const std::size_t held_back = held_back_of(samples.size(), options);
        const std::vector<float> weights = weights_of(samples, options);
        std::vector<std::size_t> positions(samples.size());
        std::iota(positions.begin(), positions.end(), std::size_t{0});
        const std::span<std::size_t> chosen = std::span(positions).first(samples.size() - held_back);
        const std::span<std::size_t> kept = std::span(positions).last(held_back);

        History history;
        Training state;
        state.epochs = options.epochs;
        state.samples = chosen.size();
        state.batches = (chosen.size() - 1) / options.batch_size + 1;
        state.variables = parameters;
        state.learning_rate = rule.learning_rate(rule.state.step);
        (detail::call_train_begin(callbacks, state), ...);
        for (; state.epoch < options.epochs && !state.stop; ++state.epoch) {
            state.batch = 0;
            state.logs = {};
            (detail::call_epoch_begin(callbacks, state), ...);
            std::iota(positions.begin(), positions.end(), std::size_t{0});
            if (options.shuffle) shuffle(chosen, Random(Seed{mix(options.seed.value, shuffling)}, rule.state.step));
            Totals total;
            for (std::size_t first = 0; first < chosen.size() && !state.stop; first += options.batch_size) {
                const auto batch = chosen.subspan(first, std::min(options.batch_size, chosen.size() - first));
                state.learning_rate = rule.learning_rate(rule.state.step);
                total.merge(step(samples, batch, weights, options.seed, options.threads));
                ++state.batch;
                total.report(state.logs, metrics, "");
                (detail::call_batch_end(callbacks, state), ...);
            }
            if (options.validation_data)
                measure(*options.validation_data, {}, {}, options.threads).report(state.logs, metrics, "val_");
            else if (!kept.empty())
                measure(samples, kept, options.sample_weight, options.threads).report(state.logs, metrics, "val_");
            (detail::call_epoch_end(callbacks, state), ...);
            history.epochs.emplace_back().entries = state.logs.entries;
        }
        (detail::call_train_end(callbacks, state), ...);
        history.stopped_by = state.stopped_by;
        return history;
    }

    /// x and y belong together in one object.
    template <DenseTensor X, DenseTensor Y, class... Rest>
    History fit(const X&, const Y&, Rest&&...)
    {
        static_assert(sizeof(X) == 0, "lamina: put x and y in one object, trainer.fit(Samples{x, y}, {...})");
        return {};
    }

    /// Loss and metrics over samples, without training.
    template <class X, class Y>
    [[gnu::cold]] Logs evaluate(const Samples<X, Y>& samples, const EvaluateOptions& options = {})
    {
        require_model();
        check<X, Y>();
        require_data<T>(loss, samples.x, samples.y, plan.input_shape(), output, "evaluate");
        require_weights(options.sample_weight, samples.size());
        Logs logs;
        measure(samples, {}, options.sample_weight, options.threads).report(logs, metrics, "");
        return logs;
    }

    /// One step on all samples of x as one batch.
    template <class X, class Y>
    [[gnu::cold]] Logs train_on_batch(const X& x, const Y& y, const std::vector<float>& sample_weight = {},
                                      std::size_t threads = 1, Seed seed = {})
    {
        require_model();
        check<X, Y>();
        require_data<T>(loss, x, y, plan.input_shape(), output, "train_on_batch");
        require_weights(sample_weight, x.shape()[0]);
        Logs logs;
        step(Samples<const X&, const Y&>{x, y}, {}, sample_weight, seed, threads).report(logs, metrics, "");
        return logs;
    }

private:
    static Plan<T> trace_bound(const M& of)
    {
        require_bound(of);
        return trace(of);
    }

    /// The compile-time side of the checks: one sentence for each thing that cannot fit.
    template <class X, class Y>
    static consteval void check()
    {
        static_assert(DenseTensor<X> && DenseTensor<Y>,
                      "lamina: samples are row-major xtensor tensors of known rank: x [n, ...input], y [n, ...]");
        constexpr shape in = declared_input<M>;
        static_assert(in.rank == 0 || rank_of<X> == in.rank + 1,
                      "lamina: x has one rank more than the model's input: [n, ...input]");
        static_assert(((Metrics::kind == L::kind || lamina::detail::metric_reads_the_same_labels_as_the_loss<Metrics, L>) && ...),
                      "lamina: a metric and the loss read labels of different kinds");
        static_assert(lamina::detail::label_kind_fits<L, Y> ||
                          lamina::detail::labels_are_of_the_kind_that_the_loss_needs<L, element<Y>, L::kind>,
                      "lamina: labels of the wrong kind: a sparse loss needs whole numbers, any other one number an output");
    }

    [[gnu::cold]] void require_model() const
    {
        require_bound(model);
        std::size_t met = 0, known = 0;
        bool same = true;
        for_each_block(model, [&](const auto& block) {
            same = same && met < blocks.size() && blocks[met++] == static_cast<const void*>(&block);
        });
        for_each_any_variable(model, [&](const AnyVariable& variable) {
            if (known < parameters.size() && parameters[known] == variable.storage()) ++known;
            else
                same = same && std::find(parameters.begin(), parameters.begin() + std::ptrdiff_t(known), variable.storage()) !=
                                   parameters.begin() + std::ptrdiff_t(known);
        });
        if (!same || met != blocks.size() || known != parameters.size())
            fail("the model was moved or changed since compile; compile it again where it lies");
    }

    template <class X, class Y>
    [[gnu::cold]] static std::size_t held_back_of(std::size_t count, const FitOptions<X, Y>& options)
    {
        if (options.batch_size == 0) fail("fit: batch_size is 0, at least 1 is needed");
        if (!(options.validation_split >= 0 && options.validation_split < 1))
            fail("fit: validation_split is ", options.validation_split, ", it has to be in [0, 1)");
        if (options.validation_split > 0 && options.validation_data)
            fail("fit: validation_split and validation_data are both given; keep one");
        const auto held_back = count - static_cast<std::size_t>(static_cast<double>(count) *
                                                                (1 - options.validation_split)); // rounded as Keras does
        if (held_back == count) fail("fit: validation_split leaves no sample to train on");
        return held_back;
    }

    [[gnu::cold]] static void require_weights(const std::vector<float>& weights, std::size_t count)
    {
        if (!weights.empty() && weights.size() != count)
            fail("there are ", weights.size(), " sample weights for ", count, " samples; give one each or none");
        for (std::size_t i = 0; i < weights.size(); ++i)
            if (!(weights[i] >= 0 && weights[i] < 1e30f))
                fail("sample_weight[", i, "] is ", weights[i], ", a weight is a finite number of at least 0");
    }

    template <class X, class Y>
    [[gnu::cold]] static std::vector<float> weights_of(const Samples<X, Y>& samples, const FitOptions<X, Y>& options)
    {
        require_weights(options.sample_weight, samples.size());
        std::vector<float> weights = options.sample_weight;
        if (options.class_weight.empty()) return weights;
        for (const auto& [label, factor] : options.class_weight)
            if (!(factor >= 0 && factor < 1e30f))
                fail("class_weight of class ", label, " is ", factor, ", a weight is a finite number of at least 0");
        if (weights.empty()) weights = std::vector<float>(samples.size(), 1.f);
        const std::size_t per_sample = samples.y.size() / samples.size();
        if (L::kind == targets::class_index && per_sample > 1)
            fail("fit: class_weight needs one label a sample, there are ", per_sample, "; use sample_weight");
        for (std::size_t i = 0; i < samples.size(); ++i) {
            const auto* const y = start_of(samples.y) + i * per_sample;
            const auto label = per_sample == 1 ? std::llround(std::clamp(static_cast<double>(y[0]), -1e15, 1e15))
                                               : std::max_element(y, y + per_sample) - y;
            if (const auto found = options.class_weight.find(label); found != options.class_weight.end())
                weights[i] *= found->second;
        }
        return weights;
    }

    /// A gradient of the model, and where its blocks and records lie.
    struct Gradient {
        M model;
        std::vector<void*> blocks;
        std::vector<std::shared_ptr<record>> records;

        [[gnu::cold]] explicit Gradient(const M& of) : model(zeros_like(of)), records(records_of(model))
        {
            for_each_block(model, [&](auto& block) { blocks.push_back(&block); });
        }

        void clear()
        {
            for (auto& r : records) std::fill_n(r->template data<T>(), r->stored_size(), T(0));
        }
    };

    /// Rooms for `threads` threads; made once, and again only when more are asked for.
    [[gnu::cold]] void prepare_rooms(std::vector<std::unique_ptr<Execution<T>>>& rooms, std::size_t threads, bool trains)
    {
        while (rooms.size() < std::max<std::size_t>(threads, 1)) rooms.push_back(std::make_unique<Execution<T>>(plan, trains));
    }

    /// The samples from `first` on in order, or those at `positions`, copied into the room's input where that is needed.
    template <class S>
    const T* gather(const S& samples, std::span<const std::size_t> positions, std::size_t first, std::size_t n,
                    Execution<T>& room) const
    {
        const std::size_t size = plan.input_shape().size(), targets = samples.y.size() / samples.size();
        const auto* const x = start_of(samples.x);
        if constexpr (std::is_same_v<decltype(x), const T* const>)
            if (positions.empty()) return x + first * size;
        for (std::size_t i = 0; i < n; ++i) {
            const auto sample = [&](std::size_t k) { return x + (positions.empty() ? first + k : positions[first + k]) * size; };
            const auto *const from = sample(i), *const next = sample(std::min(i + 1, n - 1));
            for (std::size_t k = 0; k < std::min<std::size_t>(size, 1024 / sizeof *next); k += 64 / sizeof *next)
                simd::prefetch(next + k); // where shuffled samples lie no processor foresees
            if (!positions.empty()) simd::prefetch(start_of(samples.y) + positions[first + i] * targets); // as are its targets
            std::transform(from, from + size, room.input() + i * size, [](auto v) { return static_cast<T>(v); });
        }
        return room.input();
    }

    /// One optimizer step on the samples at `positions`, or on all of them in order where it is empty.
    template <class S>
    [[gnu::cold]] const Totals& step(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                     Seed seed, std::size_t threads)
    {
        const std::size_t count = positions.empty() ? samples.x.shape()[0] : positions.size(),
                          chunks = (count + chunk - 1) / chunk;
        const std::size_t parts = gradients_for(chunks);
        prepare_rooms(training_rooms, std::min(parts, threads), true);
        while (gradients.size() < parts) gradients.push_back(std::make_unique<Gradient>(model));
        scores.resize(std::max(scores.size(), chunks));
        parallel_for(parts, threads, [&](std::size_t part, std::size_t thread) {
            Execution<T>& room = *training_rooms[thread];
            Gradient& gradient = *gradients[part];
            gradient.clear();
            for (std::size_t k = part; k < chunks; k += parts) {
                const std::size_t first = k * chunk, n = std::min(chunk, count - first);
                const Mode mode{.training = true, .seed = seed.value, .step = rule.state.step, .place = 0, .first = first};
                const T* const x = gather(samples, positions, first, n, room);
                room.forward(blocks, mode, x, nullptr, n);
                scores[k] = Totals{};
                scores[k].measure(loss, metrics, output, fused, Rows<T>{room.output(), room.output_gradient(), n, count},
                                  start_of(samples.y), positions, first, weights);
                room.backward(blocks, gradient.blocks, mode, x, n, fused != logits::none);
            }
        });
        step_total = Totals{};
        for (std::size_t k = 0; k < chunks; ++k) step_total.merge(scores[k]);
        add_gradients(parts, threads);
        apply_gradients<T>(rule, parameters, gradients[0]->records, threads);
        return step_total;
    }

    /// Adds all gradients to the first one, in order, split by ranges of parameters.
    [[gnu::cold]] void add_gradients(std::size_t parts, std::size_t threads)
    {
        if (parts < 2) return;
        optimizers::for_each_range(
            std::span<const std::shared_ptr<record>>(parameters), threads, [&](std::size_t r, std::size_t first, std::size_t n) {
                T* const sum = gradients[0]->records[r]->template data<T>() + first;
                for (std::size_t part = 1; part < parts; ++part)
                    kernels::add(std::as_const(*gradients[part]->records[r]).template data<T>() + first, sum, n);
            });
    }

    template <class S>
    [[gnu::cold]] Totals measure(const S& samples, std::span<const std::size_t> positions, std::span<const float> weights,
                                 std::size_t threads)
    {
        const std::size_t count = positions.empty() ? samples.x.shape()[0] : positions.size(),
                          chunks = (count + chunk - 1) / chunk;
        prepare_rooms(inference_rooms, std::min(threads, chunks), false);
        scores.resize(std::max(scores.size(), chunks));
        parallel_for(chunks, threads, [&](std::size_t k, std::size_t thread) {
            const std::size_t first = k * chunk, n = std::min(chunk, count - first);
            Execution<T>& room = *inference_rooms[thread];
            room.forward(blocks, Mode{}, gather(samples, positions, first, n, room), nullptr, n);
            scores[k] = Totals{};
            scores[k].measure(loss, metrics, output, fused, Rows<T>{room.output(), nullptr, n, count}, start_of(samples.y),
                              positions, first, weights);
        });
        Totals total;
        for (std::size_t k = 0; k < chunks; ++k) total.merge(scores[k]);
        return total;
    }

    M& model;
    O rule;
    L loss;
    std::tuple<Metrics...> metrics;
    Plan<T> plan;
    std::vector<const void*> blocks;
    std::vector<std::shared_ptr<record>> parameters;
    logits fused; ///< the model ends in an activation that is differentiated with the loss
    std::vector<std::unique_ptr<Execution<T>>> training_rooms, inference_rooms;
    std::vector<std::unique_ptr<Gradient>> gradients;
    std::vector<Totals> scores;
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
template <class M, class O, class L, class... Metrics>
auto compile(M& model, O optimizer, L loss, Metrics... metrics)
{
    constexpr bool changeable = !std::is_const_v<M>, optimizes = Optimizer<O>, measures = Loss<L>,
                   counts = (Metric<Metrics> && ...);
    static_assert(changeable, "lamina: compile needs a model that it may change; declare it without const");
    static_assert(!changeable || optimizes, "lamina: the second argument of compile is an optimizer, such as Adam{}");
    static_assert(!changeable || !optimizes || measures,
                  "lamina: the third argument of compile is a loss, such as SparseCategoricalCrossentropy{}");
    static_assert(!changeable || !optimizes || !measures || counts,
                  "lamina: what follows the loss in compile are metrics, such as Accuracy{}");
    if constexpr (is_refused<M> || !changeable || !optimizes || !measures || !counts) return RefusedTrainer{};
    else {
        return Trainer<M, O, L, typename metric_for<Metrics, L::kind>::type...>(
            model, std::move(optimizer), std::move(loss), metric_for<Metrics, L::kind>::from(std::move(metrics))...);
    }
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
