// lamina/kernels/math.hpp: the functions that activations and losses are made of, for registers and for plain numbers.
//
// Numerics: at most 5 ulp of the exact result over all inputs, subnormal ones and subnormal results included; NaN, infinities and
// zeros as IEEE 754 and C say. A lane's bits do not depend on its neighbours. Where xsimd keeps to that and is fast its function
// is used; where it does not (8.1: expm1 near the ends of its range, log1p and expm1 of -0) it is mended here. Call them
// qualified, `math::exp(x)`: unqualified, xsimd's own are found as well and preferred.
// Reference: kernels/reference/math.hpp.
#pragma once

#include <lamina/core/simd.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <initializer_list>
#include <limits>
#include <numbers>
#include <type_traits>

namespace lamina::inline LAMINA_ARCHITECTURE::kernels::math {

namespace detail {

/// x between two limits; NaN stays NaN.
template <class V, class T>
V within(const V& x, T least, T most)
{
    return simd::at_least(simd::at_most(x, V(most)), V(least));
}

/// exp's reduction x = n·log(2) + r, with log(2) in two parts of which the first has few bits, and where it may be cut off.
template <class T>
struct exponential;

template <>
struct exponential<float> {
    static constexpr float least = -104.f, normal = 87.f, most = 89.f, log2_high = 0.693359375f, log2_low = -2.12194440e-4f;

    /// 1 + r + r² P(r): a fit of our own for |r| <= log(2) / 2, with a relative error of 3.1e-9.
    template <class V>
    static V reduced(const V& r)
    {
        const V rr = r * r;
        const V low = simd::fma(V(0.166665204f), r, V(0.4999999343f));
        const V high = simd::fma(V(0.008368745263f), r, V(0.04166839057f));
        return simd::fma(simd::fma(simd::fma(V(0.001381455152f), rr, high), rr, low), rr, r) + V(1.f);
    }
};

template <>
struct exponential<double> {
    static constexpr double least = -746, normal = 708, most = 710, log2_high = 6.93145751953125e-1,
                            log2_low = 1.42860682030941723212e-6;

    /// Cephes, exp: |r| <= log(2) / 2.
    template <class V>
    static V reduced(const V& r)
    {
        const V rr = r * r;
        const V p = r * simd::fma(simd::fma(V(1.26177193074810590878e-4), rr, V(3.02994407707441961300e-2)), rr,
                                  V(9.99999999999999999910e-1));
        V q(3.00198505138664455042e-6);
        for (const double c : {2.52448340349684104192e-3, 2.27265548208155028766e-1, 2.00000000000000000005})
            q = simd::fma(q, rr, V(c));
        return simd::fma(V(2.0), p / (q - p), V(1.0));
    }
};

/// e to the x, where x is above `most` e to the `most`; times e to the `rest`, a small number that x would round away.
template <class V, class... Rest>
V exp_up_to(const V& x, typename V::value_type most, const Rest&... rest)
{
    using T = typename V::value_type;
    using constants = exponential<T>;
    const auto scaled = [&](const V& cut, auto scale) {
        const V n = simd::nearest(cut * V(std::numbers::log2e_v<T>));
        const V r = simd::fma(n, V(-constants::log2_low), simd::fma(n, V(-constants::log2_high), cut));
        return scale(constants::reduced((r + ... + rest)), n);
    };
    if constexpr (!simd::scales_at_once<T, typename V::arch_type>)
        if (xsimd::all(xsimd::abs(x) < V(std::min(most, constants::normal))))
            return scaled(x, [](const V& y, const V& n) { return y * simd::power_of_two(n); });
    return scaled(within(x, constants::least, most), [](const V& y, const V& n) { return simd::scale_by_power(y, n); });
}

/// log(1 + f) for f in -0.25 … 0.5.
template <class T>
struct logarithm;

template <>
struct logarithm<float> {
    /// f - f² / 2 + f³ P(f): a fit of our own, with a relative error of 4.9e-9.
    template <class V>
    static V near_one(const V& f)
    {
        V p(-0.04507481743f);
        for (const float c :
             {0.1046302363f, -0.1316119356f, 0.1447839475f, -0.1664731216f, 0.1999086124f, -0.2500009584f, 0.3333344911f})
            p = simd::fma(p, f, V(c));
        const V ff = f * f;
        return simd::fma(f * ff, p, simd::fma(ff, V(-0.5f), f));
    }
};

template <>
struct logarithm<double> {
    /// The form of FreeBSD's msun, e_log.c: with s = f / (2 + f), log(1 + f) = f - (f² / 2 - s (f² / 2 + s² P(s²))); P is a fit
    /// of our own, with a relative error of 1.5e-17.
    template <class V>
    static V near_one(const V& f)
    {
        const V s = f / (V(2) + f), ss = s * s, half = V(0.5) * f * f;
        V p(0.15368193671723832473);
        for (const double c : {0.15250188181939926725, 0.18186356092849123392, 0.22222138500880107272, 0.28571429395299404978,
                               0.39999999996161623903, 0.66666666666672710845})
            p = simd::fma(p, ss, V(c));
        return f - (half - s * simd::fma(p, ss, half));
    }
};

/// tanh(2z) for tanh(z) = n / q: 2nq / (n² + q²), so that rounding errors vanish where the result is near 1. Never above 1.
template <class V>
V tanh_of_twice(const V& n, const V& q)
{
    using T = typename V::value_type;
    const V y = (n + n) * q / simd::fma(n, n, q * q);
    if constexpr (simd::fma_rounds_once) return y;
    else return within(y, T(-1), T(1));
}

/// The normal distribution below -y, divided by e to the -y² / 2, for y from 0 to `most`, where it is 0: P / (√(2π) y P + S), in
/// which P's rounding errors vanish in the far tail. P and S are fits of our own.
template <class T>
struct normal_tail;

template <>
struct normal_tail<float> {
    static constexpr float most = 15.f;

