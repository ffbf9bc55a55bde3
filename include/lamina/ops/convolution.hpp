// lamina/ops/convolution.hpp: convolutions of tensors: conv2d, conv1d, depthwise_conv2d, conv2d_transpose, conv1d_transpose.
//
// Channels are last. Under a tape they have derivatives of any order (convolution_ops.hpp).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/convolution_ops.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How windows go over images.
struct Conv2DOptions {
    Window strides = 1;
    WindowPadding padding = Valid{};
    Window dilations = 1;
    std::size_t groups = 1; ///< 0: as many as channels, with a kernel [height, width, channels, multiplier]
};
/// How windows go over steps.
struct Conv1DOptions {
    std::size_t strides = 1;
    WindowPadding padding = Valid{};
    std::size_t dilations = 1;
    std::size_t groups = 1;
};
/// How images become larger ones. Without `output` that is as large as Keras makes it.
struct Conv2DTransposeOptions {
    Window strides = 1;
    WindowPadding padding = Valid{};
    Window dilations = 1;
    std::optional<Window> output{};
};
struct Conv1DTransposeOptions {
    std::size_t strides = 1;
    WindowPadding padding = Valid{};
    std::size_t dilations = 1;
    std::optional<std::size_t> output{};
};

namespace internals::tensors {

[[gnu::cold]] inline Attributes convolution_attributes(std::string_view op, const Conv2DOptions& options, bool of_steps)
{
    Attributes with;
    for (const std::size_t stride : {options.strides.height, options.strides.width})
        with.add(as_attribute(op, "a stride", stride));
    for (const std::size_t dilation : {options.dilations.height, options.dilations.width})
        with.add(as_attribute(op, "a dilation", dilation));
    add_padding(op, with, options.padding, of_steps);
    with.add(as_attribute(op, "a number of groups", options.groups));
    return with;
}

/// The shape of a function's input, whose number of axes is its own.
[[gnu::cold]] inline const Shape& require_axes(std::string_view op, const AnyTensor& x, std::size_t axes)
{
    if (x.rank() != axes)
        fail({op, ": a tensor of shape ", x.shape(), ", ", axes, " axes are needed, ",
              axes == 4 ? "[n, height, width, channels]" : "[n, steps, channels]"});
    return x.shape();
}

/// The extent that a transposed convolution makes of one, as Keras has it.
[[gnu::cold]] inline std::size_t transposed_extent(std::size_t size, std::size_t taps, std::size_t dilation, std::size_t stride,
                                                   const WindowPadding& padding, const Sides& zeros)
{
    const std::size_t reach = taps == 0 ? 0 : (taps - 1) * dilation + 1;
    if (padding.how != WindowPadding::kind::explicitly) return size * stride;
    const std::size_t between = size == 0 ? 0 : (size - 1) * stride;
    const std::size_t whole = between + (zeros.total() == 0 ? std::max(reach, stride) : reach);
    return whole > zeros.total() ? whole - zeros.total() : 0;
}

[[gnu::cold]] inline AnyTensor transposed(std::string_view op, const AnyTensor& x, const AnyTensor& w,
                                          const Conv2DTransposeOptions& options, std::size_t axes)
{
    const Shape &in = require_axes(op, x, axes), &kernel = require_axes(op, w, axes);
    const bool steps = axes == 3;
    Attributes with = convolution_attributes(
        op, {.strides = options.strides, .padding = options.padding, .dilations = options.dilations}, steps);
    const Border& zeros = options.padding.zeros;
    const auto extent = [&](std::size_t axis, std::size_t dilation, std::size_t stride, const Sides& sides) {
        if (in[axis] == unknown) return unknown; // refused by the op
        return transposed_extent(in[axis], kernel[axis - 1], dilation, stride, options.padding, sides);
    };
    const std::size_t height = steps            ? 1
                               : options.output ? options.output->height
                                                : extent(1, options.dilations.height, options.strides.height, zeros.height);
    const std::size_t width = options.output ? options.output->width
                                             : extent(steps ? 1 : 2, options.dilations.width, options.strides.width, zeros.width);
    with.add(as_attribute(op, "a height", height));
    with.add(as_attribute(op, "a width", width));
    return run(conv2d_data_entry, x, w, with);
}

} // namespace internals::tensors

