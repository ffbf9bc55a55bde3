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
#include <concepts>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

static_assert(XSIMD_VERSION_MAJOR * 100 + XSIMD_VERSION_MINOR >= 801, "lamina needs xsimd 8.1 or newer");

/// A loop of `i` over a tile, 0 … n - 1, whose turns are spelled out: what is indexed by `i` lives in registers. The optimizer does
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

/// Whether the optimizer may add up in another order than is written.
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__)
#define LAMINA_REORDERS_SUMS
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::simd {

using native = xsimd::default_arch;

template <class T, class A = native> using batch = xsimd::batch<T, A>;

template <class T, class A = native> using mask = xsimd::batch_bool<T, A>;

/// The number of `T` in one register.
template <class T, class A = native> inline constexpr std::size_t lanes = batch<T, A>::size;

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
template <class V, class F> [[gnu::always_inline]] inline V fill_lanes(const F& f)
{
    return [&]<std::size_t... At>(std::index_sequence<At...>) __attribute__((always_inline)) {
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__) || defined(__aarch64__))
        return V(typename V::register_type{f(At)...}); // no version of xsimd has this without going through memory
#else
        alignas(alignment) const typename V::value_type values[] = {f(At)...};
        return V::load_aligned(values);
#endif
    }(std::make_index_sequence<V::size>{});
}

using xsimd::abs; // of plain numbers too
using xsimd::sqrt;
#if LAMINA_PLAIN_LOOPS
template <class T, class A> batch<T, A> select(const mask<T, A>& where, const batch<T, A>& a, const batch<T, A>& b)
{
    return xsimd::select(where, a, b);
}
/// The same of plain numbers, which xsimd has too late.
template <std::floating_point T> T select(bool where, T a, T b) { return where ? a : b; }
template <std::floating_point T> T at_least(T x, T least) { return x < least ? least : x; }
template <std::floating_point T> T at_most(T x, T most) { return x > most ? most : x; }
template <std::floating_point T> T fma(T a, T b, T c) { return a * b + c; }
template <std::floating_point T> T quotient(T a, T b) { return a / b; }
#else
using xsimd::select;
#endif

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
template <class T, class A> batch<T, A> fma(const batch<T, A>& a, const batch<T, A>& b, const batch<T, A>& c)
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
template <class T, class A> inline void add_product(batch<T, A>& sum, const batch<T, A>& a, const batch<T, A>& b)
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
template <class T, class A> batch<T, A> quotient(const batch<T, A>& a, const batch<T, A>& b)
{
#if defined(__AVX512F__)
    if constexpr (!amd && std::is_same_v<T, float> && batch<T, A>::size == 16) {
        const __m512 reciprocal = _mm512_maskz_rcp14_ps(static_cast<__mmask16>(-1), b.data),
                     nearby = _mm512_mul_ps(a.data, reciprocal);
        return _mm512_fnmadd_ps(_mm512_fmsub_ps(b.data, nearby, a.data), reciprocal, nearby); // of zeros it keeps the sign
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
template <class T, class A> batch<T, A> at_least(const batch<T, A>& x, const batch<T, A>& least)
{
#if XSIMD_VERSION_MAJOR >= 14
    return xsimd::max(x, least);
#else
    return xsimd::max(least, x);
#endif
}

/// The smaller of x and `most`; NaN in x stays.
template <class T, class A> batch<T, A> at_most(const batch<T, A>& x, const batch<T, A>& most)
{
#if XSIMD_VERSION_MAJOR >= 14
    return xsimd::min(x, most);
#else
    return xsimd::min(most, x);
#endif
}

/// Keeps a loaded value in its register. g++ 12 turns a load that is used n times into n memory operands: n loads, each
/// of which may cross a cache line (measured: a third of a convolution's time).
template <class T, class A> batch<T, A> keep(batch<T, A> x)
{
#if defined(__GNUC__) && !defined(__clang__) && (defined(__x86_64__) || defined(__i386__))
    asm("" : "+v"(x.data));
#endif
    return x;
}

/// x, of which an optimizer that may reorder sums (-ffast-math) knows nothing: what was rounded stays rounded.
template <class T, class A> batch<T, A> settled(batch<T, A> x)
{
#if defined(LAMINA_REORDERS_SUMS) && defined(__GNUC__)
#if defined(__AVX512F__)
    asm("" : "+v"(x.data));
#elif defined(__x86_64__) || defined(__i386__)
    asm("" : "+x"(x.data));
#elif defined(__aarch64__)
    asm("" : "+w"(x.data));
#endif
#endif
    return x;
}

/// Asks for the line at `p`, which need not be there to be read, in the first cache or the second.
template <int Cache = 1> void prefetch([[maybe_unused]] const void* p)
{
    static_assert(Cache == 1 || Cache == 2);
#if defined(__GNUC__)
    __builtin_prefetch(p, 0, 4 - Cache);
#endif
}

template <class T, class A> T reduce_add(const batch<T, A>& x)
{
#if XSIMD_VERSION_MAJOR >= 9
    return xsimd::reduce_add(x);
#else
    return xsimd::hadd(x);
#endif
}

template <class T, class A> T reduce_max(const batch<T, A>& x)
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
template <class T, class A> mask<T, A> mask_xor(const mask<T, A>& a, const mask<T, A>& b) { return (a & (!b)) | ((!a) & b); }

}}} // namespace lamina::internals::simd

/// What formulas of losses, optimizers and activations are written in: `simd::select`, `abs`, `sqrt`, `at_least`, `at_most`, `fma`.
namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace protocols {
namespace simd = internals::simd;
}}} // namespace lamina::protocols
