// lamina/lite/layers/reshaping.hpp: layers that move numbers and change none, and those that give an image another size.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/lite/layers/convolution.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

[[gnu::cold]] inline std::size_t write_nothing(GraphBuilder&, const LayerCall& call) { return call.inputs[0]; }

/// Flatten, Reshape, Identity of another shape.
[[gnu::cold]] inline std::size_t write_reshape(GraphBuilder& to, const LayerCall& call)
{
    return to.reshape(call.inputs[0], extents_of(call.layer.output));
}
[[gnu::cold]] inline std::size_t write_permute(GraphBuilder& to, const LayerCall& call)
{
    std::vector<std::int32_t> order{0};
    for (const double axis : call.settings().numbers("dims")) internals::add_to(order, static_cast<std::int32_t>(axis));
    return to.transpose(call.inputs[0], order);
}
[[gnu::cold]] inline std::size_t write_repeat(GraphBuilder& to, const LayerCall& call)
{
    const std::size_t one = to.reshape(call.inputs[0], {1, call.layer.input.back()});
    const std::size_t times = to.whole("times", {1, static_cast<std::int32_t>(call.layer.output[0]), 1});
    return to.add(Operation::tile, {one, times}, batch_of(call.layer.output));
}

/// Before and after, for each axis: (1, 2), or ((1, 2), (3, 4)).
[[gnu::cold]] inline std::vector<GraphBuilder::Sides> sides_of(const LayerCall& call, std::string_view option)
{
    std::vector<GraphBuilder::Sides> made;
    const OptionValue* const value = call.settings().find(option);
    if (!value) return made;
    const auto whole = [](const protocols::Option& part) { return static_cast<std::size_t>(part.value.number); };
    if (value->parts.size() == 2 && value->parts[0].value.parts.empty())
        internals::add_to(made, {whole(value->parts[0]), whole(value->parts[1])});
    else
        for (const protocols::Option& axis : value->parts)
            internals::add_to(made, {whole(axis.value.parts[0]), whole(axis.value.parts[1])});
    return made;
}
[[gnu::cold]] inline std::size_t write_padding(GraphBuilder& to, const LayerCall& call)
{
    return to.pad(call.inputs[0], sides_of(call, "padding"));
}
[[gnu::cold]] inline std::size_t write_cropping(GraphBuilder& to, const LayerCall& call)
{
    std::vector<GraphBuilder::Part> parts;
    const auto sides = sides_of(call, "cropping");
    for (std::size_t axis = 0; axis < sides.size(); ++axis)
        internals::add_to(parts, {axis + 1, sides[axis].before, call.layer.output[axis]});
    return to.slice(call.inputs[0], parts);
}

/// An image in another size, its pixels counted from their middles.
[[gnu::cold]] inline std::size_t resized(GraphBuilder& to, std::size_t image, std::size_t height, std::size_t width,
                                         bool bilinear)
{
    Extents made = to.shape(image);
    if (made[1] == height && made[2] == width) return image;
    made[1] = height;
    made[2] = width;
    OperationOptions options;
    options.half_pixel_centers = true;
    const std::size_t size = to.whole("size", {static_cast<std::int32_t>(height), static_cast<std::int32_t>(width)});
    return to.add(bilinear ? Operation::resize_bilinear : Operation::resize_nearest_neighbor, {image, size}, std::move(made),
                  std::move(options));
}
[[gnu::cold]] inline std::size_t write_up_sampling(GraphBuilder& to, const LayerCall& call)
{
    const Shape& output = call.layer.output;
    const bool steps = output.rank == 2;
    std::size_t image = call.inputs[0];
    if (steps) image = to.reshape(image, {call.layer.input[0], 1, output[1]});
    const std::size_t y =
        resized(to, image, output[0], steps ? 1 : output[1], call.settings().text("interpolation") == "bilinear");
    return to.reshape(y, extents_of(output));
}

/// The largest part in the middle of an image that has the proportions of an output.
[[gnu::cold]] inline std::size_t middle_part(GraphBuilder& to, std::size_t image, std::size_t height, std::size_t width)
{
    const Extents in = to.shape(image);
    const std::size_t rows = std::max<std::size_t>(std::min(in[1], in[2] * height / width), 1),
                      columns = std::max<std::size_t>(std::min(in[2], in[1] * width / height), 1);
    return to.slice(image, {{1, (in[1] - rows) / 2, rows}, {2, (in[2] - columns) / 2, columns}});
}
[[gnu::cold]] inline std::size_t write_resizing(GraphBuilder& to, const LayerCall& call)
{
    const Settings set = call.settings();
    const Shape& output = call.layer.output;
    const std::string_view interpolation = set.text("interpolation");
    if (!interpolation.empty() && interpolation != "bilinear" && interpolation != "nearest")
        return refuse(to, call, "resizes otherwise than bilinear or nearest, for which the format has no operator");
    std::size_t image = call.inputs[0];
    if (set.flag("crop_to_aspect_ratio")) image = middle_part(to, image, output[0], output[1]);
    return resized(to, image, output[0], output[1], interpolation != "nearest");
}
[[gnu::cold]] inline std::size_t write_center_crop(GraphBuilder& to, const LayerCall& call)
{
    const Shape &in = call.layer.input, &output = call.layer.output;
    if (in[0] >= output[0] && in[1] >= output[1])
        return to.slice(call.inputs[0], {{1, (in[0] - output[0]) / 2, output[0]}, {2, (in[1] - output[1]) / 2, output[1]}});
    return resized(to, middle_part(to, call.inputs[0], output[0], output[1]), output[0], output[1], true);
}

}}}} // namespace lamina::lite::writing
