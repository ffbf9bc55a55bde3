// lamina/training/judge_loss.hpp: what is wrong with a loss of one's own, and with the members that losses and metrics share.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/members.hpp>
#include <lamina/training/check_settings.hpp>
#include <lamina/training/target_kind.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

LAMINA_HAS_MEMBER(row)
LAMINA_HAS_MEMBER(accepts)
LAMINA_HAS_MEMBER(needs)
LAMINA_HAS_MEMBER(add)
LAMINA_HAS_MEMBER(ignores)
LAMINA_HAS_MEMBER(softmax_row)
LAMINA_HAS_MEMBER(sigmoid_row)
LAMINA_HAS_MEMBER(whole_samples)
LAMINA_HAS_MEMBER(check_width)
LAMINA_HAS_MEMBER(check_end)

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What is wrong with a loss or a metric of one's own; compilers print the enumerator.
enum class loss_is {
    fine,
    none__give_an_object_such_as_MeanSquaredError,
    without_a_public_name__write_static_constexpr_std_string_view_name,
    without_a_public_kind__write_static_constexpr_target_kind_kind,
    without_row,
    with_a_row_that_is_not_const,
    with_a_row_that_gives_no_number,
    with_a_row_of_other_parameters__const_T_prediction_const_Y_target_size_t_width_T_gradient_T_scale,
    with_one_of_accepts_and_needs__write_both_or_none,
    with_an_accepts_that_is_not_const,
    with_an_accepts_of_other_parameters__const_Y_target_size_t_width,
    with_a_needs_of_other_parameters__std_string_needs_size_t_width_const,
    with_one_of_ignores_and_ignores_rows__write_both_or_none,
    with_an_ignores_of_other_parameters__bool_ignores_const_Y_target_const,
    with_a_softmax_row_or_sigmoid_row_of_other_parameters__the_logits_are_the_second__and_then_as_row,
    with_whole_samples_of_another_kind__write_static_constexpr_bool_whole_samples,
    with_whole_samples_of_class_indices__its_kind_has_to_be_same_shape,
    with_a_check_settings_of_other_parameters__void_check_settings_const,
    with_a_check_width_of_other_parameters__void_check_width_size_t_width_const_char_where_const,
    with_a_check_end_of_other_parameters__void_check_end_output_activation_end_const_char_where_const,
    without_add__void_add_accumulator_and_const_T_prediction_const_Y_target_size_t_width_const,
    with_an_add_that_is_not_const,
    with_an_add_of_other_parameters__accumulator_reference_const_T_prediction_const_Y_target_size_t_width,
    with_an_add_without_weight__its_last_parameter_in_a_WeightedMetric_is_double_weight,
    with_an_accumulator_without_merge__void_merge_const_accumulator_reference,
    with_an_accumulator_without_result__double_result_const,
    with_a_result_of_other_parameters__double_result_const_accumulator_reference_const,
    with_figures_of_other_parameters__size_t_figures_size_t_width_const_double_result_const_accumulator_reference_size_t_const,
};

/// A static member, and not one of each object.
template <class L>
concept has_static_name = requires {
    { L::name } -> std::convertible_to<std::string_view>;
    requires std::is_pointer_v<decltype(&L::name)>;
};
template <class L>
concept has_static_kind = requires {
    { L::kind } -> std::convertible_to<target_kind>;
    requires std::is_pointer_v<decltype(&L::kind)>;
};
template <class L>
concept has_static_whole_samples = requires {
    { std::bool_constant<L::whole_samples>{} };
    requires std::same_as<decltype(L::whole_samples), const bool>;
};

template <class L, class T, class Y>
concept calls_row = requires(L& l, const T* p, const Y* t, T* g, std::size_t width) { l.row(p, t, width, g, T(1)); };
template <class L, class T, class Y>
concept gives_row = requires(L& l, const T* p, const Y* t, T* g, std::size_t width) {
    { l.row(p, t, width, g, T(1)) } -> std::convertible_to<T>;
};
template <class L, class Y>
concept calls_accepts = requires(L& l, const Y* t, std::size_t width) { l.accepts(t, width) ? 1 : 0; };
template <class L, class Y>
concept calls_ignores = requires(const L& l, const Y* t) { l.ignores(t) ? 1 : 0; };
template <class L>
concept calls_needs = requires(const L& l, std::size_t width) {
    { l.needs(width) } -> std::convertible_to<std::string>;
};

template <class L, class T, class Y>
concept takes_softmax_row =
    requires(const L& l, const T* p, const Y* t, T* g, std::size_t width) { l.softmax_row(p, p, t, width, g, T(1)); };
template <class L, class T, class Y>
concept takes_sigmoid_row =
    requires(const L& l, const T* p, const Y* t, T* g, std::size_t width) { l.sigmoid_row(p, p, t, width, g, T(1)); };

/// Labels are of any type that the user has; one that is taken is enough here.
template <class L, class T>
inline constexpr bool takes_some_row =
    calls_row<L, T, T> || calls_row<L, T, int> || calls_row<L, T, float> || calls_row<L, T, double> || calls_row<L, T, long> ||
    calls_row<L, T, unsigned char> || calls_row<L, T, label_sequence<int>>;
