// lamina/kernels/reference/matmul.hpp: the dense kernels as plain loops, accumulated in double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/matmul.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

/// Where the weight of an input and an output lies.
template <class T> std::size_t weight_at(std::size_t input, std::size_t output, dense_sizes sizes)
{
    return sizes.outputs == 1 ? input : input * row_stride<T>(sizes.outputs) + output;
}

template <class T> void dense_forward(const T* x, const T* w, const T* bias, T* y, std::size_t n, dense_sizes sizes)
{
    const auto [inputs, outputs] = sizes;
    for (std::size_t s = 0; s < n; ++s)
        for (std::size_t o = 0; o < outputs; ++o) {
            double sum = bias ? double(bias[o]) : 0.0;
            for (std::size_t i = 0; i < inputs; ++i) sum += double(x[s * inputs + i]) * double(w[weight_at<T>(i, o, sizes)]);
            y[s * outputs + o] = T(sum);
        }
}

template <class T> void dense_backward_data(const T* dz, const T* w, T* dx, std::size_t n, dense_sizes sizes)
{
    const auto [inputs, outputs] = sizes;
    for (std::size_t s = 0; s < n; ++s)
        for (std::size_t i = 0; i < inputs; ++i) {
            double sum = 0;
            for (std::size_t o = 0; o < outputs; ++o) sum += double(dz[s * outputs + o]) * double(w[weight_at<T>(i, o, sizes)]);
            dx[s * inputs + i] = T(sum);
        }
}

template <class T> void dense_backward_weights(const T* x, const T* dz, T* dw, T* dbias, std::size_t n, dense_sizes sizes)
{
    const auto [inputs, outputs] = sizes;
    for (std::size_t o = 0; o < outputs; ++o) {
        for (std::size_t i = 0; i < inputs; ++i) {
            double sum = 0;
            for (std::size_t s = 0; s < n; ++s) sum += double(dz[s * outputs + o]) * double(x[s * inputs + i]);
            dw[weight_at<T>(i, o, sizes)] = T(double(dw[weight_at<T>(i, o, sizes)]) + sum);
        }
        double sum = 0;
        for (std::size_t s = 0; s < n; ++s) sum += double(dz[s * outputs + o]);
        if (dbias) dbias[o] = T(double(dbias[o]) + sum);
    }
}

}}} // namespace lamina::internals::kernels::reference
