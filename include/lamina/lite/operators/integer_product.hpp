// lamina/lite/operators/integer_product.hpp: convolutions and dense layers whose weights are int8: of int8 activations, or of floats that
// are quantized while they run (dynamic range).
//
// Both are products (kernels/quantized/product.hpp) of the pixels of framed images; a sample of a dense layer is an image of one pixel.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/kernels/convolution_sizes.hpp>
#include <lamina/kernels/quantized/finish.hpp>
#include <lamina/kernels/quantized/product.hpp>
#include <lamina/kernels/quantized/rows.hpp>
#include <lamina/lite/operators/floats.hpp>
#include <lamina/lite/operators/integer_weights.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Where the rows of a product lie in a framed image, and the weights that meet them.
struct ProductGeometry {
    kernels::image_frame frame{};
    std::vector<std::uint32_t> at{}, runs_at{}; ///< of an output pixel, and of a run from there; in bytes
    std::size_t outputs = 0, run = 0;           ///< of all groups; the taps of a run
    std::size_t groups = 1, group_bytes = 0;    ///< from the first channel of a group to that of the next
    std::size_t input = 0;                      ///< which input the images are
    std::string_view how{};                     ///< the order of weights, as a word
};

/// What a step of a product keeps.
struct KeptProduct {
    ProductGeometry geometry;
    std::vector<std::shared_ptr<const IntegerWeights>> weights; ///< of each group
    std::vector<std::shared_ptr<Aligned<std::int32_t>>> start;  ///< of int8: biases without what zero points bring
    std::vector<std::shared_ptr<Aligned<float>>> scale, bias;   ///< of int8 and of floats
    integer_range integers{};
    clamp_range floats{};
    std::size_t images = 1; ///< that are framed at a time
};

/// Adds the rows and the runs of a convolution: windows of `taps_high` by `taps_wide` taps.
[[gnu::cold]] inline void place_runs(const Step& step, ProductGeometry& g, const kernels::convolution_sizes& s)
{
    const kernels::image_frame& f = g.frame;
    constexpr std::size_t most = std::size_t{1} << 31;
    const std::size_t channels = s.channels / s.groups;
    if (f.frame_height > most || f.frame_width > most / f.frame_height || f.channels > most / f.frame_height / f.frame_width)
        fail_at(step, {"an image with its padding takes more than ", most, " bytes"});
    const auto place = [](std::size_t i) { return static_cast<std::uint32_t>(i); };
    for (std::size_t oy = 0; oy < s.out_height; ++oy)
        for (std::size_t ox = 0; ox < s.out_width; ++ox)
            add_to(g.at, place((oy * s.stride_height * f.frame_width + ox * s.stride_width) * f.channels));
    const std::size_t row = f.frame_width * f.channels;
    g.outputs = s.filters, g.groups = s.groups, g.group_bytes = channels;
    if (s.groups == 1 && s.dilation_width == 1) {
        const bool whole = s.kernel_width == f.frame_width && s.dilation_height == 1; // rows follow each other
        g.how = whole ? "product of windows" : "product of rows of taps";
        g.run = s.kernel_width * channels * (whole ? s.kernel_height : 1);
        for (std::size_t ky = 0; ky < (whole ? 1 : s.kernel_height); ++ky) add_to(g.runs_at, place(ky * s.dilation_height * row));
        return;
    }
    g.how = "product of taps";
    g.run = channels;
    for (std::size_t ky = 0; ky < s.kernel_height; ++ky)
        for (std::size_t kx = 0; kx < s.kernel_width; ++kx)
            add_to(g.runs_at, place(ky * s.dilation_height * row + kx * s.dilation_width * f.channels));
}

/// The geometry of a convolution over padded images.
[[gnu::cold]] inline ProductGeometry geometry_of(const Step& step, const kernels::convolution_sizes& s)
{
    ProductGeometry g;
    g.frame = {s.height, s.width, s.channels, s.pad_top, s.pad_left, 0, 0};
    g.frame.frame_height =
        std::max(s.pad_top + s.height, (s.out_height - 1) * s.stride_height + (s.kernel_height - 1) * s.dilation_height + 1);
    g.frame.frame_width =
        std::max(s.pad_left + s.width, (s.out_width - 1) * s.stride_width + (s.kernel_width - 1) * s.dilation_width + 1);
    place_runs(step, g, s);
    return g;
}

