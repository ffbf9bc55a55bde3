// lamina/core/dot.hpp: sums of products of bytes: what each instruction set has for them, behind one function.
//
// `dot(sum, activations, weights)` adds to each lane, an int32, four products: of four activations, which are the same in all lanes, and
// of four weights of that lane. Activations are stored with `stored_offset` added, which the sum of the weights takes out again:
//
//   AVX-512 VNNI, AVX-VNNI  vpdpbusd, unsigned times signed: bytes q + 128
//   AVX2, SSSE3             |q| times the weight with q's sign, in pairs of 16 bits: 2 · 128 · 127 fits, so weights are -127 … 127;
//                           or, for weights of -128, both widened to 16 bits
//   SSE2                    both widened to 16 bits
//   NEON                    sdot, where there is one; else products of 16 bits, added in pairs
//
// AVX-512 has no instruction that takes a sign over, so without VNNI it works in 256 bits. All are exact. Elsewhere, and in builds
// without optimization, LAMINA_DOTS is 0 and kernels are plain loops.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#if !LAMINA_PLAIN_LOOPS && (defined(__SSE2__) || defined(__aarch64__)) && defined(__GNUC__)
#define LAMINA_DOTS 1
#else
#define LAMINA_DOTS 0
#endif

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::simd {

// The conditions of core/architecture.hpp, so that no two objects share a name for different functions.
#if LAMINA_DOTS && defined(__AVX512VNNI__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && defined(__AVX512BW__) &&         \
    defined(__AVX512VL__)
#define LAMINA_DOTS_OF_512
inline constexpr std::size_t dot_lanes = 16, dot_sums = 24;
#elif LAMINA_DOTS && defined(__AVX2__) && defined(__FMA__)
#define LAMINA_DOTS_OF_256
inline constexpr std::size_t dot_lanes = 8, dot_sums = 8;
#elif LAMINA_DOTS && defined(__aarch64__)
inline constexpr std::size_t dot_lanes = 4, dot_sums = 16;
#else
inline constexpr std::size_t dot_lanes = 4, dot_sums = 8;
#endif

/// What is added to an activation where it is stored.
#if defined(LAMINA_DOTS_OF_512) || (defined(LAMINA_DOTS_OF_256) && defined(__AVXVNNI__))
inline constexpr int stored_offset = 128;
#else
inline constexpr int stored_offset = 0;
#endif

/// A whole number of -128 … 127 as it is stored for `dot`, and back.
constexpr std::int8_t stored(std::int8_t q) { return static_cast<std::int8_t>(q ^ (stored_offset ? -128 : 0)); }

#if LAMINA_DOTS

/// A register of sums, and one of as many floats.
using sums = sized<std::int32_t, dot_lanes>;
using reals = sized<float, dot_lanes>;

namespace detail {

[[gnu::always_inline]] inline std::int32_t four_bytes(const std::int8_t* p)
{
    std::int32_t four;
    std::memcpy(&four, p, 4);
    return four;
}

} // namespace detail

#if defined(LAMINA_DOTS_OF_512)

/// The instruction: four activations as they are taken to it, weights likewise, and the sum.
struct ByteDots {
    using activations = __m512i;
    using weights = __m512i;
    [[gnu::always_inline]] static activations spread(const std::int8_t* four)
    {
        return _mm512_set1_epi32(detail::four_bytes(four));
    }
    [[gnu::always_inline]] static weights load(const std::int8_t* w) { return keep(sums(_mm512_loadu_si512(w))).data; }
    [[gnu::always_inline]] static void dot(sums& sum, const activations& a, const weights& w)
    {
        sum.data = _mm512_dpbusd_epi32(sum.data, a, w);
    }
};
using AnyDots = ByteDots;

#elif defined(LAMINA_DOTS_OF_256)

#if defined(__AVXVNNI__)
struct ByteDots {
    using activations = __m256i;
    using weights = __m256i;
    [[gnu::always_inline]] static activations spread(const std::int8_t* four)
    {
        return _mm256_set1_epi32(detail::four_bytes(four));
    }
    [[gnu::always_inline]] static weights load(const std::int8_t* w)
    {
        return keep(sums(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(w)))).data;
    }
    [[gnu::always_inline]] static void dot(sums& sum, const activations& a, const weights& w)
    {
        sum.data = _mm256_dpbusd_avx_epi32(sum.data, a, w);
    }
};
using AnyDots = ByteDots;
#else
/// For weights of -127 … 127.
struct ByteDots {
    struct activations {
        __m256i signs, sizes;
    };
    using weights = __m256i;
    [[gnu::always_inline]] static activations spread(const std::int8_t* four)
    {
        const __m256i a = _mm256_set1_epi32(detail::four_bytes(four));
        return {a, _mm256_abs_epi8(a)};
    }
    [[gnu::always_inline]] static weights load(const std::int8_t* w)
    {
        return keep(sums(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(w)))).data;
    }
    [[gnu::always_inline]] static void dot(sums& sum, const activations& a, const weights& w)
    {
        const __m256i pairs = _mm256_maddubs_epi16(a.sizes, _mm256_sign_epi8(w, a.signs));
        sum.data = _mm256_add_epi32(sum.data, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
};

/// For all weights: the first and third byte of each lane widened, and the second and fourth.
struct AnyDots {
    struct activations {
        __m256i even, odd;
    };
    using weights = activations;
    [[gnu::always_inline]] static activations widen(__m256i x)
    {
        return {_mm256_srai_epi16(_mm256_slli_epi16(x, 8), 8), _mm256_srai_epi16(x, 8)};
    }
    [[gnu::always_inline]] static activations spread(const std::int8_t* four)
    {
        return widen(_mm256_set1_epi32(detail::four_bytes(four)));
    }
    [[gnu::always_inline]] static weights load(const std::int8_t* w)
    {
        return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(w)));
    }
    [[gnu::always_inline]] static void dot(sums& sum, const activations& a, const weights& w)
    {
        sum.data =
            _mm256_add_epi32(sum.data, _mm256_add_epi32(_mm256_madd_epi16(a.even, w.even), _mm256_madd_epi16(a.odd, w.odd)));
    }
};
#endif

