// lamina/kernels/additive_scores.hpp: weight · tanh(factor · (q + k)) of each pair of a query and a key, and its gradients.
//
// Contract: q [queries][width], k [keys][width], weights [width] and scores [queries][keys] are dense, of any alignment; no output overlaps
// an input. `width` is at least 1.
// Numerics: in T. With c = 12 + width, |got - reference| is at most c · epsilon times the sum of what is added, taken absolute; a gradient
// adds up over queries or keys as well.
// Reference: kernels/reference/additive_scores.hpp.
// Source: Bahdanau, Cho, Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate" (2015).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

struct additive_sizes {
    std::size_t queries, keys, width;
};

/// scores[i][j] = the sum over c of weights[c] · tanh(factor · (q[i][c] + k[j][c])).
template <class T> void additive_scores(const T* q, const T* k, const T* weights, T factor, T* scores, const additive_sizes& s)
{
    using lanes = simd::batch<T>;
    const lanes times(factor);
    for (std::size_t i = 0; i < s.queries; ++i, q += s.width) {
        const T* key = k;
        for (std::size_t j = 0; j < s.keys; ++j, key += s.width, ++scores) {
            lanes sum(T(0));
            for (std::size_t c = 0; c < s.width; c += lanes::size)
                simd::add_product(sum, load_before(weights + c, c, s.width),
                                  math::tanh(times * (load_before(q + c, c, s.width) + load_before(key + c, c, s.width))));
            *scores = simd::reduce_add(sum);
        }
    }
}

/// The gradients of `additive_scores` where dscores is that of the scores: dq and dk are written, dweights and *dfactor added to.
template <class T>
void additive_scores_backward(const T* q, const T* k, const T* weights, T factor, const T* dscores, T* dq, T* dk, T* dweights,
                              T* dfactor, const additive_sizes& s)
{
    using lanes = simd::batch<T>;
    const lanes times(factor), one(T(1));
    std::fill_n(dk, s.keys * s.width, T(0));
    lanes of_factor(T(0));
    for (std::size_t c = 0; c < s.width; c += lanes::size) { // a register of the width, whose weights' gradients stay in one
        const auto load = [&](const T* p) { return load_before(p + c, c, s.width); };
        const auto store = [&](const lanes& value, T* p) { store_before(value, p + c, c, s.width); };
        const lanes weight = load(weights);
        lanes of_weights = load(dweights);
        for (std::size_t i = 0; i < s.queries; ++i) {
            const lanes query = load(q + i * s.width);
            lanes of_query(T(0));
            for (std::size_t j = 0; j < s.keys; ++j) {
                const lanes sum = query + load(k + j * s.width), t = math::tanh(times * sum), d(dscores[i * s.keys + j]);
                simd::add_product(of_weights, d, t);
                const lanes slope = d * weight * (one - t * t);
                simd::add_product(of_factor, slope, sum);
                of_query = of_query + slope;
                store(simd::fma(slope, times, load(dk + j * s.width)), dk + j * s.width);
            }
            store(of_query * times, dq + i * s.width);
        }
        store(of_weights, dweights);
    }
    *dfactor += simd::reduce_add(of_factor);
}

}}} // namespace lamina::internals::kernels
