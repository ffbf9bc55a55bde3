// lamina/lite/operators/depthwise_int8.hpp: DEPTHWISE_CONV_2D with int8 weights: of int8 numbers, and of floats that are quantized while it
// runs (dynamic range).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/quantized/depthwise.hpp>
#include <lamina/kernels/quantized/finish.hpp>
#include <lamina/kernels/quantized/rows.hpp>
#include <lamina/lite/operators/floats.hpp>
#include <lamina/lite/operators/integer_product.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Weights as floats, [taps][padded channels], with their sums of 0: zero points are taken out of activations before.
struct DepthwiseWeights {
    Aligned<float> weights{}, scale{};
    Aligned<std::int32_t> zeros{};
};

struct KeptDepthwise {
    kernels::image_frame frame{};
    std::vector<std::uint32_t> at{}, taps_at{};
    std::size_t multiplier = 1, channels = 0; ///< channels are those of the result
    std::shared_ptr<const DepthwiseWeights> weights{};
    std::shared_ptr<Aligned<float>> scale{}, bias{};
    std::shared_ptr<Aligned<std::int32_t>> start{};
    integer_range integers{};
    clamp_range floats{};
};

/// Puts whole numbers without their zero point into a frame of zeros, each as often as there are filters for it.
inline void frame_channels(const KeptDepthwise& kept, const std::int8_t* x, std::int32_t zero, float* to)
{
    const kernels::image_frame& f = kept.frame;
    if (!f.is_image()) std::fill_n(to, f.frame_height * f.frame_width * kept.channels, 0.f);
    const std::size_t line = f.width * f.channels;
    for (std::size_t y = 0; y < f.height; ++y, x += line) {
        float* row = to + ((f.top + y) * f.frame_width + f.left) * kept.channels;
        if (kept.multiplier == 1)
            for (std::size_t i = 0; i < line; ++i) row[i] = static_cast<float>(x[i] - zero);
        else
            for (std::size_t i = 0; i < line; ++i, row += kept.multiplier)
                std::fill_n(row, kept.multiplier, static_cast<float>(x[i] - zero));
    }
}

inline void run_depthwise_int8(const Step& step)
{
    const KeptDepthwise& kept = step.keeps<KeptDepthwise>();
    const kernels::image_frame& f = kept.frame;
    const std::size_t image = f.height * f.width * f.channels, result = kept.at.size() * kept.channels;
    float* const framed = reinterpret_cast<float*>(step.scratch);
    const kernels::depthwise_rows rows{framed, kept.at.size(), kept.at.data(), kept.taps_at.data(), kept.taps_at.size()};
    for (std::size_t i = 0; i < step.x().shape[0]; ++i) {
        frame_channels(kept, step.x().numbers<const std::int8_t>() + i * image, step.x().zero, framed);
        const kernels::integer_results results{kept.start->data(),
                                               nullptr,
                                               nullptr,
                                               kept.scale->data(),
                                               step.y().zero,
                                               kept.integers.low,
                                               kept.integers.high,
                                               step.y().numbers<std::int8_t>() + i * result,
                                               kept.channels};
        kernels::multiply_channels(rows, kept.weights->weights.data(), kept.channels, kernels::finish_of(results));
    }
}

inline void run_depthwise_hybrid(const Step& step)
{
    const KeptDepthwise& kept = step.keeps<KeptDepthwise>();
    const kernels::image_frame& f = kept.frame;
    const std::size_t image = f.height * f.width * f.channels, result = kept.at.size() * kept.channels;
    float* const framed = reinterpret_cast<float*>(step.scratch);
    const auto quantized = reinterpret_cast<std::int8_t*>(
        step.scratch + round_up(f.frame_height * f.frame_width * kept.channels * sizeof(float) + alignment, alignment));
    const kernels::depthwise_rows rows{framed, kept.at.size(), kept.at.data(), kept.taps_at.data(), kept.taps_at.size()};
    for (std::size_t i = 0; i < step.x().shape[0]; ++i) {
        const float* const x = step.x().numbers<const float>() + i * image;
        float low, high;
        kernels::extremes_of(x, image, low, high);
        const kernels::row_range range = kernels::range_of(low, high);
        kernels::quantize_row<false>(x, image, range, quantized);
        frame_channels(kept, quantized, range.zero, framed);
        const std::int32_t none = 0;
        const kernels::float_results results{&range.scale,
                                             &none,
                                             rows.pixels,
                                             kept.weights->scale.data(),
                                             kept.weights->zeros.data(),
                                             kept.bias->data(),
                                             kept.floats.low,
                                             kept.floats.high,
                                             step.y().numbers<float>() + i * result,
                                             kept.channels};
        kernels::multiply_channels(rows, kept.weights->weights.data(), kept.channels, kernels::finish_of(results));
    }
    if (step.options().activation == fused::tanh) apply_tanh(step.y().numbers<float>(), step.y().size());
}

