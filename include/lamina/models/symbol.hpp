// lamina/models/symbol.hpp: what a model's operator() receives while it is traced, and the plan that it writes.
//
// Every block and every function on symbols appends a node. A Sequential is one node.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/layers/block.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina::inline LAMINA_ARCHITECTURE {

inline constexpr std::size_t no_position = ~std::size_t{0};

/// One step of a plan: a block or a function, the values it reads and the one it writes. The functions take the block, or
/// null, and pointers to the inputs of a chunk; a gradient that is not wanted is null.
template <class T>
struct Node {
    std::size_t block = no_position; ///< the position of the block in the walk over the model; no_position for a function
    std::vector<std::size_t> inputs;
    std::size_t output = no_position;
    std::size_t (*saved)(std::size_t n) = nullptr;
    std::size_t (*scratch)(std::size_t n) = nullptr;
    void (*forward)(const void* block, Mode, const T* const* in, T* out, T* saved, T* scratch, std::size_t n) = nullptr;
    using Backward = void (*)(const void* block, void* gradient, Mode, const T* const* in, const T* out, const T* saved,
                              const T* dout, T* const* din, T* scratch, std::size_t n);
    Backward backward = nullptr;
    Backward backward_from_logits = nullptr;
    logits ends_in = logits::none; ///< what the gradient of the logits goes back through
    std::size_t multiply_adds = 0; ///< of a sample
};

/// The nodes of a model in the order of its computation, and the values between them. The first values are the model's inputs.
template <class T>
struct Plan {
    std::vector<shape> values;
    std::vector<Node<T>> nodes;
    std::size_t inputs = 1;
    std::vector<std::size_t> outputs; ///< values that nodes write, each another one
    std::vector<const void*> blocks;  ///< where the traced model's blocks lie, in the order of the walk

    const shape& input_shape(std::size_t i = 0) const { return values[i]; }
    const shape& output_shape(std::size_t i = 0) const { return values[outputs[i]]; }

    [[gnu::cold]] std::size_t add_value(const shape& s)
    {
        values.push_back(s);
        return values.size() - 1;
    }

    /// A node that reads some values; `block` is no_position where it is a function. Gives the value that it writes.
    // NOLINTNEXTLINE(performance-unnecessary-value-param): the inputs are moved
    [[gnu::cold]] std::size_t add_node(Node<T> node, std::size_t block, std::vector<std::size_t> inputs_of_node, const shape& out)
    {
        node.block = block;
        node.inputs = std::move(inputs_of_node);
        node.output = add_value(out);
        nodes.push_back(std::move(node));
        return nodes.back().output;
    }

    [[gnu::cold]] std::size_t position_of(const void* block) const
    {
        std::size_t position = 0;
        while (position < blocks.size() && blocks[position] != block) ++position;
        if (position == blocks.size())
            fail({"a model's operator() called a block that is no part of the model; make it a field, in aggregates without "
                  "constructors, so that it can be trained and saved"});
        return position;
    }
};

/// What a model's operator() receives while it is traced: a value that has a shape and no numbers.
template <class T, shape S>
struct Symbol {
    static constexpr shape extents = S;
    Plan<T>* plan;
    std::size_t value;
};

/// An input of a struct that does not declare its shape: the first block that receives it says what it is.
template <class T>
struct AnySymbol {
    Plan<T>* plan;
    std::size_t value;
};

namespace inner {
template <class S>
inline constexpr bool is_any_symbol = false;
template <class T>
inline constexpr bool is_any_symbol<AnySymbol<T>> = true;
} // namespace inner

/// Calls `f(block)` for every block of a model, in the order of its fields; what is inside of a block is its own business.
template <class Part, class F>
void for_each_block(Part& part, F&& f)
{
    if constexpr (Block<std::remove_const_t<Part>>) f(part);
    else if constexpr (!is_variable<std::remove_const_t<Part>>)
        for_each_part(part, [&](std::string_view, auto& inner) { for_each_block(inner, f); });
}

