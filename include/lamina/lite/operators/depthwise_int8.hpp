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
    kernels::convolution_sizes sizes{};
    std::size_t multiplier = 1, row = 0, rows = 0; ///< the numbers of a padded row, and how many rows of the image are kept
    std::shared_ptr<const DepthwiseWeights> weights{};
    std::shared_ptr<Aligned<float>> scale{}, bias{};
    std::shared_ptr<Aligned<std::int32_t>> start{};
    integer_range integers{};
    clamp_range floats{};
};

/// Convolves an image of whole numbers: rows are padded when an output first sees them, and kept in turn in a few places.
[[gnu::noinline]] inline void convolve_channels(const Step& step, const KeptDepthwise& kept, const std::int8_t* x,
                                                std::int32_t zero, const kernels::product_finish& finish)
{
    const kernels::convolution_sizes& s = kept.sizes;
    const auto rows = reinterpret_cast<const float**>(step.scratch);
    float* const nothing = reinterpret_cast<float*>(step.scratch + round_up(s.kernel_height * sizeof(float*), alignment));
    float* const places = nothing + kept.row;
    std::fill_n(nothing, (kept.rows + 1) * kept.row, 0.f);
    std::size_t next = 0; // the first row that is not padded yet
    for (std::size_t oy = 0; oy < s.out_height; ++oy) {
        for (std::size_t ky = 0; ky < s.kernel_height; ++ky) {
            const std::size_t iy = oy * s.stride_height + ky * s.dilation_height - s.pad_top; // wraps above the image
            const bool inside = iy < s.height;
            rows[ky] = inside ? places + iy % kept.rows * kept.row : nothing;
            if (!inside) continue;
            for (next = std::max(next, iy + 1 - std::min(kept.rows, iy + 1)); next <= iy; ++next)
                kernels::spread_bytes(x + next * s.width * s.channels, s.width * s.channels, zero, kept.multiplier,
                                      places + next % kept.rows * kept.row + s.pad_left * s.filters);
        }
        const kernels::depthwise_line line{
            rows, s.out_width, s.stride_width * s.filters, s.dilation_width * s.filters, s.kernel_height, s.kernel_width};
        kernels::multiply_channels(line, kept.weights->weights.data(), s.filters, oy * s.out_width, finish);
    }
}

inline void run_depthwise_int8(const Step& step)
{
    const KeptDepthwise& kept = step.keeps<KeptDepthwise>();
    const kernels::convolution_sizes& s = kept.sizes;
    for (std::size_t i = 0; i < step.x().shape[0]; ++i) {
        const kernels::integer_results results{kept.start->data(),
                                               nullptr,
                                               nullptr,
                                               kept.scale->data(),
                                               step.y().zero,
                                               kept.integers.low,
                                               kept.integers.high,
                                               step.y().numbers<std::int8_t>() + i * s.out_height * s.out_width * s.filters,
                                               s.filters};
        convolve_channels(step, kept, step.x().numbers<const std::int8_t>() + i * s.height * s.width * s.channels, step.x().zero,
                          kernels::finish_of(results));
    }
}

/// The bytes of scratch for padded rows and what points to them.
inline std::size_t depthwise_room(const KeptDepthwise& kept)
{
    return round_up(kept.sizes.kernel_height * sizeof(float*), alignment) + (kept.rows + 1) * kept.row * sizeof(float);
}

inline void run_depthwise_hybrid(const Step& step)
{
    const KeptDepthwise& kept = step.keeps<KeptDepthwise>();
    const kernels::convolution_sizes& s = kept.sizes;
    const std::size_t image = s.height * s.width * s.channels;
    const auto quantized = reinterpret_cast<std::int8_t*>(step.scratch + depthwise_room(kept));
    for (std::size_t i = 0; i < step.x().shape[0]; ++i) {
        const float* const x = step.x().numbers<const float>() + i * image;
        float low, high;
        kernels::extremes_of(x, image, low, high);
        const kernels::row_range range = kernels::range_of(low, high);
        kernels::quantize_row<false>(x, image, range, quantized);
        const std::int32_t none = 0;
        const kernels::float_results results{&range.scale,
                                             &none,
                                             s.out_height * s.out_width,
                                             kept.weights->scale.data(),
                                             kept.weights->zeros.data(),
                                             kept.bias->data(),
                                             kept.floats.low,
                                             kept.floats.high,
                                             step.y().numbers<float>() + i * s.out_height * s.out_width * s.filters,
                                             s.filters};
        convolve_channels(step, kept, quantized, range.zero, kernels::finish_of(results));
    }
    if (step.options().activation == fused::tanh) apply_tanh(step.y().numbers<float>(), step.y().size());
}

[[gnu::cold]] inline std::shared_ptr<const DepthwiseWeights> depthwise_weights(const Step& step, std::size_t taps,
                                                                               std::size_t channels)
{
    const std::size_t padded = kernels::padded_channels(channels);
    const auto packed = share_new<DepthwiseWeights>();
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
    const auto kept = share_new<KeptDepthwise>();
    kept->sizes = s;
    kept->multiplier = s.filters / s.channels;
    const std::size_t columns =
        std::max(s.pad_left + s.width, (s.out_width - 1) * s.stride_width + (s.kernel_width - 1) * s.dilation_width + 1);
    if (columns > (std::size_t{1} << 31) / channels)
        fail_at(step, {"a row of an image with its padding takes more than 2147483648 bytes"});
    kept->row = padded<float>(columns * channels) + alignment / sizeof(float);
    kept->rows = std::min((s.kernel_height - 1) * s.dilation_height + 1, s.height);
    kept->weights =
        with.weights.of<DepthwiseWeights>(step.x(1), "depthwise", [&] { return depthwise_weights(step, taps, channels); });
    const kernels::product_sizes sizes{channels, 1, 1};
    if (hybrid) kept->bias = padded_bias<float>(step, 2, 0, sizes), kept->floats = clamp_of(step.options().activation);
    else {
        kept->start = padded_bias<std::int32_t>(step, 2, 0, sizes);
        kept->integers = integer_clamp(step);
        kept->scale = share_new<Aligned<float>>(sizes.padded_outputs());
        for (std::size_t c = 0; c < sizes.padded_outputs(); ++c)
            (*kept->scale)[c] = scale_of_sums(step.x().scale, kept->weights->scale.data()[c], step.y().scale);
    }
    step.scratch_bytes = depthwise_room(*kept) + (hybrid ? s.height * s.width * s.channels : 0);
    step.kept = kept;
    step.run = hybrid ? run_depthwise_hybrid : run_depthwise_int8;
    return true;
}

}}} // namespace lamina::internals::tflite
