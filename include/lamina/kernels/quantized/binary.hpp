// lamina/kernels/quantized/binary.hpp: sums, differences and products of two rows of bytes of different scales, in a third one.
//
// Numerics: as XNNPACK has them, the same bits with every instruction set. Sums: (a · multiplier + b · multiplier + half) shifted down,
// multipliers of at most 21 bits. Products: float(a · b) · scale, to nearest even. a and b without their zero points.
// Reference: kernels/reference/quantized_binary.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dot.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// Zero points, limits of the result, and either multipliers (sums) or a scale (products).
struct byte_operation {
    std::int32_t a_zero, b_zero, zero, low, high;
    std::int32_t a_times = 0, b_times = 0, shift = 0;
    float scale = 0;
    bool product = false;
};

/// Sets what a · `a_scale` + b · `b_scale` needs, in steps of the result; a difference where `b_scale` is below 0. Scales that differ by
/// more than 2 to the 20, or are such multiples of the result's, are rounded coarsely, as there.
[[gnu::cold]] inline void set_sum(byte_operation& to, float a_scale, float b_scale)
{
    const float most = std::max(std::fabs(a_scale), std::fabs(b_scale));
    int exponent = 0;
    std::frexp(most, &exponent);
    to.shift = std::clamp(21 - exponent, 1, 31);
    const auto times = [&](float scale) {
        return static_cast<std::int32_t>(std::clamp(std::nearbyint(std::ldexp(scale, to.shift)), -2097152.f, 2097152.f));
    };
    to.a_times = times(a_scale), to.b_times = times(b_scale);
}

namespace detail {

#if LAMINA_DOTS
[[gnu::always_inline]] inline simd::sums operate(const byte_operation& op, const simd::sums& a, const simd::sums& b)
{
    const simd::sums zero(op.zero), low(op.low), high(op.high);
    simd::sums q;
    if (op.product) {
        const simd::reals v = simd::to_reals(a * b) * simd::reals(op.scale);
        q = simd::to_sums(simd::at_most(simd::at_least(v, simd::reals(-512.f)), simd::reals(512.f)));
    }
    else
        q = (a * simd::sums(op.a_times) + b * simd::sums(op.b_times) + simd::sums(std::int32_t{1} << (op.shift - 1))) >> op.shift;
    return xsimd::min(xsimd::max(q + zero, low), high);
}
#else
inline std::int32_t operate(const byte_operation& op, std::int32_t a, std::int32_t b)
{
    std::int32_t q;
    if (op.product) {
        const float v = static_cast<float>(a * b) * op.scale;
        q = static_cast<std::int32_t>(std::nearbyint(!(v > -512.f) ? -512.f : v > 512.f ? 512.f : v));
    }
    else q = (a * op.a_times + b * op.b_times + (std::int32_t{1} << (op.shift - 1))) >> op.shift;
    return std::clamp(q + op.zero, op.low, op.high);
}
#endif

} // namespace detail

/// y = a op b for n numbers; an operand that does not go on has one number for all of them. y may be an operand that goes on.
inline void operate(const byte_operation& op, const std::int8_t* a, bool a_goes_on, const std::int8_t* b, bool b_goes_on,
                    std::int8_t* y, std::size_t n)
{
    std::size_t i = 0;
#if LAMINA_DOTS
    constexpr std::size_t lanes = simd::dot_lanes;
    const simd::sums one_a(*a - op.a_zero), one_b(*b - op.b_zero), a_zero(op.a_zero), b_zero(op.b_zero);
    for (; i < n; i += lanes) {
        const std::size_t here = std::min(lanes, n - i);
        std::int8_t of_a[16]{}, of_b[16]{};
        const std::int8_t *from_a = a + i, *from_b = b + i;
        if (here < lanes) {
            if (a_goes_on) std::memcpy(of_a, from_a, here);
            if (b_goes_on) std::memcpy(of_b, from_b, here);
            from_a = of_a, from_b = of_b;
        }
        const simd::sums x = a_goes_on ? simd::load_bytes(from_a) - a_zero : one_a;
        const simd::sums z = b_goes_on ? simd::load_bytes(from_b) - b_zero : one_b;
        simd::store_bytes(detail::operate(op, x, z), y + i, here);
    }
#else
    for (; i < n; ++i)
        y[i] = static_cast<std::int8_t>(detail::operate(op, a[a_goes_on ? i : 0] - op.a_zero, b[b_goes_on ? i : 0] - op.b_zero));
#endif
}

}}} // namespace lamina::internals::kernels
