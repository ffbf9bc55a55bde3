// lamina/lite/operators/softmax_int8.hpp: SOFTMAX and LOG_SOFTMAX of int8 numbers over the last axis.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// exp(-beta · scale · d) for the 256 differences d from the largest number of a row.
using PowersBelow = std::array<float, 256>;

inline void run_softmax_int8(const Step& step)
{
    const PowersBelow& powers = step.keeps<PowersBelow>();
    const Value &x = step.x(), &y = step.y();
    const std::size_t width = x.shape.last();
    const auto* from = x.numbers<const std::int8_t>();
    auto* to = y.numbers<std::int8_t>();
    const bool logarithm = step.op->op == code::log_softmax;
    const auto zero = static_cast<float>(y.zero);
    for (const std::int8_t* const end = from + x.size(); from != end; from += width, to += width) {
        const int largest = *std::max_element(from, from + width);
        float sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += powers[static_cast<std::size_t>(largest - from[i])];
        const float log = logarithm ? std::log(sum) : 0, times = logarithm ? 0 : 1 / (sum * y.scale);
        for (std::size_t i = 0; i < width; ++i) {
            const int below = largest - from[i];
            const float v = logarithm ? (-static_cast<float>(below) * x.scale - log) / y.scale
                                      : powers[static_cast<std::size_t>(below)] * times;
            to[i] = as_int8(std::nearbyint(v) + zero);
        }
    }
}

/// Prepares a softmax of int8 numbers, and says whether it has done so.
///
/// Numerics: in floats, to the nearest whole number, halves to even.
[[gnu::cold]] inline bool prepare_softmax_int8(Step& step)
{
    if (!is_int8(step)) return false;
    const auto powers = share_new<PowersBelow>();
    const double beta = step.op->op == code::softmax ? static_cast<double>(step.options().beta) : 1;
    for (std::size_t d = 0; d < powers->size(); ++d)
        (*powers)[d] = static_cast<float>(
            std::exp(-std::clamp(beta * static_cast<double>(step.x().scale) * static_cast<double>(d), -80., 200.)));
    step.kept = powers;
    step.run = run_softmax_int8;
    return true;
}

}}} // namespace lamina::internals::tflite