#elif defined(__aarch64__)

struct ByteDots {
    using activations = int8x16_t;
    using weights = int8x16_t;
    [[gnu::always_inline]] static activations spread(const std::int8_t* four)
    {
        return vreinterpretq_s8_s32(vdupq_n_s32(detail::four_bytes(four)));
    }
    [[gnu::always_inline]] static weights load(const std::int8_t* w) { return vld1q_s8(w); }
    [[gnu::always_inline]] static void dot(sums& sum, const activations& a, const weights& w)
    {
#if defined(__ARM_FEATURE_DOTPROD)
        sum.data = vdotq_s32(sum.data, a, w);
#else
        const int16x8_t first = vmull_s8(vget_low_s8(a), vget_low_s8(w)), last = vmull_s8(vget_high_s8(a), vget_high_s8(w));
        sum.data = vaddq_s32(sum.data, vpaddq_s32(vpaddlq_s16(first), vpaddlq_s16(last)));
#endif
    }
};
using AnyDots = ByteDots;

#else

struct AnyDots {
    struct activations {
        __m128i even, odd;
    };
    using weights = activations;
    [[gnu::always_inline]] static activations widen(__m128i x)
    {
        return {_mm_srai_epi16(_mm_slli_epi16(x, 8), 8), _mm_srai_epi16(x, 8)};
    }
    [[gnu::always_inline]] static activations spread(const std::int8_t* four)
    {
        return widen(_mm_set1_epi32(detail::four_bytes(four)));
    }
    [[gnu::always_inline]] static weights load(const std::int8_t* w)
    {
        return widen(_mm_loadu_si128(reinterpret_cast<const __m128i*>(w)));
    }
    [[gnu::always_inline]] static void dot(sums& sum, const activations& a, const weights& w)
    {
        sum.data = _mm_add_epi32(sum.data, _mm_add_epi32(_mm_madd_epi16(a.even, w.even), _mm_madd_epi16(a.odd, w.odd)));
    }
};
#if defined(__SSSE3__)
/// For weights of -127 … 127.
struct ByteDots {
    struct activations {
        __m128i signs, sizes;
    };
    using weights = __m128i;
    [[gnu::always_inline]] static activations spread(const std::int8_t* four)
    {
        const __m128i a = _mm_set1_epi32(detail::four_bytes(four));
        return {a, _mm_abs_epi8(a)};
    }
    [[gnu::always_inline]] static weights load(const std::int8_t* w)
    {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(w));
    }
    [[gnu::always_inline]] static void dot(sums& sum, const activations& a, const weights& w)
    {
        const __m128i pairs = _mm_maddubs_epi16(a.sizes, _mm_sign_epi8(w, a.signs));
        sum.data = _mm_add_epi32(sum.data, _mm_madd_epi16(pairs, _mm_set1_epi16(1)));
    }
};
#else
using ByteDots = AnyDots;
#endif