template <class L, class T>
inline constexpr bool gives_some_row =
    gives_row<L, T, T> || gives_row<L, T, int> || gives_row<L, T, float> || gives_row<L, T, double> || gives_row<L, T, long> ||
    gives_row<L, T, unsigned char> || gives_row<L, T, label_sequence<int>>;
template <class L, class T>
inline constexpr bool takes_some_accepts =
    calls_accepts<L, T> || calls_accepts<L, int> || calls_accepts<L, float> || calls_accepts<L, double> ||
    calls_accepts<L, long> || calls_accepts<L, unsigned char> || calls_accepts<L, label_sequence<int>>;

/// What is wrong with the optional members that losses and metrics have alike: misspelt, they would never be called.
template <class M> consteval loss_is judge_shared_members()
{
    using enum loss_is;
    if constexpr (has_member_whole_samples<M>) {
        if constexpr (!has_static_whole_samples<M>)
            return with_whole_samples_of_another_kind__write_static_constexpr_bool_whole_samples;
        else if (M::whole_samples && M::kind == target_kind::class_index)
            return with_whole_samples_of_class_indices__its_kind_has_to_be_same_shape;
    }
    if (has_member_ignores<M> && !(calls_ignores<M, float> || calls_ignores<M, int> || calls_ignores<M, unsigned char>))
        return with_an_ignores_of_other_parameters__bool_ignores_const_Y_target_const;
    if (check_settings_is_wrong<M>) return with_a_check_settings_of_other_parameters__void_check_settings_const;
    if (has_member_check_width<M> && !requires(const M& m, std::size_t width) { m.check_width(width, ""); })
        return with_a_check_width_of_other_parameters__void_check_width_size_t_width_const_char_where_const;
    if (has_member_check_end<M> && !requires(const M& m) { m.check_end(output_activation::none, ""); })
        return with_a_check_end_of_other_parameters__void_check_end_output_activation_end_const_char_where_const;
    return fine;
}

/// What is wrong with a loss for a model of T.
template <class L, class T> consteval loss_is judge_loss()
{
    using enum loss_is;
    constexpr bool row = has_member_row<L>, accepts = has_member_accepts<L>, needs = has_member_needs<L>;
    if constexpr (!row && !accepts && !needs && !has_static_kind<L>) return none__give_an_object_such_as_MeanSquaredError;
    else if constexpr (!has_static_name<L>) return without_a_public_name__write_static_constexpr_std_string_view_name;
    else if constexpr (!has_static_kind<L>) return without_a_public_kind__write_static_constexpr_target_kind_kind;
    else if constexpr (!row) return has_member_add<L> ? none__give_an_object_such_as_MeanSquaredError : without_row;
    else if constexpr (!takes_some_row<const L, T>)
        return takes_some_row<L, T>
                   ? with_a_row_that_is_not_const
                   : with_a_row_of_other_parameters__const_T_prediction_const_Y_target_size_t_width_T_gradient_T_scale;
    else if constexpr (!gives_some_row<const L, T>) return with_a_row_that_gives_no_number;
    else if constexpr (accepts != needs) return with_one_of_accepts_and_needs__write_both_or_none;
    else if constexpr (accepts && !takes_some_accepts<const L, T>)
        return takes_some_accepts<L, T> ? with_an_accepts_that_is_not_const
                                        : with_an_accepts_of_other_parameters__const_Y_target_size_t_width;
    else if constexpr (needs && !calls_needs<L>) return with_a_needs_of_other_parameters__std_string_needs_size_t_width_const;
    else if constexpr ((has_member_softmax_row<L> && !takes_softmax_row<L, T, T> && !takes_softmax_row<L, T, int>) ||
                       (has_member_sigmoid_row<L> && !takes_sigmoid_row<L, T, T> && !takes_sigmoid_row<L, T, int>))
        return with_a_softmax_row_or_sigmoid_row_of_other_parameters__the_logits_are_the_second__and_then_as_row;
    else if constexpr (has_member_ignores<L> != requires(const L& l) { l.ignores_rows() ? 1 : 0; })
        return with_one_of_ignores_and_ignores_rows__write_both_or_none;
    else return judge_shared_members<L>();
}

/// What is wrong with it for any model.
template <class L> consteval loss_is judge_loss_of_any()
{
    if constexpr (judge_loss<L, float>() == loss_is::fine) return loss_is::fine;
    else if constexpr (judge_loss<L, double>() == loss_is::fine) return loss_is::fine;
    else return judge_loss<L, float>();
}

/// The first of several that is none, and why.
template <class... L> struct wrong_loss {
    using type = void;
    static constexpr loss_is answer = loss_is::fine;
};
template <class First, class... L> struct wrong_loss<First, L...> : wrong_loss<L...> {};
template <class First, class... L>
    requires(judge_loss_of_any<First>() != loss_is::fine)
struct wrong_loss<First, L...> {
    using type = First;
    static constexpr loss_is answer = judge_loss_of_any<First>();
};

/// Where it is false its arguments are the error message.
template <class L, loss_is Answer> inline constexpr bool loss_fits = Answer == loss_is::fine;

}}} // namespace lamina::internals
