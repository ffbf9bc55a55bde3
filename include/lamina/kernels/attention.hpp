// lamina/kernels/attention.hpp: softmax(scale · q · kᵀ) · v of every head of one sample, and its gradients.
//
// Each head is two products of dense layers around a softmax, so they are computed by those kernels: what its head has of k, transposed,
// and of v are copied into the form of a layer's weights.
//
// Contract: q [queries][heads][key_dim], k [keys][heads][key_dim], v [keys][heads][value_dim], context [queries][heads][value_dim] and
// p [heads][queries][keys] are dense, of any alignment; no output overlaps an input. `room` is `attention_room<T, S>` elements on 64 bytes.
// Numerics: in T; the bounds are those of kernels/matmul.hpp and kernels/softmax.hpp, one after another.
// Reference: kernels/reference/attention.hpp.
// Source: Vaswani et al., "Attention Is All You Need" (2017). A pair that is masked has the score -1e9 in place of its own, or 1e9 less than
// its own, as Keras's layers have it: a query that sees no key takes a mean of all values, and no NaN.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/kernels/softmax.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

struct attention_sizes {
    std::size_t queries, keys, heads, key_dim, value_dim;
    bool causal = false; ///< a query sees the keys up to its own position
    bool lowers = false; ///< a score that is masked is lowered by 1e9, so that it has a gradient; else -1e9 stands in its place
};

/// What scores of several heads are multiplied with: 1 / √key_dim.
template <class T, attention_sizes S> inline T attention_scale() { return static_cast<T>(1 / std::sqrt(double(S.key_dim))); }

/// The steps of a sample that are there; null where all are. A pair of a query and a key counts where all three say so.
struct attention_masks {
    const std::uint8_t *queries = nullptr, *values = nullptr, *keys = nullptr;
};

namespace detail {

/// From one row of weights to the next, and what all of them take, gaps included; a layer of one output has them in one row.
template <class T> constexpr std::size_t weight_row(std::size_t outputs) { return outputs == 1 ? 1 : row_stride<T>(outputs); }
template <class T> constexpr std::size_t weights_size(std::size_t inputs, std::size_t outputs)
{
    return outputs == 1 ? row_stride<T>(inputs) : inputs * row_stride<T>(outputs);
}

/// f(to, from) for the numbers [rows][width] of one head, which lie `from_step` apart in the sample, and `to_step` in the copy.
template <class To, class From, class F>
void each_of_head(To* to, std::size_t to_step, From* from, std::size_t from_step, std::size_t rows, std::size_t width, const F& f)
{
    for (std::size_t row = 0; row < rows; ++row, to += to_step, from += from_step)
        for (std::size_t i = 0; i < width; ++i) f(to[i], from[i]);
}

inline constexpr auto copy = [](auto& to, const auto& from) { to = from; };

/// What one head has of k, transposed: [key_dim][keys].
template <class T, attention_sizes S> void copy_keys(const T* k, T* to)
{
    constexpr std::size_t row = weight_row<T>(S.keys);
    std::fill_n(to, weights_size<T>(S.key_dim, S.keys), T(0)); // the padding of weights is zero
    for (std::size_t j = 0; j < S.keys; ++j)
        for (std::size_t c = 0; c < S.key_dim; ++c) to[c * row + j] = k[j * S.heads * S.key_dim + c];
}

/// What one head has of v: [keys][value_dim].
template <class T, attention_sizes S> void copy_values(const T* v, T* to)
{
    constexpr std::size_t row = weight_row<T>(S.value_dim);
    std::fill_n(to, weights_size<T>(S.keys, S.value_dim), T(0));
    each_of_head(to, row, v, S.heads * S.value_dim, S.keys, S.value_dim, copy);
}

/// f(score) for the scores [queries][keys] of the pairs that do not count.
template <attention_sizes S, class T, class F> void each_masked(T* scores, const attention_masks& masks, const F& f)
{
    if (!S.causal && !masks.queries && !masks.values && !masks.keys) return;
    for (std::size_t i = 0; i < S.queries; ++i)
        for (std::size_t j = 0; j < S.keys; ++j, ++scores)
            if ((S.causal && j > i) || (masks.queries && !masks.queries[i]) || (masks.values && !masks.values[j]) ||
                (masks.keys && !masks.keys[j]))
                f(*scores);
}

} // namespace detail

/// p holds the scores [queries][keys] of a head, and then their softmax over the keys.
template <attention_sizes S, class T> void attention_softmax(T* p, const attention_masks& masks)
{
    detail::each_masked<S>(p, masks, [](T& score) { score = S.lowers ? score - T(1e9) : T(-1e9); });
    softmax_forward(p, p, S.queries, fixed<S.keys>{});
}

/// The gradient of the scores that `attention_softmax` was given, written. A pair whose score was replaced gives none.
template <attention_sizes S, class T>
void attention_softmax_backward(const T* p, const T* dp, T* scores, const attention_masks& masks)
{
    softmax_backward(p, dp, scores, S.queries, fixed<S.keys>{});
    if constexpr (!S.lowers) detail::each_masked<S>(scores, masks, [](T& score) { score = 0; });
}

