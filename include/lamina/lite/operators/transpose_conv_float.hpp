// lamina/lite/operators/transpose_conv_float.hpp: TRANSPOSE_CONV of float32: for each phase of the strides a convolution over a list of pixels.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_list.hpp>
#include <lamina/lite/operators/floats.hpp>
#include <lamina/lite/operators/step.hpp>
#include <lamina/lite/operators/windows.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// The convolution from a result of shape `y` back to the image; its filters are the image's channels.
[[gnu::cold]] inline kernels::convolution_sizes transposed_of(const Step& step, const Extents& y)
{
    const Options& o = step.options();
    const Extents& w = step.x(1).shape;
    kernels::convolution_sizes s{};
    s.height = y[1], s.width = y[2], s.channels = y[3], s.filters = w[3], s.kernel_height = w[1], s.kernel_width = w[2];
    s.stride_height = positive(step, "stride_h", o.stride_height), s.stride_width = positive(step, "stride_w", o.stride_width);
    constexpr std::size_t most = 128; // each phase of the strides is a convolution of its own
    if (std::max(s.stride_height, s.stride_width) > most)
        fail_at(step, {"strides ", s.stride_height, " × ", s.stride_width, " where at most ", most, " are supported"});
    s.dilation_height = s.dilation_width = 1;
    const placed_axis rows = place_axis(step, "height", s.height, s.kernel_height, s.stride_height, 1, o.pads[0], o.pads[1]);
    const placed_axis columns = place_axis(step, "width", s.width, s.kernel_width, s.stride_width, 1, o.pads[2], o.pads[3]);
    s.out_height = rows.outputs, s.out_width = columns.outputs, s.pad_top = rows.before, s.pad_left = columns.before;
    return s;
}

/// Along one axis: the results of one phase, those whose place with the padding leaves the same rest by the stride, and their taps.
struct phase_axis {
    std::size_t first, outputs, taps; ///< the first result, how many there are, `stride` apart, and the taps of each
    std::size_t from;                 ///< where the window of the first begins in an image with padding in front

    phase_axis(std::size_t rest, std::size_t size, std::size_t kernel, std::size_t stride, std::size_t pad)
        : first((rest + stride - pad % stride) % stride), outputs(first < size ? (size - first - 1) / stride + 1 : 0),
          taps(taps_of(rest, kernel, stride)), from((first + pad) / stride)
    {
        // The image has padding_before(...) elements in front; a window's first tap is the last of the phase.
        from += (kernel - 1) / stride - (taps > 0 ? taps - 1 : 0);
    }
    static std::size_t taps_of(std::size_t rest, std::size_t kernel, std::size_t stride)
    {
        return rest < kernel ? (kernel - rest - 1) / stride + 1 : 0;
    }
    /// The padding in front of the image that all phases need.
    static std::size_t padding_before(std::size_t kernel, std::size_t stride) { return (kernel - 1) / stride; }
};

/// A phase: a list of pixels and its weights.
struct TransposedPhase {
    kernels::pixel_list list{};
    Aligned<std::uint32_t> from{}, to{};
    std::size_t place = 0; ///< of its weights
};

/// What a transposed convolution of float32 keeps.
struct FloatTransposed {
    kernels::convolution_sizes sizes; ///< of the convolution back
    finish_of_floats finish;
    PaddedBias bias;
    std::shared_ptr<const PackedFloats> weights{};
    std::vector<std::unique_ptr<TransposedPhase>> phases{};
    kernels::convolution_sizes field{}; ///< the image with its padding, as windows of one pixel see it

    FloatTransposed(const Step& step, const kernels::convolution_sizes& s) : sizes(s), finish(step), bias(step, 3, s.channels)
    {
        const std::size_t top = phase_axis::padding_before(s.kernel_height, s.stride_height),
                          left = phase_axis::padding_before(s.kernel_width, s.stride_width);
        // A window begins at most where the last result's does, and reaches `top` further.
        const std::size_t rows = (s.height - 1 + s.pad_top) / s.stride_height + 1 + top,
                          columns = (s.width - 1 + s.pad_left) / s.stride_width + 1 + left;
        field = {s.out_height, s.out_width, s.filters, 1, 1, 1, 1, 1, 1, 1, top, left, rows, columns};
    }
};

inline void run_transpose_conv(const Step& step)
{
    const auto& k = step.keeps<FloatTransposed>();
    const kernels::convolution_sizes& s = k.sizes;
    const std::size_t in = s.out_height * s.out_width * s.filters, out = s.height * s.width * s.channels;
    const std::size_t products = out * s.kernel_height * s.kernel_width * s.filters / (s.stride_height * s.stride_width);
    const bool copies = kernels::field_size(k.field) > 0;
    float* const field = reinterpret_cast<float*>(step.scratch);
    for (std::size_t image = 0; image < step.x(2).shape[0]; ++image) {
        const float* x = step.x(2).numbers<float>() + image * in;
        float* const y = step.y().numbers<float>() + image * out;
        if (copies) kernels::pad_image(x, field, k.field), x = field;
        for (const auto& phase : k.phases)
            each_part(parts_of(step, phase->list.pixels / 8, products / k.phases.size()), phase->list.pixels,
                      [&](std::size_t first, std::size_t last, std::size_t) {
                          kernels::list_forward(x, k.weights->numbers.data() + phase->place, k.bias.data(), y, phase->list, first,
                                                last, k.finish.within);
                      });
        if (k.finish.tanh) apply_tanh(y, out);
    }
}

