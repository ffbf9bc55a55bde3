// lamina/blocks/activations/shrinks.hpp: activations that bring small numbers to 0.
#pragma once

#include <lamina/blocks/activations/formula.hpp>
#include <lamina/core/architecture.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = x where |x| is above Width, 0 elsewhere; the derivative at ±Width is 0.
template <internals::fraction Width = 0.5>
    requires(Width.value() >= 0)
struct HardShrink : internals::from_output {
    static constexpr std::string_view name = "hard_shrink";
    template <class To> static void list_options(To& to) { to("threshold", Width.value(), 0.5); }
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(internals::simd::abs(x) <= internals::number_as<V>(Width.value()), V(0), x); // keeps NaN
    }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select(internals::simd::abs(y) > V(0), dy, V(0));
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        return where(greater(abs(y), 0), dy, zeros_like(dy));
    }
};

/// y = x − Width above Width, x + Width below −Width, 0 between; the derivative at ±Width is 0.
template <internals::fraction Width = 0.5>
    requires(Width.value() >= 0)
struct SoftShrink : internals::from_output {
    static constexpr std::string_view name = "soft_shrink";
    template <class To> static void list_options(To& to) { to("threshold", Width.value(), 0.5); }
    template <class V> static V forward(const V& x) { return x - internals::clamp(x, -Width.value(), Width.value()); }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select(internals::simd::abs(y) > V(0), dy, V(0));
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        return where(greater(abs(y), 0), dy, zeros_like(dy));
    }
};

/// y = x − tanh(x).
struct TanhShrink : internals::from_input {
    static constexpr std::string_view name = "tanh_shrink";
    template <class V> static V forward(const V& x) { return x - internals::kernels::math::tanh(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V t = internals::kernels::math::tanh(x);
        return dy * t * t;
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * square(tanh(x)); }
};

}} // namespace lamina
