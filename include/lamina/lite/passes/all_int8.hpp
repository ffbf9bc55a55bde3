// lamina/lite/passes/all_int8.hpp: a network in whole numbers of 8 bits, by the ranges that its tensors have.
//
// Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference" (2018); TensorFlow
// Lite's specification of 8-bit quantization.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/lite/network.hpp>
#include <lamina/lite/passes/integer_forms.hpp>
#include <lamina/lite/passes/weights.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::tflite {

/// Rewrites the main subgraph, operator by operator. A tensor keeps its number for its floats; its whole numbers are a tensor of their own.
class IntegerRewriting {
public:
    /// `ranges` has one for each tensor of the graph.
    [[gnu::cold]] IntegerRewriting(Subgraph& of, std::vector<Range> of_tensors, bool dense_scales_by_channel)
        : graph(of), ranges(std::move(of_tensors)), by_channel(dense_scales_by_channel), whole(graph.tensors.size(), none),
          has_floats(graph.tensors.size(), 1)
    {
        for (std::size_t i = 0; i < graph.tensors.size(); ++i) cut_saturated(i);
    }

    [[gnu::cold]] void run(bool integer_border)
    {
        std::vector<Operator> given = std::move(graph.operators);
        graph.operators.clear();
        for (const Operator& op : given)
            for (const std::size_t output : op.outputs) has_floats[output] = 0;
        std::vector<std::size_t> inputs = graph.inputs;
        if (integer_border)
            for (std::size_t& input : graph.inputs)
                if (is_float(input) && ranges[input].fits() && starts_whole(input, given)) {
                    has_floats[input] = 0;
                    input = make_whole(input, scale_of(ranges[input]));
                }
        for (const Operator& op : given) {
            if (const IntegerForm* const form = integer_form_of(op.op); form && can_be_whole(op, *form)) rewrite(op, *form);
            else keep(op);
        }
        for (std::size_t& output : graph.outputs) {
            if (!is_float(output)) continue;
            if (!integer_border || !ranges[output].fits()) need_floats(output);
            else output = whole_of(output);
        }
    }

private:
    static constexpr std::size_t none = ~std::size_t{0};

    bool is_float(std::size_t tensor) const { return graph.tensors[tensor].type == dtype::float32; }
    bool is_constant(std::ptrdiff_t input) const
    {
        return input >= 0 && graph.tensors[static_cast<std::size_t>(input)].is_constant;
    }

    /// Where tanh or a logistic function alone reads a tensor, numbers beyond those at which its result of 8 bits ends need no steps: sums of
    /// unscaled pixels reach far beyond, and would leave few steps for what counts.
    [[gnu::cold]] void cut_saturated(std::size_t tensor)
    {
        bool by_tanh = false, by_logistic = false, by_others = contains(graph.outputs, tensor);
        for (const Operator& op : graph.operators)
            for (const std::ptrdiff_t input : op.inputs) {
                if (input != static_cast<std::ptrdiff_t>(tensor)) continue;
                if (op.op == code::tanh) by_tanh = true;
                else if (op.op == code::logistic) by_logistic = true;
                else by_others = true;
            }
        if (by_others || by_tanh == by_logistic) return;
        ranges[tensor].low = std::max(ranges[tensor].low, by_tanh ? -3.2f : -6.3f);
        ranges[tensor].high = std::min(ranges[tensor].high, by_tanh ? 2.6f : 5.2f);
    }

    /// Whether an operator that begins with whole numbers reads an input.
    [[gnu::cold]] static bool starts_whole(std::size_t input, const std::vector<Operator>& operators)
    {
        for (const Operator& op : operators)
            if (contains(op.inputs, static_cast<std::ptrdiff_t>(input)) && integer_form_of(op.op)) return true;
        return false;
    }

