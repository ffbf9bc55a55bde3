// lamina/kernels/math.hpp: the functions that activations and losses are made of, for registers and for plain numbers.
//
// Numerics: at most 5 ulp of the exact result over all inputs, subnormal ones and subnormal results included; NaN, infinities and
// zeros as IEEE 754 and C say. A lane's bits do not depend on its neighbours. Where xsimd keeps to that its function is used;
// where it does not (8.1: exp and expm1 near the ends of their range, log of subnormal doubles, log1p and expm1 of -0, erf of
// doubles; conversions of doubles that no integer holds) it is mended here. Call them qualified, `math::exp(x)`: unqualified, xsimd's own are found as well and preferred.
// Reference: kernels/reference/math.hpp.
#pragma once

#include <lamina/core/simd.hpp>

#include <cmath>
#include <concepts>
#include <initializer_list>
#include <limits>
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
    static constexpr float least = -104.f, most = 89.f, log2_high = 0.693359375f, log2_low = -2.12194440e-4f;

    /// Cephes, expf: |r| <= log(2) / 2.
    template <class V>
    static V reduced(V r)
    {
        V p(1.9875691500e-4f);
        for (const float c : {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
            p = simd::fma(p, r, V(c));
        return simd::fma(p, r * r, r) + V(1.f);
    }
};

template <>
struct exponential<double> {
    static constexpr double least = -746, most = 710, log2_high = 6.93145751953125e-1, log2_low = 1.42860682030941723212e-6;

    /// Cephes, exp: |r| <= log(2) / 2.
    template <class V>
    static V reduced(V r)
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

/// e to the x, where x is above `most` e to the `most`.
template <class V>
V exp_up_to(const V& x, typename V::value_type most)
{
    using T = typename V::value_type;
    using constants = exponential<T>;
    const V cut = within(x, constants::least, most);
    const V n = xsimd::nearbyint(cut * V(T(1.44269504088896340736)));
    const V r = simd::fma(n, V(-constants::log2_low), simd::fma(n, V(-constants::log2_high), cut));
    return simd::scale_by_power(constants::reduced(r), n);
}

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
    const auto subnormal = x < V(std::numeric_limits<T>::min());
    const V up(T(18014398509481984)); // 2 to the 54
    return xsimd::log(xsimd::select(subnormal, x * up, x)) - xsimd::select(subnormal, V(T(37.42994775023704546)), V(0));
}

/// log(1 + x), exact near 0.
template <class V>
V log1p(V x)
{
    return xsimd::select(x == V(0), x, xsimd::log1p(x));
}

/// The hyperbolic tangent, never above 1.
///
/// Floats: tanh(x) = 2u / (1 + u²) with u = tanh(x / 2) as a rational function, so that rounding errors of u vanish where the
/// result is near 1; the coefficients are a fit of our own on [0, 9.02], with a relative error of 2.4e-8.
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
        const V n = c * p, y = (n + n) * q / simd::fma(n, n, q * q);
        if constexpr (simd::fma_rounds_once) return y;
        else return detail::within(y, -1.f, 1.f);
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

/// The error function. Doubles go lane by lane.
template <class V>
V erf(V x)
{
    using T = typename V::value_type;
    if constexpr (std::is_same_v<T, float>) return xsimd::erf(x);
    else {
        alignas(alignment) T values[V::size];
        x.store_aligned(values);
        for (T& value : values) value = std::erf(value);
        return V::load_aligned(values);
    }
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
