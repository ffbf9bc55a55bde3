// lamina/lite/layers/pooling.hpp: poolings: of windows, of whole images and sequences, and those that are given the extent of their output.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/lite/layers/convolution.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

/// How far an image has to be padded behind for windows to reach their last place; windows that leave a rest need less than 0, which is none.
[[gnu::cold]] inline std::size_t missing(std::size_t in, std::size_t before, std::size_t out, std::size_t reach,
                                         std::size_t stride)
{
    const std::size_t needed = (out - 1) * stride + reach;
    return needed > in + before ? needed - in - before : 0;
}
/// The numbers of an axis that lie in each of its windows, the padding counted as far as `end`.
[[gnu::cold]] inline std::vector<double> counts_of(std::size_t in, std::size_t before, std::size_t out, std::size_t reach,
                                                   std::size_t stride, bool counts_padding)
{
    std::vector<double> made;
    const std::size_t first = counts_padding ? 0 : before, end = before + in + (counts_padding ? before : 0);
    for (std::size_t i = 0; i < out; ++i)
        internals::add_to(made, static_cast<double>(std::min(i * stride + reach, end) - std::max(i * stride, first)));
    return made;
}

/// The largest of windows with a dilation: what lies under each tap, one compared with the other.
[[gnu::cold]] inline std::size_t dilated_maximum(GraphBuilder& to, std::size_t image, const Windows& windows, std::size_t rows,
                                                 std::size_t columns)
{
    std::size_t most = GraphBuilder::none;
    for (std::size_t row = 0; row < windows.size.rows; ++row)
        for (std::size_t column = 0; column < windows.size.columns; ++column) {
            const std::size_t tap = to.slice(image, {{1, row * windows.dilation.rows, rows, windows.strides.rows},
                                                     {2, column * windows.dilation.columns, columns, windows.strides.columns}});
            most = most == GraphBuilder::none ? tap : to.binary(Operation::maximum, most, tap);
        }
    return most;
}

[[gnu::cold]] inline std::size_t write_pooling(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    Windows windows(set, "pool_size", "dilation");
    const bool average = call.layer.kind.starts_with("Average"), counts_padding = set.flag("count_include_pad");
    if (set.numbers("strides").empty()) windows.strides = windows.size;
    const Shape& output = call.layer.output;
    const bool steps = output.rank == 2;
    const std::size_t rows = steps ? 1 : output[0], columns = output[steps ? 0 : 1];
    std::size_t image = as_image(to, call.inputs[0]);
    const Extents in = to.shape(image);
    const Pair reach = windows.reach();
    Pair before = windows.zeros;
    if (windows.same) { // the same places as those of the format; only where it counts or has gaps it is written out
        const auto middle = [](std::size_t extent, std::size_t out, std::size_t wide, std::size_t stride) {
            const std::size_t covered = (out - 1) * stride + wide;
            return covered > extent ? (covered - extent) / 2 : 0;
        };
        before = {middle(in[1], rows, reach.rows, windows.strides.rows),
                  middle(in[2], columns, reach.columns, windows.strides.columns)};
    }
    const bool dilated = windows.dilation.rows * windows.dilation.columns > 1;
    if (!windows.same || dilated || (average && counts_padding)) {
        image = to.pad(image,
                       {{before.rows, missing(in[1], before.rows, rows, reach.rows, windows.strides.rows)},
                        {before.columns, missing(in[2], before.columns, columns, reach.columns, windows.strides.columns)}},
                       !average);
        const bool same = std::exchange(windows.same, false);
        if (dilated) return from_image(to, call, dilated_maximum(to, image, windows, rows, columns));
        OperationOptions options = options_of(windows);
        options.filter_height = static_cast<std::int32_t>(windows.size.rows);
        options.filter_width = static_cast<std::int32_t>(windows.size.columns);
        std::size_t y = to.add(average ? Operation::average_pool_2d : Operation::max_pool_2d, {image}, {1, rows, columns, in[3]},
                               std::move(options));
        if (average && !(same && counts_padding)) {
            const auto down = counts_of(in[1], before.rows, rows, reach.rows, windows.strides.rows, counts_padding),
                       along = counts_of(in[2], before.columns, columns, reach.columns, windows.strides.columns, counts_padding);
            std::vector<float> factors;
            bool all_whole = true;
            for (const double r : down)
                for (const double c : along) {
                    const double all = static_cast<double>(windows.size.rows * windows.size.columns);
                    internals::add_to(factors, static_cast<float>(all / (r * c)));
                    all_whole = all_whole && all == r * c;
                }
            if (!all_whole) y = to.binary(Operation::mul, y, to.constant("factors", {1, rows, columns, 1}, factors));
        }
        return from_image(to, call, y);
    }
    OperationOptions options = options_of(windows);
    options.filter_height = static_cast<std::int32_t>(windows.size.rows);
    options.filter_width = static_cast<std::int32_t>(windows.size.columns);
    return from_image(to, call,
                      to.add(average ? Operation::average_pool_2d : Operation::max_pool_2d, {image}, {1, rows, columns, in[3]},
                             std::move(options)));
}

