// lamina/layers/attention/scored_passes.hpp: the passes of Attention and AdditiveAttention: scores, their softmax, and a mean of values.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/kernels/additive_scores.hpp>
#include <lamina/kernels/attention.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/layers/attention/attention_block.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a layer's scores are computed with: factor · q · k, or Σ weights · tanh(factor · (q + k)) where the layer `adds`.
template <class T> struct score_numbers {
    const T* weights;
    T factor;
};

/// What attention without linear maps answers to its inputs.
constexpr protocols::verdict accept_scored(double rate, Shape query, Shape value, Shape key)
{
    using protocols::misfit;
    if (query.rank != 2 || value.rank != 2 || key.rank != 2) return refuses(misfit::needs_rank_2__steps_features);
    if (query.size() * value.size() * key.size() == 0) return refuses(misfit::an_extent_is_zero);
    if (!(rate >= 0 && rate < 1)) return refuses(misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
    if (key[0] != value[0]) return refuses(misfit::the_keys_have_another_number_of_steps_than_the_values);
    if (key[1] != query[1]) return refuses(misfit::last_axes_differ);
    return protocols::accepts(Shape{query[0], value[1]});
}

/// L has `adds`, `causal`, `dropout`, and three functions: `initialize(block, random)`, `score(block, room)`, which gives the
/// `score_numbers` and may fill `room` with as many numbers as there are features, and `learn(gradient, dweights, dfactor)`; in ops
/// `composed_factor(block, with, scores)` and `composed_weights(block, with, terms)`, which multiply by the same numbers. The shapes are
/// [steps, features].
template <class L, class T, Shape QueryIn, Shape ValueIn, Shape KeyIn> struct ScoredPasses {
    static constexpr std::size_t queries = QueryIn[0], keys = ValueIn[0], features = QueryIn[1], width = ValueIn[1],
                                 pairs = queries * keys, out = queries * width;
    static constexpr kernels::attention_sizes sizes{queries, keys, 1, features, width, L::causal, true};
    static constexpr std::size_t multiply_adds = pairs * (features + width);
    static constexpr bool drops = L::dropout::rate.value() > 0;

    template <class B> static void initialize(B& block, Random random) { L::initialize(block, random); }

    /// Where what is needed for one sample lies, and the end.
    struct places {
        static constexpr std::size_t p = 0, dropped = padded<T>(pairs), slopes = dropped + padded<T>(pairs),
                                     dp = slopes + padded<T>(pairs), dy = dp + padded<T>(pairs), dq = dy + padded<T>(out),
                                     dk = dq + padded<T>(queries * features), dv = dk + padded<T>(keys * features),
                                     weights = dv + padded<T>(keys * width), dweights = weights + padded<T>(features),
                                     room = dweights + padded<T>(features), end = room + kernels::attention_room<T, sizes>;
    };
    static constexpr std::size_t saved(std::size_t n) { return padded<T>(n * pairs); }
    static constexpr std::size_t scratch(std::size_t) { return places::end; }

    template <class B>
    static void forward(const B& block, Mode mode, std::array<const T*, 3> x, masks_of_three masks, T* y, T* saved, T* scratch,
                        std::size_t n)
    {
        const score_numbers<T> score = L::score(block, scratch + places::weights, features);
        for (std::size_t s = 0; s < n; ++s, y += out) {
            const T *const q = x[0] + s * queries * features, *const v = x[1] + s * keys * width,
                           *const k = x[2] + s * keys * features;
            T* const p = saved ? saved + s * pairs : scratch + places::p;
            if constexpr (L::adds) {
                kernels::additive_scores(q, k, score.weights, score.factor, p, {queries, keys, features});
                kernels::attention_softmax<sizes>(p, of_values(masks, s));
            }
            else kernels::attention_weights<sizes>(q, k, p, scratch + places::room, of_values(masks, s), score.factor);
            kernels::attention_context<sizes>(used(mode, s, p, scratch), v, y, scratch + places::room);
            each_missing_row(masks, s, [&](std::size_t row) { std::fill_n(y + row * width, width, T(0)); });
        }
    }

    template <class B>
    static void backward(const B& block, Mode mode, std::array<const T*, 3> x, masks_of_three masks, const T* saved, const T* dy,
                         std::array<T*, 3> dx, B& gradient, T* scratch, std::size_t n)
    {
        const score_numbers<T> score = L::score(block, scratch + places::weights, features);
        T *const dq = scratch + places::dq, *const dk = scratch + places::dk, *const dv = scratch + places::dv,
                 *const dp = scratch + places::dp, *const slopes = scratch + places::slopes, *const d = scratch + places::dy,
                 *const dweights = scratch + places::dweights, *const room = scratch + places::room, dfactor = 0;
        std::fill_n(dweights, features, T(0));
        for (std::size_t s = 0; s < n; ++s) {
            const T *const q = x[0] + s * queries * features, *const v = x[1] + s * keys * width,
                           *const k = x[2] + s * keys * features, *const p = saved + s * pairs;
            std::copy_n(dy + s * out, out, d);
            each_missing_row(masks, s, [&](std::size_t row) { std::fill_n(d + row * width, width, T(0)); });
            kernels::attention_context_backward<sizes>(used(mode, s, p, scratch), v, d, dp, dv, room);
            if constexpr (drops) drop<L::dropout::rate>(of_sample(mode, s), dp, dp, pairs, 1);
            if constexpr (L::adds) {
                kernels::attention_softmax_backward<sizes>(p, dp, slopes, of_values(masks, s));
                kernels::additive_scores_backward(q, k, score.weights, score.factor, slopes, dq, dk, dweights, &dfactor,
                                                  {queries, keys, features});
            }
            else
                kernels::attention_weights_backward<sizes>(q, k, p, dp, dq, dk, room, of_values(masks, s), score.factor,
                                                           &dfactor);
            give(dx, 0, dq, s, queries * features);
            give(dx, 1, dv, s, keys * width);
            give(dx, 2, dk, s, keys * features);
        }
        if (mode.parameters) L::learn(gradient, dweights, dfactor, features);
    }

    template <class X, class B, class With>
    static X compose(const B& block, const With& with, const std::array<X, 3>& x, const std::array<X, 3>& masks)
    {
        X scores;
        if constexpr (L::adds) {
            const X sums = as_samples<Shape{queries, 1, features}>(x[0]) + as_samples<Shape{1, keys, features}>(x[2]);
            scores = reduce_sum(L::composed_weights(block, with, tanh(L::composed_factor(block, with, sums))), {-1});
        }
        else scores = L::composed_factor(block, with, matmul(x[0], transpose(x[2], {0, 2, 1})));
        if (const X allowed = composed_pairs<false, queries, keys, L::causal>(with, X{}, masks[1], X{})) {
            scores = where(allowed, scores, scores - 1e9);
        }
        X weights = softmax(scores);
        if constexpr (drops)
            if (with.mode().training) weights = weights * composed_drop<L::dropout::rate, T>(with, x[0], Shape{queries, keys});
        const X y = matmul(weights, x[1]);
        return masks[0] ? X(where(as_samples<Shape{queries, 1}>(masks[0]), y, zeros_like(y))) : y;
    }

private:
    static Mode of_sample(Mode mode, std::size_t s)
    {
        mode.first += s;
        return mode;
    }

    /// The weights of the values: p, or what is left of it.
    static const T* used(Mode mode, std::size_t s, const T* p, T* scratch)
    {
        if constexpr (!drops) return p;
        if (!mode.training) return p;
        drop<L::dropout::rate>(of_sample(mode, s), p, scratch + places::dropped, pairs, 1);
        return scratch + places::dropped;
    }

    /// What is not there among the values counts for nothing; of the key Keras asks no mask.
    static kernels::attention_masks of_values(const masks_of_three& masks, std::size_t s)
    {
        return {nullptr, masks[1] ? masks[1] + s * keys : nullptr, nullptr};
    }

    /// f(row) for the steps of the query that are not there.
    template <class F> static void each_missing_row(const masks_of_three& masks, std::size_t s, const F& f)
    {
        for (std::size_t row = 0; masks[0] && row < queries; ++row)
            if (!masks[0][s * queries + row]) f(row);
    }

    static void give(const std::array<T*, 3>& dx, std::size_t i, const T* d, std::size_t s, std::size_t size)
    {
        if (!dx[i]) return;
        if (given_before(dx, i)) kernels::add(d, dx[i] + s * size, size);
        else std::copy_n(d, size, dx[i] + s * size);
    }
};

}}} // namespace lamina::internals
