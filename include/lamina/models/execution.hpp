// lamina/models/execution.hpp: a plan run over a chunk of samples, in an arena that is allocated once.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/models/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The number of samples that a pass takes at once. Fixed, so that sums do not depend on the number of threads.
inline constexpr std::size_t chunk = 32;

/// The values of a plan for up to `chunk` samples and, for training, their gradients and what nodes keep.
///
/// It runs the plan on any blocks of the same kind: those of the model, or of a clone.
template <class T>
class Execution {
public:
    [[gnu::cold]] Execution(const Plan<T>& of, bool trains) : plan(of)
    {
        std::size_t end = 0, widest_scratch = 0, most_inputs = 1, widest = 0;
        const auto take = [&](std::size_t n) {
            const std::size_t at = end;
            end += padded<T>(n);
            return at;
        };
        for (const auto& s : plan.values) {
            append(values, take(chunk * s.size()));
            append(gradients, trains ? take(chunk * s.size()) : 0);
            widest = std::max(widest, s.size());
        }
        for (const auto& node : plan.nodes) {
            append(kept, trains ? take(node.saved(chunk)) : 0);
            widest_scratch = std::max(widest_scratch, node.scratch(chunk));
            most_inputs = std::max(most_inputs, node.inputs.size());
        }
        scratch = take(widest_scratch);
        if (trains && plan.nodes.size() > 1)
            for (std::size_t i = 0; i < most_inputs; ++i) append(aside, take(chunk * widest));
        arena.reserve(end);
        in.resize(most_inputs);
        din.resize(most_inputs);
        written.resize(plan.values.size());
    }

    T* value(std::size_t v) { return arena.data() + values[v]; }
    T* input() { return value(0); }
    T* output() { return value(plan.output); }
    /// Where the gradient of the output is put before `backward`.
    T* output_gradient() { return arena.data() + gradients[plan.output]; }

    /// n samples from `x` to `y`; training keeps what backward needs. `y` may be null: then the output stays in the arena.
    [[gnu::cold, gnu::noinline]] void forward(std::span<const void* const> blocks, Mode mode, const T* x, T* y, std::size_t n)
    {
        for (std::size_t k = 0; k < plan.nodes.size(); ++k) {
            const auto& node = plan.nodes[k];
            for (std::size_t i = 0; i < node.inputs.size(); ++i) in[i] = node.inputs[i] == 0 ? x : place(node.inputs[i], y);
            node.forward(block_of(blocks, node), mode.inside(k), in.data(), place(node.output, y),
                         mode.training ? arena.data() + kept[k] : nullptr, arena.data() + scratch, n);
        }
    }

    /// Adds the parameters' gradients to `gradient_blocks`. With `from_logits` the output's gradient is that of the logits.
    [[gnu::cold, gnu::noinline]] void backward(std::span<const void* const> blocks, std::span<void* const> gradient_blocks,
                                               Mode mode, const T* x, std::size_t n, bool from_logits)
    {
        std::fill(written.begin(), written.end(), false);
        written[plan.output] = true;
        for (std::size_t k = plan.nodes.size(); k-- > 0;) {
            const auto& node = plan.nodes[k];
            if (!written[node.output]) continue;
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                const std::size_t v = node.inputs[i];
                in[i] = v == 0 ? x : value(v);
                bool again = written[v] != 0;
                for (std::size_t before = 0; before < i; ++before) again = again || node.inputs[before] == v;
                din[i] = v == 0 ? nullptr : arena.data() + (again ? aside[i] : gradients[v]);
            }
            const bool logits = from_logits && node.output == plan.output;
            (logits ? node.backward_from_logits
                    : node.backward)(block_of(blocks, node), node.block == no_position ? nullptr : gradient_blocks[node.block],
                                     mode.inside(k), in.data(), value(node.output), arena.data() + kept[k],
                                     arena.data() + gradients[node.output], din.data(), arena.data() + scratch, n);
            for (std::size_t i = 0; i < node.inputs.size(); ++i) add_up(node.inputs[i], din[i], n);
        }
    }

    /// What the output ends in, where nothing else reads it: its gradient may be given for the logits then.
    static logits ends_in(const Plan<T>& of)
    {
        logits offers = logits::none;
        for (const auto& node : of.nodes) {
            if (node.output == of.output) offers = node.ends_in;
            if (std::find(node.inputs.begin(), node.inputs.end(), of.output) != node.inputs.end()) return logits::none;
        }
        return offers;
    }

private:
    [[gnu::cold, gnu::noinline]] static void append(std::vector<std::size_t>& list, std::size_t place) { list.push_back(place); }

    T* place(std::size_t v, T* y) { return v == plan.output && y ? y : value(v); }

    static const void* block_of(std::span<const void* const> blocks, const Node<T>& node)
    {
        return node.block == no_position ? nullptr : blocks[node.block];
    }

    /// A value with one reader is written in place; further readers are added to it.
    void add_up(std::size_t v, const T* from, std::size_t n)
    {
        if (!from) return;
        T* const to = arena.data() + gradients[v];
        if (from != to) kernels::add(from, to, n * plan.values[v].size());
        written[v] = true;
    }

    const Plan<T>& plan;
    Aligned<T> arena;
    std::vector<std::size_t> values, gradients, kept, aside;
    std::vector<const T*> in;
    std::vector<T*> din;
    std::vector<char> written;
    std::size_t scratch = 0;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
