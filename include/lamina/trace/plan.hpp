// lamina/trace/plan.hpp: what a model computes, written down: nodes in the order of the computation and the values between them.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/parts.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

inline constexpr std::size_t no_position = ~std::size_t{0};

/// What a function is set to besides its number: the parameters of an activation, the axes of a reduction.
struct FunctionSettings {
    struct Entry {
        std::string_view name{};
        double value = 0, usual = 0;
        bool has_usual = false;
    };
    Entry entries[8]{};
    std::size_t count = 0;

    /// As the lists of options of blocks/option_list.hpp are called; what is no number is left out.
    template <class V, class... Usual> [[gnu::cold]] void operator()(std::string_view name, const V& value, const Usual&... usual)
    {
        if constexpr (std::is_arithmetic_v<V>) {
            Entry& entry = entries[count++];
            entry.name = name;
            entry.value = static_cast<double>(value);
            if constexpr ((std::is_arithmetic_v<Usual> && ...) && sizeof...(Usual) == 1) {
                entry.usual = (static_cast<double>(usual) + ...);
                entry.has_usual = true;
            }
        }
    }
};

/// One step of a plan: a block or a function, the values it reads and the one it writes. The functions take the block, or of a
/// function its number, and pointers to the inputs of a chunk; a gradient that is not wanted is null.
template <class T> struct PlanNode {
    std::size_t block =
        no_position; ///< the position of the block, or variable, in the walk over the model; no_position for a function
    std::vector<std::size_t> inputs;
    std::size_t output = no_position;
    std::size_t (*saved)(std::size_t n) = nullptr;
    std::size_t (*scratch)(std::size_t n) = nullptr;
    void (*forward)(const void* block, Mode, const T* const* in, T* out, T* saved, T* scratch, std::size_t n) = nullptr;
    using Backward = void (*)(const void* block, void* gradient, Mode, const T* const* in, const T* out, const T* saved,
                              const T* dout, T* const* din, T* scratch, std::size_t n);
    Backward backward = nullptr;
    /// Where the last activation can be seen through: forward that writes its logits too, and the pass back from their gradient.
    void (*forward_with_logits)(const void* block, Mode, const T* const* in, T* out, T* logits, T* saved, T* scratch,
                                std::size_t n) = nullptr;
    Backward backward_from_logits = nullptr;
    output_activation ends_in = output_activation::none;
    bool (*learns)(const void* block) = nullptr; ///< whether training changes the block; null for a function
    bool across_batch = false;                   ///< it looks at a whole batch at once
    std::size_t whole_below = 0;                 ///< its first input holds whole numbers below that; 0: any numbers
    std::size_t mask_steps = 0;                  ///< of the mask that it makes, or 0
    bool passes_mask = false;                    ///< its output has the mask of its first input
    bool penalizes_activity = false;             ///< it adds to the loss itself, also where nobody reads its output
    bool joins_masks = false;      ///< a step of its output is there where it is in all of its inputs that have a mask
    std::size_t multiply_adds = 0; ///< of a sample
    double number = 0;             ///< of a function that computes with one: the 2 of `2 * h`
    std::string_view function{};   ///< the name of a function; of a block nothing
    void (*settings)(FunctionSettings& to) = nullptr; ///< lists what the function is set to; null where that is nothing
    bool once = false; ///< its output is of no sample, but one for all: it is computed of variables alone
};

/// The nodes of a model in the order of its computation, and the values between them. The first values are the model's inputs.
template <class T> struct Plan {
    std::vector<Shape> values;
    std::vector<PlanNode<T>> nodes;
    std::size_t inputs = 1;
    std::vector<std::size_t> outputs; ///< values that nodes write, each another one
    std::vector<const void*> blocks;  ///< where the traced model's blocks lie, in the order of the walk

    const Shape& input_shape(std::size_t i = 0) const { return values[i]; }
    const Shape& output_shape(std::size_t i = 0) const { return values[outputs[i]]; }

    [[gnu::cold]] std::size_t add_value(const Shape& s)
    {
        add_to(values, s);
        return values.size() - 1;
    }

    /// A node that reads some values; `block` is no_position where it is a function. Gives the value that it writes.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): the inputs are moved
    [[gnu::cold]] std::size_t add_node(PlanNode<T> node, std::size_t block, std::vector<std::size_t> inputs_of_node,
                                       const Shape& out)
    {
        node.block = block;
        node.inputs = std::move(inputs_of_node);
        node.output = add_value(out);
        nodes.push_back(std::move(node));
        return nodes.back().output;
    }

    [[gnu::cold]] bool across_batch() const
    {
        for (const auto& node : nodes)
            if (node.across_batch) return true;
        return false;
    }

    [[gnu::cold]] std::size_t position_of(const void* block, std::string_view what = "called a block") const
    {
        std::size_t position = 0;
        while (position < blocks.size() && blocks[position] != block) ++position;
        if (position == blocks.size())
            fail({"a model's operator() ", what,
                  " that is no part of the model; make it a field, in aggregates without constructors, so that it can be trained "
                  "and saved"});
        return position;
    }
};