[[gnu::cold]] inline std::shared_ptr<const DepthwiseWeights> depthwise_weights(const Step& step, std::size_t taps,
                                                                               std::size_t channels)
{
    const std::size_t padded = kernels::padded_channels(channels);
    const auto packed = std::make_shared<DepthwiseWeights>();
    packed->weights.reserve(taps * padded), packed->scale.reserve(padded), packed->zeros.reserve(padded);
    std::fill_n(packed->weights.data(), taps * padded, 0.f);
    std::fill_n(packed->scale.data(), padded, 0.f);
    std::fill_n(packed->zeros.data(), padded, 0);
    for (std::size_t c = 0; c < channels; ++c) packed->scale[c] = scale_of_output(step, step.x(1), c, channels);
    for (std::size_t t = 0; t < taps; ++t)
        for (std::size_t c = 0; c < channels; ++c)
            packed->weights[t * padded + c] = static_cast<float>(step.x(1).numbers<const std::int8_t>()[t * channels + c]);
    return packed;
}

/// Prepares DEPTHWISE_CONV_2D with int8 weights, and says whether it has done so.
[[gnu::cold]] inline bool prepare_depthwise_int8(Step& step, Preparation& with)
{
    const bool hybrid = is_hybrid(step);
    if (step.op->op != code::depthwise_conv_2d || step.x(1).type != dtype::int8 || (!hybrid && !is_int8(step))) return false;
    refuse_varying(step);
    require_known(step, 1);
    const kernels::convolution_sizes s = convolution_of(step);
    const std::size_t taps = s.kernel_height * s.kernel_width, channels = s.filters;
    if (taps > kernels::most_depthwise_taps)
        fail_at(step,
                {"windows of ", taps, " taps, where at most ", kernels::most_depthwise_taps, " of whole numbers are added"});
    const auto kept = std::make_shared<KeptDepthwise>();
    kept->channels = channels, kept->multiplier = s.filters / s.channels;
    kernels::convolution_sizes wide = s; // as if each filter had a channel of its own
    wide.channels = wide.groups = s.filters;
    const ProductGeometry g = geometry_of(step, wide);
    kept->frame = g.frame, kept->at = g.at, kept->taps_at = g.runs_at;
    kept->frame.channels = s.channels;
    kept->weights =
        with.weights.of<DepthwiseWeights>(step.x(1), "depthwise", [&] { return depthwise_weights(step, taps, channels); });
    const kernels::product_sizes sizes{channels, 1, 1};
    if (hybrid) kept->bias = padded_bias<float>(step, 2, 0, sizes), kept->floats = clamp_of(step.options().activation);
    else {
        kept->start = padded_bias<std::int32_t>(step, 2, 0, sizes);
        kept->integers = integer_clamp(step);
        kept->scale = std::make_shared<Aligned<float>>(sizes.padded_outputs());
        for (std::size_t c = 0; c < sizes.padded_outputs(); ++c)
            (*kept->scale)[c] = step.x().scale * kept->weights->scale.data()[c] / step.y().scale;
    }
    const kernels::image_frame& f = kept->frame;
    step.scratch_bytes = round_up(f.frame_height * f.frame_width * channels * sizeof(float) + alignment, alignment) +
                         (hybrid ? f.height * f.width * f.channels : 0);
    step.kept = kept;
    step.run = hybrid ? run_depthwise_hybrid : run_depthwise_int8;
    return true;
}

}}} // namespace lamina::internals::tflite
