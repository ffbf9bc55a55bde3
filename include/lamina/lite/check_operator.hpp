// lamina/lite/check_operator.hpp: whether an operator is one that lamina knows, with inputs, outputs and options that it can have.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/faults.hpp>
#include <lamina/lite/format/codes.hpp>
#include <lamina/lite/format/other_codes.hpp>
#include <lamina/lite/network.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Whether an operator does without an input of its list.
constexpr bool may_be_absent(code op, std::size_t input)
{
    switch (op) {
    case code::conv_2d:
    case code::depthwise_conv_2d:
    case code::fully_connected: return input == 2; // the bias
    case code::transpose_conv: return input == 3;
    // Input gate, peepholes, projection, normalization.
    case code::unidirectional_sequence_lstm:
        return input == 1 || input == 5 || (input >= 9 && input <= 12) || input == 16 || input == 17 || input >= 20;
    default: return false;
    }
}

struct CheckedOperator {
    const Subgraph& graph;
    const Operator& op;
    place_in at;
    Faults& faults;
};

/// Strides, dilations and windows by their names.
struct named_extents {
    std::string_view name;
    std::int32_t height, width;
};

[[gnu::cold, gnu::noinline]] inline void check_windows(const CheckedOperator& checked, const CodeFacts& facts)
{
    const Options& options = checked.op.options;
    const of_operator named{checked.at, facts.name};
    const bool windows = facts.options == 1 || facts.options == 2 || facts.options == 5 || facts.options == 49;
    if (!windows) return;
    if (options.padding != padding_kind::same && options.padding != padding_kind::valid)
        checked.faults.add({named, " has padding ", static_cast<int>(options.padding), ", 0 (SAME) or 1 (VALID) is needed"});
    const named_extents all[] = {{"stride", options.stride_height, options.stride_width},
                                 {"dilation", options.dilation_height, options.dilation_width},
                                 {"window", options.filter_height, options.filter_width}};
    for (const named_extents& one : all) {
        const bool applies = one.name == "stride" || (one.name == "window" ? facts.options == 5 : facts.options < 5);
        if (applies && (one.height < 1 || one.width < 1))
            checked.faults.add({named, " has ", one.name, ' ', one.height, " x ", one.width, ", 1 is the least"});
    }
}

/// int8 weights have their zero at 0: sums of products rely on it.
[[gnu::cold, gnu::noinline]] inline void check_weights(const CheckedOperator& checked, const CodeFacts& facts)
{
    const code op = checked.op.op;
    if (op != code::conv_2d && op != code::depthwise_conv_2d && op != code::fully_connected && op != code::transpose_conv) return;
    const auto index = static_cast<std::size_t>(checked.op.inputs[1]);
    if (index >= checked.graph.tensors.size()) return;
    const Tensor& weights = checked.graph.tensors[index];
    if (!weights.is_constant || weights.type != dtype::int8 || checked.faults.is_known(&weights)) return;
    for (const std::int64_t zero : weights.quantization.zero_point)
        if (zero != 0)
            return checked.faults.add(
                {of_operator{checked.at, facts.name}, " has int8 weights with zero point ", zero, ", 0 is needed"});
    if (weights.quantization.scale.empty())
        checked.faults.add({of_operator{checked.at, facts.name}, " has int8 weights without a scale"});
}

[[gnu::cold, gnu::noinline]] inline void check_operator(const CheckedOperator& checked)
{
    const Operator& op = checked.op;
    Faults& faults = checked.faults;
    const CodeFacts* const facts = facts_of(op.op);
    if (!facts) {
        const std::string_view name = other_operator_name(static_cast<std::int32_t>(op.op));
        return faults.add_of(&op, {of_operator{checked.at}, " has code ", static_cast<std::int32_t>(op.op),
                                   name.empty() ? "" : " (", name, name.empty() ? "" : ")", ", which lamina does not know"});
    }
    const of_operator named{checked.at, facts->name};
    if (op.version < 1 || op.version > facts->versions)
        faults.add({named, " has version ", op.version, ", lamina knows 1 to ", facts->versions});

    const auto count = [&](std::string_view what, std::size_t found, int least, int most) __attribute__((cold)) {
        if (found >= static_cast<std::size_t>(least) && (most < 0 || found <= static_cast<std::size_t>(most))) return true;
        const std::string_view to = most < 0 ? " or more" : "";
        faults.add_of(&op, {named, " has ", found, ' ', what, ", ", least, to, most > least ? " to " : "",
                            most > least ? text_of({most}) : "", least == 1 && most == 1 ? " is needed" : " are needed"});
        return false;
    };
    const int most_outputs = facts->outputs;
    const bool inputs = count("inputs", op.inputs.size(), facts->least_inputs, facts->most_inputs);
    const bool outputs = count("outputs", op.outputs.size(), most_outputs < 0 ? 1 : most_outputs, most_outputs);
    if (!inputs || !outputs) return;

    const Options& options = op.options;
    if (options.activation > fused::sign_bit)
        faults.add({named, " has fused activation ", static_cast<int>(options.activation), ", 0 to 5 are possible"});
    check_windows(checked, *facts);
    check_weights(checked, *facts);
    const auto counted = [&](std::string_view what, std::size_t found) __attribute__((cold)) {
        if (options.count < 0 || static_cast<std::size_t>(options.count) != found)
            faults.add({named, " has ", found, ' ', what, ", its options say ", options.count});
    };
    switch (op.op) {
    case code::pack: counted("inputs", op.inputs.size()); break;
    case code::unpack:
    case code::split:
    case code::split_v: counted("outputs", op.outputs.size()); break;
    case code::fully_connected:
        if (options.weights_shuffled) faults.add({named, " has shuffled weights, which lamina does not read"});
        break;
    case code::mirror_pad:
        if (options.mirror_mode < 0 || options.mirror_mode > 1)
            faults.add({named, " has mode ", options.mirror_mode, ", 0 (REFLECT) or 1 (SYMMETRIC) is needed"});
        break;
    case code::unidirectional_sequence_lstm:
        if (!(options.cell_clip >= 0) || !(options.projection_clip >= 0))
            faults.add({named, " clips at ", options.cell_clip, " and ", options.projection_clip, ", 0 is the least"});
        break;
    default: break;
    }
}

}}} // namespace lamina::internals::tflite
