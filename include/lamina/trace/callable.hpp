// lamina/trace/callable.hpp: whether a model can be traced: what its operator() takes and gives.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/samples.hpp>
#include <lamina/trace/judge.hpp>
#include <lamina/trace/symbol.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

template <class T> struct found {
    using type = T;
};
/// The first of two types that is not void: a fold over `%` finds the number type of the first block among many fields.
template <class A, class B> found<std::conditional_t<std::is_void_v<A>, B, A>> operator%(found<A>, found<B>);

template <class P> constexpr auto first_number_of_blocks()
{
    if constexpr (is_refused<P>) return found<void>{};
    else if constexpr (AnyBlock<P>) return found<typename P::value_type>{};
    else
        return []<class... Parts>(field_list<Parts...>) {
            return decltype((found<void>{} % ... % first_number_of_blocks<Parts>())){};
        }(part_types<P>());
}
template <class P> constexpr auto first_number_of_variables()
{
    if constexpr (is_variable<P>) return found<typename P::value_type>{};
    else if constexpr (is_refused<P> || AnyBlock<P>) return found<void>{};
    else
        return []<class... Parts>(field_list<Parts...>) {
            return decltype((found<void>{} % ... % first_number_of_variables<Parts>())){};
        }(part_types<P>());
}
/// The number type of a model: that of its first block, and where it has none of its first variable.
template <class P> constexpr auto first_number()
{
    using of_blocks = decltype(first_number_of_blocks<P>());
    if constexpr (std::is_void_v<typename of_blocks::type>) return first_number_of_variables<P>();
    else return of_blocks{};
}

template <class X, std::size_t> using each = X;

/// Takes as many inputs as a model's operator(), so that nobody can say which of the two is meant.
struct takes_the_same {
    void operator()(const auto&) const {}
    void operator()(const auto&, const auto&) const {}
    void operator()(const auto&, const auto&, const auto&) const {}
};
struct takes_the_same_without_const {
    void operator()(const auto&) {}
    void operator()(const auto&, const auto&) {}
    void operator()(const auto&, const auto&, const auto&) {}
};
template <class M, class Same> struct undecided : M, Same {
    using M::operator();
    using Same::operator();
};

/// Whether an operator() takes such inputs, one to three; what is in it is not compiled for this. M is const or not.
template <class M, class... S> consteval bool may_take()
{
    using plain = std::remove_const_t<M>;
    if constexpr (std::is_final_v<plain>) return true;
    else if constexpr (std::is_const_v<M>)
        return !requires(const undecided<plain, takes_the_same>& m, const S&... s) { m(s...); };
    else return !requires(undecided<plain, takes_the_same_without_const>& m, const S&... s) { m(s...); };
}

template <class S> inline constexpr bool is_symbol = false;
template <class T, Shape S> inline constexpr bool is_symbol<Symbol<T, S>> = true;
template <class R> inline constexpr bool are_symbols = is_symbol<R>;
template <class... R> inline constexpr bool are_symbols<std::tuple<R...>> = sizeof...(R) > 0 && (is_symbol<R> && ...);

/// The first block among the fields of a struct, or void.
template <class P> constexpr auto first_block()
{
    if constexpr (is_refused<P> || is_variable<P>) return found<void>{};
    else if constexpr (AnyBlock<P>) return found<P>{};
    else
        return []<class... Parts>(field_list<Parts...>) {
            return decltype((found<void>{} % ... % first_block<Parts>())){};
        }(part_types<P>());
}

/// Whether a struct of one input begins with a layer that is its formula. Such a layer is given the value itself and cannot say its shape, so
/// the struct is taken to hand its input to it.
template <class M> consteval bool begins_with_formula()
{
    if constexpr (AnyBlock<M>) return false;
    else {
        using first = typename decltype(first_block<M>())::type;
        if constexpr (std::is_void_v<first>) return false;
        else if constexpr (FormulaBlock<first>) return may_take<const M, AnySymbol<typename first::value_type>>();
        else return false;
    }
}

template <class M>
inline constexpr bool says_inputs =
    requires { M::inputs::count; } || requires { M::input.rank; } || requires { M::input::value.rank; };
template <class M>
inline constexpr bool declares_inputs = [] {
    if constexpr (says_inputs<M>) return true;
    else return begins_with_formula<M>();
}();

/// What operator() receives while a model is traced.
template <class... S> struct symbols {
    static constexpr std::size_t count = sizeof...(S);
};
template <class T, std::size_t... At> symbols<each<AnySymbol<T>, At>...> undeclared(std::index_sequence<At...>);
template <class T, std::size_t N> using any_symbols = decltype(undeclared<T>(std::make_index_sequence<N>{}));

template <class M, class T> constexpr auto declared_symbols()
{
    if constexpr (requires { M::inputs::count; })
        return []<std::size_t... At>(std::index_sequence<At...>) {
            return symbols<Symbol<T, M::inputs::values[At]>...>{};
        }(std::make_index_sequence<M::inputs::count>{});
    else if constexpr (requires { M::input.rank; }) return symbols<Symbol<T, shape(M::input)>>{};
    else if constexpr (says_inputs<M>) return symbols<Symbol<T, shape(M::input::value)>>{};
    else return symbols<Symbol<T, decltype(first_block<M>())::type::input>>{};
}

