// lamina/lite/passes/weights.hpp: weights of 16 and of 8 bits.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/network.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

[[gnu::cold, gnu::flatten, gnu::noinline]] inline std::vector<float> numbers_of(const Tensor& constant)
{
    std::vector<float> made(constant.data.bytes.size() / sizeof(float));
    if (!made.empty()) std::memcpy(made.data(), constant.data.bytes.data(), made.size() * sizeof(float));
    return made;
}

/// The binary16 nearest to a float whose size is at most 65504, ties to even.
[[gnu::cold]] inline std::uint16_t half_of(float number)
{
    const auto bits = std::bit_cast<std::uint32_t>(number);
    const std::uint32_t sign = bits >> 16 & 0x8000u, size = bits & 0x7fffffffu;
    if (size < 0x38800000u) { // below the smallest number of full precision: a multiple of 2 to the -24th
        const float scaled = std::bit_cast<float>(size) * 16777216.f;
        return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(std::nearbyint(scaled)));
    }
    const std::uint32_t rounded = size + 0xfffu + (size >> 13 & 1u);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

/// Constants of float become binary16, with a DEQUANTIZE in front of all operators. Those of less than `from` elements, which would need more
/// room for the operator, and those that hold larger numbers, stay.
[[gnu::cold]] inline void weights_float16(Network& network, std::size_t from = 64)
{
    for (Subgraph& graph : network.subgraphs) {
        std::vector<Operator> widening;
        std::vector<std::size_t> widened(graph.tensors.size(), 0);
        for (const Operator& op : graph.operators)
            for (const std::ptrdiff_t input : op.inputs) {
                if (input < 0 || widened[static_cast<std::size_t>(input)] != 0) continue;
                const auto at = static_cast<std::size_t>(input);
                if (!graph.tensors[at].is_constant || graph.tensors[at].type != dtype::float32 || graph.tensors[at].size() < from)
                    continue;
                const std::vector<float> numbers = numbers_of(graph.tensors[at]);
                std::vector<std::uint16_t> halves(numbers.size());
                bool fits = true;
                for (std::size_t i = 0; i < numbers.size(); ++i) {
                    fits = fits && std::abs(numbers[i]) <= 65504.f;
                    if (fits) halves[i] = half_of(numbers[i]);
                }
                if (!fits) continue;
                widened[at] = 1;
                Tensor narrow = graph.tensors[at]; // the other keeps its number, and is no constant any more
                narrow.type = dtype::float16;
                narrow.data = constant_of(halves);
                append(narrow.name, {"/float16"});
                Tensor& wide = graph.tensors[at];
                wide.is_constant = false;
                wide.data = {};
                add_to(graph.tensors, std::move(narrow));
                Operator step;
                step.op = code::dequantize;
                add_to(step.inputs, static_cast<std::ptrdiff_t>(graph.tensors.size() - 1));
                add_to(step.outputs, at);
                add_to(widening, std::move(step));
            }
        for (Operator& op : graph.operators) add_to(widening, std::move(op));
        graph.operators = std::move(widening);
    }
}

/// A real number as the nearest whole one, halves away from zero, between two bounds. NaN is the least.
inline double nearest_within(double real, double least, double most)
{
    const double nearest = std::round(real);
    return !(nearest > least) ? least : nearest < most ? nearest : most;
}

/// Refuses constants that hold NaN or infinity, which no scale can stand for.
[[gnu::cold]] inline void require_finite(const Network& network)
{
    for (const Subgraph& graph : network.subgraphs)
        for (const Tensor& tensor : graph.tensors) {
            if (!tensor.is_constant || tensor.type != dtype::float32) continue;
            for (const float number : numbers_of(tensor))
                if (!is_finite(number))
                    fail({"lite::convert: \"", tensor.name,
                          "\" holds NaN or infinity, which whole numbers cannot stand for; "
                          "convert it in float32, or train the model again"});
        }
}

/// Refuses a network whose constants have fewer bits already: what is lost does not come back, and passes look for floats.
[[gnu::cold]] inline void require_floats(const Network& network)
{
    for (const Subgraph& graph : network.subgraphs)
        for (const Tensor& tensor : graph.tensors)
            if (tensor.is_constant && tensor.type != dtype::float32 &&
                (tensor.type == dtype::float16 || !tensor.quantization.scale.empty()))
                fail({"lite::convert: ", network.source, " holds \"", tensor.name, "\" as ", name_of(tensor.type),
                      " already; give the file in float32 that it was made of"});
}

