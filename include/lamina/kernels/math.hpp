// lamina/kernels/math.hpp: the functions that activations and losses are made of, for registers and for plain numbers.
//
// Numerics: at most 5 ulp of the exact result over all inputs, subnormal ones and subnormal results included; NaN, infinities and
// zeros as IEEE 754 and C say. A lane's bits do not depend on its neighbors. Where xsimd keeps to that and is fast its function
// is used; where it does not (8.1: expm1 near the ends of its range, log1p and expm1 of -0) it is mended here. Call them
// qualified, `math::exp(x)`: unqualified, xsimd's own are found as well and preferred.
// Reference: kernels/reference/math.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/math_fits.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::math {

/// e to the x.
template <class V> V exp(V x) { return detail::exp_up_to(x, detail::exponential<typename V::value_type>::most); }

/// The natural logarithm: NaN below 0, -infinity at 0.
template <class V> V log(V x)
{
    using T = typename V::value_type;
    const auto [fraction, exponent] = simd::split(x);
    return simd::fma(exponent, V(std::numbers::ln2_v<T>), detail::logarithm<T>::near_one(fraction - V(1)));
}

/// e to the x, minus 1; exact near 0.
template <class V> V expm1(V x)
{
#if defined(LAMINA_REORDERS_SUMS) // xsimd's loses its digits where sums may be reordered; Kahan's way, with what stays rounded
    const V power = simd::settled(math::exp(x)), less = simd::settled(power - V(1));
    return xsimd::select(less == V(0), x, xsimd::select((less == V(-1)) | (x > V(1)), less, less * x / math::log(power)));
#else
    const V whole(40); // beyond it the 1, or e to the x, is below half an ulp of the other, in float and double
    const V little = xsimd::expm1(xsimd::min(xsimd::select(x > -whole, x, -whole), whole));
    const V result = xsimd::any(x > whole) ? xsimd::select(x > whole, math::exp(x), little) : little;
    return xsimd::select((x == V(0)) | !(x == x), x, result);
#endif
}

/// log(1 + x), exact near 0.
template <class V> V log1p(V x)
{
#if defined(LAMINA_REORDERS_SUMS)
    const V sum = simd::settled(x + V(1)), part = simd::settled(sum - V(1));
    return xsimd::select(part == V(0), x, math::log(sum) * (x / part));
#else
    return xsimd::select(x == V(0), x, xsimd::log1p(x));
#endif
}

/// The hyperbolic tangent, never above 1.
///
/// Floats: from tanh(x / 2) as a rational function, a fit of our own on [0, 9.02], with a relative error of 2.4e-8.
template <class V> V tanh(V x)
{
    using T = typename V::value_type;
    if constexpr (std::is_same_v<T, float>) {
        const V c = detail::within(x, -9.1f, 9.1f); // where it gives 1
        const V t = c * c;
        V p(0.01569206980151748f), q = t + V(510.2459401136077f);
        p = simd::fma(p, t, V(29.225481739251382f));
        q = simd::fma(q, t, V(41998.24006858441f));
        p = simd::fma(p, t, V(5758.787410408767f));
        q = simd::fma(q, t, V(365768.2601218301f));
        p = simd::fma(p, t, V(182884.12584394278f));
        return detail::tanh_of_twice(c * p, q);
    }
    else {
#if defined(LAMINA_REORDERS_SUMS)
        const V twice = math::expm1(V(2) * simd::at_most(xsimd::abs(x), V(20)));
        const V size = twice / (twice + V(2));
        return xsimd::select(x < V(0), -size, size);
#else
        const V one(20); // from here on it is 1
        const V result = xsimd::tanh(xsimd::min(xsimd::select(x > -one, x, -one), one));
        return xsimd::select(x == x, result, x);
#endif
    }
}

template <class V> V sqrt(V x) { return xsimd::sqrt(x); }

