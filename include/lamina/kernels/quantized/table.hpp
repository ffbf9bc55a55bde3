// lamina/kernels/quantized/table.hpp: a function of one byte, as a table of all its 256 results.
//
// With AVX-512 VBMI two instructions look 64 bytes up in half of the table; elsewhere it is a load for each byte.
// Reference: the loop at the end.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// The results of -128 … 127, in the order of their bits: 0 … 127, then -128 … -1.
struct byte_table {
    alignas(alignment) std::int8_t of[256];

    std::int8_t& operator[](int x) { return of[static_cast<std::uint8_t>(x)]; }
    std::int8_t operator[](int x) const { return of[static_cast<std::uint8_t>(x)]; }
};

/// y = table(x). y may be x.
inline void look_up(const byte_table& table, const std::int8_t* x, std::int8_t* y, std::size_t n)
{
    std::size_t i = 0;
#if LAMINA_DOTS && defined(LAMINA_DOTS_OF_512) && defined(__AVX512VBMI__)
    const auto quarter = [&](std::size_t k) { return _mm512_load_si512(table.of + 64 * k); };
    const __m512i first = quarter(0), second = quarter(1), third = quarter(2), fourth = quarter(3);
    const auto found = [&](__m512i bytes) __attribute__((always_inline)) {
        const __m512i upper = _mm512_permutex2var_epi8(third, bytes, fourth);
        return _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), _mm512_permutex2var_epi8(first, bytes, second), upper);
    };
    for (; i + 64 <= n; i += 64) _mm512_storeu_si512(y + i, found(_mm512_loadu_si512(x + i)));
    if (i < n) {
        const auto rest = static_cast<__mmask64>(~std::uint64_t{0} >> (64 - (n - i)));
        _mm512_mask_storeu_epi8(y + i, rest, found(_mm512_maskz_loadu_epi8(rest, x + i)));
    }
#else
    for (; i < n; ++i) y[i] = table.of[static_cast<std::uint8_t>(x[i])];
#endif
}

}}} // namespace lamina::internals::kernels
