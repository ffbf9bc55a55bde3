// lamina/blocks/judge_block.hpp: whether a layer and its block are what the protocol asks for, and why not.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/members.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

LAMINA_HAS_MEMBER(accept)
LAMINA_HAS_MEMBER(forward)
LAMINA_HAS_MEMBER(backward)

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What is wrong with the block of a layer; compilers print the enumerator.
enum class block_is {
    fine,
    missing__write_template_class_T_shape_In_struct_block,
    no_plain_struct__it_has_a_constructor_or_private_fields,
    without_value_type__write_using_value_type_T,
    without_input__write_static_constexpr_shape_input_In,
    without_output__write_static_constexpr_shape_output,
    giving_another_output_than_accept_says,
    without_forward,
    with_a_forward_that_is_not_const,
    with_a_forward_of_other_parameters__Mode_x_y_saved_scratch_n,
    without_backward,
    with_a_backward_that_is_not_const,
    with_a_backward_of_other_parameters__Mode_x_y_saved_dy_dx_gradient_scratch_n,
    without_operator_call__write_auto_operator_call_const_auto_x_const_return_call_this_x,
};

/// The layers of the library have options, or layers inside; they are not asked whether they are well formed, which costs time to compile.
template <class L>
concept OfTheLibrary = requires { typename L::options; } || requires { typename L::template refusal_inside<void, Extents<>>; };

template <class L, std::size_t... Extent>
concept AnswersInAConstant = requires { typename std::bool_constant<(static_cast<void>(L::accept(Shape{Extent...})), true)>; };

/// A layer that can be asked while a model is compiled. One shape that `accept` takes is enough, as it may throw at others.
template <class L>
concept ConstexprLayer =
    Layer<L> && (OfTheLibrary<L> || AnswersInAConstant<L> || AnswersInAConstant<L, 1> || AnswersInAConstant<L, 1, 1> ||
                 AnswersInAConstant<L, 1, 1, 1> || AnswersInAConstant<L, 1, 1, 1, 1>);

/// A layer that is asked with the shape as a constant, `accept_at<In>()`: one that is its formula, whose answer the compiler finds, and
/// layers of layers with such a one inside.
template <class L> inline constexpr bool asks_with_constants = requires { requires L::asks_with_constants; };

/// What a layer answers to a shape that is a constant.
template <class L, Shape In> constexpr verdict answer_at()
{
    if constexpr (asks_with_constants<L>) return L::template accept_at<In>();
    else return L::accept(In);
}
template <class L, Shape In> inline constexpr Shape output_at = answer_at<L, In>().output;

template <class L> constexpr misfit why_no_layer()
{
    if constexpr (!has_member_accept<L>) return misfit::is_no_layer;
    else if constexpr (Layer<L>) return misfit::its_accept_is_not_constexpr;
    else if constexpr (requires(Shape in) { L::accept(in); })
        return misfit::its_accept_gives_no_verdict__return_accepts_or_refuses;
    else return misfit::its_accept_is_no_static_function_of_a_shape;
}

/// B is const or not.
template <class B, class T>
concept runs_forward = requires(B& block, const T* in, T* out, std::size_t n) { block.forward(Mode{}, in, out, out, out, n); };
template <class B, class T>
concept runs_backward = requires(B& block, std::remove_const_t<B>& gradient, const T* in, T* out, std::size_t n) {
    block.backward(Mode{}, in, in, in, in, out, gradient, out, n);
};

template <class B> constexpr block_is judge_block(const Shape& gives)
{
    using enum block_is;
    if constexpr (!requires { typename B::value_type; }) return without_value_type__write_using_value_type_T;
    else if constexpr (!requires {
                           { B::input } -> std::convertible_to<Shape>;
                       })
        return without_input__write_static_constexpr_shape_input_In;
    else if constexpr (!requires {
                           { B::output } -> std::convertible_to<Shape>;
                       })
        return without_output__write_static_constexpr_shape_output;
    else {
        using T = typename B::value_type;
        if (B::output != gives) return giving_another_output_than_accept_says;
        if (!has_member_forward<B>) return without_forward;
        if (!runs_forward<const B, T>)
            return runs_forward<B, T> ? with_a_forward_that_is_not_const
                                      : with_a_forward_of_other_parameters__Mode_x_y_saved_scratch_n;
        if (!has_member_backward<B>) return without_backward;
        if (!runs_backward<const B, T>)
            return runs_backward<B, T> ? with_a_backward_that_is_not_const
                                       : with_a_backward_of_other_parameters__Mode_x_y_saved_dy_dx_gradient_scratch_n;
        if (!std::is_aggregate_v<B>) return no_plain_struct__it_has_a_constructor_or_private_fields;
        return fine;
    }
}

struct a_call {
    void operator()();
};
template <class B> struct called_twice : B, a_call {};

/// Whether a class has an operator(), whatever it takes.
template <class C> consteval bool has_call_operator()
{
    if constexpr (!std::is_class_v<C>) return false;
    else if constexpr (std::is_final_v<C>) return true;
    else return !requires { &called_twice<C>::operator(); };
}

template <class L, class T, Shape In> constexpr block_is judge_block_of()
{
    if constexpr (OfTheLibrary<L>) return block_is::fine;
    else if constexpr (!requires { typename L::template block<T, In>; })
        return block_is::missing__write_template_class_T_shape_In_struct_block;
    else return judge_block<typename L::template block<T, In>>(L::accept(In).output);
}
template <class L, class T, Shape In> constexpr block_is judge_called_block_of()
{
    constexpr block_is found = judge_block_of<L, T, In>();
    if constexpr (found != block_is::fine || requires { typename L::options; }) return found;
    else if constexpr (!has_call_operator<typename L::template block<T, In>>())
        return block_is::without_operator_call__write_auto_operator_call_const_auto_x_const_return_call_this_x;
    else return found;
}

}}} // namespace lamina::internals