/// The error function, never above 1.
///
/// Floats: as tanh of twice an angle whose tanh is a rational function, a fit of our own on [0, 4], with a relative error of
/// 3.5e-8. Doubles: up to 0.5 a polynomial, a fit of our own with a relative error of 4e-18, then 1 minus a normal tail.
template <class V> V erf(V x)
{
    using T = typename V::value_type;
    if constexpr (std::is_same_v<T, float>) {
        const V c = detail::within(x, -4.f, 4.f); // where it gives 1
        const V t = c * c;
        V p(0.004079728852957487f), q(0.0003177085891366005f);
        for (const float k : {0.05179036781191826f, 0.47724929451942444f, 1.8087875843048096f}) p = simd::fma(p, t, V(k));
        for (const float k : {0.0194206815212965f, 0.15543784201145172f, 0.8940712809562683f, 3.2059924602508545f})
            q = simd::fma(q, t, V(k));
        return detail::tanh_of_twice(c * p, q);
    }
    else {
        const V c = detail::within(x, -6.0, 6.0); // where it gives 1
        const V t = c * c, size = xsimd::abs(c);
        V p(1.472321578006345991e-6);
        for (const double k :
             {-1.484558378928167275e-5, 1.205332431607209924e-4, -8.548297524455785055e-4, 5.223977370327244976e-3,
              -2.686617063271586637e-2, 1.128379167092481314e-1, -3.761263890318346708e-1, 1.128379167095512569})
            p = simd::fma(p, t, V(k));
        const V tail = detail::exp_up_to(-t, 0.0) * detail::normal_tail<T>::scaled(size * V(std::numbers::sqrt2));
        const V distant = V(1) - (tail + tail);
        return xsimd::select(size < V(0.5), c * p, xsimd::select(c < V(0), -distant, distant));
    }
}

/// The standard normal distribution at x, and its density, which share their work.
template <class V> struct normal {
    V distribution, density;

    explicit normal(const V& x)
    {
        using T = typename V::value_type;
        const detail::normal_factors<V> below(x);
        const V tail = below.power * below.rest;
        distribution = xsimd::select(x < V(0), tail, V(1) - tail);
        density = V(T(0.39894228040143267794)) * below.power;
    }
};

template <std::floating_point T> struct normal<T> {
    T distribution, density;

    explicit normal(T x) // long: see gelu
    {
        const long double z = x;
        distribution = T(std::erfc(-z / std::numbers::sqrt2_v<long double>) / 2);
        density = T(0.39894228040143267794L * std::exp(z * z / -2));
    }
};

/// x times the standard normal distribution at x, to full precision in the negative tail too; -0 at -infinity.
template <class V> V gelu(V x)
{
    const detail::normal_factors<V> below(x);
    const V little = -below.size * below.rest; // before the power, which may make it subnormal
    return xsimd::select(x < V(0), little * below.power, x * (V(1) - below.rest * below.power));
}

/// 1 / (1 + e to the -x), without an overflow and with full precision where it is small.
template <class V> V sigmoid(V x)
{
    const V e = detail::exp_up_to(x, typename V::value_type(40)); // from here on it is 1, in float and double
    return e / (V(1) + e);
}

/// log(1 + e to the x), without an overflow.
template <class V> V softplus(V x) { return math::log1p(math::exp(-xsimd::abs(x))) + xsimd::max(x, V(0)); }

template <std::floating_point T> T exp(T x) { return std::exp(x); }
template <std::floating_point T> T expm1(T x) { return std::expm1(x); }
template <std::floating_point T> T log(T x) { return std::log(x); }
template <std::floating_point T> T log1p(T x) { return std::log1p(x); }
template <std::floating_point T> T tanh(T x) { return std::tanh(x); }
template <std::floating_point T> T sqrt(T x) { return std::sqrt(x); }
template <std::floating_point T> T erf(T x) { return std::erf(x); }

template <std::floating_point T> T gelu(T x)
{
    const long double z = x < T(-50) ? T(-50) : x; // long: half an ulp of double here would be hundreds in the tail
    return T(z * std::erfc(-z / std::numbers::sqrt2_v<long double>) / 2);
}

template <std::floating_point T> T sigmoid(T x)
{
    const T e = std::exp(-std::abs(x));
    return (x < T(0) ? e : T(1)) / (T(1) + e);
}

template <std::floating_point T> T softplus(T x) { return std::log1p(std::exp(-std::abs(x))) + (x > T(0) ? x : T(0)); }

}}} // namespace lamina::internals::kernels::math
