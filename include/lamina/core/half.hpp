// lamina/core/half.hpp: stored numbers that C++ has no type for: of sixteen bits, and truth values of any byte.
//
// Source: IEEE 754 (binary16), and for bfloat16 the upper half of a binary32.
#pragma once

#include <lamina/core/architecture.hpp>

#include <bit>
#include <cstdint>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The float with the value of a binary16.
constexpr float from_half(std::uint16_t half)
{
    const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16, exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff;
    if (exponent == 0) { // zero, or a multiple of the smallest number, 2 to the -24th
        const float value = static_cast<float>(mantissa) / 16777216;
        return sign ? -value : value;
    }
    const std::uint32_t wide = exponent == 0x1f ? 0xff : exponent + 112;
    return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

/// The float with the value of a bfloat16.
constexpr float from_bfloat16(std::uint16_t upper) { return std::bit_cast<float>(std::uint32_t{upper} << 16); }

/// A binary16 and a bfloat16 as they are stored.
struct half {
    std::uint16_t bits = 0;
};
struct bfloat16 {
    std::uint16_t bits = 0;
};
/// A truth value as it is stored: a byte that is zero or not. (A bool may hold 0 and 1 alone.)
struct truth {
    std::uint8_t byte = 0;
};

/// The value of a stored number, as a type that computes; a truth value is 0 or 1.
template <class T>
    requires std::is_arithmetic_v<T>
constexpr T value_of(T number)
{
    return number;
}
constexpr float value_of(half number) { return from_half(number.bits); }
constexpr float value_of(bfloat16 number) { return from_bfloat16(number.bits); }
constexpr std::uint8_t value_of(truth number) { return number.byte != 0 ? 1 : 0; }

}}} // namespace lamina::internals
