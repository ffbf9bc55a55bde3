// lamina/blocks/activations/row_activations.hpp: activations that work on whole rows: softmax and its logarithm.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/softmax.hpp>

#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = exp(x) / Σ exp(x) over the last axis.
struct Softmax {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "softmax";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class T, internals::extent E> static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        internals::kernels::softmax_forward(x, y, rows, width);
    }
    template <class T, internals::extent E> static void backward_rows(const T* y, const T* dy, T* dx, std::size_t rows, E width)
    {
        internals::kernels::softmax_backward(y, dy, dx, rows, width);
    }
};

/// y = x − log Σ exp(x) over the last axis.
struct LogSoftmax {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "log_softmax";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class T, internals::extent E> static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        internals::kernels::log_softmax_forward(x, y, rows, width);
    }
    template <class T, internals::extent E> static void backward_rows(const T* y, const T* dy, T* dx, std::size_t rows, E width)
    {
        internals::kernels::log_softmax_backward(y, dy, dx, rows, width);
    }
};

}} // namespace lamina
