// lamina/core/halves.hpp: rows of binary16 as floats, and floats as binary16.
//
// Source: IEEE 754: to nearest, halves to even; what is too large becomes infinity.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/half.hpp>
#include <lamina/core/simd.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The binary16 nearest to a float. NaN stays NaN.
constexpr std::uint16_t to_half(float x)
{
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(x), sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
    const auto with_sign = [&](std::uint32_t half) { return static_cast<std::uint16_t>(sign | half); };
    if (size > 0x7f800000u) return with_sign(0x7e00u | (size >> 13 & 0x1ffu));
    if (size >= 0x477ff000u) return with_sign(0x7c00u); // 65520 and above
    if (size < 0x33000001u) return with_sign(0);        // up to half of the smallest number
    const std::uint32_t exponent = size >> 23;
    // The bits that are cut off, more of them where the result is subnormal.
    const std::uint32_t cut = exponent < 113 ? 126 - exponent : 13;
    const std::uint32_t mantissa = exponent < 113 ? (size & 0x7fffffu) | 0x800000u : size - (112u << 23);
    const std::uint32_t half = mantissa >> cut, rest = mantissa & ((1u << cut) - 1), middle = 1u << (cut - 1);
    return with_sign(half + (rest > middle || (rest == middle && (half & 1u)) ? 1 : 0));
}

#if !LAMINA_PLAIN_LOOPS && defined(__F16C__)
#define LAMINA_CONVERTS_HALVES true
#else
#define LAMINA_CONVERTS_HALVES false
#endif

/// n floats of as many binary16. The instruction for it has a flag of its own, which LAMINA_ARCHITECTURE does not name.
template <bool Converts = LAMINA_CONVERTS_HALVES> void widen_halves(const std::uint16_t* from, float* to, std::size_t n)
{
    std::size_t i = 0;
#if !LAMINA_PLAIN_LOOPS && defined(__F16C__)
    for (; i + 8 <= n; i += 8)
        _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i))));
#endif
    for (; i < n; ++i) to[i] = from_half(from[i]);
}

/// n binary16 of as many floats.
template <bool Converts = LAMINA_CONVERTS_HALVES> void narrow_to_halves(const float* from, std::uint16_t* to, std::size_t n)
{
    std::size_t i = 0;
#if !LAMINA_PLAIN_LOOPS && defined(__F16C__)
    for (; i + 8 <= n; i += 8)
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + i),
                         _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
#endif
    for (; i < n; ++i) to[i] = to_half(from[i]);
}

#undef LAMINA_CONVERTS_HALVES

}}} // namespace lamina::internals