/// Calls `f(place)` for every block inside of a part of a model and every variable outside of them, in the order of its fields. What is
/// inside of a block is its own business; of one that is its formula it comes first, and then the block.
template <class Part, class F> void for_each_block_or_variable(Part& part, F&& f)
{
    using P = std::remove_const_t<Part>;
    if constexpr (is_variable<P> || (AnyBlock<P> && !FormulaBlock<P>)) f(part);
    else {
        for_each_part(part, [&](std::string_view, auto& inner) { for_each_block_or_variable(inner, f); });
        if constexpr (FormulaBlock<P>) f(part);
    }
}

/// The same for a model: what a plan's nodes are, and a block that is the whole of it.
template <class M, class F> void for_each_block(M& model, F&& f)
{
    if constexpr (AnyBlock<std::remove_const_t<M>>) f(model);
    else for_each_block_or_variable(model, f);
}

/// What a block says of itself, without its passes.
template <class T, class B> [[gnu::cold]] PlanNode<T> node_without_passes()
{
    PlanNode<T> node;
    node.saved = [](std::size_t n) { return saved_of<B>(n); };
    node.scratch = [](std::size_t n) { return scratch_of<B>(n); };
    node.learns = [](const void* block) { return internals::learns(*static_cast<const B*>(block)); };
    node.across_batch = across_batch_of<B>();
    node.whole_below = whole_below_of<B>();
    node.mask_steps = mask_steps_of<B>();
    node.passes_mask = passes_mask_of<B>();
    node.penalizes_activity = penalizes_activity_of<B>();
    node.multiply_adds = multiply_adds_of<B>();
    if constexpr (requires { B::ends_in; }) node.ends_in = B::ends_in;
    return node;
}

/// The node of a block of several inputs.
template <class T, JoiningBlock B> [[gnu::cold]] PlanNode<T> joining_node()
{
    PlanNode<T> node = node_without_passes<T, B>();
    node.forward = [](const void* block, Mode mode, const T* const* in, T* out, T* saved, T* scratch, std::size_t n) {
        static_cast<const B*>(block)->forward(mode, in, out, saved, scratch, n);
    };
    node.backward = [](const void* block, void* gradient, Mode mode, const T* const* in, const T* out, const T* saved,
                       const T* dout, T* const* din, T* scratch, std::size_t n) {
        static_cast<const B*>(block)->backward(mode, in, out, saved, dout, din, *static_cast<B*>(gradient), scratch, n);
    };
    return node;
}

/// The node of a block. One that reads the model's input and nothing else never gives a gradient of it.
template <class T, class B, bool First = false> [[gnu::cold]] PlanNode<T> node_of()
{
    PlanNode<T> node = node_without_passes<T, B>();
    node.forward = [](const void* block, Mode mode, const T* const* in, T* out, T* saved, T* scratch, std::size_t n) {
        const B& b = *static_cast<const B*>(block);
        if constexpr (TakesLogits<B>) // one pass is compiled for both
            b.forward_with_logits(mode, in[0], out, static_cast<T*>(nullptr), saved, scratch, n);
        else b.forward(mode, in[0], out, saved, scratch, n);
    };
    node.backward = [](const void* block, void* gradient, Mode mode, const T* const* in, const T* out, const T* saved,
                       const T* dout, T* const* din, T* scratch, std::size_t n) {
        const B& b = *static_cast<const B*>(block);
        B& g = *static_cast<B*>(gradient);
        if constexpr (First && requires { b.backward_parameters(false, mode, in[0], out, saved, dout, g, scratch, n); })
            b.backward_parameters(false, mode, in[0], out, saved, dout, g, scratch, n);
        else b.backward(mode, in[0], out, saved, dout, First ? nullptr : din[0], g, scratch, n);
    };
    if constexpr (TakesLogits<B>) {
        node.forward_with_logits = [](const void* block, Mode mode, const T* const* in, T* out, T* logits, T* saved, T* scratch,
                                      std::size_t n) {
            static_cast<const B*>(block)->forward_with_logits(mode, in[0], out, logits, saved, scratch, n);
        };
        node.backward_from_logits = [](const void* block, void* gradient, Mode mode, const T* const* in, const T* out,
                                       const T* saved, const T* dout, T* const* din, T* scratch, std::size_t n) {
            const B& b = *static_cast<const B*>(block);
            B& g = *static_cast<B*>(gradient);
            if constexpr (First && requires { b.backward_parameters(true, mode, in[0], out, saved, dout, g, scratch, n); })
                b.backward_parameters(true, mode, in[0], out, saved, dout, g, scratch, n);
            else b.backward_from_logits(mode, in[0], out, saved, dout, First ? nullptr : din[0], g, scratch, n);
        };
    }
    return node;
}

/// The node of a function on symbols; it keeps nothing and works in no room.
template <class T>
[[gnu::cold]] PlanNode<T> function_node(decltype(PlanNode<T>::forward) forward, typename PlanNode<T>::Backward backward)
{
    PlanNode<T> node;
    node.saved = node.scratch = [](std::size_t) { return std::size_t{0}; };
    node.forward = forward;
    node.backward = backward;
    return node;
}

}}} // namespace lamina::internals
