// lamina/lite/layers/recurrent.hpp: SimpleRNN, LSTM, GRU and Bidirectional, step by step.
//
// Steps are written out, one after another. The format's own LSTM operator keeps its state from one call to the next in the stock
// interpreter, and has one activation; a loop (WHILE) runs each step for itself, where a file that is written out joins what it can.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/lite/layers/activations.hpp>
#include <lamina/lite/layers/builder.hpp>
#include <lamina/lite/layers/call.hpp>
#include <lamina/lite/layers/dense.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace lite { namespace writing {

/// More steps than these make a file of some hundred kilobytes.
inline constexpr std::size_t most_steps = 512;

/// Parts of a tensor along an axis, each without that axis.
[[gnu::cold]] inline std::vector<std::size_t> unpacked(GraphBuilder& to, std::size_t x, std::size_t axis)
{
    Extents part = to.shape(x);
    const std::size_t count = part[axis];
    part.erase(part.begin() + static_cast<std::ptrdiff_t>(axis));
    OperationOptions options;
    options.count = static_cast<std::int32_t>(count);
    options.axis = static_cast<std::int32_t>(axis);
    return to.add_several(Operation::unpack, {x}, count, part, std::move(options), to.graph.tensors[x].type);
}
[[gnu::cold]] inline std::vector<std::size_t> split(GraphBuilder& to, std::size_t x, std::size_t count)
{
    Extents part = to.shape(x);
    part.back() /= count;
    OperationOptions options;
    options.count = static_cast<std::int32_t>(count);
    return to.add_several(Operation::split, {to.whole_number(static_cast<std::int32_t>(part.size() - 1)), x}, count, part,
                          std::move(options));
}

/// Writes a recurrent layer.
class SequenceWriter {
public:
    /// `kind` is LSTM, GRU or SimpleRNN; its variables lie under `name`.
    [[gnu::cold]] SequenceWriter(GraphBuilder& builder, const LayerCall& layer, std::string_view layer_kind,
                                 const Settings& settings, std::string_view under, bool goes_backwards)
        : to(builder), call(layer), kind(layer_kind), set(settings), name(under), units(set.count("units")),
          gates(kind == "LSTM"  ? 4
                : kind == "GRU" ? 3
                                : 1),
          backwards(goes_backwards), resets(kind == "GRU" && set.find("reset_after") && !set.flag("reset_after")),
          recurrent_kernel(call.numbers(path("recurrent_kernel")))
    {
        std::vector<float> bias = call.numbers(path("bias"));
        const std::size_t wide = gates * units;
        if (bias.size() == 2 * wide) {
            recurrent_bias = to.constant(path("recurrent_bias"), {wide},
                                         std::vector<float>(bias.begin() + static_cast<std::ptrdiff_t>(wide), bias.end()));
            bias.resize(wide);
        }
        const std::size_t x = call.inputs[0];
        sums = unpacked(to, linear_map(to, x, call.numbers(path("kernel")), wide, bias, name), 1);
        const std::size_t first = resets ? 2 : gates; // the last gate of a GRU that resets before has a product of its own
        weights = to.constant(path("recurrent_kernel"), {first * units, units}, columns(0, first));
        if (resets) last_weights = to.constant(path("recurrent_kernel"), {units, units}, columns(2, 3));
        if (to.mask(x) != GraphBuilder::none) {
            there = unpacked(to, to.mask(x), 1);
            for (std::size_t& step : there) step = to.reshape(step, {1});
        }
    }

    /// The outputs of all steps in the order in which they are taken, or of the last one.
    [[gnu::cold]] std::vector<std::size_t> write()
    {
        std::vector<std::size_t> outputs;
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const std::size_t t = backwards ? sums.size() - 1 - i : i;
            const std::array<std::size_t, 2> before = state;
            step(sums[t]);
            if (!there.empty()) {
                if (before[0] == GraphBuilder::none) zero = to.binary(Operation::mul, state[0], to.number(0));
                for (std::size_t s = 0; s < 2; ++s)
                    if (state[s] != GraphBuilder::none)
                        state[s] = to.select(there[t], state[s], before[s] == GraphBuilder::none ? zero : before[s]);
            }
            const bool zeros = !there.empty() && set.flag("zero_output_for_mask");
            internals::add_to(outputs, zeros ? to.select(there[t], state[0], zero) : state[0]);
        }
        return outputs;
    }

