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

/// The same for a training step: half of them where more than half a mebibyte is kept for the pass back, so that it stays in the
/// second cache. The plan alone decides.
template <class T>
[[gnu::cold]] std::size_t training_chunk(const Plan<T>& of)
{
    std::size_t kept = 0;
    for (const auto& node : of.nodes) kept += node.saved(chunk) * sizeof(T);
    return kept > 512 * 1024 ? chunk / 2 : chunk;
}

/// The values of a plan for up to `chunk` samples, for training up to `training_chunk`, with their gradients and what nodes keep.
///
/// It runs the plan on any blocks of the same kind: those of the model, or of a clone.
template <class T>
class Execution {
public:
    [[gnu::cold]] Execution(const Plan<T>& of, bool trains) : plan(of)
    {
        const std::size_t samples = trains ? training_chunk(of) : chunk;
        std::size_t end = 0, widest_scratch = 0, most_inputs = 1, widest = 0;
        const auto take = [&](std::size_t n) {
            const std::size_t at = end;
            end += padded<T>(n);
            return at;
        };
        for (const auto& s : plan.values) {
            append(values, take(samples * s.size()));
            append(gradients, trains ? take(samples * s.size()) : 0);
            append(written, 0);
            widest = std::max(widest, s.size());
        }
        for (const auto& node : plan.nodes) {
            append(kept, trains ? take(node.saved(samples)) : 0);
            widest_scratch = std::max(widest_scratch, node.scratch(samples));
            most_inputs = std::max(most_inputs, node.inputs.size());
        }
        scratch = take(widest_scratch);
        if (trains && plan.nodes.size() > 1)
            for (std::size_t i = 0; i < most_inputs; ++i) append(aside, take(samples * widest));
        arena.reserve(end);
        in.reserve(most_inputs);
        din.reserve(most_inputs);
    }

    T* value(std::size_t v) { return arena.data() + values[v]; }
    T* input(std::size_t i = 0) { return value(i); }
    T* output(std::size_t i = 0) { return value(plan.outputs[i]); }
    /// Where the gradient of an output is put before `backward`.
    T* output_gradient(std::size_t i = 0) { return arena.data() + gradients[plan.outputs[i]]; }

    /// n samples from the inputs x[0], x[1], … to the outputs y[0], y[1], …; training keeps what backward needs. `y` may be null:
    /// then the outputs stay in the arena.
    [[gnu::cold, gnu::noinline]] void forward(std::span<const void* const> blocks, Mode mode, const T* const* x, T* const* y,
                                              std::size_t n)
    {
        for (std::size_t k = 0; k < plan.nodes.size(); ++k) {
            const auto& node = plan.nodes[k];
            for (std::size_t i = 0; i < node.inputs.size(); ++i) in[i] = read(node.inputs[i], x, y);
            node.forward(block_of(blocks, node), mode.inside(k), in.data(), place(node.output, y),
                         mode.training ? arena.data() + kept[k] : nullptr, arena.data() + scratch, n);
        }
    }

    /// Adds the parameters' gradients to `gradient_blocks`, blocks of a model that may be changed. Where fused[i] names an activation,
    /// the gradient of output i is that of its logits.
    [[gnu::cold, gnu::noinline]] void backward(std::span<const void* const> blocks, std::span<const void* const> gradient_blocks,
                                               Mode mode, const T* const* x, std::size_t n, const logits* fused)
    {
        for (std::size_t& known : written) known = 0;
        for (const std::size_t v : plan.outputs) written[v] = 1;
        for (std::size_t k = plan.nodes.size(); k-- > 0;) {
            const auto& node = plan.nodes[k];
            if (!written[node.output]) continue;
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                const std::size_t v = node.inputs[i];
                in[i] = read(v, x, nullptr);
                bool again = written[v] != 0;
                for (std::size_t before = 0; before < i; ++before) again = again || node.inputs[before] == v;
                din[i] = v < plan.inputs ? nullptr : arena.data() + (again ? aside[i] : gradients[v]);
            }
            const std::size_t o = output_of_value(node.output);
            (o != no_position && fused[o] != logits::none ? node.backward_from_logits : node.backward)(
                block_of(blocks, node), const_cast<void*>(block_of(gradient_blocks, node)), mode.inside(k), in.data(),
                value(node.output), arena.data() + kept[k], arena.data() + gradients[node.output], din.data(),
                arena.data() + scratch, n);
            for (std::size_t i = 0; i < node.inputs.size(); ++i) add_up(node.inputs[i], din[i], n);
        }
    }

    /// What output i ends in, where nothing else reads it: its gradient may be given for the logits then.
    [[gnu::cold]] static logits ends_in(const Plan<T>& of, std::size_t i = 0)
    {
        logits offers = logits::none;
        for (const auto& node : of.nodes) {
            if (node.output == of.outputs[i]) offers = node.ends_in;
            if (contains(node.inputs, of.outputs[i])) return logits::none;
        }
        return offers;
    }

private:
    [[gnu::cold, gnu::noinline]] static void append(std::vector<std::size_t>& list, std::size_t place) { list.push_back(place); }

    /// The output that a value is, or no_position.
    std::size_t output_of_value(std::size_t v) const
    {
        for (std::size_t i = 0; i < plan.outputs.size(); ++i)
            if (plan.outputs[i] == v) return i;
        return no_position;
    }
    T* place(std::size_t v, T* const* y)
    {
        const std::size_t o = y ? output_of_value(v) : no_position;
        return o != no_position ? y[o] : value(v);
    }
    const T* read(std::size_t v, const T* const* x, T* const* y) { return v < plan.inputs ? x[v] : place(v, y); }

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
        written[v] = 1;
    }

    const Plan<T>& plan;
    Aligned<T> arena;
    std::vector<std::size_t> values, gradients, kept, aside;
    std::vector<std::size_t> written; // 1 for a value whose gradient is there
    Aligned<const T*> in;             // a std::vector of each takes longer to compile
    Aligned<T*> din;
    std::size_t scratch = 0;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