    /// Relative error 1.7e-8.
    template <class V>
    static V scaled(const V& y)
    {
        V p = y + V(9.373211847f), s(0.0002474182322f);
        for (const float c : {40.68178256f, 94.17983657f, 102.9720549f}) p = simd::fma(p, y, V(c));
        for (const float c : {2.495358212f, 23.71285846f, 94.56685346f, 205.9441065f}) s = simd::fma(s, y, V(c));
        return p / simd::fma(V(2.5066282746f) * y, p, s);
    }
};

template <>
struct normal_tail<double> {
    static constexpr double most = 39;

    /// Relative error 4e-18.
    template <class V>
    static V scaled(const V& y)
    {
        V p = y + V(29.983430782759371627), s(2.5066282744273887759);
        for (const double c :
             {443.9320200725048492, 4212.9640624343986339, 28149.935838479698251, 137751.35675979502461, 499078.05831804336703,
              1323054.1972434256419, 2465979.466756059983, 2943099.9588323658862, 1737305.5689078688098})
            p = simd::fma(p, y, V(c));
        for (const double c :
             {75.157315408873022414, 1107.7592936966738375, 10410.020377805141996, 68360.940301991988521, 324922.50266890210137,
              1120819.5545582505532, 2725909.9804555073503, 4303759.2386232286124, 3474611.1378157376058})
            s = simd::fma(s, y, V(c));
        return p / simd::fma(V(2.5066282746310005) * y, p, s);
    }
};

/// The normal distribution below -|x|, as the product of two factors: e to the -x² / 2, and a number near 1 / (2.5 |x| + 2).
template <class V>
struct normal_factors {
    V size, power, rest; // |x|, where that is not too large to matter