    [[gnu::cold]] bool can_be_whole(const Operator& op, const IntegerForm& form) const
    {
        bool any = form.starts;
        for (std::size_t i = 0; i < op.inputs.size(); ++i) {
            if (op.inputs[i] < 0) continue;
            const auto at = static_cast<std::size_t>(op.inputs[i]);
            if (!is_float(at)) continue;
            if (i == 1 && channel_axis(op.op) < most_axes && !is_constant(op.inputs[i])) return false;
            if (!is_constant(op.inputs[i]) && whole[at] == none && !ranges[at].fits()) return false;
            any = any || whole[at] != none;
        }
        if (op.op == code::gather) return is_constant(op.inputs[0]) && is_float(op.outputs[0]);
        for (const std::size_t output : op.outputs)
            if (!is_float(output) || !ranges[output].fits()) return false;
        return any;
    }

    [[gnu::cold]] std::size_t make_whole(std::size_t tensor, const Scale& scale, bool keeps_constant = false)
    {
        Tensor made = graph.tensors[tensor];
        made.type = dtype::int8;
        made.quantization = {{scale.scale}, {scale.zero_point}, 0};
        if (!keeps_constant) made.data = {}, made.is_constant = false;
        add_to(graph.tensors, std::move(made));
        whole[tensor] = graph.tensors.size() - 1;
        return whole[tensor];
    }
    [[gnu::cold]] void convert(code op, std::size_t from, std::size_t to)
    {
        Operator step;
        step.op = op;
        add_to(step.inputs, static_cast<std::ptrdiff_t>(from));
        add_to(step.outputs, to);
        add_to(graph.operators, std::move(step));
    }

    /// A tensor's whole numbers, quantized where there are only floats.
    [[gnu::cold]] std::size_t whole_of(std::size_t tensor)
    {
        if (whole[tensor] != none) return whole[tensor];
        if (graph.tensors[tensor].is_constant) return whole_constant(tensor);
        const std::size_t made = make_whole(tensor, scale_of(ranges[tensor]));
        convert(code::quantize, tensor, made);
        return made;
    }
    [[gnu::cold]] std::size_t whole_constant(std::size_t tensor, const Scale* wanted = nullptr)
    {
        const std::vector<float> numbers = numbers_of(graph.tensors[tensor]);
        Range range;
        for (const float number : numbers) range.take(number);
        const Scale scale = wanted ? *wanted : scale_of(range);
        std::vector<std::int8_t> made(numbers.size());
        for (std::size_t i = 0; i < numbers.size(); ++i)
            made[i] = static_cast<std::int8_t>(nearest_within(
                std::round(double(numbers[i]) / double(scale.scale)) + static_cast<double>(scale.zero_point), -128, 127));
        const std::size_t before = whole[tensor], at = make_whole(tensor, scale, true);
        graph.tensors[at].data = constant_of(made);
        if (wanted) whole[tensor] = before; // of this operator alone
        return at;
    }
    [[gnu::cold]] void need_floats(std::size_t tensor)
    {
        if (has_floats[tensor] != 0 || whole[tensor] == none) return;
        convert(code::dequantize, whole[tensor], tensor);
        has_floats[tensor] = 1;
    }
    [[gnu::cold]] Scale scale_at(std::size_t tensor) const
    {
        const lite::Quantization& q = graph.tensors[tensor].quantization;
        return {q.scale[0], q.zero_point[0]};
    }

    /// An operator in floats.
    [[gnu::cold]] void keep(const Operator& op)
    {
        for (const std::ptrdiff_t input : op.inputs)
            if (input >= 0 && is_float(static_cast<std::size_t>(input))) need_floats(static_cast<std::size_t>(input));
        for (const std::size_t output : op.outputs) has_floats[output] = 1;
        add_to(graph.operators, op);
    }

    [[gnu::cold]] void rewrite(const Operator& given, const IntegerForm& form)
    {
        Operator op = given;
        const std::size_t axis = channel_axis(op.op);
        if (axis < most_axes) rewrite_products(op, axis);
        else if (op.op == code::gather)
            op.inputs[0] = static_cast<std::ptrdiff_t>(whole_table(static_cast<std::size_t>(op.inputs[0])));
        else
            for (std::ptrdiff_t& input : op.inputs)
                if (input >= 0 && is_float(static_cast<std::size_t>(input)))
                    input = static_cast<std::ptrdiff_t>(whole_of(static_cast<std::size_t>(input)));
        const bool split = op.op == code::split;
        for (std::size_t& output : op.outputs) {
            Scale scale;
            if (form.scale == result_scale::as_input) scale = scale_at(static_cast<std::size_t>(op.inputs[split ? 1 : 0]));
            else if (form.scale == result_scale::seen || form.scale == result_scale::as_all) scale = scale_of(ranges[output]);
            else scale = fixed_scale(form.scale);
            if (form.scale == result_scale::as_all) bring_to(op, given, scale);
            output = make_whole(output, scale);
        }
        add_to(graph.operators, std::move(op));
    }

