// lamina/trace/judge.hpp: whether a type can be a model, and why not: one sentence before anything else is compiled of it.
#pragma once

#include <lamina/blocks/refusal.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/fields.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/verdict.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Why a type is no model, or why it cannot be called; compilers print the enumerator.
enum class model_is {
    fine,
    no_struct__give_it_fields_that_are_layers,
    an_Input_or_a_layer_that_does_not_know_its_input__as_Sequential_or_Dense_8_on_4,
    no_plain_struct__it_has_a_constructor_a_private_field_or_a_virtual_function,
    derived_from_a_base_class__make_that_a_field,
    holding_a_C_array__use_std_array,
    holding_a_reference__hold_the_value,
    holding_a_const_field__leave_the_const_away,
    larger_than_64_fields__group_some_in_a_struct,
    holding_a_layer_that_does_not_know_its_input__write_Dense_8_on_4_for_4_inputs,
    holding_a_layer_where_none_is_found__use_fields_or_std_vector_std_array_std_map_of_strings_std_optional,
    holding_a_part_that_is_no_plain_struct__it_has_a_constructor_or_private_fields,
    holding_an_activation_that_is_no_layer__write_Activation_Relu_on_8_for_8_inputs,
    without_a_layer__give_it_fields_such_as_Dense_10_on_64,
    without_operator_call__write_auto_operator_call_const_auto_x_const,
    called_by_an_operator_that_is_not_const__write_const_behind_its_parameters,
    called_with_another_number_of_inputs_than_it_declares,
    called_with_a_type_of_its_own__write_const_auto_x_for_every_parameter,
    wrong_inside, // which the compiler has said already
    returning_nothing__write_return,
    returning_no_value_of_a_layer__return_what_a_layer_gave_or_a_std_tuple_of_such,
};

/// What is found in a type, and the first part of it that is in the way.
template <model_is Answer, class Offender, bool Layers = false> struct judgment {
    static constexpr model_is answer = Answer;
    static constexpr bool has_layer = Layers;
    using offender = Offender;
};

template <class A, class B> struct joined_judgment {
    using type = judgment<model_is::fine, void, A::has_layer || B::has_layer>;
};
template <class A, class B>
    requires(A::answer != model_is::fine)
struct joined_judgment<A, B> {
    using type = A;
};
template <class A, class B>
    requires(A::answer == model_is::fine && B::answer != model_is::fine)
struct joined_judgment<A, B> {
    using type = B;
};
template <model_is A, class O, bool L, model_is B, class P, bool K>
auto operator&(judgment<A, O, L>, judgment<B, P, K>) -> typename joined_judgment<judgment<A, O, L>, judgment<B, P, K>>::type;

/// Whether a type is, or holds by its template arguments, a layer: a std::tuple, a std::unique_ptr, a std::variant of such.
template <class P> struct mentions_layer {
    static constexpr bool value = AnyBlock<P> || OpenLayer<P>;
};
template <class P> struct mentions_layer<P*> : mentions_layer<std::remove_cv_t<P>> {};
template <template <class...> class W, class... A>
    requires(!AnyBlock<W<A...>> && !OpenLayer<W<A...>>)
struct mentions_layer<W<A...>> {
    static constexpr bool value = (false || ... || mentions_layer<std::remove_cv_t<A>>::value);
};

consteval model_is reason_of(fields_are answer)
{
    switch (answer) {
    case fields_are::readable: return model_is::fine;
    case fields_are::hidden_by_a_base_class__make_it_a_field: return model_is::derived_from_a_base_class__make_that_a_field;
    case fields_are::a_C_array__use_std_array: return model_is::holding_a_C_array__use_std_array;
    case fields_are::a_reference__hold_the_value_or_a_pointer: return model_is::holding_a_reference__hold_the_value;
    case fields_are::const__hold_it_without_const: return model_is::holding_a_const_field__leave_the_const_away;
    case fields_are::more_than_64__group_some_in_a_struct: return model_is::larger_than_64_fields__group_some_in_a_struct;
    default: return model_is::no_plain_struct__it_has_a_constructor_a_private_field_or_a_virtual_function;
    }
}

template <class P> auto judge_part()
{
    using enum model_is;
    if constexpr (is_refused<P>) return judgment<wrong_inside, P>{};
    else if constexpr (AnyBlock<P>) return judgment<fine, void, true>{};
    else if constexpr (OpenLayer<P>)
        return judgment<holding_a_layer_that_does_not_know_its_input__write_Dense_8_on_4_for_4_inputs, P>{};
    else if constexpr (is_variable<P>) return judgment<fine, void>{};
    else if constexpr (requires { typename P::family; })
        return judgment<holding_an_activation_that_is_no_layer__write_Activation_Relu_on_8_for_8_inputs, P>{};
    else if constexpr (has_layers<P>) return judgment<fine, void, true>{};
    else if constexpr (has_parts<P>) {
        if constexpr (has_fields<P> && fields_of<P> != fields_are::readable) return judgment<reason_of(fields_of<P>), P>{};
        else
            return []<class... Parts>(field_list<Parts...>) {
                return decltype((judgment<fine, void>{} & ... & judge_part<Parts>())){};
            }(part_types<P>());
    }
    else if constexpr (mentions_layer<P>::value)
        return judgment<holding_a_layer_where_none_is_found__use_fields_or_std_vector_std_array_std_map_of_strings_std_optional,
                        P>{};
    else if constexpr (std::is_class_v<P> && !std::is_empty_v<P> && has_call_operator<P>() && !requires { &P::operator(); })
        return judgment<holding_a_part_that_is_no_plain_struct__it_has_a_constructor_or_private_fields, P>{};
    else return judgment<fine, void>{};
}

template <class M> auto judge_model()
{
    using enum model_is;
    if constexpr (OpenLayer<M> || requires { M::value.max_rank; })
        return judgment<an_Input_or_a_layer_that_does_not_know_its_input__as_Sequential_or_Dense_8_on_4, M>{};
    else if constexpr (AnyBlock<M> || is_variable<M> || has_parts<M>) return judge_part<M>();
    else if constexpr (!std::is_class_v<M>) return judgment<no_struct__give_it_fields_that_are_layers, M>{};
    else if constexpr (!std::is_aggregate_v<M>)
        return judgment<no_plain_struct__it_has_a_constructor_a_private_field_or_a_virtual_function, M>{};
    else return judge_part<M>();
}

/// Where it is false its arguments are the error message: the model, the part that is in the way, and why.
template <class M, class Part, model_is Answer> inline constexpr bool model_fits = Answer == model_is::fine;

/// Whether a type can be a model; if not, `refuse_model` says why.
template <class M> inline constexpr bool can_be_model = decltype(judge_model<M>())::answer == model_is::fine;
template <class M>
    requires is_refused<M>
inline constexpr bool can_be_model<M> = true;

template <class M>
inline constexpr model_is model_answer = decltype(judge_model<M>())::answer; // a variable: clang prints its value by name
template <class M> using model_offender = typename decltype(judge_model<M>())::offender;

/// The one place of the error, so that a model that is used in ten ways is refused once.
template <class M> void refuse_model()
{
    if constexpr (model_answer<M> != model_is::wrong_inside)
        static_assert(internals::model_fits<M, model_offender<M>, model_answer<M>>, // qualified, so that clang prints the values
                      "lamina: this is no model");
}

/// The model, or what stands for one that was refused.
template <class M, bool Fine> struct model_or_refused {
    using type = M;
};
template <class M> struct model_or_refused<M, false> {
    using type = Refused;
};

}}} // namespace lamina::internals
