// lamina/trace/inner_plan.hpp: a plan inside of a block: made once for a type, run in the memory that a block is given.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/trace/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A plan of one input and one output as the passes of a block. `saved` holds the values between nodes and what nodes keep; `scratch` holds
/// these values in inference, and in the pass back their gradients.
template <class T> class InnerPlan {
public:
    [[gnu::cold]] explicit InnerPlan(Plan<T> of) : plan(std::move(of)), last(plan.outputs[0])
    {
        for (std::size_t v = 0; v < plan.values.size(); ++v) {
            add_to(once, std::size_t{0});
            add_to(masked, std::size_t{v == 0});
        }
        for (const auto& node : plan.nodes) {
            once[node.output] = node.once ? 1 : 0;
            most_inputs = std::max(most_inputs, node.inputs.size());
            for (const std::size_t v : node.inputs) {
                const Shape &from = plan.values[v], &to = plan.values[node.output];
                const bool steps_stay =
                    (node.joins_masks || node.passes_mask) && from.rank > 0 && to.rank > 0 && from[0] == to[0];
                if (steps_stay) masked[node.output] |= masked[v];
            }
        }
        for (const Shape& s : plan.values) widest = std::max(widest, s.size());
    }

    std::size_t saved(std::size_t n) const
    {
        std::size_t size = between(n);
        for (const auto& node : plan.nodes) size += padded<T>(node.saved(count(node.output, n)));
        return size;
    }
    std::size_t scratch(std::size_t n) const
    {
        return between(n) + padded<T>(n * plan.values[last].size()) + most_inputs * aside(n) + work(n);
    }

    void forward(const void* const* blocks, Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
    {
        if (n == 0) return;
        const Places at(*this, x, y, saved ? saved : scratch, n);
        T* kept = saved ? saved + between(n) : nullptr;
        T* const room = saved ? scratch : scratch + between(n);
        for (std::size_t k = 0; k < plan.nodes.size(); ++k) {
            const auto& node = plan.nodes[k];
            const std::size_t here = count(node.output, n);
            for (std::size_t i = 0; i < node.inputs.size(); ++i) at.in[i] = at.values[node.inputs[i]];
            node.forward(block_of(blocks, node), inside(mode, k, at), at.in, const_cast<T*>(at.values[node.output]), kept, room,
                         here);
            if (kept) kept += padded<T>(node.saved(here));
        }
    }

    /// Writes dx unless it is null, and adds to the gradients of variables.
    void backward(const void* const* blocks, const void* const* gradient_blocks, Mode mode, const T* x, const T* y,
                  const T* saved, const T* dy, T* dx, T* scratch, std::size_t n) const
    {
        if (n == 0) return;
        const Places at(*this, x, y, saved, n);
        const Borrowed<T*> gradients(plan.values.size() + most_inputs);
        T** const d = gradients.data();
        T** const din = d + plan.values.size();
        T* next = scratch;
        for (std::size_t v = 1; v < plan.values.size(); ++v) {
            d[v] = next;
            next += padded<T>(count(v, n) * plan.values[v].size());
        }
        d[0] = dx;
        T* const beside = next;
        T* const room = beside + most_inputs * aside(n);
        const Borrowed<bool> flags(2 * plan.values.size());
        bool *const wanted = flags.data(), *const written = wanted + plan.values.size();
        std::fill_n(wanted, 2 * plan.values.size(), false);
        wanted[0] = dx != nullptr;
        const auto learns = [&](const PlanNode<T>& node) {
            return mode.parameters && node.learns && node.learns(block_of(blocks, node));
        };
        for (const auto& node : plan.nodes) {
            bool some = learns(node);
            for (const std::size_t v : node.inputs) some = some || wanted[v];
            wanted[node.output] = some;
        }
        std::copy_n(dy, n * plan.values[last].size(), d[last]); // nodes that read it add to it
        written[last] = true;

        std::size_t end = between(n);
        for (const auto& node : plan.nodes) end += padded<T>(node.saved(count(node.output, n)));
        for (std::size_t k = plan.nodes.size(); k-- > 0;) {
            const auto& node = plan.nodes[k];
            const std::size_t o = node.output, here = count(o, n);
            end -= padded<T>(node.saved(here));
            if (!wanted[o]) continue;
            if (!written[o] && !node.penalizes_activity) continue;
            if (!written[o]) std::fill_n(d[o], here * plan.values[o].size(), T(0));
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                const std::size_t v = node.inputs[i];
                at.in[i] = at.values[v];
                bool again = written[v];
                for (std::size_t before = 0; before < i; ++before) again = again || node.inputs[before] == v;
                din[i] = !wanted[v] ? nullptr : again ? beside + i * aside(n) : d[v];
            }
            Mode inner = inside(mode, k, at);
            inner.parameters = learns(node);
            node.backward(block_of(blocks, node), const_cast<void*>(block_of(gradient_blocks, node)), inner, at.in, at.values[o],
                          saved + end, d[o], din, room, here);
            for (std::size_t i = 0; i < node.inputs.size(); ++i) {
                const std::size_t v = node.inputs[i];
                if (!din[i]) continue;
                if (din[i] != d[v]) kernels::add(din[i], d[v], count(v, n) * plan.values[v].size());
                written[v] = true;
            }
        }
        if (dx && !written[0]) std::fill_n(dx, n * plan.values[0].size(), T(0));
    }

private:
    /// Where values lie, with room for the inputs of a node and their masks.
    struct Places {
        Borrowed<const T*> pointers;
        Borrowed<const std::uint8_t*> mask_pointers;
        const T** values;
        const T** in;
        const std::uint8_t** masks;

        Places(const InnerPlan& of, const T* x, const T* y, const T* between, std::size_t n)
            : pointers(of.plan.values.size() + of.most_inputs), mask_pointers(of.most_inputs), values(pointers.data()),
              in(values + of.plan.values.size()), masks(mask_pointers.data())
        {
            values[0] = x;
            for (std::size_t v = 1; v < of.plan.values.size(); ++v) {
                values[v] = v == of.last ? y : between;
                if (v != of.last) between += padded<T>(of.count(v, n) * of.plan.values[v].size());
            }
        }
    };

    /// How many there are of a value among n samples.
    std::size_t count(std::size_t v, std::size_t n) const { return once[v] != 0 ? 1 : n; }
    /// The values between the input and the output.
    std::size_t between(std::size_t n) const
    {
        std::size_t size = 0;
        for (std::size_t v = 1; v < plan.values.size(); ++v)
            if (v != last) size += padded<T>(count(v, n) * plan.values[v].size());
        return size;
    }
    std::size_t aside(std::size_t n) const { return padded<T>(n * widest); }
    std::size_t work(std::size_t n) const
    {
        std::size_t most = 0;
        for (const auto& node : plan.nodes) most = std::max(most, padded<T>(node.scratch(count(node.output, n))));
        return most;
    }
    Mode inside(const Mode& mode, std::size_t k, const Places& at) const
    {
        Mode inner = mode.inside(k);
        inner.mask_out = nullptr;
        inner.only_masks = false;
        inner.masks = nullptr;
        if (mode.mask()) {
            const auto& inputs = plan.nodes[k].inputs;
            for (std::size_t i = 0; i < inputs.size(); ++i) at.masks[i] = masked[inputs[i]] != 0 ? mode.mask() : nullptr;
            inner.masks = at.masks;
        }
        return inner;
    }
    static const void* block_of(const void* const* blocks, const PlanNode<T>& node)
    {
        return node.block == no_position ? static_cast<const void*>(&node.number) : blocks[node.block];
    }

    Plan<T> plan;
    std::size_t last, most_inputs = 1, widest = 0;
    std::vector<std::size_t> once, masked; ///< of values 1: one for all samples; with the mask of the input
};

}}} // namespace lamina::internals
