// lamina/kernels/trigonometry.hpp: the trigonometric and hyperbolic functions and their inverses, for registers and for plain numbers.
//
// Numerics: at most 5 ulp of the exact result over all inputs; NaN, infinities and zeros as IEEE 754 and C say. A lane's bits do not
// depend on its neighbors: xsimd's sin, cos and tan take the way that the largest of a register needs, so those here are our own. Beyond
// `detail::turns<T>::most` each number is given to the standard library, which is slow.
// Reference: std's functions in long double.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/core/simd_bits.hpp>

#include <cmath>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <numbers>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::math {

namespace detail {

/// A quarter of a turn in parts of which all but the last have few bits, so that up to `most` their products with the number of quarters
/// are exact; and polynomials for the rest, |r| <= pi / 4 (Cephes, sinf, cosf, sin, cos).
template <class T> struct turns;

template <> struct turns<float> {
    static constexpr float most = 8000;
    static constexpr float quarter[] = {1.5703125f, 4.837512969970703125e-4f, 7.54953362047672271728516e-8f,
                                        2.5633441515945188e-12f};
    static constexpr float sine[] = {-1.9515295891e-4f, 8.3321608736e-3f, -1.6666654611e-1f};
    static constexpr float cosine[] = {2.443315711809948e-5f, -1.388731625493765e-3f, 4.166664568298827e-2f};
};

template <> struct turns<double> {
    static constexpr double most = 1e6;
    static constexpr double quarter[] = {1.57079632673412561417e+00, 6.07710050630396597660e-11, 2.02226624871116645580e-21,
                                         8.47842766036889956997e-32};
    static constexpr double sine[] = {1.58962301576546568060e-10, -2.50507477628578072866e-8, 2.75573136213857245213e-6,
                                      -1.98412698295895385996e-4, 8.33333333332211858878e-3,  -1.66666666666666307295e-1};
    static constexpr double cosine[] = {-1.13585365213876817300e-11, 2.08757008419747316778e-9,  -2.75573141792967388112e-7,
                                        2.48015872888517045348e-5,   -1.38888888888730564116e-3, 4.16666666666665929218e-2};
};

/// x = n quarters of a turn and r: which of the four quarters, and the sine and the cosine of r.
template <class V> struct quarters {
    V quarter, sine, cosine;

    explicit quarters(const V& x)
    {
        using T = typename V::value_type;
        const V n = simd::nearest(x * V(T(2 * std::numbers::inv_pi)));
        V r = x;
        for (const T part : turns<T>::quarter) r = simd::settled(simd::fma(n, V(-part), r));
        quarter = n - V(4) * simd::nearest(n * V(T(0.25)) - V(T(0.375)));
        const V rr = r * r;
        V p(turns<T>::sine[0]), q(turns<T>::cosine[0]);
        for (std::size_t i = 1; i < std::size(turns<T>::sine); ++i) p = simd::fma(p, rr, V(turns<T>::sine[i]));
        for (std::size_t i = 1; i < std::size(turns<T>::cosine); ++i) q = simd::fma(q, rr, V(turns<T>::cosine[i]));
        sine = simd::fma(r * rr, p, r);
        cosine = simd::fma(rr * rr, q, simd::fma(rr, V(T(-0.5)), V(1)));
    }
    auto odd() const { return (quarter == V(1)) | (quarter == V(3)); }
};

/// `result` where x is within what `quarters` can, else f(x), number by number.
template <class V, class F> V or_each(const V& x, const V& result, const F& f)
{
    using T = typename V::value_type;
    const auto within = xsimd::abs(x) <= V(turns<T>::most);
    if (xsimd::all(within)) return result;
    alignas(alignment) T values[V::size];
    x.store_aligned(values);
    for (T& value : values) value = f(value);
    return xsimd::select(within, result, V::load_aligned(values));
}

} // namespace detail

template <class V> V sin(V x)
{
    const detail::quarters<V> at(x);
    const V size = xsimd::select(at.odd(), at.cosine, at.sine);
    const V y = xsimd::select(at.quarter >= V(2), -size, size);
    return detail::or_each(x, V(xsimd::select(x == V(0), x, y)), [](auto one) { return std::sin(one); });
}

template <class V> V cos(V x)
{
    const detail::quarters<V> at(x);
    const V size = xsimd::select(at.odd(), at.sine, at.cosine);
    const V y = xsimd::select((at.quarter == V(1)) | (at.quarter == V(2)), -size, size);
    return detail::or_each(x, y, [](auto one) { return std::cos(one); });
}

template <class V> V tan(V x)
{
    const detail::quarters<V> at(x);
    const auto odd = at.odd();
    const V y = xsimd::select(odd, -at.cosine, at.sine) / xsimd::select(odd, at.sine, at.cosine);
    return detail::or_each(x, V(xsimd::select(x == V(0), x, y)), [](auto one) { return std::tan(one); });
}

namespace detail {

/// f(x) of a function of xsimd that makes integers of x on its way, of which numbers far out and NaN have none; beyond 1000 it is infinite.
template <class V, class F> V of_bounded(const V& x, const F& f)
{
    const V most(1000);
    const V within = xsimd::select(x < most, xsimd::select(x > -most, x, -most), most);
    return xsimd::select(x == x, V(f(within)), x);
}

} // namespace detail

template <class V> V sinh(V x)
{
    return detail::of_bounded(x, [](const V& within) { return xsimd::sinh(within); });
}
template <class V> V cosh(V x)
{
    return detail::of_bounded(x, [](const V& within) { return xsimd::cosh(within); });
}
template <class V> V asin(V x) { return xsimd::asin(x); }
template <class V> V acos(V x) { return xsimd::acos(x); }
template <class V> V atan(V x) { return xsimd::atan(x); }
template <class V> V asinh(V x) { return xsimd::asinh(x); }
template <class V> V atanh(V x) { return xsimd::atanh(x); }
/// xsimd's gives a number far below 1, where there is none.
template <class V> V acosh(V x)
{
    return xsimd::select(x >= V(1), xsimd::acosh(x), V(std::numeric_limits<typename V::value_type>::quiet_NaN()));
}

template <std::floating_point T> T sin(T x) { return std::sin(x); }
template <std::floating_point T> T cos(T x) { return std::cos(x); }
template <std::floating_point T> T tan(T x) { return std::tan(x); }
template <std::floating_point T> T sinh(T x) { return std::sinh(x); }
template <std::floating_point T> T cosh(T x) { return std::cosh(x); }
template <std::floating_point T> T asin(T x) { return std::asin(x); }
template <std::floating_point T> T acos(T x) { return std::acos(x); }
template <std::floating_point T> T atan(T x) { return std::atan(x); }
template <std::floating_point T> T asinh(T x) { return std::asinh(x); }
template <std::floating_point T> T acosh(T x) { return std::acosh(x); }
template <std::floating_point T> T atanh(T x) { return std::atanh(x); }

}}} // namespace lamina::internals::kernels::math