/// The geometry of a dense layer.
[[gnu::cold]] inline ProductGeometry geometry_of(std::size_t inputs, std::size_t outputs)
{
    ProductGeometry g;
    g.frame = {1, 1, inputs, 0, 0, 1, 1};
    add_to(g.at, 0);
    add_to(g.runs_at, 0);
    g.outputs = outputs, g.run = inputs;
    g.how = "product of rows";
    return g;
}

/// Packs the weights of all groups, once for all interpreters of a file. `from` is null where they are those of the file as they stand.
[[gnu::cold]] inline std::shared_ptr<KeptProduct> keep_product(Step& step, Preparation& with, ProductGeometry g,
                                                               const std::int8_t* from = nullptr)
{
    using Groups = std::vector<std::shared_ptr<const IntegerWeights>>;
    const Value& w = step.x(1);
    const std::size_t of_group = g.outputs / g.groups, taps = g.runs_at.size() * g.run;
    const auto pack = [&]() __attribute__((cold)) {
        const auto groups = share_new<Groups>(g.groups);
        for (std::size_t i = 0; i < g.groups; ++i) {
            const auto packed = share_new<IntegerWeights>((from ? from : w.numbers<const std::int8_t>()) + i * of_group * taps,
                                                          taps, kernels::product_sizes{of_group, g.runs_at.size(), g.run});
            for (std::size_t o = 0; o < of_group; ++o) packed->scale[o] = scale_of_output(step, w, i * of_group + o, g.outputs);
            (*groups)[i] = packed;
        }
        return groups;
    };
    require_known(step, 1);
    const auto kept = share_new<KeptProduct>();
    kept->weights = *with.weights.of<Groups>(w, g.how, pack, {g.groups});
    const std::size_t bytes = std::max(g.frame.bytes(), std::size_t{1});
    kept->images =
        std::clamp((std::size_t{1} << 18) / bytes, std::size_t{1}, std::max(step.x(g.input).size() / bytes + 1, std::size_t{1}));
    kept->geometry = std::move(g);
    step.scratch_bytes = round_up(kept->images * bytes + alignment, alignment) + kept->images * 8;
    return kept;
}

/// Frames some images and calls `multiply(rows of these, first image, images)` for each part of the batch; `frame(i, to)` frames one.
template <class Frame, class Multiply>
void for_each_part(const Step& step, const KeptProduct& kept, const Frame& frame, const Multiply& multiply)
{
    const ProductGeometry& g = kept.geometry;
    const std::size_t image = g.frame.height * g.frame.width * g.frame.channels, bytes = g.frame.bytes();
    const std::size_t batch = image > 0 ? step.x(g.input).size() / image : 0;
    const auto framed = reinterpret_cast<std::int8_t*>(step.scratch);
    for (std::size_t first = 0; first < batch; first += kept.images) {
        const std::size_t images = std::min(kept.images, batch - first);
        for (std::size_t i = 0; i < images; ++i) frame(first + i, i, framed + i * bytes);
        multiply(kernels::product_rows{framed, bytes, images * g.at.size(), g.at.size(), g.at.data(), g.runs_at.data()}, first);
    }
}

inline void run_product_of_int8(const Step& step)
{
    const KeptProduct& kept = step.keeps<KeptProduct>();
    const ProductGeometry& g = kept.geometry;
    const std::size_t image = g.frame.height * g.frame.width * g.frame.channels;
    const auto* const x = step.x(g.input).numbers<const std::int8_t>();
    const auto zero = simd::stored(static_cast<std::int8_t>(step.x(g.input).zero));
    for_each_part(
        step, kept,
        [&](std::size_t i, std::size_t, std::int8_t* to) {
            kernels::frame_image(x + i * image, g.frame, zero, to, kernels::store_row);
        },
        [&](kernels::product_rows rows, std::size_t first) {
            for (std::size_t group = 0; group < g.groups; ++group, rows.images += g.group_bytes) {
                const IntegerWeights& w = *kept.weights[group];
                std::int8_t* const y =
                    step.y().numbers<std::int8_t>() + first * g.at.size() * g.outputs + group * w.sizes.outputs;
                const kernels::integer_results results{
                    kept.start[group]->data(), nullptr, nullptr,  kept.scale[group]->data(), step.y().zero, kept.integers.low,
                    kept.integers.high,        y,       g.outputs};
                kernels::multiply(rows, w.packed.data(), w.sizes, w.any, kernels::finish_of(results), step.threads);
            }
        });
}

