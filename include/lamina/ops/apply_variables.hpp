// lamina/ops/apply_variables.hpp: how variables get to an op: alone, beside symbols, beside numbers and beside tensors.
//
// Beside a value a variable has numpy's meaning with the batch as one more axis in front, so it has no more axes than the value. An op of
// two inputs that `takes_shared` reads the variable where it lies; any other is given a copy for each sample.
#pragma once

#include <lamina/core/aligned.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/variable_nodes.hpp>
#include <lamina/ops/variables.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

template <class... A>
concept AllOfVariables = (OfVariables<A> && ...);
template <class... A>
concept SomeOfVariables = (OfVariables<A> || ...) && !AllOfVariables<A...>;
template <class... A>
concept BesideSymbols = SomeOfVariables<A...> && ((AValue<A> || OfVariables<A>) && ...);
template <class... A>
concept BesideTensors = SomeOfVariables<A...> && ((SomeTensors<A> || OfVariables<A>) && ...);
template <class... A>
concept BesideNumbers = SomeOfVariables<A...> && ((Numbers<A> || OfVariables<A>) && ...);

/// The first that is no variable.
template <class First, class... More> struct first_value {
    using type = First;
};
template <OfVariables First, class... More> struct first_value<First, More...> : first_value<More...> {};

template <class X> struct number_given {
    using type = number_in_value<X>;
};
template <OfVariables X> struct number_given<X> {
    using type = typename X::value_type;
};

/// Which of two inputs an op takes as all samples share it; no_position where it takes none so.
template <class Op, class... A> consteval std::size_t shared_input()
{
    if constexpr (sizeof...(A) == 2 && requires { Op::template takes_shared<0>; }) {
        constexpr std::array is{OfVariables<A>...};
        if (is[0] && !is[1] && Op::template takes_shared<0>) return 0;
        if (is[1] && !is[0] && Op::template takes_shared<1>) return 1;
    }
    return no_position;
}

/// Of variables alone.
template <class Op, class First, class... More>
    requires AllOfVariables<First, More...>
struct outcome_of<Op, First, More...> {
    using T = typename First::value_type;
    static constexpr bool silent = is_refused_formula<First> || (false || ... || is_refused_formula<More>);
    static constexpr verdict answer = [] {
        if (silent) return accepts({});
        if (!(std::is_same_v<typename More::value_type, T> && ...)) return refuses(misfit::values_of_float_and_double_do_not_mix);
        return Op::accept(std::array{First::extents, More::extents...});
    }();
    static constexpr misfit reason = answer.answer;
    using type = std::conditional_t<reason == misfit::none && !silent, Formula<Op, T, answer.output, Held<First>, Held<More>...>,
                                    RefusedFormula<T>>;
};

template <class Op, class... A>
    requires BesideSymbols<A...>
struct outcome_of<Op, A...> {
    using T = number_in_value<typename first_value<A...>::type>;
    static constexpr bool silent = (false || ... || (is_refused_symbol<A> || is_refused_formula<A>));
    static constexpr bool undeclared = (false || ... || is_any_symbol<A>);
    template <class... X> static consteval verdict judge()
    {
        if constexpr (silent) return accepts({});
        else if constexpr (undeclared)
            return refuses(misfit::an_input_has_no_declared_shape__write_using_input_Input_in_the_model);
        else if constexpr (!(std::is_same_v<typename number_given<X>::type, T> && ...))
            return refuses(misfit::values_of_float_and_double_do_not_mix);
        else if constexpr (constexpr std::size_t which = shared_input<Op, X...>(); which != no_position)
            return Op::accept_beside(std::array{X::extents...}, which);
        else return Op::accept(std::array{X::extents...});
    }
    static constexpr verdict answer = judge<A...>();
    static constexpr misfit reason = answer.answer;
    using type = std::conditional_t<reason == misfit::none && !silent, Symbol<T, answer.output>, RefusedSymbol<T>>;
};

/// Of tensors: a variable is read as one, by `read` of autodiff/variables.hpp, which tapes follow.
template <class X> struct as_tensor {
    static const X& call(const X& x) { return x; }
};
template <class X>
    requires is_variable<X>