/// The convolution of images with a kernel (a correlation, as in TensorFlow and Keras).
///
/// Shapes   x [n, height, width, channels], w [height, width, channels / groups, filters] -> [n, out_height, out_width, filters].
/// Options  strides (1), padding (Valid), dilations (1), groups (1), the order of which is theirs in `Conv2DOptions`.
/// Errors   name what does not fit: axes, channels, groups, windows larger than padded images.
/// Numerics as `kernels/convolution_any.hpp`.
/// Example  AnyTensor y = conv2d(ones({8, 28, 28, 1}), ones({5, 5, 1, 6}), {.strides = 2, .padding = Same{}});
inline AnyTensor conv2d(const AnyTensor& x, const AnyTensor& w, const Conv2DOptions& options = {})
{
    using namespace internals::tensors;
    require_axes("conv2d", x, 4);
    return run(conv2d_entry, x, w, convolution_attributes("conv2d", options, false));
}

/// The same of sequences.
///
/// Shapes   x [n, steps, channels], w [steps, channels / groups, filters] -> [n, out_steps, filters].
/// Options  as conv2d; `Causal{}` is a padding, too, and `Sides{before, after}`.
/// Example  AnyTensor y = conv1d(ones({8, 50, 3}), ones({2, 3, 16}), {.padding = Causal{}, .dilations = 2});
inline AnyTensor conv1d(const AnyTensor& x, const AnyTensor& w, const Conv1DOptions& options = {})
{
    using namespace internals::tensors;
    require_axes("conv1d", x, 3);
    const Conv2DOptions of_rows{.strides = {1, options.strides},
                                .padding = options.padding,
                                .dilations = {1, options.dilations},
                                .groups = options.groups};
    return run(conv2d_entry, x, w, convolution_attributes("conv1d", of_rows, true));
}

/// The convolution of each channel by itself: a Conv2D of as many groups as channels.
///
/// Shapes   x [n, height, width, channels], w [height, width, channels, multiplier] -> [n, out_height, out_width, channels · multiplier].
/// Options  as conv2d, where the groups say nothing.
/// Example  AnyTensor y = depthwise_conv2d(ones({8, 28, 28, 3}), ones({3, 3, 3, 2}), {.padding = Same{}});
inline AnyTensor depthwise_conv2d(const AnyTensor& x, const AnyTensor& w, Conv2DOptions options = {})
{
    using namespace internals::tensors;
    require_axes("depthwise_conv2d", x, 4);
    options.groups = 0;
    return run(conv2d_entry, x, w, convolution_attributes("depthwise_conv2d", options, false));
}
/// The same of sequences.
///
/// Shapes   x [n, steps, channels], w [steps, channels, multiplier] -> [n, out_steps, channels · multiplier].
/// Example  AnyTensor y = depthwise_conv1d(ones({8, 50, 3}), ones({2, 3, 1}), {.padding = Causal{}});
inline AnyTensor depthwise_conv1d(const AnyTensor& x, const AnyTensor& w, Conv1DOptions options = {})
{
    options.groups = 0;
    return conv1d(x, w, options);
}

/// What leads back from the outputs of a convolution to its inputs, with that convolution's kernel: its gradient by x.
///
/// Shapes   x [n, height, width, channels], w [height, width, filters, channels] -> [n, out_height, out_width, filters].
/// Options  strides (1), padding (Valid), dilations (1), output: the extents of the result, where several lead to x's.
/// Errors   name what does not fit; an output whose convolution does not have x's extents is refused.
/// Example  AnyTensor y = conv2d_transpose(ones({8, 7, 7, 16}), ones({3, 3, 4, 16}), {.strides = 2, .padding = Same{}});
inline AnyTensor conv2d_transpose(const AnyTensor& x, const AnyTensor& w, const Conv2DTransposeOptions& options = {})
{
    return internals::tensors::transposed("conv2d_transpose", x, w, options, 4);
}
/// The same of sequences.
///
/// Shapes   x [n, steps, channels], w [steps, filters, channels] -> [n, out_steps, filters].
/// Example  AnyTensor y = conv1d_transpose(ones({8, 20, 4}), ones({3, 2, 4}), {.strides = 2});
inline AnyTensor conv1d_transpose(const AnyTensor& x, const AnyTensor& w, const Conv1DTransposeOptions& options = {})
{
    Conv2DTransposeOptions of_rows{
        .strides = {1, options.strides}, .padding = options.padding, .dilations = {1, options.dilations}};
    if (options.output) of_rows.output = Window{1, *options.output};
    return internals::tensors::transposed("conv1d_transpose", x, w, of_rows, 3);
}

}} // namespace lamina
