// lamina/lite/layers/dense.hpp: linear maps as FULLY_CONNECTED, and normalizations by constants that move into the operator before.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/activations.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>

#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

/// y = x · wᵀ + bias over the last axis. The weights are [units][inputs]; an empty bias is none.
[[gnu::cold]] inline std::size_t fully_connected(GraphBuilder& to, std::size_t x, std::size_t weights, std::size_t bias)
{
    Extents made = to.shape(x);
    OperationOptions options;
    options.keep_dims = made.size() > 2;
    made.back() = to.shape(weights)[0];
    std::vector<std::size_t> inputs{x, weights};
    internals::add_to(inputs, bias);
    return to.add(Operation::fully_connected, inputs, std::move(made), std::move(options));
}

/// A linear map whose kernel is as Keras has it, [inputs][units].
[[gnu::cold]] inline std::size_t linear_map(GraphBuilder& to, std::size_t x, const std::vector<float>& kernel, std::size_t units,
                                            const std::vector<float>& bias, std::string_view name = "")
{
    const auto named = [&](std::string_view what) { return internals::text_of({name, name.empty() ? "" : "/", what}); };
    const std::size_t weights = to.constant(named("kernel"), {units, kernel.size() / units}, turned(kernel, units));
    return fully_connected(to, x, weights, bias.empty() ? GraphBuilder::none : to.constant(named("bias"), {units}, bias));
}

[[gnu::cold]] inline std::size_t write_dense(GraphBuilder& to, const LayerCall& call)
{
    const std::size_t units = call.settings().count("units"),
                      sum = linear_map(to, call.inputs[0], call.numbers("kernel"), units, call.numbers("bias"));
    return activated(to, call, sum, "activation");
}

/// The floats of a constant of the graph.
[[gnu::cold]] inline std::vector<float> floats_of(const internals::tflite::Tensor& constant)
{
    std::vector<float> made(constant.data.bytes.size() / sizeof(float));
    if (!made.empty()) std::memcpy(made.data(), constant.data.bytes.data(), made.size() * sizeof(float));
    return made;
}

/// Multiplies what an operator gives for each channel by a factor and adds a number, by its own weights and bias. False where it has none.
///
/// Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (2018), section 3.2.
[[gnu::cold]] inline bool fold(GraphBuilder& to, std::size_t x, const std::vector<double>& factor,
                               const std::vector<double>& shift)
{
    using internals::tflite::code;
    internals::tflite::Operator* const source = to.source_of(x);
    constexpr Operation foldable[] = {code::conv_2d, code::depthwise_conv_2d, code::fully_connected, code::transpose_conv};
    if (!source || !internals::contains(foldable, source->op) || source->options.activation != fused::none) return false;
    internals::tflite::Tensor& weights = to.graph.tensors[static_cast<std::size_t>(source->inputs[1])];
    if (!weights.is_constant || weights.type != dtype::float32) return false;
    const std::size_t channels = factor.size();
    const bool last = source->op == code::depthwise_conv_2d;
    const std::size_t outputs = last ? weights.shape.back() : weights.shape[0];
    if (outputs != channels) return false;
    std::vector<float> numbers = floats_of(weights);
    const std::size_t behind = last ? 1 : numbers.size() / channels;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        numbers[i] = static_cast<float>(double(numbers[i]) * factor[i / behind % channels]);
    weights.data = internals::tflite::constant_of(numbers);

    const std::size_t at = source->op == code::transpose_conv ? 3 : 2;
    while (source->inputs.size() <= at) internals::add_to(source->inputs, internals::tflite::absent);
    const auto given = source->inputs[at];
    std::vector<float> bias(channels, 0.f);
    if (given >= 0) bias = floats_of(to.graph.tensors[static_cast<std::size_t>(given)]);
    for (std::size_t c = 0; c < channels; ++c) bias[c] = static_cast<float>(double(bias[c]) * factor[c] + shift[c]);
    if (given >= 0) to.graph.tensors[static_cast<std::size_t>(given)].data = internals::tflite::constant_of(bias);
    else source->inputs[at] = static_cast<std::ptrdiff_t>(to.constant("bias", {channels}, bias));
    return true;
}

/// factor · x + shift for each channel, folded into what is before or as two operators.
[[gnu::cold]] inline std::size_t scaled(GraphBuilder& to, std::size_t x, const std::vector<double>& factor,
                                        const std::vector<double>& shift)
{
    if (fold(to, x, factor, shift)) return x;
    std::vector<float> factors, shifts;
    bool scales = false, moves = false;
    for (std::size_t c = 0; c < factor.size(); ++c) {
        internals::add_to(factors, static_cast<float>(factor[c]));
        internals::add_to(shifts, static_cast<float>(shift[c]));
        scales = scales || factor[c] != 1;
        moves = moves || shift[c] != 0;
    }
    const auto numbers = [&](std::string_view name, const std::vector<float>& of) { return to.constant(name, {of.size()}, of); };
    if (scales) x = to.binary(Operation::mul, x, numbers("factor", factors));
    if (moves) x = to.binary(Operation::add, x, numbers("shift", shifts));
    return x;
}

}}}} // namespace lamina::lite::writing