/// What the functions below work in, in elements of T.
template <class T, attention_sizes S>
inline constexpr std::size_t attention_room =
    2 * padded<T>(S.queries * std::max(S.key_dim, S.value_dim)) +
    2 * std::max(detail::weights_size<T>(S.key_dim, S.keys), detail::weights_size<T>(S.keys, S.value_dim)) +
    padded<T>(S.queries * S.keys);

/// p = softmax(scale · q · kᵀ) over the keys.
template <attention_sizes S, class T>
void attention_weights(const T* q, const T* k, T* p, T* room, const attention_masks& masks, T scale)
{
    using namespace detail;
    T *const queries = room, *const keys = room + padded<T>(S.queries * S.key_dim);
    for (std::size_t h = 0; h < S.heads; ++h, q += S.key_dim, k += S.key_dim, p += S.queries * S.keys) {
        each_of_head(queries, S.key_dim, q, S.heads * S.key_dim, S.queries, S.key_dim, [&](T& to, T from) { to = from * scale; });
        copy_keys<T, S>(k, keys);
        dense_forward(queries, keys, static_cast<const T*>(nullptr), p, S.queries, fixed<dense_sizes{S.key_dim, S.keys}>{});
        attention_softmax<S>(p, masks);
    }
}

/// context = p · v.
template <attention_sizes S, class T> void attention_context(const T* p, const T* v, T* context, T* room)
{
    using namespace detail;
    T *const sums = room, *const values = room + padded<T>(S.queries * S.value_dim);
    for (std::size_t h = 0; h < S.heads; ++h, p += S.queries * S.keys, v += S.value_dim, context += S.value_dim) {
        copy_values<T, S>(v, values);
        dense_forward(p, values, static_cast<const T*>(nullptr), sums, S.queries, fixed<dense_sizes{S.keys, S.value_dim}>{});
        each_of_head(context, S.heads * S.value_dim, sums, S.value_dim, S.queries, S.value_dim, copy);
    }
}

/// The gradients of `attention_context`, written.
template <attention_sizes S, class T>
void attention_context_backward(const T* p, const T* v, const T* dcontext, T* dp, T* dv, T* room)
{
    using namespace detail;
    constexpr fixed<dense_sizes{S.keys, S.value_dim}> sizes{};
    constexpr std::size_t row = weight_row<T>(S.value_dim), weights = weights_size<T>(S.keys, S.value_dim);
    T *const sums = room, *const values = room + padded<T>(S.queries * S.value_dim), *const slopes = values + weights;
    for (std::size_t h = 0; h < S.heads;
         ++h, p += S.queries * S.keys, dp += S.queries * S.keys, v += S.value_dim, dv += S.value_dim, dcontext += S.value_dim) {
        each_of_head(sums, S.value_dim, dcontext, S.heads * S.value_dim, S.queries, S.value_dim, copy);
        copy_values<T, S>(v, values);
        dense_backward_data(sums, values, dp, S.queries, sizes);
        std::fill_n(slopes, weights, T(0));
        dense_backward_weights(p, sums, slopes, static_cast<T*>(nullptr), S.queries, sizes);
        each_of_head(dv, S.heads * S.value_dim, slopes, row, S.keys, S.value_dim, copy);
    }
}

/// The gradients of `attention_weights`, written; that of `scale` is added where it is asked for.
template <attention_sizes S, class T>
void attention_weights_backward(const T* q, const T* k, const T* p, const T* dp, T* dq, T* dk, T* room,
                                const attention_masks& masks, T scale, T* dscale = nullptr)
{
    using namespace detail;
    constexpr fixed<dense_sizes{S.key_dim, S.keys}> sizes{};
    constexpr std::size_t row = weight_row<T>(S.keys), weights = weights_size<T>(S.key_dim, S.keys), across = S.heads * S.key_dim;
    T *const queries = room, *const dqueries = queries + padded<T>(S.queries * S.key_dim),
             *const keys = dqueries + padded<T>(S.queries * S.key_dim), *const slopes = keys + weights,
             *const scores = slopes + weights;
    for (std::size_t h = 0; h < S.heads; ++h, q += S.key_dim, k += S.key_dim, dq += S.key_dim, dk += S.key_dim) {
        attention_softmax_backward<S>(p, dp, scores, masks);
        p += S.queries * S.keys, dp += S.queries * S.keys;
        each_of_head(queries, S.key_dim, q, across, S.queries, S.key_dim, [&](T& to, T from) { to = from * scale; });
        copy_keys<T, S>(k, keys);
        dense_backward_data(scores, keys, dqueries, S.queries, sizes);
        if (dscale) each_of_head(dqueries, S.key_dim, q, across, S.queries, S.key_dim, [&](T d, T from) { *dscale += d * from; });
        each_of_head(dq, across, dqueries, S.key_dim, S.queries, S.key_dim, [&](T& to, T from) { to = from * scale; });
        std::fill_n(slopes, weights, T(0));
        dense_backward_weights(queries, scores, slopes, static_cast<T*>(nullptr), S.queries, sizes);
        for (std::size_t j = 0; j < S.keys; ++j)
            for (std::size_t c = 0; c < S.key_dim; ++c) dk[j * across + c] = slopes[c * row + j];
    }
}

}}} // namespace lamina::internals::kernels
