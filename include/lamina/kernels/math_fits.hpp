// lamina/kernels/math_fits.hpp: the numbers and reductions that the functions of math.hpp are made of.
//
// Fits of our own where nothing else is said; each states its interval and its error.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd_bits.hpp>

#include <initializer_list>
#include <limits>
#include <numbers>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::math { namespace detail {

/// x between two limits; NaN stays NaN.
template <class V, class T> V within(const V& x, T least, T most) { return simd::at_least(simd::at_most(x, V(most)), V(least)); }

/// exp's reduction x = n·log(2) + r, with log(2) in two parts of which the first has few bits, and where it may be cut off.
template <class T> struct exponential;

template <> struct exponential<float> {
    static constexpr float least = -104.f, normal = 87.f, most = 89.f, log2_high = 0.693359375f, log2_low = -2.12194440e-4f;

    /// 1 + r + r² P(r): a fit of our own for |r| <= log(2) / 2, with a relative error of 3.1e-9.
    template <class V> static V reduced(const V& r)
    {
        const V rr = r * r;
        const V low = simd::fma(V(0.166665204f), r, V(0.4999999343f));
        const V high = simd::fma(V(0.008368745263f), r, V(0.04166839057f));
        return simd::fma(simd::fma(simd::fma(V(0.001381455152f), rr, high), rr, low), rr, r) + V(1.f);
    }
};

template <> struct exponential<double> {
    static constexpr double least = -746, normal = 708, most = 710, log2_high = 6.93145751953125e-1,
                            log2_low = 1.42860682030941723212e-6;

    /// Cephes, exp: |r| <= log(2) / 2.
    template <class V> static V reduced(const V& r)
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
template <class V, class... Rest> V exp_up_to(const V& x, typename V::value_type most, const Rest&... rest)
{
    using T = typename V::value_type;
    using constants = exponential<T>;
    const auto scaled = [&](const V& cut, auto scale) {
        const V n = simd::nearest(cut * V(std::numbers::log2e_v<T>));
        const V r = simd::fma(n, V(-constants::log2_low), simd::settled(simd::fma(n, V(-constants::log2_high), cut)));
        return scale(constants::reduced((r + ... + rest)), n);
    };
    if constexpr (!simd::scales_at_once<T, typename V::arch_type>)
        if (xsimd::all(xsimd::abs(x) < V(std::min(most, constants::normal))))
            return scaled(x, [](const V& y, const V& n) { return y * simd::power_of_two(n); });
    return scaled(within(x, constants::least, most), [](const V& y, const V& n) { return simd::scale_by_power(y, n); });
}

/// log(1 + f) for f in -0.25 … 0.5.
template <class T> struct logarithm;

template <> struct logarithm<float> {
    /// f - f² / 2 + f³ P(f): a fit of our own, with a relative error of 4.9e-9.
    template <class V> static V near_one(const V& f)
    {
        V p(-0.04507481743f);
        for (const float c :
             {0.1046302363f, -0.1316119356f, 0.1447839475f, -0.1664731216f, 0.1999086124f, -0.2500009584f, 0.3333344911f})
            p = simd::fma(p, f, V(c));
        const V ff = f * f;
        return simd::fma(f * ff, p, simd::fma(ff, V(-0.5f), f));
    }
};

template <> struct logarithm<double> {
    /// The form of FreeBSD's msun, e_log.c: with s = f / (2 + f), log(1 + f) = f - (f² / 2 - s (f² / 2 + s² P(s²))); P is a fit
    /// of our own, with a relative error of 1.5e-17.
    template <class V> static V near_one(const V& f)
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
template <class V> V tanh_of_twice(const V& n, const V& q)
{
    using T = typename V::value_type;
    const V y = (n + n) * q / simd::fma(n, n, q * q);
    if constexpr (simd::fma_rounds_once) return y;
    else return within(y, T(-1), T(1));
}

/// The normal distribution below -y, divided by e to the -y² / 2, for y from 0 to `most`, where it is 0: P / (√(2π) y P + S), in
/// which P's rounding errors vanish in the far tail. P and S are fits of our own.
template <class T> struct normal_tail;

template <> struct normal_tail<float> {
    static constexpr float most = 15.f;

    /// Relative error 1.7e-8.
    template <class V> static V scaled(const V& y)
    {
        V p = y + V(9.373211847f), s(0.0002474182322f);
        for (const float c : {40.68178256f, 94.17983657f, 102.9720549f}) p = simd::fma(p, y, V(c));
        for (const float c : {2.495358212f, 23.71285846f, 94.56685346f, 205.9441065f}) s = simd::fma(s, y, V(c));
        return p / simd::fma(V(2.5066282746f) * y, p, s);
    }
};

template <> struct normal_tail<double> {
    static constexpr double most = 39;

    /// Relative error 4e-18.
    template <class V> static V scaled(const V& y)
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
template <class V> struct normal_factors {
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

}}} // namespace lamina::internals::kernels::math
