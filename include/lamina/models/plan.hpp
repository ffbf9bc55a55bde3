// lamina/models/plan.hpp: a plain struct traced once: which block reads which value.
//
// `operator()` of a model receives symbols instead of tensors; every block and every function on symbols appends a node.
// A Sequential is one node. Branches on values are not seen: the model is what it did with symbols.
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

/// The nodes of a model in the order of its computation, and the values between them. Value 0 is the model's input.
template <class T>
struct Plan {
    std::vector<shape> values;
    std::vector<Node<T>> nodes;
    std::size_t output = no_position;
    std::vector<const void*> blocks; ///< where the traced model's blocks lie, in the order of the walk

    const shape& input_shape() const { return values[0]; }
    const shape& output_shape() const { return values[output]; }

    [[gnu::cold]] std::size_t add_value(const shape& s)
    {
        values.push_back(s);
        return values.size() - 1;
    }

    /// A node for a block that reads one value. Gives the value that it writes.
    [[gnu::cold]] std::size_t add_node(Node<T> node, std::size_t block, std::size_t input, const shape& out)
    {
        node.block = block;
        node.inputs.push_back(input);
        node.output = add_value(out);
        nodes.push_back(std::move(node));
        return nodes.back().output;
    }

    [[gnu::cold]] std::size_t position_of(const void* block) const
    {
        const auto found = std::find(blocks.begin(), blocks.end(), block);
        if (found == blocks.end())
            fail("a model's operator() called a block that is no part of the model; make it a field, in aggregates without "
                 "constructors, so that it can be trained and saved");
        return static_cast<std::size_t>(found - blocks.begin());
    }
};

/// What a model's operator() receives while it is traced: a value that has a shape and no numbers.
template <class T, shape S>
struct Symbol {
    static constexpr shape extents = S;
    Plan<T>* plan;
    std::size_t value;
};

/// The input of a struct that does not declare its shape: the first block that receives it says what it is.
template <class T>
struct AnySymbol {
    Plan<T>* plan;
};

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
    return {x.plan, x.plan->add_node(inner::node_of<T, B>(), x.plan->position_of(&block), x.value, B::output)};
}

template <Block B, class T>
auto call(const B& block, const AnySymbol<T>& x)
{
    shape& known = x.plan->values[0];
    if (known.rank == 0) known = B::input;
    else if (known != B::input)
        fail("a model's input goes to one block that needs ", known, " and to one that needs ", B::input,
             "; declare `using input = Input<...>` in it");
    return call(block, Symbol<T, B::input>{x.plan, 0});
}

/// The sum of two values of one shape: a residual connection.
template <class T, shape A, shape B>
Symbol<T, A> operator+(const Symbol<T, A>& a, const Symbol<T, B>& b)
{
    static_assert(A == B, "lamina: `+` in a model needs two values of the same shape");
    Plan<T>& plan = *a.plan;
    Node<T> node;
    node.inputs = {a.value, b.value};
    node.saved = node.scratch = [](std::size_t) { return std::size_t{0}; };
    node.forward = [](const void*, Mode, const T* const* in, T* out, T*, T*, std::size_t n) {
        for (std::size_t i = 0; i < n * A.size(); ++i) out[i] = in[0][i] + in[1][i];
    };
    node.backward = [](const void*, void*, Mode, const T* const*, const T*, const T*, const T* dout, T* const* din, T*,
                       std::size_t n) {
        for (std::size_t side = 0; side < 2; ++side)
            if (din[side]) std::copy_n(dout, n * A.size(), din[side]);
    };
    node.output = plan.add_value(A);
    plan.nodes.push_back(std::move(node));
    return {&plan, plan.nodes.back().output};
}

/// The input of a struct has no shape to add until it is declared.
template <class T, class Other>
    requires(std::is_same_v<Other, AnySymbol<T>> || requires { Other::extents; })
auto operator+(const AnySymbol<T>&, const Other& other)
{
    static_assert(
        sizeof(T) == 0,
        "lamina: a model that computes with its input before a block has seen it declares its shape: using input = Input<...>;");
    return other;
}
template <class T, shape S>
auto operator+(const Symbol<T, S>& a, const AnySymbol<T>& b)
{
    return b + a;
}

namespace inner {

template <class T>
struct found {
    using type = T;
};
template <class A, class B>
found<std::conditional_t<std::is_void_v<A>, B, A>> operator%(found<A>, found<B>);

template <class P>
constexpr auto first_number()
{
    if constexpr (Block<P>) return found<typename P::value_type>{};
    else if constexpr (lamina::detail::is_dictionary<P>) return first_number<typename P::mapped_type>();
    else if constexpr (lamina::detail::is_list<P> || lamina::detail::is_maybe<P>) return first_number<typename P::value_type>();
    else if constexpr (std::is_class_v<P> && std::is_aggregate_v<P> && !lamina::detail::is_numbers<P>)
        return []<class... Fields>(lamina::detail::field_list<Fields...>) {
            return decltype((found<void>{} % ... % first_number<Fields>())){};
        }(field_types<P>{});
    else return found<void>{};
}

template <class M>
auto input_symbol()
{
    using T = typename decltype(first_number<M>())::type;
    static_assert(!std::is_void_v<T>, "lamina: this model has no block; give it fields such as Dense<10>::on<64>");
    if constexpr (requires { M::input.rank; }) return Symbol<T, M::input>{};
    else if constexpr (requires { M::input::value.rank; }) return Symbol<T, M::input::value>{};
    else return AnySymbol<T>{};
}

template <class S>
inline constexpr bool is_symbol = false;
template <class T, shape S>
inline constexpr bool is_symbol<Symbol<T, S>> = true;

} // namespace inner

/// The number type of a model: that of its first block.
template <class M>
using number_type = typename decltype(inner::first_number<M>())::type;

/// The output shape of a model, from its type alone.
template <class M>
inline constexpr shape output_of = [] {
    if constexpr (Block<M>) return shape(M::output); // and no trace, which asks for backward passes
    else {
        using Result = decltype(std::declval<const M&>()(inner::input_symbol<M>()));
        static_assert(inner::is_symbol<Result>,
                      "lamina: a model's operator() must return what a block or a function on symbols returned");
        return Result::extents;
    }
}();

/// The input shape of a model where its type says it (a block, or `using input = Input<…>`), else rank 0: the plan knows it.
template <class M>
inline constexpr shape declared_input = [] {
    if constexpr (requires { M::input.rank; }) return shape(M::input);
    else if constexpr (requires { M::input::value.rank; }) return shape(M::input::value);
    else return shape{};
}();

/// Runs a model's operator() on symbols and gives what it did. The plan refers to the model's blocks.
template <class M>
[[gnu::cold]] Plan<number_type<M>> trace(const M& model)
{
    Plan<number_type<M>> plan;
    plan.values.push_back(declared_input<M>);
    for_each_block(model, [&](const auto& block) { plan.blocks.push_back(&block); });
    if constexpr (Block<M>) plan.output = plan.add_node(inner::node_of<number_type<M>, M, true>(), 0, 0, M::output);
    else {
        auto x = inner::input_symbol<M>();
        x.plan = &plan;
        if constexpr (requires { x.value; }) x.value = 0;
        plan.output = model(x).value;
    }
    return plan;
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
