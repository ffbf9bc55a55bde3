// lamina/core/simd_bits.hpp: numbers in registers taken apart: bits, the nearest whole number, powers of two, fraction and exponent.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::simd {

/// A number's bits, as an unsigned whole number.
template <class T, class A> auto bits_of(const batch<T, A>& x)
{
    using whole = xsimd::as_unsigned_integer_t<T>;
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::bitwise_cast<whole>(x);
#else
    return xsimd::bitwise_cast<batch<whole, A>>(x);
#endif
}

/// The number with these bits.
template <class T, class A> batch<T, A> of_bits(const batch<xsimd::as_unsigned_integer_t<T>, A>& bits)
{
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::bitwise_cast<T>(bits);
#else
    return xsimd::bitwise_cast<batch<T, A>>(bits);
#endif
}

namespace detail {

/// n + this has the whole number n in its lowest bits, from where a shift makes it an exponent.
template <class T>
inline constexpr T whole_bits = T(3) * T(xsimd::as_unsigned_integer_t<T>(1) << (std::numeric_limits<T>::digits - 2));

} // namespace detail

/// The whole number nearest to x, for |x| up to 2 to the 22 (float) or the 51 (double).
template <class T, class A> batch<T, A> nearest(const batch<T, A>& x)
{
#if defined(__SSE2__) && !defined(__SSE4_1__) // which has no instruction for it
    const batch<T, A> shift(detail::whole_bits<T>);
    return settled(settled(keep(x + shift)) - shift);
#else
    return settled(xsimd::nearbyint(x));
#endif
}

/// 2 to the n, for whole numbers n of which 2 to the n and to the -n are normal numbers.
template <class T, class A> batch<T, A> power_of_two(const batch<T, A>& n)
{
    using limits = std::numeric_limits<T>;
    return of_bits<T>(bits_of(n + batch<T, A>(detail::whole_bits<T> + T(limits::max_exponent - 1))) << (limits::digits - 1));
}

/// Whether `scale_by_power` is one instruction.
template <class T, class A = native>
#if defined(__AVX512F__)
inline constexpr bool scales_at_once = batch<T, A>::size * sizeof(T) == 64;
#else
inline constexpr bool scales_at_once = false;
#endif

/// x · 2 to the n, for whole numbers n up to 252 (float) or 2044 (double) either way; it may overflow. An x near 1 underflows
/// gradually with one rounding. NaN stays NaN.
template <class T, class A> batch<T, A> scale_by_power(const batch<T, A>& x, const batch<T, A>& n)
{
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 16) return _mm512_scalef_ps(x, n);
    else if constexpr (std::is_same_v<T, double> && batch<T, A>::size == 8) return _mm512_scalef_pd(x, n);
    else
#endif
    {
        // 2 to the n may be out of range, two powers of half the exponent are not.
        using limits = std::numeric_limits<T>;
        const auto both = bits_of(n + batch<T, A>(detail::whole_bits<T> + T(2 * limits::max_exponent - 2))), half = both >> 1;
        return x * of_bits<T>(half << (limits::digits - 1)) * of_bits<T>((both - half) << (limits::digits - 1));
    }
}

/// A number as fraction · 2 to the exponent.
template <class T, class A> struct fraction_and_exponent {
    batch<T, A> fraction, exponent;
};

namespace detail {

/// `split` for normal numbers above 0.
template <class T, class A> fraction_and_exponent<T, A> split_normal(const batch<T, A>& x)
{
    using limits = std::numeric_limits<T>;
    using whole = xsimd::as_unsigned_integer_t<T>;
    using wholes = batch<whole, A>;
    constexpr int stored = limits::digits - 1; // bits of the fraction
    constexpr T power = T(whole(1) << stored); // a small whole number, put into its bits, is added to it
    constexpr T bias = T(limits::max_exponent - 1);

    const wholes bits = bits_of(x) + wholes(whole(1) << (stored - 1)); // 0.75 becomes a power of 2
    const wholes fraction = (bits & wholes((whole(1) << stored) - 1)) + wholes(std::bit_cast<whole>(T(0.75)));
    const wholes exponent = (bits >> stored) | wholes(std::bit_cast<whole>(power));
    return {of_bits<T>(fraction), of_bits<T>(exponent) - batch<T, A>(power + bias)};
}

} // namespace detail

/// x with a fraction of 0.75 … 1.5, so that numbers near 1 have the exponent 0; subnormal numbers too. The exponent of 0 is
/// -infinity, that of infinity is infinity; the fraction of negative numbers and of NaN is NaN.
template <class T, class A> fraction_and_exponent<T, A> split(const batch<T, A>& x)
{
    using lanes = batch<T, A>;
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && lanes::size == 16) {
        const lanes fraction = _mm512_getmant_ps(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
        return {fraction, lanes(_mm512_getexp_ps(x)) - lanes(_mm512_getexp_ps(fraction))};
    }
    else if constexpr (std::is_same_v<T, double> && lanes::size == 8) {
        const lanes fraction = _mm512_getmant_pd(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_nan);
        return {fraction, lanes(_mm512_getexp_pd(x)) - lanes(_mm512_getexp_pd(fraction))};
    }
    else
#endif
    {
        using limits = std::numeric_limits<T>;
        const lanes least(limits::min()), infinity(limits::infinity());
        if (xsimd::all((x >= least) & (x < infinity))) return detail::split_normal(x);

        const auto subnormal = x < least;
        const T up = T(xsimd::as_unsigned_integer_t<T>(1) << limits::digits);
        const auto [fraction, exponent] = detail::split_normal(xsimd::select(subnormal, x * lanes(up), x));
        const lanes right = exponent - xsimd::select(subnormal, lanes(T(limits::digits)), lanes(T(0)));
        return {xsimd::select(x >= lanes(T(0)), fraction, lanes(limits::quiet_NaN())),
                xsimd::select(x == lanes(T(0)), -infinity, xsimd::select(x == infinity, infinity, right))};
    }
}

}}} // namespace lamina::internals::simd
