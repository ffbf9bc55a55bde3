// lamina/lite/operators/unary_int8.hpp: y = f(x) of int8 numbers: a table of all 256 results, made once.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/quantized/table.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numbers>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The functions themselves, in double: a table has 256 results.
[[gnu::cold]] inline double real_function(const Operator& op, double x)
{
    switch (op.op) {
    case code::abs: return std::fabs(x);
    case code::elu: return x < 0 ? std::expm1(x) : x;
    case code::exp: return std::exp(x);
    case code::floor: return std::floor(x);
    case code::gelu:
        if (op.options.approximate) return x / 2 * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
        return x / 2 * std::erfc(-x / std::numbers::sqrt2);
    case code::hard_swish: return x * std::clamp(x + 3, 0., 6.) / 6;
    case code::leaky_relu: return x < 0 ? static_cast<double>(op.options.alpha) * x : x;
    case code::log: return std::log(x);
    case code::logistic: return 1 / (1 + std::exp(-x));
    case code::neg: return -x;
    case code::relu: return std::max(x, 0.);
    case code::relu_n1_to_1: return std::clamp(x, -1., 1.);
    case code::relu6: return std::clamp(x, 0., 6.);
    case code::rsqrt: return 1 / std::sqrt(x);
    case code::sqrt: return std::sqrt(x);
    case code::square: return x * x;
    case code::tanh: return std::tanh(x);
    default: return x;
    }
}

/// A real number as the nearest whole one of a tensor, halves away from zero; NaN is the least.
[[gnu::cold]] inline std::int8_t nearest_int8(double real, const Value& y)
{
    const double q = std::round(real / static_cast<double>(y.scale)) + y.zero;
    return static_cast<std::int8_t>(!(q > -128) ? -128 : q > 127 ? 127 : static_cast<int>(q));
}

/// x in another scale, by a multiplier of eight fractional bits: XNNPACK's rule for conversions of int8 and for LEAKY_RELU.
[[gnu::cold]] inline std::int8_t rescaled_by_eighth_bits(std::int32_t x, float times, std::int32_t zero)
{
    const float eighths = 256.f * times, most = 2147483520.f;
    const auto multiplier = static_cast<std::int64_t>(std::nearbyint(!(eighths > -most) ? -most
                                                                     : eighths > most   ? most
                                                                                        : eighths));
    const std::int64_t q = ((x * multiplier + 128) >> 8) + zero;
    return static_cast<std::int8_t>(std::clamp<std::int64_t>(q, -128, 127));
}

/// The table of an operator on int8 numbers.
[[gnu::cold]] inline kernels::byte_table table_of(const Step& step)
{
    const Value &x = step.x(), &y = step.y();
    kernels::byte_table table;
    for (int q = -128; q < 128; ++q) {
        const std::int32_t above = q - x.zero;
        if (step.op->op == code::leaky_relu || step.op->op == code::quantize) {
            const float slope = above < 0 && step.op->op == code::leaky_relu ? step.options().alpha : 1.f;
            table[q] = rescaled_by_eighth_bits(above, slope * x.scale / y.scale, y.zero);
        }
        else table[q] = nearest_int8(real_function(*step.op, static_cast<double>(x.scale) * above), y);
    }
    return table;
}

inline void run_table(const Step& step)
{
    kernels::look_up(step.keeps<kernels::byte_table>(), step.x().numbers<const std::int8_t>(), step.y().numbers<std::int8_t>(),
                     step.x().size());
}

/// Prepares a function of one int8 tensor, and says whether it has done so.
[[gnu::cold]] inline bool prepare_int8_unary(Step& step, Preparation&)
{
    if (!is_int8(step)) return false;
    step.kept = share_new<kernels::byte_table>(table_of(step));
    step.run = run_table;
    return true;
}

}}} // namespace lamina::internals::tflite
