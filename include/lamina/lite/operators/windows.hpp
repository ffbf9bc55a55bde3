// lamina/lite/operators/windows.hpp: where the windows of convolutions and poolings lie, from the options of an operator.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/convolution_sizes.hpp>
#include <lamina/kernels/pooling_sizes.hpp>
#include <lamina/lite/operators/step.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// One axis under windows: how many there are, and how much padding lies before the first element.
struct placed_axis {
    std::size_t outputs, before;
};

/// A number of the options that has to be positive.
[[gnu::cold]] inline std::size_t positive(const Step& step, std::string_view name, std::int32_t number)
{
    if (number <= 0) fail_at(step, {name, ' ', number, " where at least 1 is needed"});
    return static_cast<std::size_t>(number);
}

/// Windows of `taps` elements, `dilation` apart, on an axis of `size`; `before` and `behind` count where the padding is given.
[[gnu::cold]] inline placed_axis place_axis(const Step& step, std::string_view axis, std::size_t size, std::size_t taps,
                                            std::size_t stride, std::size_t dilation, std::int32_t before, std::int32_t behind)
{
    if (taps == 0) fail_at(step, {"windows without ", axis});
    if (size == 0) fail_at(step, {"an image without ", axis});
    const std::size_t reach = (taps - 1) * dilation + 1;
    if (step.options().padding == padding_kind::same) {
        const std::size_t outputs = (size + stride - 1) / stride, covered = (outputs - 1) * stride + reach;
        return {outputs, covered > size ? (covered - size) / 2 : 0};
    }
    std::size_t in_front = 0, all = size;
    if (step.options().padding == padding_kind::given) {
        if (before < 0 || behind < 0) fail_at(step, {"negative padding along the ", axis});
        in_front = static_cast<std::size_t>(before);
        all += in_front + static_cast<std::size_t>(behind);
    }
    if (all < reach) fail_at(step, {"windows reach over ", reach, " elements of the ", axis, ", which has ", all});
    return {(all - reach) / stride + 1, in_front};
}

/// An image's tensor: [batch, height, width, channels].
[[gnu::cold]] inline const Extents& image_shape(const Step& step, const Value& x)
{
    if (x.shape.rank != 4) fail_at(step, {"an input of shape ", x.shape, " where [batch, height, width, channels] is needed"});
    return x.shape;
}

/// The sizes of CONV_2D and DEPTHWISE_CONV_2D: weights [filters, height, width, channels of a group] and [1, height, width, filters].
[[gnu::cold]] inline kernels::convolution_sizes convolution_of(const Step& step)
{
    const Options& o = step.options();
    const Extents &x = image_shape(step, step.x()), &w = step.x(1).shape;
    const bool depthwise = step.op->op == code::depthwise_conv_2d;
    if (w.rank != 4 || (depthwise && w[0] != 1)) fail_at(step, {"weights of shape ", w});
    kernels::convolution_sizes s{};
    s.height = x[1], s.width = x[2], s.channels = x[3];
    s.filters = w[depthwise ? 3 : 0], s.kernel_height = w[1], s.kernel_width = w[2];
    const std::size_t of_group = depthwise ? 1 : w[3];
    if (s.channels == 0 || s.filters == 0 || of_group == 0 || s.channels % of_group != 0 ||
        s.filters % (s.channels / of_group) != 0)
        fail_at(step, {"weights of shape ", w, " for ", s.channels, " channels"});
    s.groups = s.channels / of_group;
    s.stride_height = positive(step, "stride_h", o.stride_height), s.stride_width = positive(step, "stride_w", o.stride_width);
    s.dilation_height = positive(step, "dilation_h_factor", o.dilation_height);
    s.dilation_width = positive(step, "dilation_w_factor", o.dilation_width);
    const placed_axis rows =
        place_axis(step, "height", s.height, s.kernel_height, s.stride_height, s.dilation_height, o.pads[0], o.pads[1]);
    const placed_axis columns =
        place_axis(step, "width", s.width, s.kernel_width, s.stride_width, s.dilation_width, o.pads[2], o.pads[3]);
    s.out_height = rows.outputs, s.out_width = columns.outputs, s.pad_top = rows.before, s.pad_left = columns.before;
    const kernels::detail::window_field field(s); // what kernels copy must have a size
    constexpr std::size_t most = std::size_t{1} << 44;
    if (field.height > most / field.width / std::max(s.channels, s.filters))
        fail_at(step, {"windows reach over ", field.height, " × ", field.width, " elements, which is larger than any memory"});
    return s;
}

/// The sizes of AVERAGE_POOL_2D and MAX_POOL_2D.
[[gnu::cold]] inline kernels::pooling_sizes pooling_of(const Step& step)
{
    const Options& o = step.options();
    const Extents& x = image_shape(step, step.x());
    kernels::pooling_sizes s{};
    s.height = x[1], s.width = x[2], s.channels = x[3];
    s.window_height = positive(step, "filter_height", o.filter_height);
    s.window_width = positive(step, "filter_width", o.filter_width);
    s.stride_height = positive(step, "stride_h", o.stride_height), s.stride_width = positive(step, "stride_w", o.stride_width);
    const placed_axis rows = place_axis(step, "height", s.height, s.window_height, s.stride_height, 1, o.pads[0], o.pads[1]);
    const placed_axis columns = place_axis(step, "width", s.width, s.window_width, s.stride_width, 1, o.pads[2], o.pads[3]);
    s.out_height = rows.outputs, s.out_width = columns.outputs, s.pad_top = rows.before, s.pad_left = columns.before;
    return s;
}

/// A bias, where there is one, has as many numbers as there are outputs.
[[gnu::cold]] inline void check_bias(const Step& step, std::size_t input, std::size_t outputs)
{
    if (step.has(input) && step.x(input).size() != outputs)
        fail_at(step, {"a bias of shape ", step.x(input).shape, " for ", outputs, " outputs"});
}

/// What is prepared for one shape is refused where the shape is known only while the plan runs.
[[gnu::cold]] inline void refuse_varying(const Step& step)
{
    if (step.x().varies) fail_at(step, {"the shape of its input depends on what a loop computes, which lamina does not run"});
}

}}} // namespace lamina::internals::tflite