inline void run_product_of_floats(const Step& step)
{
    const KeptProduct& kept = step.keeps<KeptProduct>();
    const ProductGeometry& g = kept.geometry;
    const std::size_t image = g.frame.height * g.frame.width * g.frame.channels;
    const float* const x = step.x(g.input).numbers<const float>();
    const auto scale = reinterpret_cast<float*>(step.scratch + round_up(kept.images * g.frame.bytes() + alignment, alignment));
    const auto zero = reinterpret_cast<std::int32_t*>(scale + kept.images);
    for_each_part(
        step, kept,
        [&](std::size_t i, std::size_t at, std::int8_t* to) {
            float low, high;
            kernels::extremes_of(x + i * image, image, low, high);
            const kernels::row_range range = kernels::range_of(low, high);
            scale[at] = range.scale;
            zero[at] = range.zero + simd::stored_offset;
            kernels::frame_image(
                x + i * image, g.frame, simd::stored(static_cast<std::int8_t>(range.zero)), to,
                [&](const float* from, std::size_t n, std::int8_t* q) { kernels::quantize_row(from, n, range, q); });
        },
        [&](kernels::product_rows rows, std::size_t first) {
            for (std::size_t group = 0; group < g.groups; ++group, rows.images += g.group_bytes) {
                const IntegerWeights& w = *kept.weights[group];
                float* const y = step.y().numbers<float>() + first * g.at.size() * g.outputs + group * w.sizes.outputs;
                const kernels::float_results results{scale,
                                                     zero,
                                                     g.at.size(),
                                                     w.scale.data(),
                                                     w.sums.data(),
                                                     kept.bias[group]->data(),
                                                     kept.floats.low,
                                                     kept.floats.high,
                                                     y,
                                                     g.outputs};
                kernels::multiply(rows, w.packed.data(), w.sizes, w.any, kernels::finish_of(results), step.threads);
            }
        });
    if (step.options().activation == fused::tanh) apply_tanh(step.y().numbers<float>(), step.y().size());
}

/// Prepares a product of int8 activations: the bias joined with what zero points bring, and the scales of the results.
[[gnu::cold]] inline void prepare_product_of_int8(Step& step, const std::shared_ptr<KeptProduct>& kept, std::size_t bias)
{
    const Value &x = step.x(kept->geometry.input), &y = step.y();
    kept->integers = integer_clamp(step);
    kept->start = decltype(kept->start)(kept->weights.size()), kept->scale = decltype(kept->scale)(kept->weights.size());
    std::size_t first = 0;
    for (std::size_t i = 0; i < kept->weights.size(); ++i) {
        const auto& w = kept->weights[i];
        const auto start = padded_bias<std::int32_t>(step, bias, first, w->sizes);
        const auto scale = share_new<Aligned<float>>(w->sizes.padded_outputs());
        for (std::size_t o = 0; o < w->sizes.padded_outputs(); ++o) {
            (*start)[o] = kernels::detail::wrapped((*start)[o], -(x.zero + simd::stored_offset), w->sums.data()[o]);
            (*scale)[o] = scale_of_sums(x.scale, w->scale.data()[o], y.scale);
        }
        kept->start[i] = start, kept->scale[i] = scale;
        first += w->sizes.outputs;
    }
    step.kept = kept;
    step.run = run_product_of_int8;
}

/// Prepares a product of floats.
[[gnu::cold]] inline void prepare_product_of_floats(Step& step, const std::shared_ptr<KeptProduct>& kept, std::size_t bias)
{
    kept->floats = clamp_of(step.options().activation);
    kept->bias = decltype(kept->bias)(kept->weights.size());
    std::size_t first = 0;
    for (std::size_t i = 0; i < kept->weights.size(); ++i) {
        kept->bias[i] = padded_bias<float>(step, bias, first, kept->weights[i]->sizes);
        first += kept->weights[i]->sizes.outputs;
    }
    step.kept = kept;
    step.run = run_product_of_floats;
}

}}} // namespace lamina::internals::tflite
