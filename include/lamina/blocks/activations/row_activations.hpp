// lamina/blocks/activations/row_activations.hpp: activations that work on whole rows: softmax and its kin, and glu.
#pragma once

#include <lamina/blocks/activations/formula.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/softmax.hpp>
#include <lamina/kernels/sparsemax.hpp>

#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = exp(x) / Σ exp(x) over the last axis.
struct Softmax : internals::activation_base<protocols::reads::output, protocols::output_activation::softmax> {
    static constexpr std::string_view name = "softmax";
    template <class T, internals::extent E> static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        internals::kernels::softmax_forward(x, y, rows, width);
    }
    template <class T, internals::extent E> static void backward_rows(const T* y, const T* dy, T* dx, std::size_t rows, E width)
    {
        internals::kernels::softmax_backward(y, dy, dx, rows, width);
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return y * (dy - reduce_sum(dy * y, {-1}, true)); }
};

/// y = x − log Σ exp(x) over the last axis.
struct LogSoftmax : internals::activation_base<protocols::reads::output, protocols::output_activation::log_softmax> {
    static constexpr std::string_view name = "log_softmax";
    template <class T, internals::extent E> static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        internals::kernels::log_softmax_forward(x, y, rows, width);
    }
    template <class T, internals::extent E> static void backward_rows(const T* y, const T* dy, T* dx, std::size_t rows, E width)
    {
        internals::kernels::log_softmax_backward(y, dy, dx, rows, width);
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return dy - exp(y) * reduce_sum(dy, {-1}, true); }
};

/// The point of the simplex that is nearest to x: max(x − τ, 0) over the last axis, where τ makes the sum 1.
///
/// Source: Martins and Astudillo, "From Softmax to Sparsemax" (ICML 2016). Keras 3.15 gives the same only where one number is left.
struct Sparsemax : internals::activation_base<protocols::reads::output> {
    static constexpr std::string_view name = "sparsemax";
    template <class T, internals::extent E> static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        internals::kernels::sparsemax_forward(x, y, rows, width);
    }
    template <class T, internals::extent E> static void backward_rows(const T* y, const T* dy, T* dx, std::size_t rows, E width)
    {
        internals::kernels::sparsemax_backward(y, dy, dx, rows, width);
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        const X none = zeros_like(dy), left = where(greater(y, 0), ones_like(dy), none);
        const X mean = reduce_sum(left * dy, {-1}, true) / reduce_sum(left, {-1}, true);
        return where(greater(y, 0), dy - mean, none);
    }
};

/// y = a · sigmoid(b), where a is the first half of the last axis and b the second (Dauphin et al. 2017): `Activation<Glu>`, or a function
/// on values; it is no option of other layers, as it halves what they give.
struct Glu : internals::from_input {
    static constexpr std::string_view name = "glu";
    static constexpr bool halves = true;

    template <class T, internals::extent E> static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        const std::size_t half = width / 2;
        for (std::size_t row = 0; row < rows; ++row, x += width, y += half)
            internals::kernels::transform(x, x + half, y, half, gate{});
    }
    template <class T, internals::extent E> static void backward_rows(const T* x, const T* dy, T* dx, std::size_t rows, E width)
    {
        const std::size_t half = width / 2;
        for (std::size_t row = 0; row < rows; ++row, x += width, dx += width, dy += half) {
            internals::kernels::transform(dy, x + half, dx, half, gate{});
            internals::kernels::transform(x, x + half, dy, dx + half, half, slope_of_gate{});
        }
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const auto parts = split(x, 2, -1);
        const X a = parts[0], s = sigmoid(parts[1]);
        return concat(std::initializer_list<X>{dy * s, dy * a * s * (1 - s)}, -1);
    }

private:
    struct gate {
        static constexpr bool takes_numbers = true;
        template <class V> V operator()(const V& a, const V& b) const
        {
            return internals::above_minus_infinity(a) * internals::kernels::math::sigmoid(b);
        }
    };
    struct slope_of_gate {
        static constexpr bool takes_numbers = true;
        template <class V> V operator()(const V& a, const V& b, const V& dy) const
        {
            const V s = internals::kernels::math::sigmoid(b);
            return dy * internals::clamp(a, -1e30, 1e30) * s * (V(1) - s); // infinity times 0 would be NaN
        }
    };
};

}} // namespace lamina