/// The mean of a sequence's steps that are there.
[[gnu::cold]] inline std::size_t masked_mean(GraphBuilder& to, std::size_t x, std::size_t mask)
{
    const std::size_t steps = to.shape(x)[1], there = to.reshape(to.cast(mask, dtype::float32), {steps, 1});
    const std::size_t sum = to.reduce(Operation::sum, to.binary(Operation::mul, x, there), {1}, false);
    const std::size_t count = to.binary(Operation::maximum, to.reduce(Operation::sum, there, {1}, false), to.number(1));
    return to.binary(Operation::div, sum, count);
}

[[gnu::cold]] inline std::size_t write_global_pooling(GraphBuilder& to, const LayerCall& call)
{
    const bool average = call.layer.kind.starts_with("GlobalAverage");
    const std::size_t x = call.inputs[0], mask = to.mask(x);
    if (average && mask != GraphBuilder::none && to.shape(x).size() == 3)
        return to.reshape(masked_mean(to, x, mask), extents_of(call.layer.output));
    std::vector<std::int32_t> axes{1};
    if (to.shape(x).size() == 4) internals::add_to(axes, 2);
    return to.reduce(average ? Operation::mean : Operation::reduce_max, x, axes, call.settings().flag("keepdims"));
}

/// Windows that cover an axis evenly: of output i from i · in / out, rounded down, to (i + 1) · in / out, rounded up.
[[gnu::cold]] inline std::size_t adaptive_axis(GraphBuilder& to, std::size_t image, std::size_t axis, std::size_t out,
                                               Operation op)
{
    const std::size_t in = to.shape(image)[axis];
    if (in == out) return image;
    std::vector<std::size_t> parts;
    for (std::size_t i = 0; i < out; ++i) {
        const std::size_t begin = i * in / out, end = ((i + 1) * in + out - 1) / out;
        const std::size_t part = to.slice(image, {{axis, begin, end - begin}});
        internals::add_to(parts, end - begin == 1 ? part : to.reduce(op, part, {static_cast<std::int32_t>(axis)}, true));
    }
    return to.concatenate(parts, axis);
}
[[gnu::cold]] inline std::size_t write_adaptive_pooling(GraphBuilder& to, const LayerCall& call)
{
    const Shape& output = call.layer.output;
    const bool steps = output.rank == 2, average = call.layer.kind.starts_with("AdaptiveAverage");
    const std::size_t image = as_image(to, call.inputs[0]);
    const Extents in = to.shape(image);
    const std::size_t rows = steps ? 1 : output[0], columns = output[steps ? 0 : 1];
    if (in[1] % rows == 0 && in[2] % columns == 0) { // whole windows, side by side
        OperationOptions options;
        options.padding = padding_kind::valid;
        options.stride_height = options.filter_height = static_cast<std::int32_t>(in[1] / rows);
        options.stride_width = options.filter_width = static_cast<std::int32_t>(in[2] / columns);
        return from_image(to, call,
                          to.add(average ? Operation::average_pool_2d : Operation::max_pool_2d, {image},
                                 {1, rows, columns, in[3]}, std::move(options)));
    }
    const Operation op = average ? Operation::mean : Operation::reduce_max;
    return from_image(to, call, adaptive_axis(to, adaptive_axis(to, image, 1, rows, op), 2, columns, op));
}

}}}} // namespace lamina::lite::writing
