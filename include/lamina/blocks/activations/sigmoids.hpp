// lamina/blocks/activations/sigmoids.hpp: smooth activations of one formula: sigmoid, tanh, softplus and their kin.
#pragma once

#include <lamina/blocks/activations/formula.hpp>
#include <lamina/blocks/activations/rectifiers.hpp>
#include <lamina/core/architecture.hpp>

#if !LAMINA_PLAIN_LOOPS
#include <lamina/kernels/tanh_table.hpp>
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = 1 / (1 + exp(−x)).
struct Sigmoid : internals::activation_base<protocols::reads::output, protocols::output_activation::sigmoid> {
    static constexpr std::string_view name = "sigmoid";
    template <class V> static V forward(const V& x) { return internals::kernels::math::sigmoid(x); }
    template <class V> static V backward(const V& y, const V& dy) { return dy * y * (V(1) - y); }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return dy * y * (1 - y); }
};

/// y = tanh(x).
struct Tanh : internals::from_output {
    static constexpr std::string_view name = "tanh";
    template <class V> static V forward(const V& x) { return internals::kernels::math::tanh(x); }
#if !LAMINA_PLAIN_LOOPS
    /// The same for a loop over registers.
    template <class V>
        requires internals::simd::looks_up<V>
    static auto ready()
    {
        return internals::kernels::math::table_tanh<V>{};
    }
#endif
    template <class V> static V backward(const V& y, const V& dy) { return dy * (V(1) - y * y); }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return dy * (1 - square(y)); }
};

/// y = exp(x).
struct Exponential : internals::activation_base<protocols::reads::output> {
    static constexpr std::string_view name = "exponential";
    template <class V> static V forward(const V& x) { return internals::kernels::math::exp(x); }
    template <class V> static V backward(const V& y, const V& dy) { return dy * y; }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return dy * y; }
};

/// y = log(1 + exp(x)).
struct Softplus : internals::activation_base<protocols::reads::input> {
    static constexpr std::string_view name = "softplus";
    template <class V> static V forward(const V& x) { return internals::kernels::math::softplus(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy * internals::kernels::math::sigmoid(x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * sigmoid(x); }
};

/// y = −softplus(−x), the logarithm of sigmoid.
struct LogSigmoid : internals::from_input {
    static constexpr std::string_view name = "log_sigmoid";
    template <class V> static V forward(const V& x) { return -internals::kernels::math::softplus(V(-x)); }
    template <class V> static V backward(const V& x, const V& dy) { return dy * internals::kernels::math::sigmoid(V(-x)); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * sigmoid(-x); }
};

/// y = x / (1 + |x|).
struct Softsign : internals::from_input {
    static constexpr std::string_view name = "softsign";
    // 1 - |y| has lost its digits where |x| is large
    template <class V> static V forward(const V& x)
    {
        const V most(std::numeric_limits<decltype(internals::number_in(V()))>::max()); // infinity / infinity would be NaN
        return internals::simd::at_most(internals::above_minus_infinity(x), most) /
               (V(1) + internals::simd::at_most(internals::simd::abs(x), most));
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V slope = V(1) / (V(1) + internals::simd::abs(x));
        return dy * slope * slope;
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / square(1 + abs(x)); }
};

/// y = (x + √(x² + B)) / 2 (Barron 2021).
template <internals::fraction B = 4>
    requires(B.value() >= 0)
struct Squareplus : internals::activation_base<protocols::reads::input> {
    static constexpr std::string_view name = "squareplus";
    template <class To> static void list_options(To& to) { to("b", B.value(), 4); }
    /// √(x² + B) without a square that overflows.
    template <class V> static V root(const V& x)
    {
        const V size = internals::simd::abs(x), most = internals::number_as<V>(1e9 * (1 + B.value()));
        const V bounded = internals::simd::at_most(size, most);
        return internals::simd::select(size > most, size,
                                       internals::simd::sqrt(V(bounded * bounded + internals::number_as<V>(B.value()))));
    }
    template <class V> static V forward(const V& x)
    {
        const V half = internals::number_as<V>(0.5), away = half * internals::simd::abs(x) + half * root(x);
        return internals::simd::select(x < V(0), V(internals::number_as<V>(B.value() / 4) / away), away); // no digits are lost
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V bounded = internals::clamp(x, -1e9 * (1 + B.value()), 1e9 * (1 + B.value()));
        return dy * forward(bounded) / root(bounded);
    }
    static constexpr protocols::keeps kept = protocols::keeps::both;
    template <class X> static X gradient(const X& x, const X& y, const X& dy) { return dy * y / sqrt(square(x) + B.value()); }
};

/// y = 0 below −1, (x + 1)² / 4 between, x above 1.
struct SparsePlus : internals::activation_base<protocols::reads::input> {
    static constexpr std::string_view name = "sparse_plus";
    template <class V> static V forward(const V& x)
    {
        const V up = internals::clamp(x, -1, 1) + V(1);
        return internals::simd::select(x > V(1), x, V(up * up * internals::number_as<V>(0.25)));
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return dy * (internals::clamp(x, -1, 1) + V(1)) * internals::number_as<V>(0.5);
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        return where(greater(x, 1), dy, where(greater(x, -1), 0.5 * dy * (x + 1), zeros_like(dy)));
    }
};

/// y = min(max((x + 1) / 2, 0), 1); the derivative at −1 and at 1 is 0.
struct SparseSigmoid : HardSigmoid<0.5> {
    static constexpr std::string_view name = "sparse_sigmoid";
    template <class To> static void list_options(To&) {}
};

}} // namespace lamina