struct as_tensor<X> {
    static auto call(const X& x)
    {
        using tensor = decltype(read(x));
        if (variable_reader.read) return tensor(variable_reader.read(variable_reader.with, x));
        return read(x);
    }
};
template <class X> struct as_tensor<const X*> {
    static auto call(const X* x) { return as_tensor<X>::call(*x); }
};
template <class Op, class T, Shape S, class... A> struct as_tensor<Formula<Op, T, S, A...>> {
    static auto call(const Formula<Op, T, S, A...>& x)
    {
        return std::apply([&](const auto&... from) { return ops::apply_with<Op>(x.number, as_tensor<A>::call(from)...); },
                          x.from);
    }
};
template <class X> using TensorFor = std::remove_cvref_t<decltype(as_tensor<X>::call(std::declval<const X&>()))>;

template <class Op, class... A>
    requires BesideTensors<A...>
struct outcome_of<Op, A...> : outcome_of<Op, TensorFor<A>...> {};

/// Beside numbers: what stands for a variable where an op takes none that samples share, a sample or a copy for each.
template <class X, bool Samples> struct as_numbers {
    using type = Settled<X>;
};
template <OfVariables X> struct as_numbers<X, true> {
    using type = Result<FixedTensor<typename X::value_type, X::extents>>;
};
template <OfVariables X> struct as_numbers<X, false> {
    using type = Result<row_major<typename X::value_type, X::extents.rank + 1>>;
};

template <class X> inline constexpr bool is_surely_a_sample = are_samples<Settled<X>>;
template <OfVariables X> inline constexpr bool is_surely_a_sample<X> = false;

/// Whether numbers are a sample: as between numbers, and where without their first axis they would have too few.
template <class Op, class... A> consteval bool beside_a_sample()
{
    constexpr std::size_t which = shared_input<Op, A...>();
    if constexpr ((false || ... || is_surely_a_sample<A>)) return true;
    else if constexpr (which == no_position) return false;
    else
        return axes_of<Settled<typename first_value<A...>::type>>() <=
               Op::least_rank_beside(std::tuple_element_t<which, std::tuple<A...>>::extents);
}

constexpr Shape ones(std::size_t rank)
{
    Shape s;
    while (s.rank < rank) s.push_back(1);
    return s;
}

/// Numbers X beside what all samples share, V: the input `Which` of an op that takes it so.
template <class Op, std::size_t Which, bool IsSample, class X, class V> struct beside_numbers {
    using T = element<X>;
    static constexpr std::array<Shape, 2> both(const Shape& x, const Shape& v)
    {
        return Which == 0 ? std::array{v, x} : std::array{x, v};
    }
    static constexpr verdict answer = [] {
        if (!std::is_same_v<typename V::value_type, T>) return refuses(misfit::values_of_float_and_double_do_not_mix);
        if (FixedSample<X>) return Op::accept_beside(both(static_shape<X>(), V::extents), Which);
        return accepts({});
    }();
    static constexpr misfit reason = answer.answer;
    static auto find()
    {
        if constexpr (FixedSample<X>)
            return std::type_identity<Result<FixedTensor<T, reason == misfit::none ? answer.output : static_shape<X>()>>>{};
        else {
            constexpr std::size_t rank =
                Op::accept_beside(both(ones(axes_of<X>() - (IsSample ? 0 : 1)), ones(V::extents.rank)), Which).output.rank;
            if constexpr (IsSample) return std::type_identity<Result<row_major<T, rank>, true>>{};
            else return std::type_identity<Result<row_major<T, rank + 1>>>{};
        }
    }
    using type = typename decltype(find())::type;
};

template <class Op, class... A>
    requires(BesideNumbers<A...> && shared_input<Op, A...>() == no_position)
struct outcome_of<Op, A...> : outcome_of<Op, typename as_numbers<A, beside_a_sample<Op, A...>()>::type...> {};

