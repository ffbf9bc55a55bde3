// lamina/ops/apply.hpp: how symbols and numbers get to an op: a node of the plan, and a result.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/kernels/tile.hpp>
#include <lamina/ops/numbers.hpp>
#include <lamina/ops/op.hpp>
#include <lamina/ops/variables.hpp>
#include <lamina/trace/no_numbers.hpp>
#include <lamina/trace/plan.hpp>
#include <lamina/trace/symbol.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// What an op takes while a model is traced, and with numbers.
template <class... A>
concept Symbols = (AValue<A> && ...);
template <class... A>
concept SomeNumbers = (Numbers<A> && ...);

/// Tensors (ops/tensor.hpp), which get to an op by `on_tensors` (ops/on_tensors.hpp).
template <class... A>
concept SomeTensors = (std::is_base_of_v<functions::tensor_base, std::remove_cvref_t<A>> && ...);
template <class Op> struct on_tensors;

template <class X>
concept PlainNumber = std::is_arithmetic_v<std::remove_cvref_t<X>> && !std::is_same_v<std::remove_cvref_t<X>, bool> &&
                      !std::is_same_v<std::remove_cvref_t<X>, char>;

/// A value of a model, as symbol or as numbers; or a tensor, or a variable.
template <class X>
concept Value = AValue<X> || is_result<std::remove_cvref_t<X>> || SomeTensors<X> || OfVariables<X>;

/// Symbols, tensors or numbers, and variables beside them.
template <class... X>
concept Together = ((AValue<X> || OfVariables<X>) && ...) || ((SomeTensors<X> || OfVariables<X>) && ...) ||
                   ((Numbers<std::remove_cvref_t<X>> || OfVariables<X>) && ...);

/// Values, or one and numbers of the program.
template <class... X>
concept Values = (Value<X> || ...) && Together<X...>;

/// Two values, or one and a plain number.
template <class A, class B>
concept ValueAndOther = Values<A, B> || (Value<A> && PlainNumber<B>) || (PlainNumber<A> && Value<B>);

template <class... A> inline constexpr bool have_shapes = false;
template <class T, Shape... In> inline constexpr bool have_shapes<Symbol<T, In>...> = true;

template <class Op, Shape... In> inline constexpr verdict answer_of = Op::accept(std::array{In...});

/// What an op is told where all shapes are constants.
template <class Op, Shape... In> inline constexpr OpCall<sizeof...(In)> call_of({In...}, answer_of<Op, In...>.output);

/// Whether an op computes with a number.
template <class Op> inline constexpr bool has_number = requires { requires Op::has_number; };

/// The number of axes of a result: asked with extents of 1, since it depends on no extent.
template <class Op, std::size_t... Ranks>
inline constexpr std::size_t result_rank = [] {
    const auto ones = [](std::size_t rank) {
        Shape s;
        while (s.rank < rank) s.push_back(1);
        return s;
    };
    return Op::accept(std::array{ones(Ranks)...}).output.rank;
}();

template <class T> T number_of(const NoNumbers<T>*);
template <class A> using number_in_value = decltype(ops::number_of(static_cast<A*>(nullptr)));

template <class A> struct shape_given {
    using type = struct extents_at_run_time;
};
template <class T> struct shape_given<AnySymbol<T>> {
    using type = struct no_declared_shape;
};
template <class T, Shape S> struct shape_given<Symbol<T, S>> {
    using type = as_shape<S>;
};
template <FixedSample X> struct shape_given<X> {
    using type = as_shape<static_shape<X>()>;
};
template <OfVariables X> struct shape_given<X> {
    using type = as_shape<X::extents>;
};

/// The arguments of an error message: the op, why it refuses, and the shapes of its inputs.
template <class Op, misfit Reason, class... Given> struct judgment {
    static constexpr misfit reason = Reason;
};
/// Where it is false its argument is the error message.
template <class Judgment> inline constexpr bool op_fits = Judgment::reason == misfit::none;

/// What an op makes of the types of its inputs: `type`, and why it refuses. Functions on values have it as their written-out type, so
/// that compilers look into them at the end and an error names the user's line alone; for the same reason each of them says the error.
template <class Op, class... A> struct outcome_of {};

template <class Op, class T, Shape... In> struct outcome_of<Op, Symbol<T, In>...> {
    static constexpr verdict answer = answer_of<Op, In...>;
    static constexpr misfit reason = answer.answer;
    using type = std::conditional_t<reason == misfit::none, Symbol<T, answer.output>, RefusedSymbol<T>>;
};

