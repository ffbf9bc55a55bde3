// lamina/ops/trigonometry.hpp: the formulas of the trigonometric and hyperbolic functions and of their inverses.
//
// `gradient` is the slope in functions on tensors, for derivatives of any order.
//
// Numerics: within 5 ulp (kernels/trigonometry.hpp). Where a function is not defined it is NaN, and so is its slope; at the ends of their
// range the slopes of asin, acos, acosh and atanh are infinite.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/keeps.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/kernels/trigonometry.hpp>
#include <lamina/ops/elementwise.hpp>

#include <limits>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// The base of formulas whose slope is computed from the input, or from the output.
template <protocols::reads From> struct smooth {
    static constexpr protocols::reads derivative = From;
    static constexpr protocols::keeps kept =
        From == protocols::reads::output ? protocols::keeps::output : protocols::keeps::inputs;
    static constexpr bool takes_numbers = true;
};

struct Sine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "sin";
    template <class V> static V forward(const V& x) { return kernels::math::sin(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy * kernels::math::cos(x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * cos(x); }
};

struct Cosine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "cos";
    template <class V> static V forward(const V& x) { return kernels::math::cos(x); }
    template <class V> static V backward(const V& x, const V& dy) { return -dy * kernels::math::sin(x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return -dy * sin(x); }
};

struct Tangent : smooth<protocols::reads::output> {
    static constexpr std::string_view name = "tan";
    template <class V> static V forward(const V& x) { return kernels::math::tan(x); }
    template <class V> static V backward(const V& y, const V& dy) { return dy * (V(1) + y * y); }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return dy * (1 + square(y)); }
};

struct HyperbolicSine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "sinh";
    template <class V> static V forward(const V& x) { return kernels::math::sinh(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy * kernels::math::cosh(x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * cosh(x); }
};

struct HyperbolicCosine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "cosh";
    template <class V> static V forward(const V& x) { return kernels::math::cosh(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy * kernels::math::sinh(x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * sinh(x); }
};

struct InverseSine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "asin";
    template <class V> static V forward(const V& x) { return kernels::math::asin(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return dy / kernels::math::sqrt(V((V(1) - x) * (V(1) + x))); // no digits are lost near 1
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / sqrt((1 - x) * (1 + x)); }
};

struct InverseCosine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "acos";
    template <class V> static V forward(const V& x) { return kernels::math::acos(x); }
    template <class V> static V backward(const V& x, const V& dy) { return -InverseSine::backward(x, dy); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return -dy / sqrt((1 - x) * (1 + x)); }
};

struct InverseTangent : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "atan";
    template <class V> static V forward(const V& x) { return kernels::math::atan(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy / (V(1) + x * x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / (1 + square(x)); }
};

struct InverseHyperbolicSine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "asinh";
    template <class V> static V forward(const V& x) { return kernels::math::asinh(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V size = simd::abs(x), root = kernels::math::sqrt(V(V(1) + x * x));
        return dy / simd::select(size > number_as<V>(1e9), size, root); // a square would overflow
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / sqrt(1 + square(x)); }
};

struct InverseHyperbolicCosine : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "acosh";
    template <class V> static V forward(const V& x) { return kernels::math::acosh(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return dy / (kernels::math::sqrt(V(x - V(1))) * kernels::math::sqrt(V(x + V(1))));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / (sqrt(x - 1) * sqrt(x + 1)); }
};

struct InverseHyperbolicTangent : smooth<protocols::reads::input> {
    static constexpr std::string_view name = "atanh";
    template <class V> static V forward(const V& x) { return kernels::math::atanh(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V slope = dy / ((V(1) - x) * (V(1) + x));
        return simd::select(simd::abs(x) > V(1), number_as<V>(std::numeric_limits<double>::quiet_NaN()), slope);
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / ((1 - x) * (1 + x)); }
};

}}} // namespace lamina::internals::ops
