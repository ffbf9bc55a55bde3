// lamina/lite/operators/convolution_float.hpp: CONV_2D and DEPTHWISE_CONV_2D of float32: a list of pixels, a dense layer where one window
// covers the image, or channels by themselves.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_list.hpp>
#include <lamina/kernels/convolution_planes_any.hpp>
#include <lamina/kernels/dense_any.hpp>
#include <lamina/kernels/depthwise_any.hpp>
#include <lamina/lite/operators/floats.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// What a convolution of float32 keeps.
struct FloatConvolution {
    kernels::convolution_sizes sizes; ///< of an image as the kernel sees it
    std::size_t images, times;        ///< how many there are; how often each channel is spread
    finish_of_floats finish;
    PaddedBias bias;
    std::shared_ptr<const PackedFloats> weights{};
    kernels::pixel_list list{};
    Aligned<std::uint32_t> places{};

    FloatConvolution(const Step& step, const kernels::convolution_sizes& s)
        : sizes(s), images(step.x().shape[0]), times(1), finish(step), bias(step, 2, s.filters)
    {}
    std::size_t image() const { return sizes.height * sizes.width * sizes.channels; }
    std::size_t result() const { return sizes.out_height * sizes.out_width * sizes.filters; }
    /// The products of an image.
    std::size_t products() const { return result() * sizes.kernel_height * sizes.kernel_width * (sizes.channels / sizes.groups); }
};

/// Rows of pixels, or of tiles, of one image after the other.
inline void run_convolution_list(const Step& step)
{
    const auto& k = step.keeps<FloatConvolution>();
    const kernels::convolution_sizes& s = k.sizes;
    const std::size_t channels = s.channels / s.groups, filters = s.filters / s.groups;
    const std::size_t group = s.kernel_height * s.kernel_width * channels * row_stride<float>(filters);
    const bool copies = kernels::field_size(s) > 0;
    float* const field = reinterpret_cast<float*>(step.scratch);
    const std::size_t parts = parts_of(step, k.list.pixels / 8, k.products());
    const float *const w = k.weights->numbers.data(), *const bias = k.bias.data();
    for (std::size_t image = 0; image < k.images; ++image) {
        const float* x = step.x().numbers<float>() + image * k.image();
        float* const y = step.y().numbers<float>() + image * k.result();
        if (copies) kernels::pad_image(x, field, s), x = field;
        each_part(parts, k.list.pixels, [&](std::size_t first, std::size_t last, std::size_t) {
            for (std::size_t g = s.groups; g-- > 0;)
                kernels::list_forward(x + g * channels, w + g * group, bias + g * filters, y + g * filters, k.list, first, last,
                                      k.finish.within);
            if (k.finish.tanh) apply_tanh(y + first * s.filters, (last - first) * s.filters);
        });
    }
}

/// One window that covers the image: a dense layer.
inline void run_convolution_dense(const Step& step)
{
    const auto& k = step.keeps<FloatConvolution>();
    const kernels::dense_sizes s{k.image(), k.sizes.filters};
    float* const y = step.y().numbers<float>();
    each_part(parts_of(step, dense_blocks(s), k.images * k.products()), dense_blocks(s),
              [&](std::size_t first, std::size_t last, std::size_t) {
                  for (std::size_t block = first; block < last; ++block)
                      kernels::dense_any_forward(step.x().numbers<float>(), k.weights->numbers.data(), k.bias.data(), y, s, 0,
                                                 k.images, block, k.finish.within);
              });
    if (k.finish.tanh) apply_tanh(y, step.y().size());
}

/// Channels by themselves, rows of outputs of one image after the other.
inline void run_convolution_depthwise(const Step& step)
{
    const auto& k = step.keeps<FloatConvolution>();
    const kernels::convolution_sizes& s = k.sizes;
    float* scratch = reinterpret_cast<float*>(step.scratch);
    const float* x = with_room(step, scratch);
    scratch += room_of(step);
    const std::size_t parts = parts_of(step, s.out_height, k.products());
    for (std::size_t image = 0; image < k.images; ++image, x += k.image() / k.times) {
        const float* from = x;
        float* const y = step.y().numbers<float>() + image * k.result();
        if (k.times > 1) kernels::spread_channels(x, scratch, k.image() / k.times, k.times), from = scratch;
        each_part(parts, s.out_height, [&](std::size_t first, std::size_t last, std::size_t) {
            kernels::depthwise_any_forward(from, k.weights->numbers.data(), k.bias.data(), y, s, first, last, k.finish.within);
            const std::size_t line = s.out_width * s.filters;
            if (k.finish.tanh) apply_tanh(y + first * line, (last - first) * line);
        });
    }
}