template <class Op, class First, class... More>
    requires(Symbols<First, More...> && !have_shapes<First, More...>)
struct outcome_of<Op, First, More...> {
    static constexpr misfit reason = (is_any_symbol<First> || ... || is_any_symbol<More>)
                                         ? misfit::an_input_has_no_declared_shape__write_using_input_Input_in_the_model
                                     : (std::is_same_v<number_in_value<First>, number_in_value<More>> && ...)
                                         ? misfit::none // one was refused before
                                         : misfit::values_of_float_and_double_do_not_mix;
    using type = RefusedSymbol<number_in_value<First>>;
};

template <class Op, class First, class... More>
    requires SomeNumbers<First, More...>
struct outcome_of<Op, First, More...> {
    using T = element<First>;
    template <class... X> static consteval verdict judge()
    {
        if (!(std::is_same_v<element<X>, T> && ...)) return refuses(misfit::values_of_float_and_double_do_not_mix);
        else if constexpr ((FixedSample<X> && ...)) return answer_of<Op, static_shape<X>()...>;
        else return {};
    }
    static constexpr verdict answer = judge<Settled<First>, Settled<More>...>();
    static constexpr misfit reason = answer.answer;
    template <class... X> static auto find()
    {
        if constexpr ((FixedSample<X> && ...))
            return std::type_identity<Result<FixedTensor<T, reason == misfit::none ? answer.output : static_shape<First>()>>>{};
        else if constexpr (are_samples<X...>)
            return std::type_identity<Result<row_major<T, result_rank<Op, axes_of<X>()...>>, true>>{};
        else return std::type_identity<Result<row_major<T, result_rank<Op, (axes_of<X>() - 1)...> + 1>>>{};
    }
    using type = typename decltype(find<Settled<First>, Settled<More>...>())::type;
};

// A plain number is no input.
template <class Op, PlainNumber A, class B> struct outcome_of<Op, A, B> : outcome_of<Op, B> {};
template <class Op, class A, PlainNumber B> struct outcome_of<Op, A, B> : outcome_of<Op, A> {};

template <class Op, class... A> using outcome = typename outcome_of<Op, std::remove_cvref_t<A>...>::type;
template <class Op, class... A>
using judged =
    judgment<Op, outcome_of<Op, std::remove_cvref_t<A>...>::reason, typename shape_given<std::remove_cvref_t<A>>::type...>;

/// What an op is told of a call in a plan; `number` is the node's, for ops that have one.
template <class Op, Shape... In> decltype(auto) told([[maybe_unused]] const void* number)
{
    if constexpr (!has_number<Op>) return (call_of<Op, In...>);
    else return OpCall<sizeof...(In)>({In...}, answer_of<Op, In...>.output, *static_cast<const double*>(number));
}

/// The passes themselves: one copy for all shapes, whoever calls.
template <class Op, class T, std::size_t N>
LAMINA_ONE_COPY void forward_once(const OpCall<N>& call, const T* const* in, T* y, std::size_t n)
{
    Op::forward(call, in, y, n);
}
template <class Op, class T, std::size_t N>
LAMINA_ONE_COPY void backward_once(const OpCall<N>& call, const T* const* in, const T* y, const T* dy, T* const* din, T* scratch,
                                   std::size_t n)
{
    Op::backward(call, in, y, dy, din, scratch, n);
}

/// Whether the steps of a sequence stay where they are, so that what is masked of the inputs is of the result.
template <class Op> inline constexpr bool joins_masks = requires { requires Op::joins_masks; };

template <class Op> inline constexpr bool is_activation = requires { typename Op::formula::family; };

