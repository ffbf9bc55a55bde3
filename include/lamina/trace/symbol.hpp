// lamina/trace/symbol.hpp: what a model's operator() receives while it is traced.
//
// Every block and every function on symbols appends a node. A Sequential is one node.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/trace/no_numbers.hpp>
#include <lamina/trace/plan.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What a model's operator() receives while it is traced: a value that has a shape and no numbers.
template <class T, Shape S> struct Symbol : NoNumbers<T> {
    static constexpr lamina::Shape extents = S;
    Plan<T>* plan;
    std::size_t value;

    Symbol(Plan<T>* of, std::size_t number) : plan(of), value(number) {}
};

/// An input of a struct that does not declare its shape: the first block that receives it says what it is.
template <class T> struct AnySymbol : NoNumbers<T> {
    Plan<T>* plan;
    std::size_t value;

    AnySymbol(Plan<T>* of, std::size_t number) : plan(of), value(number) {}
};

/// What a refused function on values gives: every block takes it in silence, so that one mistake is one error.
template <class T> struct RefusedSymbol : AnySymbol<T> {
    static constexpr lamina::Shape extents{1};
    using AnySymbol<T>::AnySymbol;
};

template <class S> inline constexpr bool is_any_symbol = false;
template <class T> inline constexpr bool is_any_symbol<AnySymbol<T>> = true;
template <class S> inline constexpr bool is_refused_symbol = false;
template <class T> inline constexpr bool is_refused_symbol<RefusedSymbol<T>> = true;

/// Where it is false its arguments are the error message.
template <class Place, class Layer, class Given, class Needed> inline constexpr bool block_fits = std::is_same_v<Given, Needed>;

template <class B> struct layer_of {
    using type = B;
};
template <class B>
    requires requires { typename B::layer; }
struct layer_of<B> {
    using type = typename B::layer;
};
template <class B>
    requires requires { typename B::specification; } // of blocks of layers
struct layer_of<B> {
    using type = typename B::specification;
};
struct in_a_model_struct {}; // the place of a block in a refusal
template <std::size_t Number> struct input_of_a_block_in_a_model_struct {};

/// What the first block that reads an input says of its shape.
template <class T> [[gnu::cold]] void declare_input(const AnySymbol<T>& x, const Shape& needed)
{
    Shape& known = x.plan->values[x.value];
    if (known.rank == 0) known = needed;
    else if (known != needed)
        internals::fail({"a model's input goes to one block that needs ", known, " and to one that needs ", needed,
                         "; declare `using input = Input<...>` in it, or `using inputs = Inputs<Input<...>, ...>`"});
}

template <class T, Shape S> void declare_input(const Symbol<T, S>&, const Shape&) {}

/// The shape of a value, or where only the plan knows it the one that is needed.
template <class X> constexpr Shape shape_of_value(const Shape& needed)
{
    if constexpr (requires { X::extents; } && !is_refused_symbol<X>) return X::extents;
    else return needed;
}

/// The first input of a block of several that is given another shape than it needs; 0 where there is none.
template <class B, class... X> consteval std::size_t first_misfit()
{
    std::size_t at = 0, found = 0;
    ((found = found == 0 && shape_of_value<X>(B::inputs::values[at]) != B::inputs::values[at] ? at + 1 : found, ++at), ...);
    return found;
}

} // namespace internals

/// A block on a symbol: appends the block to the plan.
template <protocols::Block B, class T, Shape S>
internals::Symbol<T, B::output> call(const B& block, const internals::Symbol<T, S>& x)
{
    using layer_type = typename internals::layer_of<B>::type;
    using given = internals::as_shape<S>;
    using needed = internals::as_shape<B::input>;
    constexpr bool fits = std::is_same_v<given, needed>, same = std::is_same_v<T, typename B::value_type>;
    static_assert(internals::block_fits<internals::in_a_model_struct, layer_type, given, needed>,
                  "lamina: a block gets another shape");
    static_assert(same || !fits, "lamina: the blocks of a model compute with different number types, float and double");
    if constexpr (!fits || !same) return {x.plan, x.value};
    else return {x.plan, x.plan->add_node(internals::node_of<T, B>(), x.plan->position_of(&block), {x.value}, B::output)};
}

template <protocols::Block B, class T> auto call(const B& block, const internals::AnySymbol<T>& x)
{
    internals::declare_input(x, B::input);
    return call(block, internals::Symbol<T, B::input>{x.plan, x.value});
}

template <protocols::Block B, class T> internals::Symbol<T, B::output> call(const B&, const internals::RefusedSymbol<T>& x)
{
    return {x.plan, x.value};
}

/// A block of several inputs on symbols: one node.
template <protocols::JoiningBlock B, class X, class... More>
    requires(internals::AValue<X> && (internals::AValue<More> && ...))
internals::Symbol<typename B::value_type, B::output> call(const B& block, const X& x, const More&... more)
{
    using T = typename B::value_type;
    constexpr bool as_many = 1 + sizeof...(More) == B::inputs::count;
    static_assert(as_many, "lamina: a block of several inputs takes a value for each of them");
    if constexpr (!as_many || (internals::is_refused_symbol<X> || ... || internals::is_refused_symbol<More>))
        return {x.plan, x.value};
    else {
        constexpr std::size_t misfit = internals::first_misfit<B, X, More...>(), at = misfit == 0 ? 0 : misfit - 1;
        constexpr Shape needs = B::inputs::values[at];
        constexpr Shape gets = internals::shape_of_value<std::tuple_element_t<at, std::tuple<X, More...>>>(needs);
        using plan_type = internals::Plan<T>*;
        constexpr bool same =
            (std::is_same_v<plan_type, decltype(X::plan)> && ... && std::is_same_v<plan_type, decltype(More::plan)>);
        using place = internals::input_of_a_block_in_a_model_struct<misfit>;
        using layer_type = typename internals::layer_of<B>::type;
        using given = internals::as_shape<gets>;
        using needed = internals::as_shape<needs>;
        static_assert(internals::block_fits<place, layer_type, given, needed>, "lamina: a block gets another shape");
        static_assert(same || misfit > 0, "lamina: the blocks of a model compute with different number types, float and double");
        if constexpr (misfit > 0 || !same) return {x.plan, x.value};
        else {
            std::size_t input = 0;
            internals::declare_input(x, B::inputs::values[input++]);
            (internals::declare_input(more, B::inputs::values[input++]), ...);
            return {x.plan, x.plan->add_node(internals::joining_node<T, B>(), x.plan->position_of(&block),
                                             {x.value, more.value...}, B::output)};
        }
    }
}

}} // namespace lamina
