// lamina/lite/layers/convolution.hpp: convolutions, depthwise, separable and transposed, over images and over sequences.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/activations.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

using internals::tflite::padding_kind;

/// A number for the rows of an image and one for its columns. Sequences are images of one row.
struct Pair {
    std::size_t rows = 1, columns = 1;
};
[[gnu::cold]] inline Pair pair_of(const std::vector<double>& numbers, Pair otherwise)
{
    const auto whole = [](double number) { return static_cast<std::size_t>(number); };
    if (numbers.empty()) return otherwise;
    return numbers.size() == 1 ? Pair{otherwise.rows, whole(numbers[0])} : Pair{whole(numbers[0]), whole(numbers[1])};
}

/// Where windows of an image lie.
struct Windows {
    Pair size, strides, dilation;
    bool same = false, causal = false;
    Pair zeros{0, 0}; ///< on each side, where numbers are given

    [[gnu::cold]] Windows(const Settings& set, std::string_view size_name, std::string_view dilation_name)
        : size(pair_of(set.numbers(size_name), {1, 1})), strides(pair_of(set.numbers("strides"), {1, 1})),
          dilation(pair_of(set.numbers(dilation_name), {1, 1})), same(set.text("padding") == "same"),
          causal(set.text("padding") == "causal"), zeros(pair_of(set.numbers("padding"), {0, 0}))
    {}
    Pair reach() const { return {(size.rows - 1) * dilation.rows + 1, (size.columns - 1) * dilation.columns + 1}; }
};

/// A sequence [steps, channels] as an image of one row; an image as it is.
[[gnu::cold]] inline std::size_t as_image(GraphBuilder& to, std::size_t x)
{
    const Extents& shape = to.shape(x);
    return shape.size() == 3 ? to.reshape(x, {1, shape[1], shape[2]}) : x;
}
/// The result of a layer in the shape that it has.
[[gnu::cold]] inline std::size_t from_image(GraphBuilder& to, const LayerCall& call, std::size_t x)
{
    return to.reshape(x, extents_of(call.layer.output));
}

/// The image with the zeros that the format does not put there itself.
[[gnu::cold]] inline std::size_t padded(GraphBuilder& to, std::size_t image, const Windows& windows, bool lowest = false)
{
    if (windows.causal) return to.pad(image, {{}, {windows.reach().columns - 1, 0}});
    const auto [rows, columns] = windows.zeros;
    return to.pad(image, {{rows, rows}, {columns, columns}}, lowest);
}
[[gnu::cold]] inline OperationOptions options_of(const Windows& windows)
{
    OperationOptions options;
    options.padding = windows.same ? padding_kind::same : padding_kind::valid;
    options.stride_height = static_cast<std::int32_t>(windows.strides.rows);
    options.stride_width = static_cast<std::int32_t>(windows.strides.columns);
    options.dilation_height = static_cast<std::int32_t>(windows.dilation.rows);
    options.dilation_width = static_cast<std::int32_t>(windows.dilation.columns);
    return options;
}
[[gnu::cold]] inline Extents windows_over(const Extents& image, const Windows& windows, std::size_t channels)
{
    const auto places = [&](std::size_t extent, std::size_t reach, std::size_t stride) {
        return windows.same ? (extent + stride - 1) / stride : (extent - reach) / stride + 1;
    };
    const Pair reach = windows.reach();
    return {1, places(image[1], reach.rows, windows.strides.rows), places(image[2], reach.columns, windows.strides.columns),
            channels};
}

[[gnu::cold]] inline std::size_t bias_or_none(GraphBuilder& to, const LayerCall& call, std::size_t channels)
{
    return call.has("bias") ? to.constant("bias", {channels}, call.numbers("bias"))
                            : to.constant("bias", {channels}, std::vector<float>(channels, 0.f));
}

[[gnu::cold]] inline std::size_t convolution(GraphBuilder& to, std::size_t image, const Windows& windows,
                                             const std::vector<float>& kernel, std::size_t filters, std::size_t bias)
{
    const Extents weights{filters, windows.size.rows, windows.size.columns,
                          kernel.size() / filters / windows.size.rows / windows.size.columns};
    return to.add(Operation::conv_2d, {image, to.constant("kernel", weights, turned(kernel, filters)), bias},
                  windows_over(to.shape(image), windows, filters), options_of(windows));
}

[[gnu::cold]] inline std::size_t write_convolution(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const Windows windows(set, "kernel_size", "dilation_rate");
    const std::size_t filters = set.count("filters"), image = padded(to, as_image(to, call.inputs[0]), windows);
    const std::size_t sum = convolution(to, image, windows, call.numbers("kernel"), filters, bias_or_none(to, call, filters));
    return activated(to, call, from_image(to, call, sum), "activation");
}

[[gnu::cold]] inline std::size_t depthwise(GraphBuilder& to, std::size_t image, const Windows& windows, std::string_view name,
                                           const std::vector<float>& kernel, std::size_t bias)
{
    const std::size_t channels = kernel.size() / windows.size.rows / windows.size.columns;
    OperationOptions options = options_of(windows);
    options.depth_multiplier = static_cast<std::int32_t>(channels / to.shape(image)[3]);
    const std::size_t weights = to.constant(name, {1, windows.size.rows, windows.size.columns, channels}, kernel);
    return to.add(Operation::depthwise_conv_2d, {image, weights, bias}, windows_over(to.shape(image), windows, channels),
                  std::move(options));
}