namespace inner {

/// The node of a block. One that reads the model's input and nothing else never gives a gradient of it.
template <class T, class B, bool First = false>
[[gnu::cold]] Node<T> node_of()
{
    Node<T> node;
    node.saved = [](std::size_t n) { return saved_of<B>(n); };
    node.scratch = [](std::size_t n) { return scratch_of<B>(n); };
    node.forward = [](const void* block, Mode mode, const T* const* in, T* out, T* saved, T* scratch, std::size_t n) {
        static_cast<const B*>(block)->forward(mode, in[0], out, saved, scratch, n);
    };
    node.backward = [](const void* block, void* gradient, Mode mode, const T* const* in, const T* out, const T* saved,
                       const T* dout, T* const* din, T* scratch, std::size_t n) {
        const B& b = *static_cast<const B*>(block);
        B& g = *static_cast<B*>(gradient);
        if constexpr (First && requires { b.backward_parameters(false, mode, in[0], out, saved, dout, g, scratch, n); })
            b.backward_parameters(false, mode, in[0], out, saved, dout, g, scratch, n);
        else b.backward(mode, in[0], out, saved, dout, First ? nullptr : din[0], g, scratch, n);
    };
    node.multiply_adds = multiply_adds_of<B>();
    if constexpr (TakesLogits<B>) {
        node.ends_in = B::ends_in;
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

/// Where it is false its arguments are the error message.
template <class Place, class Layer, class Given, class Needed>
inline constexpr bool block_fits = std::is_same_v<Given, Needed>;

template <class B>
struct layer_of {
    using type = B;
};
template <class B>
    requires requires { typename B::layer; }
struct layer_of<B> {
    using type = typename B::layer;
};
struct in_a_model_struct {}; // the place of a block in a refusal

} // namespace inner

/// A block on a symbol: appends the block to the plan.
template <Block B, class T, shape S>
Symbol<T, B::output> call(const B& block, const Symbol<T, S>& x)
{
    using layer_type = typename inner::layer_of<B>::type;
    using given = as_shape<S>;
    using needed = as_shape<B::input>;
    static_assert(inner::block_fits<inner::in_a_model_struct, layer_type, given, needed>, "lamina: a block gets another shape");
    static_assert(std::is_same_v<T, typename B::value_type>, "lamina: the blocks of a model compute with different number types");
    return {x.plan, x.plan->add_node(inner::node_of<T, B>(), x.plan->position_of(&block), {x.value}, B::output)};
}

template <Block B, class T>
auto call(const B& block, const AnySymbol<T>& x)
{
    shape& known = x.plan->values[x.value];
    if (known.rank == 0) known = B::input;
    else if (known != B::input)
        fail({"a model's input goes to one block that needs ", known, " and to one that needs ", B::input,
              "; declare `using input = Input<...>` in it, or `using inputs = Inputs<Input<...>, ...>`"});
    return call(block, Symbol<T, B::input>{x.plan, x.value});
}

namespace inner {

/// The node of a function on symbols; it keeps nothing and works in no room.
template <class T>
[[gnu::cold]] Node<T> function_node(decltype(Node<T>::forward) forward, typename Node<T>::Backward backward)
{
    Node<T> node;
    node.saved = node.scratch = [](std::size_t) { return std::size_t{0}; };
    node.forward = forward;
    node.backward = backward;
    return node;
}

} // namespace inner

/// The sum of two values of one shape: a residual connection.
template <class T, shape A, shape B>
Symbol<T, A> operator+(const Symbol<T, A>& a, const Symbol<T, B>& b)
{
    static_assert(A == B, "lamina: `+` in a model needs two values of the same shape");
    auto node = inner::function_node<T>(
        [](const void*, Mode, const T* const* in, T* out, T*, T*, std::size_t n) {
            for (std::size_t i = 0; i < n * A.size(); ++i) out[i] = in[0][i] + in[1][i];
        },
        [](const void*, void*, Mode, const T* const*, const T*, const T*, const T* dout, T* const* din, T*, std::size_t n) {
            for (std::size_t side = 0; side < 2; ++side)
                if (din[side]) std::copy_n(dout, n * A.size(), din[side]);
        });
    return {a.plan, a.plan->add_node(std::move(node), no_position, {a.value, b.value}, A)};
}

/// The input of a struct has no shape to add until it is declared.
template <class T, class Other>
    requires(std::is_same_v<Other, AnySymbol<T>> || requires { Other::extents; })
auto operator+(const AnySymbol<T>&, const Other& other)
{
    static_assert(
        sizeof(T) == 0,
        "lamina: a model that computes with its input before a block has seen it declares its shape: using input = Input<...>; "
        "or using inputs = Inputs<Input<...>, Input<...>>;");
    return other;
}
template <class T, shape S>
auto operator+(const Symbol<T, S>& a, const AnySymbol<T>& b)
{
    return b + a;
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
