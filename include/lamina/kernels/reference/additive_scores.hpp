// lamina/kernels/reference/additive_scores.hpp: the twin of kernels/additive_scores.hpp in plain loops.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/additive_scores.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

template <class T> void additive_scores(const T* q, const T* k, const T* weights, T factor, T* scores, const additive_sizes& s)
{
    for (std::size_t i = 0; i < s.queries; ++i)
        for (std::size_t j = 0; j < s.keys; ++j) {
            double sum = 0;
            for (std::size_t c = 0; c < s.width; ++c)
                sum += double(weights[c]) * std::tanh(double(factor) * (double(q[i * s.width + c]) + double(k[j * s.width + c])));
            scores[i * s.keys + j] = static_cast<T>(sum);
        }
}

template <class T>
void additive_scores_backward(const T* q, const T* k, const T* weights, T factor, const T* dscores, T* dq, T* dk, T* dweights,
                              T* dfactor, const additive_sizes& s)
{
    std::vector<double> of_q(s.queries * s.width), of_k(s.keys * s.width), of_weights(s.width);
    double of_factor = 0;
    for (std::size_t i = 0; i < s.queries; ++i)
        for (std::size_t j = 0; j < s.keys; ++j)
            for (std::size_t c = 0; c < s.width; ++c) {
                const double d = double(dscores[i * s.keys + j]), sum = double(q[i * s.width + c]) + double(k[j * s.width + c]),
                             t = std::tanh(double(factor) * sum), slope = d * double(weights[c]) * (1 - t * t);
                of_weights[c] += d * t;
                of_factor += slope * sum;
                of_q[i * s.width + c] += slope * double(factor);
                of_k[j * s.width + c] += slope * double(factor);
            }
    for (std::size_t i = 0; i < of_q.size(); ++i) dq[i] = static_cast<T>(of_q[i]);
    for (std::size_t i = 0; i < of_k.size(); ++i) dk[i] = static_cast<T>(of_k[i]);
    for (std::size_t c = 0; c < s.width; ++c) dweights[c] = static_cast<T>(double(dweights[c]) + of_weights[c]);
    *dfactor = static_cast<T>(double(*dfactor) + of_factor);
}

}}} // namespace lamina::internals::kernels::reference
