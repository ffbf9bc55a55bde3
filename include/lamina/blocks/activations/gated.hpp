// lamina/blocks/activations/gated.hpp: activations that let through a share of x: silu, gelu, mish and their kin.
//
// Slopes are computed within ±1000 where a product with x is in them: beyond they do not change, and infinity times 0 is NaN.
#pragma once

#include <lamina/blocks/activations/formula.hpp>
#include <lamina/blocks/activations/rectifiers.hpp>
#include <lamina/core/architecture.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = x · hard_sigmoid(x) (Howard et al. 2019).
struct HardSilu : internals::from_input {
    static constexpr std::string_view name = "hard_silu";
    template <class V> static V forward(const V& x) { return internals::above_minus_infinity(x) * HardSigmoid<>::forward(x); }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        return dy * (HardSigmoid<>::forward(x) + x * HardSigmoid<>::backward(x, V(1)));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        return where(greater_equal(x, 3), dy, where(greater(x, -3), dy * ((2 * x + 3) / 6), zeros_like(dy)));
    }
};

/// y = x · sigmoid(x), also called swish (Ramachandran, Zoph and Le 2017).
struct Silu : internals::from_input {
    static constexpr std::string_view name = "silu";
    template <class V> static V forward(const V& x)
    {
        return internals::above_minus_infinity(x) * internals::kernels::math::sigmoid(x);
    }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const V s = internals::kernels::math::sigmoid(x);
        return dy * s * (V(1) + x * (V(1) - s));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const X s = sigmoid(x);
        return dy * s * (1 + x * (1 - s));
    }
};

/// y = x · tanh(softplus(x)) (Misra 2019).
struct Mish : internals::from_input {
    static constexpr std::string_view name = "mish";
    template <class V> static V forward(const V& x)
    {
        return internals::above_minus_infinity(x) * internals::kernels::math::tanh(internals::kernels::math::softplus(x));
    }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const V t = internals::kernels::math::tanh(internals::kernels::math::softplus(x));
        return dy * (t + x * (V(1) - t * t) * internals::kernels::math::sigmoid(x));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const X t = tanh(softplus(x));
        return dy * (t + x * (1 - square(t)) * sigmoid(x));
    }
};

/// y = x Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016).
struct Gelu : internals::from_input {
    static constexpr std::string_view name = "gelu";
    template <class V> static V forward(const V& x) { return internals::kernels::math::gelu(x); }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const internals::kernels::math::normal<V> below(x);
        return dy * (below.distribution + x * below.density);
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const X distribution = 0.5 * (1 + erf(0.70710678118654752440 * x));
        const X density = 0.39894228040143267794 * exp(-0.5 * square(x));
        return dy * (distribution + x * density);
    }
};

/// The approximation of gelu by tanh: y = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).
struct GeluTanh : internals::from_input {
    static constexpr std::string_view name = "gelu_tanh";
    static constexpr double slope = 0.79788456080286535588, cubic = 0.044715;
    /// (1 + tanh(z)) / 2, as the sigmoid of 2z: full precision where tanh is near -1.
    template <class V> static V share(const V& x)
    {
        return internals::kernels::math::sigmoid(internals::number_as<V>(2 * slope) *
                                                 (x + internals::number_as<V>(cubic) * x * x * x));
    }
    template <class V> static V forward(const V& x) { return internals::above_minus_infinity(x) * share(x); }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const V s = share(x);
        const V bend = internals::number_as<V>(2 * slope) * (V(1) + internals::number_as<V>(3 * cubic) * x * x);
        return dy * s * (V(1) + x * (V(1) - s) * bend);
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const X squared = square(x), s = sigmoid(2 * slope * (x * (1 + cubic * squared)));
        return dy * s * (1 + x * (1 - s) * (2 * slope * (1 + 3 * cubic * squared)));
    }
};

}} // namespace lamina
