// lamina/core/simd.hpp: the one file that knows which xsimd is installed, 8.1 to 14.
//
// Everything above it uses these names and `xsimd::batch`'s operators (+ - * / and comparisons) only. Traps that stay here:
// before 14.0 `operator^` and `!=` of masks are wrong on AVX-512 (use `mask_xor`), before 11.0 `xsimd::fma` is no fused
// instruction on AVX-512, 14.0 turned what `min` and `max` give for NaN (use `at_most`, `at_least`), in 8.1
// `zip_lo/zip_hi` interleave within 128 bits (not offered here).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>

// g++ 12 takes the undefined register of AVX-512 intrinsics for a mistake of the caller (GCC bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <xsimd/xsimd.hpp>
#pragma GCC diagnostic pop
#else
#include <xsimd/xsimd.hpp>
#endif

#include <algorithm>
#include <bit>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

static_assert(XSIMD_VERSION_MAJOR * 100 + XSIMD_VERSION_MINOR >= 801, "lamina needs xsimd 8.1 or newer");

/// A loop of `i` over a tile, 0 … n - 1, whose turns are spelled out: what is indexed by `i` lives in registers. The optimiser does
/// that after it has compiled the body once: a function for each turn would take longer to compile.
/// LAMINA_UNROLL_BY_TWO stands before a long loop that takes two turns at a time.
// NOLINTBEGIN(bugprone-macro-parentheses): `i` is a name
#if defined(__GNUC__)
#define LAMINA_UNROLL(i, n) _Pragma("GCC unroll 64") for (std::size_t i = 0; i < (n); ++i)
#define LAMINA_UNROLL_BY_TWO _Pragma("GCC unroll 2")
#else
#define LAMINA_UNROLL_BY_TWO
#define LAMINA_UNROLL(i, n) for (std::size_t i = 0; i < (n); ++i)
#endif
// NOLINTEND(bugprone-macro-parentheses)

namespace lamina::inline LAMINA_ARCHITECTURE::simd {

using native = xsimd::default_arch;

template <class T, class A = native>
using batch = xsimd::batch<T, A>;

template <class T, class A = native>
using mask = xsimd::batch_bool<T, A>;

/// The number of `T` in one register.
template <class T, class A = native>
inline constexpr std::size_t lanes = batch<T, A>::size;

/// The lanes of the narrowest register that holds `N` numbers, at least `Least`; of the widest one where none does.
template <class T, std::size_t N, std::size_t Least = 16 / sizeof(T), std::size_t Lanes = lanes<T>>
consteval std::size_t lanes_for()
{
    if constexpr (Lanes / 2 >= N && Lanes / 2 >= Least) {
        if constexpr (!std::is_void_v<xsimd::make_sized_batch_t<T, Lanes / 2>>) return lanes_for<T, N, Least, Lanes / 2>();
        else return Lanes;
    }
    else return Lanes;
}

/// A register of that many lanes.
template <class T, std::size_t Lanes>
using sized =
    typename std::conditional_t<Lanes == lanes<T>, std::type_identity<batch<T>>, xsimd::make_sized_batch<T, Lanes>>::type;

/// f(0), f(1), … in a register.
template <class V, class F>
[[gnu::always_inline]] inline V fill_lanes(const F& f)
{
    return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__) || defined(__aarch64__))
        return V(typename V::register_type{f(I)...}); // no version of xsimd has this without going through memory
#else
        alignas(alignment) const typename V::value_type values[] = {f(I)...};
        return V::load_aligned(values);
#endif
    }(std::make_index_sequence<V::size>{});
}

/// The number of registers that the instruction set has: what bounds a tile of accumulators.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr std::size_t registers = 32;
#else
inline constexpr std::size_t registers = 16;
#endif

/// Whether a processor of AMD is compiled for, as far as the compiler tells: SSE4A is in no other.
#if defined(__SSE4A__)
inline constexpr bool amd = true;
#else
inline constexpr bool amd = false;
#endif

/// a * b + c; one rounding where the hardware has it, two elsewhere (plain SSE2).
template <class T, class A>
batch<T, A> fma(const batch<T, A>& a, const batch<T, A>& b, const batch<T, A>& c)
{
#if XSIMD_VERSION_MAJOR < 11 && defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 16) return _mm512_fmadd_ps(a, b, c);
    else if constexpr (std::is_same_v<T, double> && batch<T, A>::size == 8) return _mm512_fmadd_pd(a, b, c);
    else
#endif
#if defined(__FMA__) // xsimd's registers of 128 bits have none, and 14's of 256 bits on AVX-512 neither
        if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 4) return _mm_fmadd_ps(a, b, c);
        else if constexpr (std::is_same_v<T, double> && batch<T, A>::size == 2) return _mm_fmadd_pd(a, b, c);
        else if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 8) return _mm256_fmadd_ps(a, b, c);
        else if constexpr (std::is_same_v<T, double> && batch<T, A>::size == 4) return _mm256_fmadd_pd(a, b, c);
        else
#endif
            return xsimd::fma(a, b, c);
}

