// lamina/trace/trace.hpp: a plain struct traced once: which block reads which value.
//
// `operator()` of a model receives symbols instead of tensors, and what it did with them is its plan. Branches on values are
// not seen. It takes one input or several, and returns one value or a std::tuple of them.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/outlined.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/trace/callable.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/symbol.hpp>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

template <class M> consteval std::size_t count_inputs()
{
    if constexpr (Block<M>) return 1;
    else if constexpr (can_be_called<M> && !is_refused<M>) return decltype(symbols_for<M>())::count;
    else return 1;
}

/// The number type of a model.
template <class M> using number_type = typename decltype(first_number<M>())::type;

/// How many inputs a model has: those of `using inputs = Inputs<…>`, otherwise as many as its operator() takes, at most 8.
template <class M> inline constexpr std::size_t input_count = count_inputs<M>();

/// The shape of an input where the model's type says it (a block, `using input = Input<…>`, `using inputs = Inputs<…>`, a formula that comes
/// first), else rank 0: the plan knows it.
template <class M, std::size_t At = 0>
inline constexpr Shape declared_input = [] {
    if constexpr (requires { M::inputs::values[At].rank; }) return M::inputs::values[At];
    else if constexpr (requires { M::input.rank; }) return shape(M::input);
    else if constexpr (requires { M::input::value.rank; }) return shape(M::input::value);
    else if constexpr (declares_inputs<M>) return decltype(first_block<M>())::type::input;
    else return Shape{};
}();

/// Input At of a model while it is traced.
template <class M, std::size_t At> auto input_symbol(Plan<number_type<M>>* plan)
{
    if constexpr (declares_inputs<M>) return Symbol<number_type<M>, declared_input<M, At>>{plan, At};
    else return AnySymbol<number_type<M>>{plan, At};
}

/// What a model's operator() makes of symbols.
template <class M, std::size_t... At> auto call_on_symbols(const M& model, Plan<number_type<M>>* plan, std::index_sequence<At...>)
{
    return [&](const auto&... inputs) { return model(inputs...); }(input_symbol<M, At>(plan)...);
}
template <class M>
using traced =
    std::remove_cvref_t<decltype(call_on_symbols(std::declval<const M&>(), nullptr, std::make_index_sequence<input_count<M>>{}))>;

/// Values that the model gives are written by nodes, each by one of its own.
template <class T, Shape S> [[gnu::cold]] void add_output(Plan<T>& plan, const Symbol<T, S>& result)
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

/// Whether a model's operator() gives a std::tuple; then its results and its targets are tuples too.
template <class M>
inline constexpr bool gives_tuple = [] {
    if constexpr (Block<M>) return false; // and no trace, which asks for backward passes
    else return is_tuple<traced<M>>;
}();

/// How many outputs a model has.
template <class M>
inline constexpr std::size_t output_count = [] {
    if constexpr (gives_tuple<M>) return tensor_count<traced<M>>;
    else return std::size_t{1};
}();

/// The shape of an output of a model, from its type alone.
template <class M, std::size_t At = 0>
inline constexpr Shape output_of = [] {
    if constexpr (Block<M>) return shape(M::output);
    else if constexpr (gives_tuple<M>) return tensor_type<traced<M>, At>::extents;
    else return traced<M>::extents;
}();

/// Where the blocks of a model lie, in the order of `for_each_block`.
template <class M> [[gnu::cold]] std::vector<const void*> blocks_of(const M& model)
{
    std::vector<const void*> blocks;
    for_each_block(model, [&](const auto& block) { blocks.push_back(&block); });
    return blocks;
}

/// Runs a model's operator() on symbols and gives what it did. The plan refers to the model's blocks.
template <class M> LAMINA_OUTLINED Plan<number_type<M>> trace(const M& model)
{
    using T = number_type<M>;
    now_and_then();
    Plan<T> plan;
    plan.blocks = blocks_of(model);
    if constexpr (Block<M>) {
        plan.add_value(M::input);
        const std::size_t result = plan.add_node(node_of<T, M, true>(), 0, {0}, M::output);
        plan.outputs.push_back(result);
    }
    else {
        constexpr auto inputs = std::make_index_sequence<input_count<M>>{};
        plan.inputs = inputs.size();
        [&]<std::size_t... At>(std::index_sequence<At...>) { (plan.add_value(declared_input<M, At>), ...); }(inputs);
        const auto results = call_on_symbols(model, &plan, inputs);
        [&]<std::size_t... At>(std::index_sequence<At...>) {
            (add_output(plan, tensor_at<At>(results)), ...);
        }(std::make_index_sequence<output_count<M>>{});
        for (std::size_t i = 0; i < plan.inputs; ++i)
            if (!declares_inputs<M> && plan.values[i].rank == 0)
                fail({"input ", i + 1, " of a model goes to no block, so its shape is not known; ",
                      "declare `using inputs = Inputs<Input<...>, ...>` in it"});
    }
    return plan;
}

}}} // namespace lamina::internals
