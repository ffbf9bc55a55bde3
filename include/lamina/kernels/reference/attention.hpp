// lamina/kernels/reference/attention.hpp: the twin of kernels/attention.hpp in plain loops.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/attention.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// Whether key `j` counts for query `i`.
inline bool counts(const attention_sizes& s, const attention_masks& masks, std::size_t i, std::size_t j)
{
    return !(s.causal && j > i) && (!masks.queries || masks.queries[i]) && (!masks.values || masks.values[j]) &&
           (!masks.keys || masks.keys[j]);
}

template <class T>
void attention_forward(const T* q, const T* k, const T* v, T* p, T* context, const attention_sizes& s,
                       const attention_masks& masks, double scale)
{
    const std::size_t row = s.heads * s.key_dim;
    for (std::size_t h = 0; h < s.heads; ++h)
        for (std::size_t i = 0; i < s.queries; ++i) {
            std::vector<double> scores(s.keys);
            for (std::size_t j = 0; j < s.keys; ++j) {
                double sum = 0;
                for (std::size_t c = 0; c < s.key_dim; ++c)
                    sum += double(q[i * row + h * s.key_dim + c]) * double(k[j * row + h * s.key_dim + c]);
                scores[j] = counts(s, masks, i, j) ? scale * sum : (s.lowers ? scale * sum : 0) - 1e9;
            }
            const double most = *std::max_element(scores.begin(), scores.end());
            double total = 0;
            for (double& score : scores) total += score = std::exp(score - most);
            T* const weights = p + (h * s.queries + i) * s.keys;
            for (std::size_t j = 0; j < s.keys; ++j) weights[j] = static_cast<T>(scores[j] / total);
            for (std::size_t c = 0; c < s.value_dim; ++c) {
                double sum = 0;
                for (std::size_t j = 0; j < s.keys; ++j)
                    sum += scores[j] / total * double(v[(j * s.heads + h) * s.value_dim + c]);
                context[(i * s.heads + h) * s.value_dim + c] = static_cast<T>(sum);
            }
        }
}

template <class T>
void attention_backward(const T* q, const T* k, const T* v, const T* p, const T* dcontext, T* dq, T* dk, T* dv,
                        const attention_sizes& s, const attention_masks& masks, double scale, T* dscale)
{
    const std::size_t row = s.heads * s.key_dim;
    std::fill_n(dq, s.queries * row, T(0));
    std::fill_n(dk, s.keys * row, T(0));
    std::fill_n(dv, s.keys * s.heads * s.value_dim, T(0));
    for (std::size_t h = 0; h < s.heads; ++h)
        for (std::size_t i = 0; i < s.queries; ++i) {
            const T* const weights = p + (h * s.queries + i) * s.keys;
            std::vector<double> dp(s.keys);
            double mean = 0;
            for (std::size_t j = 0; j < s.keys; ++j) {
                for (std::size_t c = 0; c < s.value_dim; ++c) {
                    const T slope = dcontext[(i * s.heads + h) * s.value_dim + c];
                    dp[j] += double(slope) * double(v[(j * s.heads + h) * s.value_dim + c]);
                    dv[(j * s.heads + h) * s.value_dim + c] += weights[j] * slope;
                }
                mean += dp[j] * double(weights[j]);
            }
            for (std::size_t j = 0; j < s.keys; ++j) {
                if (!s.lowers && !counts(s, masks, i, j)) continue;
                const double slope = double(weights[j]) * (dp[j] - mean) * scale;
                for (std::size_t c = 0; c < s.key_dim; ++c) {
                    *dscale += static_cast<T>(slope / scale * double(q[i * row + h * s.key_dim + c]) *
                                              double(k[j * row + h * s.key_dim + c]));
                    dq[i * row + h * s.key_dim + c] += static_cast<T>(slope * double(k[j * row + h * s.key_dim + c]));
                    dk[j * row + h * s.key_dim + c] += static_cast<T>(slope * double(q[i * row + h * s.key_dim + c]));
                }
            }
        }
}

}}} // namespace lamina::internals::kernels::reference