/// sum += a * b, rounded as `fma` does. Kernels spell it out many times, so it is one call where registers are widest: through xsimd
/// it is nine, which all take time to compile.
template <class T, class A>
inline void add_product(batch<T, A>& sum, const batch<T, A>& a, const batch<T, A>& b)
{
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 16) sum.data = _mm512_fmadd_ps(a.data, b.data, sum.data);
    else
#endif
        sum = simd::fma(a, b, sum);
}

/// a / b within 0.6 ulp, for normal numbers b of which the reciprocal is normal too; of numbers a up to b it is never above 1.
/// Intel's processors with AVX-512 divide a register in 10 to 16 cycles, and do two other operations in each: there it is made of
/// five. It pays where divisions and square roots follow each other.
template <class T, class A>
batch<T, A> quotient(const batch<T, A>& a, const batch<T, A>& b)
{
#if defined(__AVX512F__)
    if constexpr (!amd && std::is_same_v<T, float> && batch<T, A>::size == 16) {
        const __m512 reciprocal = _mm512_rcp14_ps(b.data), near = _mm512_mul_ps(a.data, reciprocal);
        return _mm512_fnmadd_ps(_mm512_fmsub_ps(b.data, near, a.data), reciprocal, near); // of zeros it keeps the sign
    }
    else
#endif
        return a / b;
}

/// Whether `fma` rounds once.
#if defined(__FMA__) || defined(__AVX512F__) || defined(__aarch64__)
inline constexpr bool fma_rounds_once = true;
#else
inline constexpr bool fma_rounds_once = false;
#endif

/// The larger of x and `least`; NaN in x stays. xsimd's own `max` gives its second argument for NaN before 14, its first from 14 on.
template <class T, class A>
batch<T, A> at_least(const batch<T, A>& x, const batch<T, A>& least)
{
#if XSIMD_VERSION_MAJOR >= 14
    return xsimd::max(x, least);
#else
    return xsimd::max(least, x);
#endif
}

/// The smaller of x and `most`; NaN in x stays.
template <class T, class A>
batch<T, A> at_most(const batch<T, A>& x, const batch<T, A>& most)
{
#if XSIMD_VERSION_MAJOR >= 14
    return xsimd::min(x, most);
#else
    return xsimd::min(most, x);
#endif
}

/// Keeps a loaded value in its register. g++ 12 turns a load that is used n times into n memory operands: n loads, each
/// of which may cross a cache line (measured: a third of a convolution's time).
template <class T, class A>
batch<T, A> keep(batch<T, A> x)
{
#if defined(__GNUC__) && !defined(__clang__) && (defined(__x86_64__) || defined(__i386__))
    asm("" : "+v"(x.data));
#endif
    return x;
}

/// A number's bits, as an unsigned whole number.
template <class T, class A>
auto bits_of(const batch<T, A>& x)
{
    using whole = xsimd::as_unsigned_integer_t<T>;
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::bitwise_cast<whole>(x);
#else
    return xsimd::bitwise_cast<batch<whole, A>>(x);
#endif
}

/// The number with these bits.
template <class T, class A>
batch<T, A> of_bits(const batch<xsimd::as_unsigned_integer_t<T>, A>& bits)
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
template <class T, class A>
batch<T, A> nearest(const batch<T, A>& x)
{
#if defined(__SSE2__) && !defined(__SSE4_1__) // which has no instruction for it
    const batch<T, A> shift(detail::whole_bits<T>);
    return keep(x + shift) - shift;
#else
    return xsimd::nearbyint(x);
#endif
}

/// 2 to the n, for whole numbers n of which 2 to the n and to the -n are normal numbers.
template <class T, class A>
batch<T, A> power_of_two(const batch<T, A>& n)
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
template <class T, class A>
batch<T, A> scale_by_power(const batch<T, A>& x, const batch<T, A>& n)
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
template <class T, class A>
struct fraction_and_exponent {
    batch<T, A> fraction, exponent;
};

namespace detail {

/// `split` for normal numbers above 0.
template <class T, class A>
fraction_and_exponent<T, A> split_normal(const batch<T, A>& x)
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
template <class T, class A>
fraction_and_exponent<T, A> split(const batch<T, A>& x)
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

/// Asks for the line at `p`, which need not be there to be read, in the first cache or the second.
template <int Cache = 1>
void prefetch([[maybe_unused]] const void* p)
{
    static_assert(Cache == 1 || Cache == 2);
#if defined(__GNUC__)
    __builtin_prefetch(p, 0, 4 - Cache);
#endif
}

template <class T, class A>
T reduce_add(const batch<T, A>& x)
{
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::reduce_add(x);
#else
    return xsimd::hadd(x);
#endif
}

template <class T, class A>
T reduce_max(const batch<T, A>& x)
{
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::reduce_max(x);
#else
    alignas(alignment) T values[batch<T, A>::size];
    x.store_aligned(values);
    return *std::max_element(values, values + batch<T, A>::size);
#endif
}

/// Where exactly one of the two masks is set.
template <class T, class A>
mask<T, A> mask_xor(const mask<T, A>& a, const mask<T, A>& b)
{
    return (a & !b) | (!a & b);
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::simd