    explicit normal_factors(const V& x)
    {
        using T = typename V::value_type;
        using whole = xsimd::as_unsigned_integer_t<T>;
        constexpr int low_bits = (std::numeric_limits<T>::digits + 1) / 2;
        // x² in two parts, as errors of it are errors of its power of e: the square of x's upper bits is exact.
        size = simd::at_most(xsimd::abs(x), V(normal_tail<T>::most));
        const V upper = simd::of_bits<T>(simd::bits_of(size) & (~whole(0) << low_bits));
        power = exp_up_to(V(T(-0.5)) * upper * upper, T(0), V(T(-0.5)) * (size - upper) * (size + upper));
        rest = normal_tail<T>::scaled(size);
    }
};

} // namespace detail

/// e to the x.
template <class V>
V exp(V x)
{
    return detail::exp_up_to(x, detail::exponential<typename V::value_type>::most);
}

/// e to the x, minus 1; exact near 0.
template <class V>
V expm1(V x)
{
    const V whole(40); // beyond it the 1, or e to the x, is below half an ulp of the other, in float and double
    const V small = xsimd::expm1(xsimd::min(xsimd::select(x > -whole, x, -whole), whole));
    const V result = xsimd::any(x > whole) ? xsimd::select(x > whole, math::exp(x), small) : small;
    return xsimd::select((x == V(0)) | !(x == x), x, result);
}

/// The natural logarithm: NaN below 0, -infinity at 0.
template <class V>
V log(V x)
{
    using T = typename V::value_type;
    const auto [fraction, exponent] = simd::split(x);
    return simd::fma(exponent, V(std::numbers::ln2_v<T>), detail::logarithm<T>::near_one(fraction - V(1)));
}

/// log(1 + x), exact near 0.
template <class V>
V log1p(V x)
{
    return xsimd::select(x == V(0), x, xsimd::log1p(x));
}

/// The hyperbolic tangent, never above 1.
///
/// Floats: from tanh(x / 2) as a rational function, a fit of our own on [0, 9.02], with a relative error of 2.4e-8.
template <class V>
V tanh(V x)
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
        const V one(20); // from here on it is 1
        const V result = xsimd::tanh(xsimd::min(xsimd::select(x > -one, x, -one), one));
        return xsimd::select(x == x, result, x);
    }
}

template <class V>
V sqrt(V x)
{
    return xsimd::sqrt(x);
}

/// The error function, never above 1.
///
/// Floats: as tanh of twice an angle whose tanh is a rational function, a fit of our own on [0, 4], with a relative error of
/// 3.5e-8. Doubles: up to 0.5 a polynomial, a fit of our own with a relative error of 4e-18, then 1 minus a normal tail.
template <class V>
V erf(V x)
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
        const V far = V(1) - (tail + tail);
        return xsimd::select(size < V(0.5), c * p, xsimd::select(c < V(0), -far, far));
    }
}

/// The standard normal distribution at x, and its density, which share their work.
template <class V>
struct normal {
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

/// x times the standard normal distribution at x, to full precision in the negative tail too; -0 at -infinity.
template <class V>
V gelu(V x)
{
    const detail::normal_factors<V> below(x);
    const V small = -below.size * below.rest; // before the power, which may make it subnormal
    return xsimd::select(x < V(0), small * below.power, x * (V(1) - below.rest * below.power));
}

/// 1 / (1 + e to the -x), without an overflow and with full precision where it is small.
template <class V>
V sigmoid(V x)
{
    const V e = detail::exp_up_to(x, typename V::value_type(40)); // from here on it is 1, in float and double
    return e / (V(1) + e);
}

/// log(1 + e to the x), without an overflow.
template <class V>
V softplus(V x)
{
    return math::log1p(math::exp(-xsimd::abs(x))) + xsimd::max(x, V(0));
}

template <std::floating_point T>
T exp(T x)
{
    return std::exp(x);
}
template <std::floating_point T>
T expm1(T x)
{
    return std::expm1(x);
}
template <std::floating_point T>
T log(T x)
{
    return std::log(x);
}
template <std::floating_point T>
T log1p(T x)
{
    return std::log1p(x);
}
template <std::floating_point T>
T tanh(T x)
{
    return std::tanh(x);
}
template <std::floating_point T>
T sqrt(T x)
{
    return std::sqrt(x);
}
template <std::floating_point T>
T erf(T x)
{
    return std::erf(x);
}

template <std::floating_point T>
T gelu(T x)
{
    const long double z = x < T(-50) ? T(-50) : x; // long: half an ulp of double here would be hundreds in the tail
    return T(z * std::erfc(-z / std::numbers::sqrt2_v<long double>) / 2);
}

template <std::floating_point T>
T sigmoid(T x)
{
    const T e = std::exp(-std::abs(x));
    return (x < T(0) ? e : T(1)) / (T(1) + e);
}

template <std::floating_point T>
T softplus(T x)
{
    return std::log1p(std::exp(-std::abs(x))) + (x > T(0) ? x : T(0));
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::kernels::math