    /// All inputs in the scale of the result.
    [[gnu::cold]] void bring_to(Operator& op, const Operator& given, const Scale& scale)
    {
        for (std::size_t i = 0; i < op.inputs.size(); ++i) {
            const auto from = static_cast<std::size_t>(op.inputs[i]);
            if (graph.tensors[from].type != dtype::int8) continue;
            const Scale has = scale_at(from);
            if (has.scale == scale.scale && has.zero_point == scale.zero_point) continue;
            const auto original = static_cast<std::size_t>(given.inputs[i]);
            if (graph.tensors[original].is_constant) {
                op.inputs[i] = static_cast<std::ptrdiff_t>(whole_constant(original, &scale));
                continue;
            }
            const std::size_t before = whole[original], made = make_whole(original, scale);
            whole[original] = before;
            convert(code::quantize, from, made);
            op.inputs[i] = static_cast<std::ptrdiff_t>(made);
        }
    }

    /// Weights of 8 bits by output channel, biases of 32 in the scale of the sums.
    [[gnu::cold]] void rewrite_products(Operator& op, std::size_t axis)
    {
        const bool transposed = op.op == code::transpose_conv;
        const std::size_t x = transposed ? 2 : 0, bias = transposed ? 3 : 2;
        const std::size_t input = whole_of(static_cast<std::size_t>(op.inputs[x]));
        op.inputs[x] = static_cast<std::ptrdiff_t>(input);
        const auto floats = static_cast<std::size_t>(op.inputs[1]);
        if (whole[floats] == none) {
            make_whole(floats, {}, true);
            quantize_weights(graph.tensors[whole[floats]], axis, op.op != code::fully_connected || by_channel);
        }
        op.inputs[1] = static_cast<std::ptrdiff_t>(whole[floats]);
        if (op.inputs.size() <= bias || op.inputs[bias] < 0) return;
        Tensor made = graph.tensors[static_cast<std::size_t>(op.inputs[bias])];
        const std::vector<float> numbers = numbers_of(made);
        const std::vector<float>& scales = graph.tensors[whole[floats]].quantization.scale;
        std::vector<std::int32_t> sums(numbers.size());
        made.quantization = {};
        for (std::size_t c = 0; c < numbers.size(); ++c) {
            const float scale = scale_at(input).scale * scales[scales.size() > 1 ? c : 0];
            constexpr double most = std::numeric_limits<std::int32_t>::max() / 2;
            sums[c] = static_cast<std::int32_t>(nearest_within(double(numbers[c]) / double(scale), -most, most));
            if (c > 0 && scales.size() == 1) continue;
            add_to(made.quantization.scale, scale);
            add_to(made.quantization.zero_point, 0);
        }
        made.type = dtype::int32;
        made.data = constant_of(sums);
        add_to(graph.tensors, std::move(made));
        op.inputs[bias] = static_cast<std::ptrdiff_t>(graph.tensors.size() - 1);
    }
    /// A table of one scale, the zero point 0.
    [[gnu::cold]] std::size_t whole_table(std::size_t table)
    {
        if (whole[table] == none) {
            make_whole(table, {}, true);
            quantize_weights(graph.tensors[whole[table]], 0, false);
        }
        return whole[table];
    }

    Subgraph& graph;
    std::vector<Range> ranges;
    bool by_channel;
    std::vector<std::size_t> whole;       ///< of each tensor that there was, the one that holds its whole numbers
    std::vector<std::uint8_t> has_floats; ///< whether its floats are computed
};

}}} // namespace lamina::internals::tflite
