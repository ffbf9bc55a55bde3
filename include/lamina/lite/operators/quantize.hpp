// lamina/lite/operators/quantize.hpp: QUANTIZE and DEQUANTIZE: real numbers as whole ones and back, and whole ones in another scale.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/halves.hpp>
#include <lamina/kernels/quantized/rows.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/unary_int8.hpp>
#include <lamina/lite/quantized_numbers.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Floats as whole numbers: x · (1 / scale), to nearest even, as far as the type goes.
inline void run_quantize(const Step& step)
{
    const Value& y = step.y();
    kernels::quantize_row<false>(step.x().numbers<const float>(), y.size(), {1 / y.scale, y.scale, y.zero},
                                 y.numbers<std::int8_t>());
}
[[gnu::cold]] inline void run_quantize_without_sign(const Step& step)
{
    const Value& y = step.y();
    for (std::size_t i = 0; i < y.size(); ++i) {
        const float q = std::nearbyint(step.x().numbers<const float>()[i] * (1 / y.scale)) + static_cast<float>(y.zero);
        y.numbers<std::uint8_t>()[i] = static_cast<std::uint8_t>(!(q > 0) ? 0.f : q > 255 ? 255.f : q);
    }
}

template <class T> void run_dequantize(const Step& step)
{
    const Value& x = step.x();
    const auto* const q = x.numbers<const T>();
    float* const y = step.y().numbers<float>();
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<float>(q[i] - x.zero) * x.scale;
}

/// The same of weights with a scale for each index along an axis.
[[gnu::cold]] inline void run_dequantize_by_axis(const Step& step)
{
    dequantize_from(step.x(), step.network->source, step.y().numbers<float>());
}

inline void run_widen_halves(const Step& step)
{
    widen_halves(step.x().numbers<const std::uint16_t>(), step.y().numbers<float>(), step.x().size());
}

[[gnu::cold]] inline void infer_quantize(Step& step) { set_shape(step, 0, step.x().shape); }

[[gnu::cold]] inline void prepare_quantize(Step& step, Preparation& with)
{
    const dtype x = step.x().type, y = step.y().type;
    if (x == dtype::float32 && (y == dtype::int8 || y == dtype::uint8)) {
        require_scale(step, "a result", step.y());
        step.run = y == dtype::int8 ? run_quantize : run_quantize_without_sign;
        return;
    }
    if (prepare_int8_unary(step, with)) return;
    fail_at(step, {"no kernel for an input of ", name_of(x), " and a result of ", name_of(y)});
}

[[gnu::cold]] inline void prepare_dequantize(Step& step, Preparation&)
{
    const dtype x = step.x().type;
    if (step.y().type != dtype::float32) fail_at(step, {"a result of ", name_of(step.y().type), " where float32 is needed"});
    if (x == dtype::float16) step.run = run_widen_halves;
    else if (step.x().tensor->quantization.scale.size() > 1) step.run = run_dequantize_by_axis;
    else if (x == dtype::int8 || x == dtype::uint8) {
        require_scale(step, "an input", step.x());
        step.run = x == dtype::int8 ? run_dequantize<std::int8_t> : run_dequantize<std::uint8_t>;
    }
    else fail_at(step, {"no kernel for an input of ", name_of(x)});
}

inline constexpr OperatorRules quantize_rules[] = {
    {code::dequantize, infer_quantize, prepare_dequantize},
    {code::quantize, infer_quantize, prepare_quantize},
};

}}} // namespace lamina::internals::tflite
