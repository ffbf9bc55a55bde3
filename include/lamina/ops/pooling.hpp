// lamina/ops/pooling.hpp: poolings of tensors: avg_pool2d, max_pool2d, their 1-D forms, and those that are given the extent of their output.
//
// Channels are last. Under a tape they have derivatives of any order (pooling_ops.hpp).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/pooling_ops.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// How windows go over images; strides are the windows' extents where none are given.
struct Pool2DOptions {
    std::optional<Window> strides{};
    WindowPadding padding = Valid{};
    Window dilations = 1;           ///< of a maximum
    bool count_include_pad = false; ///< in an average zeros of the padding are cells, as in PyTorch
    bool ceil_mode = false;         ///< a last window that is cut off counts, as in PyTorch; Same has it anyway
};
/// The same over steps.
struct Pool1DOptions {
    std::optional<std::size_t> strides{};
    WindowPadding padding = Valid{};
    std::size_t dilations = 1;
    bool count_include_pad = false;
    bool ceil_mode = false;
};

namespace internals::tensors {

[[gnu::cold]] inline AnyTensor pooled(std::string_view op, const OpEntry& entry, const AnyTensor& x, const Window& window,
                                      const Pool2DOptions& options, bool of_steps)
{
    if (x.rank() != (of_steps ? 3 : 4))
        fail({op, ": a tensor of shape ", x.shape(), ", ", of_steps ? "[n, steps, channels]" : "[n, height, width, channels]",
              " is needed"});
    const Window strides = options.strides.value_or(window);
    Attributes with;
    with.add(as_attribute(op, "a window", window.height));
    with.add(as_attribute(op, "a window", window.width));
    with.add(as_attribute(op, "a stride", strides.height));
    with.add(as_attribute(op, "a stride", strides.width));
    add_padding(op, with, options.padding, of_steps);
    with.add(as_attribute(op, "a dilation", options.dilations.height));
    with.add(as_attribute(op, "a dilation", options.dilations.width));
    with.add((options.count_include_pad ? pooling_attribute::counts_padding : 0) |
             (options.ceil_mode ? pooling_attribute::ceils : 0));
    return run(entry, x, with);
}

[[gnu::cold]] inline AnyTensor pooled_steps(std::string_view op, const OpEntry& entry, const AnyTensor& x, std::size_t window,
                                            const Pool1DOptions& options)
{
    Pool2DOptions of_rows{.strides = Window{1, options.strides.value_or(window)},
                          .padding = options.padding,
                          .dilations = {1, options.dilations},
                          .count_include_pad = options.count_include_pad,
                          .ceil_mode = options.ceil_mode};
    return pooled(op, entry, x, {1, window}, of_rows, true);
}

[[gnu::cold]] inline AnyTensor pooled_evenly(std::string_view op, const OpEntry& entry, const AnyTensor& x, const Window& output)
{
    Attributes with;
    with.add(as_attribute(op, "a height", output.height));
    with.add(as_attribute(op, "a width", output.width));
    while (with.count < pooling_attribute::flags) with.add(0);
    with.add(pooling_attribute::adaptive);
    return run(entry, x, with);
}

} // namespace internals::tensors

/// The mean of each window over height and width; padding is left out of it unless it is asked for.
///
/// Shapes   x [n, height, width, channels] -> [n, out_height, out_width, channels].
/// Options  strides (the window's extents), padding (Valid), count_include_pad (false), ceil_mode (false).
/// Errors   name what does not fit: axes, windows larger than padded images, padding as large as a window.
/// Numerics as `kernels/pooling.hpp`.
/// Example  AnyTensor y = avg_pool2d(ones({8, 27, 27, 6}), 2, {.padding = Same{}});
inline AnyTensor avg_pool2d(const AnyTensor& x, const Window& window, const Pool2DOptions& options = {})
{
    return internals::tensors::pooled("avg_pool2d", internals::tensors::avg_pool_entry, x, window, options, false);
}
/// The same over steps.
///
/// Shapes   x [n, steps, channels] -> [n, out_steps, channels].
/// Example  AnyTensor y = avg_pool1d(ones({8, 20, 6}), 3, {.strides = 1});
inline AnyTensor avg_pool1d(const AnyTensor& x, std::size_t window, const Pool1DOptions& options = {})
{
    return internals::tensors::pooled_steps("avg_pool1d", internals::tensors::avg_pool_entry, x, window, options);
}

/// The largest number of each window over height and width; NaN where one is. The gradient goes to the first of equal ones, as in TensorFlow.
///
/// Shapes   x [n, height, width, channels] -> [n, out_height, out_width, channels].
/// Options  strides (the window's extents), padding (Valid), dilations (1), ceil_mode (false).
/// Errors   as avg_pool2d.
/// Example  AnyTensor y = max_pool2d(ones({8, 28, 28, 6}), Window{2, 3}, {.strides = 1});
inline AnyTensor max_pool2d(const AnyTensor& x, const Window& window, const Pool2DOptions& options = {})
{
    return internals::tensors::pooled("max_pool2d", internals::tensors::max_pool_entry, x, window, options, false);
}
/// The same over steps.
///
/// Shapes   x [n, steps, channels] -> [n, out_steps, channels].
/// Example  AnyTensor y = max_pool1d(ones({8, 20, 6}), 2);
inline AnyTensor max_pool1d(const AnyTensor& x, std::size_t window, const Pool1DOptions& options = {})
{
    return internals::tensors::pooled_steps("max_pool1d", internals::tensors::max_pool_entry, x, window, options);
}

/// The mean, or the largest number, of each of `output` nearly equal parts of images, as PyTorch lays them; of sequences the width is what
/// counts, and the height 1.
///
/// Shapes   x [n, height, width, channels] -> [n, output.height, output.width, channels].
/// Example  AnyTensor y = adaptive_avg_pool2d(ones({8, 30, 20, 6}), {7, 7});
inline AnyTensor adaptive_avg_pool2d(const AnyTensor& x, const Window& output)
{
    return internals::tensors::pooled_evenly("adaptive_avg_pool2d", internals::tensors::avg_pool_entry, x, output);
}
inline AnyTensor adaptive_max_pool2d(const AnyTensor& x, const Window& output)
{
    return internals::tensors::pooled_evenly("adaptive_max_pool2d", internals::tensors::max_pool_entry, x, output);
}

}} // namespace lamina
