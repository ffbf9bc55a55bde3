// lamina/lite/operators/fixed_multiplier.hpp: whole numbers times a real one below 2 to the 30, in whole numbers of 32 bits.
//
// Source: gemmlowp's fixed point, which TensorFlow Lite's builtin kernels round by: the upper half of twice the product with a multiplier of
// 31 bits, rounded, then shifted down and rounded again, halves away from zero.
#pragma once

#include <lamina/core/architecture.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

class FixedMultiplier {
public:
    FixedMultiplier() = default;
    [[gnu::cold]] explicit FixedMultiplier(double real)
    {
        const double fraction = std::frexp(real, &exponent);
        bits = static_cast<std::int64_t>(std::round(std::ldexp(fraction, 31)));
        if (bits == std::int64_t{1} << 31) bits /= 2, ++exponent;
        if (exponent < -31) bits = exponent = 0; // nothing is left of any number
        exponent = std::min(exponent, 30);
    }

    /// x times the multiplier, as far as 32 bits go.
    std::int32_t operator()(std::int32_t x) const
    {
        using limits = std::numeric_limits<std::int32_t>;
        const std::int64_t up =
            std::clamp<std::int64_t>(std::int64_t{x} * (std::int64_t{1} << std::max(exponent, 0)), limits::min(), limits::max());
        const std::int64_t product = up * bits, half = std::int64_t{1} << 30;
        const std::int64_t high = (product + (product >= 0 ? half : 1 - half)) / (std::int64_t{1} << 31); // towards zero
        const int down = std::max(-exponent, 0);
        const std::int64_t mask = (std::int64_t{1} << down) - 1, rest = high & mask;
        return static_cast<std::int32_t>((high >> down) + (rest > (mask >> 1) + (high < 0 ? 1 : 0) ? 1 : 0));
    }

private:
    std::int64_t bits = 0;
    int exponent = 0;
};

}}} // namespace lamina::internals::tflite