/// Whether a call compiles. What is wrong inside of an operator() is said at the first time; after that some compilers have it no more.
template <class M, class... S>
concept compiles = requires(M& model, const S&... s) { model(s...); };
template <class M, class... S>
concept compiles_still = requires(M& again, const S&... s) { again(s...); };

template <class R> inline constexpr bool holds_refused_symbol = is_refused_symbol<R>;
template <class... R> inline constexpr bool holds_refused_symbol<std::tuple<R...>> = (is_refused_symbol<R> || ...);

template <class R> consteval model_is judge_result()
{
    if constexpr (holds_refused_symbol<std::remove_cvref_t<R>>) return model_is::wrong_inside;
    else if constexpr (std::is_void_v<R>) return model_is::returning_nothing__write_return;
    else if constexpr (are_symbols<std::remove_cvref_t<R>>) return model_is::fine;
    else return model_is::returning_no_value_of_a_layer__return_what_a_layer_gave_or_a_std_tuple_of_such;
}

template <class M, class... S> consteval model_is judge_call_with(symbols<S...>)
{
    using enum model_is;
    constexpr bool takes = may_take<const M, S...>(); // asked first: what is wrong inside is no answer any more
    if constexpr (compiles<const M, S...>) {
        if constexpr (compiles_still<const M, S...>)
            return judge_result<decltype(std::declval<const M&>()(std::declval<const S&>()...))>();
        else return wrong_inside;
    }
    else return takes ? wrong_inside : called_with_another_number_of_inputs_than_it_declares;
}

/// How many inputs operator() takes, 2 to 8; 0 where it takes none of these.
template <class M, class T> consteval std::size_t count_several()
{
    return []<std::size_t... N>(std::index_sequence<N...>) {
        std::size_t count = 0;
        const auto ask = []<class... S>(symbols<S...>) { return requires(const M& model, const S&... s) { model(s...); }; };
        ((count = count == 0 && ask(any_symbols<T, N + 2>{}) ? N + 2 : count), ...);
        return count;
    }(std::make_index_sequence<7>{});
}

template <class M> consteval model_is judge_call()
{
    using enum model_is;
    using T = typename decltype(first_number<M>())::type;
    using S = AnySymbol<T>;
    if constexpr (std::is_void_v<T>) return without_a_layer__give_it_fields_such_as_Dense_10_on_64;
    else if constexpr (!has_call_operator<M>()) return without_operator_call__write_auto_operator_call_const_auto_x_const;
    else if constexpr (declares_inputs<M>) {
        if constexpr (!may_take<const M, S>() && may_take<M, S>())
            return called_by_an_operator_that_is_not_const__write_const_behind_its_parameters;
        else return judge_call_with<M>(declared_symbols<M, T>());
    }
    else if constexpr (may_take<const M, S>() || compiles<const M, S>) return judge_call_with<M>(symbols<S>{});
    else if constexpr (may_take<const M, S, S>()) return judge_call_with<M>(any_symbols<T, 2>{});
    else if constexpr (may_take<M, S>() || may_take<M, S, S>())
        return called_by_an_operator_that_is_not_const__write_const_behind_its_parameters;
    else if constexpr (count_several<M, T>() > 0) return judge_call_with<M>(any_symbols<T, count_several<M, T>()>{});
    else return called_with_a_type_of_its_own__write_const_auto_x_for_every_parameter;
}

/// Whether a struct takes one value. Then what calls it compiles its operator() by itself, since each level between is lines of an error.
template <class M>
inline constexpr bool takes_one = [] {
    if constexpr (is_refused<M> || Block<M>) return false;
    else if constexpr (!can_be_model<M>) return false;
    else if constexpr (!has_call_operator<M>() || std::is_void_v<typename decltype(first_number<M>())::type>) return false;
    else return may_take<const M, AnySymbol<typename decltype(first_number<M>())::type>>();
}();

/// The first value that operator() receives.
template <class M> struct first_symbol {
    using type = AnySymbol<typename decltype(first_number<M>())::type>;
};
template <class M>
    requires declares_inputs<M>
struct first_symbol<M> {
    template <class... S> static auto first(symbols<S...>) -> std::tuple_element_t<0, std::tuple<S...>>;
    using type = decltype(first(declared_symbols<M, typename decltype(first_number<M>())::type>()));
};

/// Whether a model can be traced; if not, `refuse_call` says why.
template <class M> inline constexpr model_is call_answer = judge_call<M>();
template <class M>
    requires(is_refused<M> || Block<M>)
inline constexpr model_is call_answer<M> = model_is::fine;
template <class M>
    requires(!can_be_model<M>)
inline constexpr model_is call_answer<M> = decltype(judge_model<M>())::answer;

template <class M> inline constexpr bool can_be_called = call_answer<M> == model_is::fine;

template <class M> void refuse_call()
{
    if constexpr (call_answer<M> != model_is::wrong_inside)
        static_assert(internals::model_fits<M, M, call_answer<M>>, "lamina: this is no model");
}

/// What a model's operator() receives.
template <class M> auto symbols_for()
{
    using T = typename decltype(first_number<M>())::type;
    if constexpr (declares_inputs<M>) return declared_symbols<M, T>();
    else if constexpr (requires(const M& model, const AnySymbol<T>& s) { model(s); }) return any_symbols<T, 1>{};
    else return any_symbols<T, count_several<M, T>()>{};
}

}}} // namespace lamina::internals