/// Quantizes weights: scale = max |w| / 127 of each slice along an axis, or of all where `per_channel` is not set; w = scale · q, q rounded half
/// away from zero. Slices of zeros, or of numbers too small for a scale, have the scale 1.
[[gnu::cold, gnu::flatten]] inline void quantize_weights(Tensor& weights, std::size_t axis, bool per_channel)
{
    const std::vector<float> numbers = numbers_of(weights);
    if (per_channel && axis >= weights.shape.size())
        fail({"lite::convert: weights \"", weights.name, "\" of ", weights.shape.size(), " axes, of which number ", axis,
              " is needed"});
    const std::size_t slices = per_channel ? weights.shape[axis] : 1;
    std::size_t behind = 1;
    for (std::size_t i = axis + 1; i < weights.shape.size(); ++i) behind *= weights.shape[i];
    const auto slice = [&](std::size_t i) { return per_channel ? i / behind % slices : 0; };
    std::vector<float> scale(slices, 0.f);
    for (std::size_t i = 0; i < numbers.size(); ++i) scale[slice(i)] = std::max(scale[slice(i)], std::abs(numbers[i]));
    for (float& most : scale) most = most / 127.f > 0 ? most / 127.f : 1.f;
    std::vector<std::int8_t> made(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
        made[i] = static_cast<std::int8_t>(nearest_within(double(numbers[i] / scale[slice(i)]), -127, 127));
    weights.type = dtype::int8;
    weights.data = constant_of(made);
    weights.quantization.axis = per_channel ? axis : 0;
    weights.quantization.zero_point = std::vector<std::int64_t>(slices, 0);
    weights.quantization.scale = std::move(scale);
}

/// The axis of the output channels of an operator's weights, its second input; 8 where it has none.
[[gnu::cold]] inline std::size_t channel_axis(code op)
{
    if (op == code::conv_2d || op == code::fully_connected || op == code::transpose_conv) return 0;
    return op == code::depthwise_conv_2d ? 3 : most_axes;
}

/// Dynamic range: weights of at least `from` elements become 8 bits, one scale for each output channel; biases stay. A table that rows are
/// gathered from has one scale, and its rows are widened.
[[gnu::cold]] inline void weights_int8(Network& network, std::size_t from, bool dense_per_channel)
{
    for (Subgraph& graph : network.subgraphs) {
        const auto large = [&](std::ptrdiff_t input) {
            if (input < 0) return false;
            const Tensor& tensor = graph.tensors[static_cast<std::size_t>(input)];
            return tensor.is_constant && tensor.type == dtype::float32 && tensor.size() >= from;
        };
        std::vector<std::uint8_t> taken(graph.tensors.size(), 0); // 1: by operators that take 8 bits, 2: by another one as well
        const auto take = [&](std::ptrdiff_t input, std::uint8_t by) {
            if (input >= 0) taken[static_cast<std::size_t>(input)] |= by;
        };
        for (const Operator& op : graph.operators)
            for (std::size_t i = 0; i < op.inputs.size(); ++i) {
                const bool weights = i == 1 && channel_axis(op.op) < most_axes, table = i == 0 && op.op == code::gather;
                take(op.inputs[i], weights ? 1 : table ? 4 : 2);
            }
        std::vector<Operator> made;
        for (Operator& op : graph.operators) {
            const std::size_t axis = channel_axis(op.op);
            if (axis < most_axes && op.inputs.size() > 1) {
                const std::ptrdiff_t input = op.inputs[1];
                if (large(input) && taken[static_cast<std::size_t>(input)] == 1)
                    quantize_weights(graph.tensors[static_cast<std::size_t>(input)], axis,
                                     op.op != code::fully_connected || dense_per_channel);
                if (input >= 0 && op.op == code::fully_connected &&
                    graph.tensors[static_cast<std::size_t>(input)].type == dtype::int8)
                    op.options.asymmetric_inputs = true;
            }
            add_to(made, std::move(op));
            Operator& last = made.back();
            if (last.op != code::gather || last.inputs.empty() || last.inputs[0] < 0) continue;
            const auto table = static_cast<std::size_t>(last.inputs[0]);
            if (large(last.inputs[0]) && taken[table] == 4) quantize_weights(graph.tensors[table], 0, false);
            if (graph.tensors[table].type != dtype::int8 || graph.tensors[last.outputs[0]].type != dtype::float32) continue;
            Tensor rows = graph.tensors[last.outputs[0]];
            rows.type = dtype::int8;
            rows.quantization = graph.tensors[table].quantization;
            append(rows.name, {"/int8"});
            Operator widen;
            widen.op = code::dequantize;
            add_to(widen.inputs, static_cast<std::ptrdiff_t>(graph.tensors.size()));
            add_to(widen.outputs, last.outputs[0]);
            last.outputs[0] = graph.tensors.size();
            add_to(graph.tensors, std::move(rows));
            add_to(taken, 0);
            add_to(made, std::move(widen));
        }
        graph.operators = std::move(made);
    }
}

}}} // namespace lamina::internals::tflite