/// A node of the plan.
template <class Op, class T, Shape... In> [[gnu::cold]] PlanNode<T> node_of_op(double number)
{
    PlanNode<T> node = function_node<T>(
        [](const void* p, Mode, const T* const* in, T* y, T*, T*, std::size_t n) {
            ops::forward_once<Op>(told<Op, In...>(p), in, y, n);
        },
        [](const void* p, void*, Mode, const T* const* in, const T* y, const T*, const T* dy, T* const* din, T* scratch,
           std::size_t n) { ops::backward_once<Op>(told<Op, In...>(p), in, y, dy, din, scratch, n); });
    node.scratch = [](std::size_t n) { return ops::scratch_of<Op>(call_of<Op, In...>, n); };
    node.number = number;
    node.function = Op::name;
    node.joins_masks = joins_masks<Op>;
    if constexpr (requires(FunctionSettings& to) { Op::list_options(to); })
        node.settings = [](FunctionSettings& to) { Op::list_options(to); };
    if constexpr (is_activation<Op>) {
        using formula = typename Op::formula;
        node.ends_in = output_activation_of<formula>;
        if constexpr (seen_through<formula>) {
            node.forward_with_logits = [](const void* p, Mode, const T* const* in, T* y, T* logits, T*, T*, std::size_t n) {
                std::copy_n(in[0], call_of<Op, In...>.size(n), logits);
                ops::forward_once<Op>(told<Op, In...>(p), in, y, n);
            };
            node.backward_from_logits = [](const void*, void*, Mode, const T* const*, const T*, const T*, const T* dlogits,
                                           T* const* din, T*, std::size_t n) {
                if (din[0]) std::copy_n(dlogits, call_of<Op, In...>.size(n), din[0]);
            };
        }
    }
    return node;
}

/// xtensor's own functions are inlined here: emitted, they would be shared with objects of other instruction sets.
template <class Tensor, class Extents> [[gnu::flatten]] void resize(Tensor& y, const Extents& extents) { y.resize(extents); }

/// On numbers: computed at once.
template <class Op, class First, class... More>
outcome<Op, First, More...> compute(double number, const First& first, const More&... more)
{
    using T = element<First>;
    outcome<Op, First, More...> y;
    if constexpr (outcome_of<Op, First, More...>::reason == misfit::none) {
        const T* const in[]{numbers_in(first), numbers_in(more)...};
        if constexpr (FixedSample<First> && (FixedSample<More> && ...))
            ops::forward_once<Op>(told<Op, static_shape<First>(), static_shape<More>()...>(&number), in, y.data(), 1);
        else {
            constexpr bool one = are_samples<First, More...>;
            const std::array shapes{shape_in<one>(first), shape_in<one>(more)...};
            const std::size_t n = one ? 1 : static_cast<std::size_t>(first.shape()[0]);
            if constexpr (!one) (require_samples(Op::name, n, static_cast<std::size_t>(more.shape()[0])), ...);
            const verdict answer = Op::accept(shapes);
            if (answer.answer != misfit::none) refuse_shapes(Op::name, shapes.data(), shapes.size());
            std::array<std::size_t, std::tuple_size_v<typename outcome<Op, First, More...>::shape_type>> extents{n};
            constexpr std::size_t first_axis = one ? 0 : 1; // of a sample
            for (std::size_t axis = first_axis; axis < extents.size(); ++axis) extents[axis] = answer.output[axis - first_axis];
            ops::resize(y, extents);
            ops::forward_once<Op>(OpCall<sizeof...(More) + 1>(shapes, answer.output, number), in, y.data(), n);
        }
    }
    return y;
}

/// An op that has a variable among its inputs (ops/apply_variables.hpp).
template <class Op, class... A> struct with_variables;

/// An op on symbols and on numbers. What does not fit was said by the function that the user calls.
template <class Op, class First, class... More>
outcome<Op, First, More...> apply_with(double number, const First& first, const More&... more)
{
    if constexpr ((OfVariables<First> || ... || OfVariables<More>))
        return with_variables<Op, First, More...>::apply(number, first, more...);
    else if constexpr (SomeTensors<First, More...>)
        return outcome<Op, First, More...>(on_tensors<Op>::call(number, first, more...));
    else if constexpr (SomeNumbers<First, More...>) return ops::compute<Op>(number, settled(first), settled(more)...);
    else if constexpr (is_refused_symbol<outcome<Op, First, More...>>) return {first.plan, no_position};
    else
        return {first.plan,
                first.plan->add_node(node_of_op<Op, number_in_value<First>, First::extents, More::extents...>(number),
                                     no_position, {first.value, more.value...}, outcome<Op, First, More...>::extents)};
}

/// The same where one of two is the number of an op that has one.
template <class Op, class... A> outcome<Op, A...> apply(const A&... a) { return ops::apply_with<Op>(0, a...); }
template <class Op, PlainNumber A, class B> outcome<Op, A, B> apply(const A& a, const B& b)
{
    return ops::apply_with<Op>(static_cast<double>(a), b);
}
template <class Op, class A, PlainNumber B> outcome<Op, A, B> apply(const A& a, const B& b)
{
    return ops::apply_with<Op>(static_cast<double>(b), a);
}

}}} // namespace lamina::internals::ops
