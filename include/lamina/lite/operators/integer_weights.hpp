// lamina/lite/operators/integer_weights.hpp: int8 weights in the order of products, with their scales; and what quantized tensors must be.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/quantized/product.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Refuses a tensor that is not quantized as a whole.
[[gnu::cold]] inline void require_scale(const Step& step, std::string_view what, const Value& value)
{
    if (!value.is_quantized()) fail_at(step, {what, " of ", name_of(value.type), " without one scale"});
    const std::int32_t low = value.type == dtype::uint8 ? 0 : -128, high = value.type == dtype::uint8 ? 255 : 127;
    if (bytes_of(value.type) == 1 && (value.zero < low || value.zero > high))
        fail_at(step, {what, " with the zero point ", value.zero, ", which is no ", name_of(value.type)});
}
/// A whole number as far as int8 goes; NaN is the least.
inline std::int8_t as_int8(float q) { return static_cast<std::int8_t>(!(q > -128) ? -128.f : q > 127 ? 127.f : q); }
/// Whether input and output are int8, and quantized.
[[gnu::cold]] inline bool is_int8(const Step& step, std::size_t input = 0)
{
    if (step.x(input).type != dtype::int8 || step.y().type != dtype::int8) return false;
    require_scale(step, "an input", step.x(input));
    require_scale(step, "a result", step.y());
    return true;
}
/// Whether input and output are floats, and weights int8.
[[gnu::cold]] inline bool is_hybrid(const Step& step, std::size_t input = 0)
{
    return step.x(input).type == dtype::float32 && step.x(1).type == dtype::int8 && step.y().type == dtype::float32;
}
/// Refuses a weight or bias that is computed while the file runs.
[[gnu::cold]] inline void require_known(const Step& step, std::size_t input)
{
    if (!step.readable(input))
        fail_at(step, {"input ", input, " is computed while the file runs, where whole numbers have to be a constant"});
}

/// The scale of each of `outputs` weights: one for all in the file, or one for each. They have no zero points.
[[gnu::cold]] inline float scale_of_output(const Step& step, const Value& w, std::size_t output, std::size_t outputs)
{
    const lite::Quantization& q = w.tensor->quantization;
    if (q.scale.size() != 1 && q.scale.size() != outputs)
        fail_at(step, {"weights with ", q.scale.size(), " scales for ", outputs, " outputs"});
    for (const std::int64_t zero : q.zero_point)
        if (zero != 0) fail_at(step, {"weights with the zero point ", zero, " where it has to be 0"});
    return q.scale[q.scale.size() == 1 ? 0 : output];
}

/// What a sum of products of two scales becomes in a third: rounded after each step, whatever the compiler may reorder.
[[gnu::noinline]] inline float scale_of_sums(float a, float b, float y)
{
    const volatile float product = a * b;
    return product / y;
}

/// Weights of the outputs of one group of a convolution, or of all.
struct IntegerWeights {
    kernels::product_sizes sizes{};
    Aligned<std::int8_t> packed{};
    Aligned<std::int32_t> sums{};
    Aligned<float> scale{};
    bool any = false; ///< a weight is -128

    [[gnu::cold]] IntegerWeights(const std::int8_t* w, std::size_t step_of_output, const kernels::product_sizes& s)
        : sizes(s), packed(s.bytes()), sums(s.padded_outputs()), scale(s.padded_outputs())
    {
        any = kernels::pack_product(w, step_of_output, s, packed.data(), sums.data());
        std::fill_n(scale.data(), s.padded_outputs(), 0.f);
    }
};

/// The least and the largest whole number that a fused activation lets through.
struct integer_range {
    std::int32_t low, high;
};
[[gnu::cold]] inline integer_range integer_clamp(const Step& step)
{
    const fused activation = step.options().activation;
    if (activation != fused::none && activation != fused::relu && activation != fused::relu6 && activation != fused::relu_n1_to_1)
        fail_at(step, {"a fused activation that whole numbers do not have"});
    const clamp_range real = clamp_of(activation);
    const Value& y = step.y();
    const auto whole = [&](float x) { // an end that lies outside is the end of the type
        const float q = std::clamp(std::round(x / y.scale), -1000.f, 1000.f) + static_cast<float>(y.zero);
        return static_cast<std::int32_t>(std::clamp(q, -128.f, 127.f));
    };
    return {whole(real.low), whole(real.high)};
}

/// Numbers padded to those of a product with zeros: a bias, or none.
template <class T>
[[gnu::cold]] std::shared_ptr<Aligned<T>> padded_bias(const Step& step, std::size_t input, std::size_t first,
                                                      const kernels::product_sizes& s)
{
    const auto padded = share_new<Aligned<T>>(s.padded_outputs());
    std::fill_n(padded->data(), s.padded_outputs(), T(0));
    if (!step.has(input)) return padded;
    require_known(step, input);
    const Value& bias = step.x(input);
    if (bias.type != dtype_of<T>)
        fail_at(step, {"a bias of ", name_of(bias.type), " where ", name_of(dtype_of<T>), " is needed"});
    std::copy_n(bias.numbers<const T>() + first, s.outputs, padded->data());
    return padded;
}

}}} // namespace lamina::internals::tflite
