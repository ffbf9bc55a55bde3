// lamina/trace/execution.hpp: a plan run over a chunk of samples, in an arena that is allocated once.
#pragma once

#include <lamina/blocks/step_mask.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/names.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/trace.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The number of samples that a pass takes at once. Fixed, so that sums do not depend on the number of threads.
inline constexpr std::size_t chunk = 32;

/// The same for a training step: half of them where more than half a mebibyte is kept for the pass back, so that it stays in the
/// second cache. The plan alone decides.
template <class T> [[gnu::cold]] std::size_t training_chunk(const Plan<T>& of)
{
    std::size_t kept = 0;
    for (const auto& node : of.nodes) kept += node.saved(chunk) * sizeof(T);
    return kept > 512 * 1024 ? chunk / 2 : chunk;
}

/// The values of a plan for up to `chunk` samples, for training up to `training_chunk`, with their gradients and what nodes keep.
///
/// It runs the plan on any blocks of the same kind: those of the model, or of a clone.
template <class T> class Execution {
public:
    /// `seen_through` has for each output whether its logits are wanted, or is null. `at_once` is how many samples it must take,
    /// where that is more than a chunk.
    [[gnu::cold]] Execution(const Plan<T>& of, bool trains, const bool* seen_through = nullptr, std::size_t at_once = 0)
        : plan(of), samples(std::max(at_once, trains ? training_chunk(of) : chunk))
    {
        std::size_t end = 0, widest_scratch = 0, most_inputs = 1, widest = 0;
        const auto take = [&](std::size_t n) {
            const std::size_t at = end;
            end += padded<T>(n);
            return at;
        };
        for (std::size_t v = 0; v < plan.values.size(); ++v) append(shares, samples);
        for (const auto& node : plan.nodes)
            if (node.once) shares[node.output] = 1;
        for (std::size_t v = 0; v < plan.values.size(); ++v) {
            const Shape& s = plan.values[v];
            append(values, take(shares[v] * s.size()));
            append(gradients, trains ? take(shares[v] * s.size()) : 0);
            append(written, 0);
            append(wanted, 0);
            append(masks, no_position);
            append(mask_makers, no_position);
            append(mask_steps, 0);
            widest = std::max(widest, s.size());
        }
        for (std::size_t k = 0; k < plan.nodes.size(); ++k) {
            const auto& node = plan.nodes[k];
            append(kept, trains ? take(node.saved(samples)) : 0);
            widest_scratch = std::max(widest_scratch, node.scratch(samples));
            most_inputs = std::max(most_inputs, node.inputs.size());
            const auto make_mask = [&](std::size_t steps) {
                masks[node.output] = take(mask_size<T>(steps, samples));
                mask_makers[node.output] = k;
                mask_steps[node.output] = steps;
                has_masks = true;
            };
            if (node.mask_steps > 0) make_mask(node.mask_steps);
            else if (node.passes_mask) pass_mask(node.inputs[0], node.output);
            else if (node.joins_masks)
                for (const std::size_t v : node.inputs) {
                    if (!is_masked_as(v, node.output)) continue;
                    if (masks[node.output] == no_position) pass_mask(v, node.output);
                    else if (masks[v] != masks[node.output] && mask_makers[node.output] != k) make_mask(mask_steps[v]);
                }
        }
        for (const std::size_t v : plan.outputs)
            if (mask_makers[v] != no_position) mask_nodes = std::max(mask_nodes, mask_makers[v] + 1);
        scratch = take(widest_scratch);
        for (std::size_t i = 0; i < plan.outputs.size(); ++i) {
            const std::size_t size = samples * plan.output_shape(i).size();
            const bool through = seen_through && seen_through[i];
            append(logit_values, through ? take(size) : no_position);
            append(logit_gradients, through && trains && is_read(plan, i) ? take(size) : gradients[plan.outputs[i]]);
        }
        if (trains && plan.nodes.size() > 1)
            for (std::size_t i = 0; i < most_inputs; ++i) append(aside, take(samples * widest));
        arena.reserve(end);
        in.reserve(most_inputs);
        din.reserve(most_inputs);
        mask_in.reserve(most_inputs);
    }

    /// The most samples that it takes.
    std::size_t capacity() const { return samples; }

    T* value(std::size_t v) { return arena.data() + values[v]; }
    /// Whether an output has a mask, and that of one; of none it is empty.
    bool has_output_masks() const { return mask_nodes > 0; }
    StepMask output_mask(std::size_t i = 0)
    {
        const std::size_t v = plan.outputs[i];
        if (masks[v] == no_position) return {};
        return {mask_of(v), mask_steps[v]};
    }
    T* input(std::size_t i = 0) { return value(i); }
    T* output(std::size_t i = 0) { return value(plan.outputs[i]); }
    /// What the last activation of an output was given; null where it is not kept.
    const T* output_logits(std::size_t i = 0)
    {
        return logit_values[i] == no_position ? nullptr : arena.data() + logit_values[i];
    }
    /// Where the gradient of an output, or of its logits, is put before `backward`.
    T* output_gradient(std::size_t i = 0, bool of_logits = false)
    {
        return arena.data() + (of_logits ? logit_gradients[i] : gradients[plan.outputs[i]]);
    }

    /// n samples from the inputs x[0], x[1], … to the outputs y[0], y[1], …; training keeps what backward needs. `y` may be null:
    /// then the outputs stay in the arena. Where only masks are wanted it ends with the last node that makes one of an output.
    [[gnu::cold, gnu::noinline]] void forward(std::span<const void* const> blocks, Mode mode, const T* const* x, T* const* y,
                                              std::size_t n)
    {
        const std::size_t end = mode.only_masks ? mask_nodes : plan.nodes.size();
        for (std::size_t k = 0; k < end; ++k) {
            const auto& node = plan.nodes[k];
            for (std::size_t i = 0; i < node.inputs.size(); ++i) in[i] = read(node.inputs[i], x, y);
            Mode inner = with_masks(mode.inside(k), node);
            inner.only_masks = mode.only_masks && k + 1 == end; // what is before it is read
            T* const saved = mode.training ? arena.data() + kept[k] : nullptr;
            const std::size_t o = output_of_value(node.output);
            if (o != no_position && logit_values[o] != no_position)
                node.forward_with_logits(block_of(blocks, node), inner, in.data(), place(node.output, y),
                                         arena.data() + logit_values[o], saved, arena.data() + scratch, n);
            else
                node.forward(block_of(blocks, node), inner, in.data(), place(node.output, y), saved, arena.data() + scratch,
                             count_of(node.output, n));
            if (node.joins_masks && mask_makers[node.output] == k) join_masks(node, n);
        }
    }

    /// Adds the parameters' gradients to `gradient_blocks`, blocks of a model that may be changed. Where fused[i] names an activation,
    /// the gradient of output i is that of its logits; a node that reads the output as well goes back through the activation.
    [[gnu::cold, gnu::noinline]] void backward(std::span<const void* const> blocks, std::span<const void* const> gradient_blocks,
                                               Mode mode, const T* const* x, std::size_t n, const output_activation* fused)
    {
        for (std::size_t& known : written) known = 0;
        // The gradient of a value is wanted where a block before it is learned.
        for (const auto& node : plan.nodes) {
            bool some = node.learns && node.learns(block_of(blocks, node));
            for (const std::size_t v : node.inputs) some = some || wanted[v];
            wanted[node.output] = some;
        }
        for (std::size_t i = 0; i < plan.outputs.size(); ++i)
            written[plan.outputs[i]] = fused[i] == output_activation::none || logit_gradients[i] == gradients[plan.outputs[i]];
        for (std::size_t k = plan.nodes.size(); k-- > 0;) {
            const auto& node = plan.nodes[k];
            if (!wanted[node.output]) continue;
            Mode inner = with_masks(mode.inside(k), node);
            inner.parameters = node.learns && node.learns(block_of(blocks, node));
            const auto back = [&](typename PlanNode<T>::Backward through, std::size_t dout) {
                for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                    const std::size_t v = node.inputs[i];
                    in[i] = read(v, x, nullptr);
                    bool again = written[v] != 0;
                    for (std::size_t before = 0; before < i; ++before) again = again || node.inputs[before] == v;
                    din[i] = v < plan.inputs || !wanted[v] ? nullptr : arena.data() + (again ? aside[i] : gradients[v]);
                }
                through(block_of(blocks, node), const_cast<void*>(block_of(gradient_blocks, node)), inner, in.data(),
                        value(node.output), arena.data() + kept[k], arena.data() + dout, din.data(), arena.data() + scratch,
                        count_of(node.output, n));
                for (std::size_t i = 0; i < node.inputs.size(); ++i) add_up(node.inputs[i], din[i], n);
            };
            const std::size_t o = output_of_value(node.output), dout = gradients[node.output];
            const bool from_logits = o != no_position && fused[o] != output_activation::none;
            if (node.penalizes_activity && o == no_position && !written[node.output]) {
                std::fill_n(arena.data() + dout, n * plan.values[node.output].size(), T(0));
                written[node.output] = 1;
            }
            if (written[node.output] && !(from_logits && logit_gradients[o] == dout)) back(node.backward, dout);
            if (from_logits) back(node.backward_from_logits, logit_gradients[o]);
        }
    }

    /// What output i ends in.
    [[gnu::cold]] static output_activation ends_in(const Plan<T>& of, std::size_t i = 0)
    {
        for (const auto& node : of.nodes)
            if (node.output == of.outputs[i]) return node.ends_in;
        return output_activation::none;
    }

    /// Whether it can be seen through to the logits.
    [[gnu::cold]] static bool hands_out_logits(const Plan<T>& of, std::size_t i = 0)
    {
        for (const auto& node : of.nodes)
            if (node.output == of.outputs[i]) return node.forward_with_logits != nullptr;
        return false;
    }