template <class Op, class... A>
    requires(BesideNumbers<A...> && shared_input<Op, A...>() != no_position)
struct outcome_of<Op, A...>
    : beside_numbers<Op, shared_input<Op, A...>(), beside_a_sample<Op, A...>(), Settled<typename first_value<A...>::type>,
                     std::tuple_element_t<shared_input<Op, A...>(), std::tuple<A...>>> {};

/// What is computed of variables alone, as dense numbers.
template <class X> void evaluate(const X& x, typename X::value_type* to)
{
    if (!x.bound()) refuse_unbound(x, "a variable of a formula");
    unpack_rows(x.data(), to, X::places, X::extents.size());
}
template <class X, class T> void evaluate(const X* variable, T* to) { ops::evaluate(*variable, to); }
template <class Op, class T, Shape S, class... A> void evaluate(const Formula<Op, T, S, A...>& x, T* to)
{
    constexpr std::array sizes{padded<T>(extents_held<A>.size())...};
    const Borrowed<T> room((std::size_t{0} + ... + padded<T>(extents_held<A>.size())));
    std::array<const T*, sizeof...(A)> in{};
    [&]<std::size_t... At>(std::index_sequence<At...>) {
        T* next = room.data();
        ((ops::evaluate(std::get<At>(x.from), next), in[At] = next, next += sizes[At]), ...);
    }(std::index_sequence_for<A...>{});
    ops::forward_once<Op>(told<Op, extents_held<A>...>(&x.number), in.data(), to, 1);
}

