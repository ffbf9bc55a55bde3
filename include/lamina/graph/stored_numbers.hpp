// lamina/graph/stored_numbers.hpp: numbers of other types, as float32 or float64.
//
// Source: IEEE 754 (binary16), and for bfloat16 the upper half of a binary32.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/record.hpp>
#include <lamina/graph/safetensors.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lamina::safetensors {

namespace detail {

/// The float with the value of a binary16.
inline float from_half(std::uint16_t half)
{
    const std::uint32_t sign = std::uint32_t{half & 0x8000u} << 16, exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff;
    if (exponent == 0) { // zero, or a multiple of the smallest number
        const float value = std::ldexp(static_cast<float>(mantissa), -24);
        return sign ? -value : value;
    }
    const std::uint32_t wide = exponent == 0x1f ? 0xff : exponent + 112;
    return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

/// Calls `f(to, from)` for each element, which is a `Stored` in the file and a T in the record.
template <class Stored, class T, class F>
void convert_each(std::string_view from, record& to, const F& f)
{
    const char* next = from.data();
    to.for_each<T>([&](T& element) {
        Stored stored;
        std::memcpy(&stored, next, sizeof stored);
        next += sizeof stored;
        element = f(stored);
    });
}

} // namespace detail

/// The type that a record has for numbers of a file's type. `where` begins the sentence where there is none.
[[gnu::cold]] inline number number_for(std::string_view type, std::string_view where)
{
    for (const std::string_view known : {"F32", "F16", "BF16", "BOOL", "I8", "U8", "I16", "U16"})
        if (type == known) return number::float32;
    for (const std::string_view known : {"F64", "I32", "U32", "I64", "U64"})
        if (type == known) return number::float64;
    fail({where, " is of type ", type, ", which is not read; convert it to F32 before it is saved"});
}

/// Copies numbers of a file's type into a record of `number_for` it.
///
/// Refuses   an integer that float64 does not hold.
[[gnu::cold]] inline void copy_converted(std::string_view type, std::string_view from, record& to, std::string_view where)
{
    const auto small = [](auto value) { return static_cast<float>(value); };
    const auto wide = [](auto value) { return static_cast<double>(value); };
    const auto exact = [where](auto value) {
        constexpr auto most = std::uint64_t{1} << 53;
        const bool holds =
            value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) <= most : static_cast<std::uint64_t>(value) <= most;
        if (!holds) fail({where, " holds ", value, ", and integers are read up to 2 to the 53rd; convert it before it is saved"});
        return static_cast<double>(value);
    };
    if (type == "F32" || type == "F64") copy(from, to);
    else if (type == "F16") detail::convert_each<std::uint16_t, float>(from, to, detail::from_half);
    else if (type == "BF16")
        detail::convert_each<std::uint16_t, float>(
            from, to, [](std::uint16_t upper) { return std::bit_cast<float>(std::uint32_t{upper} << 16); });
    else if (type == "I8") detail::convert_each<std::int8_t, float>(from, to, small);
    else if (type == "BOOL" || type == "U8") detail::convert_each<std::uint8_t, float>(from, to, small);
    else if (type == "I16") detail::convert_each<std::int16_t, float>(from, to, small);
    else if (type == "U16") detail::convert_each<std::uint16_t, float>(from, to, small);
    else if (type == "I32") detail::convert_each<std::int32_t, double>(from, to, wide);
    else if (type == "U32") detail::convert_each<std::uint32_t, double>(from, to, wide);
    else if (type == "I64") detail::convert_each<std::int64_t, double>(from, to, exact);
    else detail::convert_each<std::uint64_t, double>(from, to, exact);
}

} // namespace lamina::safetensors