private:
    [[gnu::cold, gnu::noinline]] static void append(std::vector<std::size_t>& list, std::size_t place) { list.push_back(place); }

    /// The mode of a node, with the masks of its inputs and the place of the one that it makes.
    Mode with_masks(Mode mode, const PlanNode<T>& node)
    {
        if (!has_masks) return mode;
        for (std::size_t i = 0; i < node.inputs.size(); ++i) mask_in[i] = mask_of(node.inputs[i]);
        mode.masks = mask_in.data();
        mode.mask_out = node.mask_steps > 0 ? mask_of(node.output) : nullptr;
        return mode;
    }

    std::uint8_t* mask_of(std::size_t v)
    {
        return masks[v] == no_position ? nullptr : reinterpret_cast<std::uint8_t*>(arena.data() + masks[v]);
    }
    void pass_mask(std::size_t from, std::size_t to)
    {
        masks[to] = masks[from];
        mask_makers[to] = mask_makers[from];
        mask_steps[to] = mask_steps[from];
    }
    /// Whether a value has a mask, of as many steps as another value has.
    bool is_masked_as(std::size_t v, std::size_t other) const
    {
        return masks[v] != no_position && plan.values[other].rank > 0 && plan.values[other][0] == mask_steps[v];
    }
    [[gnu::cold]] void join_masks(const PlanNode<T>& node, std::size_t n)
    {
        std::uint8_t* const joined = mask_of(node.output);
        std::fill_n(joined, n * mask_steps[node.output], std::uint8_t{1});
        for (const std::size_t v : node.inputs)
            for (std::size_t i = 0; is_masked_as(v, node.output) && i < n * mask_steps[v]; ++i)
                joined[i] = joined[i] && mask_of(v)[i];
    }

    /// Whether a node reads an output.
    [[gnu::cold]] static bool is_read(const Plan<T>& of, std::size_t i)
    {
        for (const auto& node : of.nodes)
            if (contains(node.inputs, of.outputs[i])) return true;
        return false;
    }

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

    static const void* block_of(std::span<const void* const> blocks, const PlanNode<T>& node)
    {
        return node.block == no_position ? &node.number : blocks[node.block];
    }

    /// How many there are of a value among n samples.
    std::size_t count_of(std::size_t v, std::size_t n) const { return std::min(shares[v], n); }

    /// The first reader of a value writes its gradient, later ones add to it.
    void add_up(std::size_t v, const T* from, std::size_t n)
    {
        if (!from) return;
        T* const to = arena.data() + gradients[v];
        if (from != to) kernels::add(from, to, count_of(v, n) * plan.values[v].size());
        written[v] = 1;
    }

    const Plan<T>& plan;
    const std::size_t samples;
    Aligned<T> arena;
    std::vector<std::size_t> values, gradients, kept, aside, logit_values, logit_gradients;
    std::vector<std::size_t> shares;  // how many of a value there are at most: 1 where it is one for all samples
    std::vector<std::size_t> written; // 1 for a value whose gradient is there
    std::vector<std::size_t> wanted;  // 1 for a value whose gradient somebody needs
    Aligned<const T*> in;             // a std::vector of each takes longer to compile
    Aligned<T*> din;
    std::vector<std::size_t> masks;       // where the mask of a value lies, no_position where it has none
    std::vector<std::size_t> mask_makers; // the node that made it
    std::vector<std::size_t> mask_steps;  // how many steps it has
    std::size_t mask_nodes = 0;           // the first nodes, which make those of the outputs
    Aligned<const std::uint8_t*> mask_in;
    bool has_masks = false;
    std::size_t scratch = 0;
};

}}} // namespace lamina::internals
