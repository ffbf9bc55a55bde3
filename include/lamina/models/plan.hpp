// lamina/models/plan.hpp: a plain struct traced once: which block reads which value.
//
// `operator()` of a model receives symbols instead of tensors, and what it did with them is its plan. Branches on values are
// not seen. It takes one input or several, and returns one value or a std::tuple of them.
#pragma once

#include <lamina/core/error.hpp>
#include <lamina/core/once.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/layers/block.hpp>
#include <lamina/models/symbol.hpp>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina::inline LAMINA_ARCHITECTURE {

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

template <class X, std::size_t>
using each = X;

/// Whether a model's operator() takes as many inputs as there are numbers.
template <class M, class T, std::size_t... I>
consteval bool takes(std::index_sequence<I...>)
{
    return requires(const M& model, const each<AnySymbol<T>, I>&... inputs) { model(inputs...); };
}

template <class M>
consteval std::size_t count_inputs()
{
    using T = typename decltype(first_number<M>())::type;
    static_assert(!std::is_void_v<T>, "lamina: this model has no block; give it fields such as Dense<10>::on<64>");
    if constexpr (requires { M::inputs::count; }) return M::inputs::count;
    else if constexpr (requires { M::input.rank; } || requires { M::input::value.rank; }) return 1;
    else if constexpr (takes<M, T>(std::make_index_sequence<1>{})) return 1;
    else
        return []<std::size_t... N>(std::index_sequence<N...>) {
            std::size_t count = 1; // one that takes none is refused where it is called
            ((count = takes<M, T>(std::make_index_sequence<N + 2>{}) ? N + 2 : count), ...);
            return count;
        }(std::make_index_sequence<7>{});
}

} // namespace inner

/// The number type of a model: that of its first block.
template <class M>
using number_type = typename decltype(inner::first_number<M>())::type;

/// How many inputs a model has: those of `using inputs = Inputs<…>`, otherwise as many as its operator() takes, at most 8.
template <class M>
inline constexpr std::size_t input_count = inner::count_inputs<M>();

/// The shape of an input where the model's type says it (a block, `using input = Input<…>`, `using inputs = Inputs<…>`), else
/// rank 0: the plan knows it.
template <class M, std::size_t I = 0>
inline constexpr shape declared_input = [] {
    if constexpr (requires { M::inputs::values[I].rank; }) return M::inputs::values[I];
    else if constexpr (requires { M::input.rank; }) return shape(M::input);
    else if constexpr (requires { M::input::value.rank; }) return shape(M::input::value);
    else return shape{};
}();

namespace inner {

template <class M>
inline constexpr bool declares_inputs =
    requires { M::inputs::count; } || requires { M::input.rank; } || requires { M::input::value.rank; };

/// Input I of a model while it is traced.
template <class M, std::size_t I>
auto input_symbol(Plan<number_type<M>>* plan)
{
    if constexpr (declares_inputs<M>) return Symbol<number_type<M>, declared_input<M, I>>{plan, I};
    else return AnySymbol<number_type<M>>{plan, I};
}

/// What a model's operator() makes of symbols.
template <class M, std::size_t... I>
auto call_on_symbols(const M& model, Plan<number_type<M>>* plan, std::index_sequence<I...>)
{
    return model(input_symbol<M, I>(plan)...);
}
template <class M>
using traced = decltype(call_on_symbols(std::declval<const M&>(), nullptr, std::make_index_sequence<input_count<M>>{}));

template <class S>
inline constexpr bool is_symbol = false;
template <class T, shape S>
inline constexpr bool is_symbol<Symbol<T, S>> = true;
template <class R>
inline constexpr bool are_symbols = is_symbol<R>;
template <class... R>
inline constexpr bool are_symbols<std::tuple<R...>> = sizeof...(R) > 0 && (is_symbol<R> && ...);

/// Values that the model gives are written by nodes, each by one of its own.
template <class T, shape S>
[[gnu::cold]] void add_output(Plan<T>& plan, const Symbol<T, S>& result)
{
    std::size_t value = result.value;
    if (value < plan.inputs || contains(plan.outputs, value))
        value = plan.add_node(function_node<T>([](const void*, Mode, const T* const* in, T* out, T*, T*,
                                                  std::size_t n) { std::copy_n(in[0], n * S.size(), out); },
                                               [](const void*, void*, Mode, const T* const*, const T*, const T*, const T* dout,
                                                  T* const* din, T*, std::size_t n) {
                                                   if (din[0]) std::copy_n(dout, n * S.size(), din[0]);
                                               }),
                              no_position, {value}, S);
    plan.outputs.push_back(value);
}

} // namespace inner

/// Whether a model's operator() gives a std::tuple; then its results and its targets are tuples too.
template <class M>
inline constexpr bool gives_tuple = [] {
    if constexpr (Block<M>) return false; // and no trace, which asks for backward passes
    else {
        static_assert(inner::are_symbols<inner::traced<M>>,
                      "lamina: a model's operator() must return what a block or a function on symbols returned, or a "
                      "std::tuple of such");
        return is_tuple<inner::traced<M>>;
    }
}();

/// How many outputs a model has.
template <class M>
inline constexpr std::size_t output_count = [] {
    if constexpr (gives_tuple<M>) return tensor_count<inner::traced<M>>;
    else return std::size_t{1};
}();

/// The shape of an output of a model, from its type alone.
template <class M, std::size_t I = 0>
inline constexpr shape output_of = [] {
    if constexpr (Block<M>) return shape(M::output);
    else if constexpr (gives_tuple<M>) return tensor_type<inner::traced<M>, I>::extents;
    else return inner::traced<M>::extents;
}();

/// Where the blocks of a model lie, in the order of `for_each_block`.
template <class M>
[[gnu::cold]] std::vector<const void*> blocks_of(const M& model)
{
    std::vector<const void*> blocks;
    for_each_block(model, [&](const auto& block) { blocks.push_back(&block); });
    return blocks;
}

/// Runs a model's operator() on symbols and gives what it did. The plan refers to the model's blocks.
template <class M>
LAMINA_ONCE Plan<number_type<M>> trace(const M& model)
{
    using T = number_type<M>;
    lamina::detail::now_and_then();
    Plan<T> plan;
    plan.blocks = blocks_of(model);
    if constexpr (Block<M>) {
        plan.values.push_back(M::input);
        const std::size_t result = plan.add_node(inner::node_of<T, M, true>(), 0, {0}, M::output);
        plan.outputs.push_back(result);
    }
    else {
        constexpr auto inputs = std::make_index_sequence<input_count<M>>{};
        plan.inputs = inputs.size();
        [&]<std::size_t... I>(std::index_sequence<I...>) { (plan.values.push_back(declared_input<M, I>), ...); }(inputs);
        const auto results = inner::call_on_symbols(model, &plan, inputs);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (inner::add_output(plan, tensor_at<I>(results)), ...);
        }(std::make_index_sequence<output_count<M>>{});
        for (std::size_t i = 0; i < plan.inputs; ++i)
            if (!inner::declares_inputs<M> && plan.values[i].rank == 0)
                fail({"input ", i + 1, " of a model goes to no block, so its shape is not known; ",
                      "declare `using inputs = Inputs<Input<...>, ...>` in it"});
    }
    return plan;
}

} // namespace lamina::inline LAMINA_ARCHITECTURE