/// An op that has a variable among its inputs.
template <class Op, class... A> struct with_variables {
    using result = outcome<Op, A...>;
    static constexpr std::size_t which = shared_input<Op, A...>();

    static result apply(double number, const A&... a)
    {
        if constexpr (AllOfVariables<A...>) {
            if constexpr (is_refused_formula<result>) return {};
            else return {number, ops::held(a)...};
        }
        else if constexpr (BesideTensors<A...>) return ops::apply_with<Op>(number, as_tensor<A>::call(a)...);
        else if constexpr (BesideSymbols<A...>) return on_symbols(number, a...);
        else if constexpr (which == no_position) return on_numbers(number, a...);
        else return beside(std::get<which>(std::tie(a...)), settled(std::get<1 - which>(std::tie(a...))));
    }

private:
    template <class X> [[gnu::cold]] static std::size_t value_of(auto& plan, const X& x)
    {
        if constexpr (!OfVariables<X>) return x.value;
        else
            return plan.add_node(spread_node<typename X::value_type, X::extents>(), no_position, {ops::once_value(plan, x)},
                                 X::extents);
    }

    [[gnu::cold]] static result on_symbols(double number, const A&... a)
    {
        auto* const plan = plan_of(a...);
        if constexpr (is_refused_symbol<result>) return {plan, no_position};
        else if constexpr (which == no_position) {
            std::vector<std::size_t> inputs{value_of(*plan, a)...};
            return {plan, plan->add_node(node_of_op<Op, number_in_value<result>, A::extents...>(number), no_position,
                                         std::move(inputs), result::extents)};
        }
        else {
            const auto& v = std::get<which>(std::tie(a...));
            const auto& x = std::get<1 - which>(std::tie(a...));
            using V = std::remove_cvref_t<decltype(v)>;
            using nodes = Beside<Op, typename V::value_type, which, A::extents...>;
            if constexpr (reads_itself<V>())
                return {plan, plan->add_node(nodes::template node_of_variable<V>(), plan->position_of(&v, "used a variable"),
                                             {x.value}, result::extents)};
            else {
                const std::size_t once = ops::once_value(*plan, v);
                return {plan, plan->add_node(nodes::node_of_value(), no_position, {x.value, once}, result::extents)};
            }
        }
    }
    template <class V> static consteval bool reads_itself()
    {
        if constexpr (is_variable<V>) return !reads_record_rows<Op> || in_record_rows<V>;
        else return false;
    }
    template <class First, class... More> static auto* plan_of(const First& first, [[maybe_unused]] const More&... more)
    {
        if constexpr (OfVariables<First>) return plan_of(more...);
        else return first.plan;
    }

    /// Numbers beside what all samples share.
    template <class V, class X> static result beside(const V& v, const X& x)
    {
        using T = element<X>;
        result y;
        if constexpr (outcome_of<Op, A...>::reason == misfit::none) {
            const Borrowed<T> room(rooms<V, T>());
            const SharedNumbers<const T> shared = numbers_of(v, room.data());
            if constexpr (FixedSample<X>) {
                constexpr auto both = outcome_of<Op, A...>::both(static_shape<X>(), V::extents);
                Beside<Op, T, which, both[0], both[1]>::forward(numbers_in(x), shared, y.data(), 1);
            }
            else {
                constexpr bool one = beside_a_sample<Op, A...>();
                const auto both = outcome_of<Op, A...>::both(shape_in<one>(x), V::extents);
                const verdict answer = Op::accept_beside(both, which);
                if (answer.answer != misfit::none) refuse_shapes(Op::name, both.data(), 2);
                const std::size_t n = one ? 1 : static_cast<std::size_t>(x.shape()[0]);
                std::array<std::size_t, std::tuple_size_v<typename result::shape_type>> extents{};
                constexpr std::size_t first_axis = one ? 0 : 1; // of a sample
                if constexpr (!one) extents[0] = n;
                for (std::size_t axis = first_axis; axis < extents.size(); ++axis)
                    extents[axis] = answer.output[axis - first_axis];
                ops::resize(y, extents);
                if constexpr (reads_record_rows<Op>)
                    Op::template multiply_by<V::extents>(numbers_in(x), shared.numbers, y.data(), n * rows_in(both[1 - which]));
                else ops::forward_beside_once<Op, which>({both, answer.output}, numbers_in(x), shared, y.data(), n);
            }
        }
        return y;
    }
    template <class V, class T> static consteval std::size_t rooms()
    {
        if (reads_itself<V>()) return 0;
        return padded<T>(V::extents.size()) + (reads_record_rows<Op> ? stored_types::placement(V::extents, dtype_of<T>).size : 0);
    }
    template <class V, class T> static SharedNumbers<const T> numbers_of(const V& v, T* room)
    {
        if constexpr (reads_itself<V>()) {
            if (!v.bound()) refuse_unbound(v, "a variable of a formula");
            return {v.data(), V::places.strides.data()};
        }
        else {
            ops::evaluate(v, room);
            if constexpr (!reads_record_rows<Op>) return {room, nullptr};
            else {
                T* const rows = room + padded<T>(V::extents.size());
                constexpr stored_types::placement places(V::extents, dtype_of<T>);
                pack_rows(room, rows, places, V::extents.size());
                return {rows, places.strides.data()};
            }
        }
    }

    /// An op that takes nothing shared: it is given copies.
    static result on_numbers(double number, const A&... a)
    {
        constexpr bool one = beside_a_sample<Op, A...>();
        const std::size_t n = one ? 1 : samples_in(a...);
        return ops::compute<Op>(number, written_out<one>(a, n)...);
    }
    template <class First, class... More> static std::size_t samples_in(const First& first, [[maybe_unused]] const More&... more)
    {
        if constexpr (OfVariables<First>) return samples_in(more...);
        else return static_cast<std::size_t>(first.shape()[0]);
    }
    template <bool One, class X> static decltype(auto) written_out(const X& x, std::size_t n)
    {
        if constexpr (!OfVariables<X>) return settled(x);
        else {
            typename as_numbers<X, One>::type y;
            if constexpr (!One) {
                std::array<std::size_t, X::extents.rank + 1> extents{n};
                std::copy_n(X::extents.extents, X::extents.rank, extents.begin() + 1);
                ops::resize(y, extents);
            }
            if (y.size() == 0) return y;
            ops::evaluate(x, y.data());
            for (std::size_t i = 1; i < n; ++i) std::copy_n(y.data(), X::extents.size(), y.data() + i * X::extents.size());
            return y;
        }
    }
};

}}} // namespace lamina::internals::ops
