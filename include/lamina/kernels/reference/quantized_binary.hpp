// lamina/kernels/reference/quantized_binary.hpp: sums and products of bytes of different scales, one after the other, in 64 bits.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/quantized/binary.hpp>

#include <cmath>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels::reference {

inline std::int8_t operate(const byte_operation& op, std::int8_t first, std::int8_t second)
{
    const std::int64_t a = first - op.a_zero, b = second - op.b_zero;
    double q;
    if (op.product) {
        const float product = static_cast<float>(a * b) * op.scale;
        q = std::nearbyint(static_cast<double>(product));
    }
    else q = std::floor(std::ldexp(static_cast<double>(a * op.a_times + b * op.b_times), -op.shift) + 0.5);
    q += op.zero;
    return static_cast<std::int8_t>(q < op.low ? op.low : q > op.high ? op.high : q);
}

}}} // namespace lamina::internals::kernels::reference
