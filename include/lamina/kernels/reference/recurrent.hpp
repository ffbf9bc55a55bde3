// lamina/kernels/reference/recurrent.hpp: kernels/recurrent.hpp, in plain loops.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>

#include <cstddef>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// One step of an LSTM: `sigmoid` of the sums i, f and o, `tanh` of g; c = f · c + i · g, h = o · tanh(c).
template <class T, class Sigmoid, class Tanh>
void lstm_step(const T* x, const T* kernel, const T* recurrent, const T* bias, T* state, std::size_t features, std::size_t units,
               const Sigmoid& sigmoid, const Tanh& tanh)
{
    const std::size_t wide = 4 * units, stride = row_stride<T>(wide);
    std::vector<T> z(wide);
    for (std::size_t j = 0; j < wide; ++j) {
        z[j] = bias ? bias[j] : T(0);
        for (std::size_t i = 0; i < units; ++i) z[j] += state[i] * recurrent[i * stride + j];
        for (std::size_t i = 0; i < features; ++i) z[j] += x[i] * kernel[i * stride + j];
    }
    for (std::size_t u = 0; u < units; ++u) {
        T& c = state[padded<T>(units) + u];
        c = sigmoid(z[units + u]) * c + sigmoid(z[u]) * tanh(z[2 * units + u]);
        state[u] = sigmoid(z[3 * units + u]) * tanh(c);
    }
}

}}} // namespace lamina::internals::kernels::reference