/// Planes of one image after the other, and 2×2 averages of these where a join put them there.
inline void run_convolution_planes(const Step& step)
{
    const auto& k = step.keeps<FloatConvolution>();
    const kernels::convolution_sizes& s = k.sizes;
    const float* x = step.x().numbers<float>();
    float *y = step.y().numbers<float>(), *const scratch = reinterpret_cast<float*>(step.scratch);
    const auto finish = [&k](float* planes, std::size_t n) {
        if (k.finish.tanh) apply_tanh(planes, n);
    };
    for (std::size_t image = 0; image < k.images; ++image, x += k.image(), y += step.y().size() / k.images) {
        const float* const planes =
            kernels::planes_any_forward(x, k.weights->numbers.data(), k.bias.data(), scratch, s, k.finish.within, finish);
        if (step.options().averages) kernels::average_planes(planes, y, scratch, s);
        else kernels::interleave_planes(planes, y, s);
    }
}

/// Whether the windows are the pixels themselves, so that all images are one; and whether one window covers the image.
constexpr bool takes_pixels(const kernels::convolution_sizes& s)
{
    return s.kernel_height * s.kernel_width * s.stride_height * s.stride_width == 1 && kernels::field_size(s) == 0;
}
constexpr bool covers_image(const kernels::convolution_sizes& s)
{
    return s.out_height * s.out_width == 1 && s.groups == 1 && s.dilation_height * s.dilation_width == 1 &&
           s.kernel_height == s.height && s.kernel_width == s.width && kernels::field_size(s) == 0;
}

[[gnu::cold]] inline void prepare_convolution_float(Step& step, Preparation& with)
{
    refuse_varying(step);
    const Value& w = step.x(1);
    if (!w.known) fail_at(step, {"weights that are computed, which lamina does not run"});
    kernels::convolution_sizes s = convolution_of(step);
    const bool depthwise = step.op->op == code::depthwise_conv_2d;
    if (s.groups > 1 && s.groups == s.channels && (depthwise || s.filters == s.channels)) {
        const auto kept = share_new<FloatConvolution>(step, s);
        kept->times = s.filters / s.channels;
        kept->sizes.channels = kept->sizes.groups = s.filters;
        const std::size_t taps = s.kernel_height * s.kernel_width;
        kept->weights = with.weights.of<PackedFloats>(w, "rows", [&] {
            return depthwise ? packed_rows(w.numbers<float>(), taps, s.filters)
                             : packed_columns(w.numbers<float>(), s.filters, taps, 1);
        });
        const std::size_t spread = kept->times > 1 ? padded<float>(kept->image()) + alignment / sizeof(float) : 0;
        step.scratch_bytes = (room_of(step) + spread) * sizeof(float);
        step.run = run_convolution_depthwise;
        step.kept = kept;
        return;
    }
    const auto kept = share_new<FloatConvolution>(step, s);
    const std::size_t taps = s.kernel_height * s.kernel_width * (s.channels / s.groups);
    step.kept = kept;
    if (covers_image(s) && !depthwise && !step.options().averages) {
        const kernels::dense_sizes as_dense{taps, s.filters};
        kept->weights = with.weights.of<PackedFloats>(w, "dense", [&] {
            return packed_floats(kernels::dense_packed_size<float>(as_dense),
                                 [&](float* to) { kernels::pack_dense(w.numbers<float>(), to, as_dense); });
        });
        step.run = run_convolution_dense;
        return;
    }
    const bool in_planes = step.options().averages || kernels::takes_planes<float>(s);
    if (takes_pixels(s) && !in_planes) { // all images as one
        kept->sizes.height = kept->sizes.out_height = s.height * kept->images;
        kept->images = 1;
    }
    // Weights of one channel and several filters of it, [1, height, width, filters], lie as a list reads them.
    const auto pack = [&] {
        return depthwise ? packed_rows(w.numbers<float>(), taps, s.filters)
                         : packed_columns(w.numbers<float>(), s.filters, taps, s.groups);
    };
    kept->weights = with.weights.of<PackedFloats>(w, depthwise ? "list of rows" : "list", pack, {s.groups});
    if (in_planes) {
        step.scratch_bytes = kernels::planes_any_scratch<float>(s) * sizeof(float);
        step.run = run_convolution_planes;
        return;
    }
    kept->list = kernels::list_of(kept->sizes);
    const std::size_t reach = std::max(kernels::field_size(kept->sizes), kept->image());
    if (reach > std::numeric_limits<std::uint32_t>::max()) fail_at(step, {"an image of ", reach, " numbers, which is too large"});
    kept->places.reserve(kept->list.pixels + kernels::list_room);
    kernels::list_places(kept->sizes, kept->places.data());
    kept->list.from = kept->places.data();
    step.scratch_bytes = kernels::field_size(kept->sizes) * sizeof(float);
    step.run = run_convolution_list;
}

}}} // namespace lamina::internals::tflite