private:
    [[gnu::cold]] std::string path(std::string_view variable) const
    {
        return internals::text_of({name, name.empty() ? "" : "/", variable});
    }
    /// Gates from one to another of the recurrent kernel, [units][gates · units], as weights of the format.
    [[gnu::cold]] std::vector<float> columns(std::size_t from, std::size_t end) const
    {
        const std::vector<float> all = turned(recurrent_kernel, gates * units);
        const auto begin = all.begin(), at = begin + static_cast<std::ptrdiff_t>(from * units * units);
        return {at, begin + static_cast<std::ptrdiff_t>(end * units * units)};
    }
    [[gnu::cold]] std::size_t activate(std::size_t x, std::string_view option, std::string_view usual)
    {
        const OptionValue* const value = set.find(option);
        if (!value) return writing::activated(to, x, usual, set);
        const std::size_t y = writing::activated(to, x, value->text, Settings(value->parts));
        return y != GraphBuilder::none ? y : refuse(to, call, "has an activation for which the format has no operators");
    }
    [[gnu::cold]] std::size_t gate(std::size_t x) { return activate(x, "recurrent_activation", "sigmoid"); }
    [[gnu::cold]] std::size_t mul(std::size_t a, std::size_t b) { return to.binary(Operation::mul, a, b); }
    [[gnu::cold]] std::size_t sum(std::size_t a, std::size_t b) { return to.binary(Operation::add, a, b); }
    [[gnu::cold]] std::size_t product(std::size_t h, std::size_t by) { return fully_connected(to, h, by, GraphBuilder::none); }

    [[gnu::cold]] void step(std::size_t z)
    {
        if (kind == "LSTM") lstm(z);
        else if (kind == "GRU") gru(z);
        else state[0] = activate(begun() ? sum(z, product(state[0], weights)) : z, "activation", "tanh");
    }
    bool begun() const { return state[0] != GraphBuilder::none; }

    [[gnu::cold]] void lstm(std::size_t z)
    {
        const auto z_of = split(to, begun() ? sum(z, product(state[0], weights)) : z, 4);
        std::size_t c = mul(gate(z_of[0]), activate(z_of[2], "activation", "tanh"));
        if (begun()) c = sum(mul(gate(z_of[1]), state[1]), c);
        state = {mul(gate(z_of[3]), activate(c, "activation", "tanh")), c};
    }
    [[gnu::cold]] void gru(std::size_t z)
    {
        const auto z_of = split(to, z, 3);
        std::size_t u = z_of[0], r = z_of[1], g = z_of[2];
        if (resets) {
            if (begun()) {
                const auto h_of = split(to, product(state[0], weights), 2);
                u = sum(u, h_of[0]);
                g = sum(g, product(mul(gate(sum(r, h_of[1])), state[0]), last_weights));
            }
        }
        else if (begun() || recurrent_bias != GraphBuilder::none) {
            const std::size_t h = begun() ? fully_connected(to, state[0], weights, recurrent_bias)
                                          : to.binary(Operation::add, mul(z, to.number(0)), recurrent_bias);
            const auto h_of = split(to, h, 3);
            u = sum(u, h_of[0]);
            g = sum(g, mul(gate(sum(r, h_of[1])), h_of[2]));
        }
        u = gate(u);
        g = activate(g, "activation", "tanh");
        const std::size_t fresh = mul(to.binary(Operation::sub, to.number(1), u), g);
        state[0] = begun() ? sum(mul(u, state[0]), fresh) : fresh;
    }

    GraphBuilder& to;
    const LayerCall& call;
    std::string_view kind;
    Settings set;
    std::string_view name;
    std::size_t units, gates;
    bool backwards, resets;
    std::vector<float> recurrent_kernel;
    std::vector<std::size_t> sums, there;
    std::size_t weights = GraphBuilder::none, last_weights = GraphBuilder::none, recurrent_bias = GraphBuilder::none,
                zero = GraphBuilder::none;
    std::array<std::size_t, 2> state{GraphBuilder::none, GraphBuilder::none};
};

/// Outputs as a sequence, or the last of them.
[[gnu::cold]] inline std::size_t together(GraphBuilder& to, const std::vector<std::size_t>& outputs, bool sequences)
{
    if (!sequences) return outputs.back();
    Extents made = to.shape(outputs[0]);
    made.insert(made.begin() + 1, outputs.size());
    OperationOptions options;
    options.count = static_cast<std::int32_t>(outputs.size());
    options.axis = 1;
    return to.add(Operation::pack, outputs, std::move(made), std::move(options));
}

[[gnu::cold]] inline std::size_t write_recurrent(GraphBuilder& to, const LayerCall& call)
{
    if (call.layer.input[0] > most_steps)
        return refuse(
            to, call,
            internals::text_of({"has ", call.layer.input[0], " steps, of which at most ", most_steps, " are written out"}));
    const Settings set = call.settings();
    SequenceWriter writer(to, call, call.layer.kind, set, "", set.flag("go_backwards"));
    const std::size_t y = together(to, writer.write(), set.flag("return_sequences"));
    if (set.flag("return_sequences")) to.set_mask(y, to.mask(call.inputs[0]));
    return y;
}

[[gnu::cold]] inline std::size_t write_bidirectional(GraphBuilder& to, const LayerCall& call)
{
    const OptionValue* const inner = call.settings().find("layer");
    if (!inner || call.layer.input[0] > most_steps) return refuse(to, call, "has too many steps to be written out");
    const Settings set(inner->parts);
    const bool sequences = set.flag("return_sequences");
    SequenceWriter forward(to, call, inner->text, set, "forward_layer", false);
    const std::size_t a = together(to, forward.write(), sequences);
    SequenceWriter backward(to, call, inner->text, set, "backward_layer", true);
    std::vector<std::size_t> outputs = backward.write();
    if (sequences) std::reverse(outputs.begin(), outputs.end());
    const std::size_t b = together(to, outputs, sequences);
    const std::string_view merge = call.settings().text("merge_mode");
    std::size_t y;
    if (merge == "sum") y = to.binary(Operation::add, a, b);
    else if (merge == "mul") y = to.binary(Operation::mul, a, b);
    else if (merge == "ave") y = times(to, to.binary(Operation::add, a, b), 0.5);
    else y = to.concatenate({a, b}, to.shape(a).size() - 1);
    if (sequences) to.set_mask(y, to.mask(call.inputs[0]));
    return y;
}

}}}} // namespace lamina::lite::writing