[[gnu::cold]] inline std::size_t write_depthwise(GraphBuilder& to, const LayerCall& call)
{
    const Windows windows(call.settings(), "kernel_size", "dilation_rate");
    const std::size_t image = padded(to, as_image(to, call.inputs[0]), windows);
    const std::size_t sum =
        depthwise(to, image, windows, "kernel", call.numbers("kernel"), bias_or_none(to, call, call.layer.output.back()));
    return activated(to, call, from_image(to, call, sum), "activation");
}

[[gnu::cold]] inline std::size_t write_separable(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const Windows windows(set, "kernel_size", "dilation_rate");
    const std::size_t filters = set.count("filters"), image = padded(to, as_image(to, call.inputs[0]), windows);
    const std::vector<float> kernel = call.numbers("depthwise_kernel");
    const std::size_t channels = kernel.size() / windows.size.rows / windows.size.columns;
    const std::size_t nothing = to.constant("depthwise_bias", {channels}, std::vector<float>(channels, 0.f));
    const std::size_t apart = depthwise(to, image, windows, "depthwise_kernel", kernel, nothing);
    const std::vector<protocols::Option> plain;
    const Windows points(Settings(plain), "kernel_size", "dilation_rate");
    const std::size_t sum =
        convolution(to, apart, points, call.numbers("pointwise_kernel"), filters, bias_or_none(to, call, filters));
    return activated(to, call, from_image(to, call, sum), "activation");
}

/// One axis of a transposed convolution: its extent, and how many numbers are cut off before the first one, of all that there are.
struct TransposedAxis {
    std::size_t out, cut, whole;
};
[[gnu::cold]] inline TransposedAxis transposed_axis(std::size_t in, std::size_t out, std::size_t reach, std::size_t stride,
                                                    bool same, std::size_t zeros)
{
    const std::size_t covered = (in - 1) * stride + reach;
    if (same) return {out, 0, out}; // the format cuts as much in front
    return {out, zeros, std::max(covered, out + zeros)};
}

/// A kernel with zeros between its taps: the format's transposed convolution has no dilation.
[[gnu::cold]] inline std::vector<float> spread(const std::vector<float>& kernel, const Windows& windows, std::size_t pair)
{
    const Pair reach = windows.reach();
    std::vector<float> made(reach.rows * reach.columns * pair, 0.f);
    for (std::size_t row = 0; row < windows.size.rows; ++row)
        for (std::size_t column = 0; column < windows.size.columns; ++column) {
            const std::size_t from = (row * windows.size.columns + column) * pair,
                              at = (row * windows.dilation.rows * reach.columns + column * windows.dilation.columns) * pair;
            std::copy_n(kernel.data() + from, pair, made.data() + at);
        }
    return made;
}

[[gnu::cold]] inline std::size_t write_transposed(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const Windows windows(set, "kernel_size", "dilation_rate");
    const std::size_t filters = set.count("filters"), image = as_image(to, call.inputs[0]), channels = to.shape(image)[3];
    const Shape& output = call.layer.output;
    const bool steps = output.rank == 2;
    const Pair reach = windows.reach();
    const TransposedAxis down = transposed_axis(to.shape(image)[1], steps ? 1 : output[0], reach.rows, windows.strides.rows,
                                                windows.same, windows.zeros.rows);
    const TransposedAxis along = transposed_axis(to.shape(image)[2], output[steps ? 0 : 1], reach.columns,
                                                 windows.strides.columns, windows.same, windows.zeros.columns);
    // kernel [taps][filters][channels] -> [filters][taps][channels]
    const std::vector<float> kernel = spread(call.numbers("kernel"), windows, filters * channels);
    std::vector<float> turned_round(kernel.size());
    const std::size_t taps = reach.rows * reach.columns;
    for (std::size_t tap = 0; tap < taps; ++tap)
        for (std::size_t filter = 0; filter < filters; ++filter)
            std::copy_n(kernel.data() + (tap * filters + filter) * channels, channels,
                        turned_round.data() + (filter * taps + tap) * channels);
    const std::size_t weights = to.constant("kernel", {filters, reach.rows, reach.columns, channels}, turned_round);
    const Extents whole{1, down.whole, along.whole, filters};
    OperationOptions whole_numbers;
    whole_numbers.type = 2;
    const std::size_t shape = to.add(Operation::shape, {image}, {4}, std::move(whole_numbers), dtype::int32);
    to.graph.tensors[shape].signature.clear();
    const std::size_t batch =
        to.add(Operation::strided_slice, {shape, to.whole("begin", {0}), to.whole("end", {1}), to.whole("step", {1})}, {1}, {},
               dtype::int32);
    to.graph.tensors[batch].signature.clear();
    const std::size_t extents = to.whole("extents", {static_cast<std::int32_t>(whole[1]), static_cast<std::int32_t>(whole[2]),
                                                     static_cast<std::int32_t>(filters)});
    const std::size_t size = to.add(Operation::concatenation, {batch, extents}, {4}, {}, dtype::int32);
    to.graph.tensors[size].signature.clear();
    std::size_t sum = to.add(Operation::transpose_conv, {size, weights, image, bias_or_none(to, call, filters)}, Extents(whole),
                             options_of(windows));
    if (!windows.same) sum = to.slice(sum, {{1, down.cut, down.out}, {2, along.cut, along.out}});
    return activated(to, call, from_image(to, call, sum), "activation");
}

}}}} // namespace lamina::lite::writing