#endif

/// The floats of whole numbers, rounded to nearest even as they have to be.
[[gnu::always_inline]] inline reals to_reals(const sums& x)
{
#if defined(LAMINA_DOTS_OF_512)
    return _mm512_cvtepi32_ps(x.data);
#elif defined(LAMINA_DOTS_OF_256)
    return _mm256_cvtepi32_ps(x.data);
#elif defined(__aarch64__)
    return vcvtq_f32_s32(x.data);
#else
    return _mm_cvtepi32_ps(x.data);
#endif
}

/// The whole numbers nearest to floats, halves to even. Floats have to be in their range.
[[gnu::always_inline]] inline sums to_sums(const reals& x)
{
#if defined(LAMINA_DOTS_OF_512)
    return _mm512_cvtps_epi32(x.data);
#elif defined(LAMINA_DOTS_OF_256)
    return _mm256_cvtps_epi32(x.data);
#elif defined(__aarch64__)
    return vcvtnq_s32_f32(x.data);
#else
    return _mm_cvtps_epi32(x.data);
#endif
}

/// The largest lane.
inline float largest_lane(const reals& x)
{
#if defined(LAMINA_DOTS_OF_512)
    return _mm512_reduce_max_ps(x.data);
#elif defined(__aarch64__)
    return vmaxvq_f32(x.data);
#else
#if defined(LAMINA_DOTS_OF_256)
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(x.data), _mm256_extractf128_ps(x.data, 1));
#else
    const __m128 four = x.data;
#endif
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
#endif
}

/// Stores the first `n` lanes, of -128 … 127 each, as bytes, or as they are stored for `dot`. `n` is 0 … lanes; nothing behind `p + n`
/// is written.
template <bool Stored = false> [[gnu::always_inline]] inline void store_bytes(const sums& x, std::int8_t* p, std::size_t n)
{
#if defined(LAMINA_DOTS_OF_512)
    __m128i packed = _mm512_cvtepi32_epi8(x.data);
    if constexpr (Stored) packed = _mm_xor_si128(packed, _mm_set1_epi8(-128));
    if (n == dot_lanes) _mm_storeu_si128(reinterpret_cast<__m128i*>(p), packed);
    else _mm_mask_storeu_epi8(p, static_cast<__mmask16>((1u << n) - 1u), packed);
#else
    std::int8_t bytes[16];
#if defined(LAMINA_DOTS_OF_256)
    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(x.data), _mm256_extracti128_si256(x.data, 1));
    __m128i packed = _mm_packs_epi16(words, words);
#elif defined(__aarch64__)
    const int16x4_t words = vmovn_s32(x.data);
    vst1_s8(bytes, vmovn_s16(vcombine_s16(words, words)));
#else
    const __m128i words = _mm_packs_epi32(x.data, x.data);
    __m128i packed = _mm_packs_epi16(words, words);
#endif
#if !defined(__aarch64__)
    if constexpr (Stored && stored_offset != 0) packed = _mm_xor_si128(packed, _mm_set1_epi8(-128));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), packed);
#endif
    if (n == dot_lanes) std::memcpy(p, bytes, dot_lanes);
    else
        for (std::size_t i = 0; i < dot_lanes; ++i) // constant bound: g++ 12 warns of what n cannot be
            if (i < n) p[i] = bytes[i];
#endif
}

/// The lanes of bytes, widened; all of them are read.
[[gnu::always_inline]] inline sums load_bytes(const std::int8_t* p)
{
#if defined(LAMINA_DOTS_OF_512)
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
#elif defined(LAMINA_DOTS_OF_256)
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
#elif defined(__aarch64__)
    return vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(static_cast<std::uint32_t>(detail::four_bytes(p))))));
#else
    const __m128i bytes = _mm_cvtsi32_si128(detail::four_bytes(p)), words = _mm_unpacklo_epi8(bytes, bytes);
    return _mm_srai_epi32(_mm_unpacklo_epi16(words, words), 24);
#endif
}

#endif // LAMINA_DOTS

}}} // namespace lamina::internals::simd