/// The list of one phase.
[[gnu::cold]] inline std::unique_ptr<TransposedPhase> phase_of(const FloatTransposed& k, const phase_axis& rows,
                                                               const phase_axis& columns, std::size_t place)
{
    const kernels::convolution_sizes& s = k.sizes;
    const std::size_t line = kernels::detail::window_field(k.field).row(k.field);
    auto made = std::make_unique<TransposedPhase>();
    kernels::convolution_sizes as_list{};
    as_list.channels = s.filters, as_list.filters = s.channels; // the roles are turned
    made->list = {as_list, rows.outputs * columns.outputs, rows.taps, 1, columns.taps * s.filters, line, 0};
    made->place = place;
    made->from.reserve(made->list.pixels + kernels::list_room);
    made->to.reserve(made->list.pixels + kernels::list_room);
    std::size_t pixel = 0;
    for (std::size_t i = 0; i < rows.outputs; ++i)
        for (std::size_t j = 0; j < columns.outputs; ++j, ++pixel) {
            made->from[pixel] = static_cast<std::uint32_t>((rows.from + i) * line + (columns.from + j) * s.filters);
            made->to[pixel] =
                static_cast<std::uint32_t>((rows.first + i * s.stride_height) * s.width + columns.first + j * s.stride_width);
        }
    for (std::size_t i = pixel; i < pixel + kernels::list_room; ++i) made->from[i] = made->to[i] = 0;
    made->list.from = made->from.data(), made->list.to = made->to.data();
    return made;
}

/// Weights [filters, height, width, channels] by phases: the taps of each one after the other, the last first. `s` is the convolution back.
[[gnu::cold]] inline void pack_phases(const float* w, float* to, const kernels::convolution_sizes& s)
{
    const std::size_t row = row_stride<float>(s.channels);
    for (std::size_t ry = 0; ry < s.stride_height; ++ry)
        for (std::size_t rx = 0; rx < s.stride_width; ++rx)
            for (std::size_t i = phase_axis::taps_of(ry, s.kernel_height, s.stride_height); i-- > 0;)
                for (std::size_t j = phase_axis::taps_of(rx, s.kernel_width, s.stride_width); j-- > 0;)
                    for (std::size_t c = 0; c < s.filters; ++c, to += row) {
                        const std::size_t tap = (ry + i * s.stride_height) * s.kernel_width + rx + j * s.stride_width;
                        const std::size_t step = s.kernel_height * s.kernel_width * s.filters;
                        std::fill_n(to, row, 0.f);
                        for (std::size_t f = 0; f < s.channels; ++f) to[f] = w[f * step + tap * s.filters + c];
                    }
}

[[gnu::cold]] inline void prepare_transpose_conv_float(Step& step, Preparation& with)
{
    if (step.varies) fail_at(step, {"the shape of its input depends on what a loop computes, which lamina does not run"});
    const Value& w = step.x(1);
    if (!w.known) fail_at(step, {"weights that are computed, which lamina does not run"});
    const kernels::convolution_sizes s = transposed_of(step, step.y().shape);
    const auto kept = share_new<FloatTransposed>(step, s);
    const std::size_t largest = kept->field.out_height * kept->field.out_width * s.filters;
    if (std::max(largest, s.height * s.width * s.channels) > std::numeric_limits<std::uint32_t>::max())
        fail_at(step, {"an image of ", largest, " numbers, which is too large"});
    const std::size_t row = row_stride<float>(s.channels);
    std::size_t size = 0;
    for (std::size_t ry = 0; ry < s.stride_height; ++ry)
        for (std::size_t rx = 0; rx < s.stride_width; ++rx) {
            const phase_axis rows(ry, s.height, s.kernel_height, s.stride_height, s.pad_top);
            const phase_axis columns(rx, s.width, s.kernel_width, s.stride_width, s.pad_left);
            if (rows.outputs * columns.outputs > 0) kept->phases.push_back(phase_of(*kept, rows, columns, size));
            size += rows.taps * columns.taps * s.filters * row;
        }
    kept->weights = with.weights.of<PackedFloats>(
        w, "phases", [&] { return packed_floats(size, [&](float* to) { pack_phases(w.numbers<float>(), to, s); }); },
        {s.stride_height, s.stride_width});
    step.scratch_bytes = kernels::field_size(kept->field) * sizeof(float);
    step.kept = kept;
    step.run = run_transpose_conv;
}

}}} // namespace lamina::internals::tflite
