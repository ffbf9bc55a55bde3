// lamina/training/optimizers/judge_optimizer.hpp: what is wrong with an optimizer of one's own.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/members.hpp>
#include <lamina/core/record.hpp>
#include <lamina/training/check_settings.hpp>
#include <lamina/training/optimizers/optimizer_state.hpp>
#include <lamina/training/optimizers/shared_options.hpp>
#include <lamina/training/optimizers/whole_parameter.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

LAMINA_HAS_MEMBER(update)
LAMINA_HAS_MEMBER(clipnorm)
LAMINA_HAS_MEMBER(clipvalue)
LAMINA_HAS_MEMBER(global_clipnorm)
LAMINA_HAS_MEMBER(update_whole)
LAMINA_HAS_MEMBER(slot_shape)
LAMINA_HAS_MEMBER(slot_start)
LAMINA_HAS_MEMBER(begin_update)
LAMINA_HAS_MEMBER(weight_decay)
LAMINA_HAS_MEMBER(exclude_from_weight_decay)
LAMINA_HAS_MEMBER(gradient_accumulation_steps)
LAMINA_HAS_MEMBER(use_ema)
LAMINA_HAS_MEMBER(ema_momentum)
LAMINA_HAS_MEMBER(ema_overwrite_frequency)

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What is wrong with an optimizer of one's own; compilers print the enumerator.
enum class optimizer_is {
    fine,
    none__give_an_object_such_as_Adam,
    without_a_public_name__write_static_constexpr_std_string_view_name,
    without_learning_rate__float_learning_rate_uint64_t_step_const,
    without_slot_count__size_t_slot_count_const,
    without_slot_name__std_string_view_slot_name_size_t_const,
    without_a_public_state__write_OptimizerState_state,
    without_update,
    with_an_update_that_is_not_const,
    with_an_update_of_other_parameters__T_value_const_T_gradient_T_const_slots_size_t_n_float_rate_uint64_t_step,
    with_both_update_and_update_whole__one_of_them_would_never_be_called,
    with_an_update_whole_of_other_parameters__WholeParameter_T_const_reference_float_rate_uint64_t_step_const,
    with_a_slot_shape_of_other_parameters__Shape_slot_shape_size_t_record_const_reference_const,
    with_a_slot_shape_without_update_whole__slots_of_ranges_have_the_parameters_shape,
    with_a_slot_start_of_other_parameters__double_slot_start_size_t_const,
    with_a_begin_update_of_other_parameters__void_begin_update_uint64_t_update,
    with_a_check_settings_of_other_parameters__void_check_settings_const,
    with_some_of_clipnorm_clipvalue_global_clipnorm__write_all_three_as_std_optional_float_or_none,
    with_weight_decay_of_another_kind__write_std_optional_float_and_std_vector_std_string_exclude_from_weight_decay,
    with_gradient_accumulation_steps_of_another_kind__write_std_optional_size_t,
    with_some_of_use_ema_ema_momentum_ema_overwrite_frequency__write_bool_double_std_optional_size_t_or_none,
};

namespace optimizers {

/// For parameters of T.
template <class O, class T>
concept updates = requires(O& rule, T* value, const T* gradient, T* const* slot_data, std::size_t n) {
    rule.update(value, gradient, slot_data, n, 0.f, std::uint64_t{1});
};
template <class O, class T>
concept updates_whole = requires(const O& rule, const WholeParameter<T>& of) { rule.update_whole(of, 0.f, std::uint64_t{1}); };

/// What is wrong with members that need not be there.
template <class O> consteval optimizer_is judge_members()
{
    using enum optimizer_is;
    if constexpr (has_member_slot_shape<O> && !requires(const O& o, const record& of) {
                      { o.slot_shape(std::size_t{0}, of) } -> std::convertible_to<Shape>;
                  })
        return with_a_slot_shape_of_other_parameters__Shape_slot_shape_size_t_record_const_reference_const;
    else if constexpr (has_member_slot_shape<O> && !has_member_update_whole<O>)
        return with_a_slot_shape_without_update_whole__slots_of_ranges_have_the_parameters_shape;
    else if constexpr (has_member_slot_start<O> && !requires(const O& o) {
                           { o.slot_start(std::size_t{0}) } -> std::convertible_to<double>;
                       })
        return with_a_slot_start_of_other_parameters__double_slot_start_size_t_const;
    else if constexpr (has_member_begin_update<O> && !requires(O& o) { o.begin_update(std::uint64_t{1}); })
        return with_a_begin_update_of_other_parameters__void_begin_update_uint64_t_update;
    else if constexpr (check_settings_is_wrong<O>) return with_a_check_settings_of_other_parameters__void_check_settings_const;
    else if constexpr ((has_member_clipnorm<O> || has_member_clipvalue<O> || has_member_global_clipnorm<O>) && !Clipping<O>)
        return with_some_of_clipnorm_clipvalue_global_clipnorm__write_all_three_as_std_optional_float_or_none;
    else if constexpr ((has_member_weight_decay<O> || has_member_exclude_from_weight_decay<O>) && !Decaying<O>)
        return with_weight_decay_of_another_kind__write_std_optional_float_and_std_vector_std_string_exclude_from_weight_decay;
    else if constexpr (has_member_gradient_accumulation_steps<O> && !Accumulating<O>)
        return with_gradient_accumulation_steps_of_another_kind__write_std_optional_size_t;
    else if constexpr ((has_member_use_ema<O> || has_member_ema_momentum<O> || has_member_ema_overwrite_frequency<O>) &&
                       !Averaging<O>)
        return with_some_of_use_ema_ema_momentum_ema_overwrite_frequency__write_bool_double_std_optional_size_t_or_none;
    else return fine;
}
template <class O, class T> consteval optimizer_is judge()
{
    using enum optimizer_is;
    if constexpr (!has_member_update<O> && !has_member_update_whole<O> && !requires(O& o) { o.state; })
        return none__give_an_object_such_as_Adam;
    else if constexpr (!requires {
                           { O::name } -> std::convertible_to<std::string_view>;
                           requires std::is_pointer_v<decltype(&O::name)>;
                       })
        return without_a_public_name__write_static_constexpr_std_string_view_name;
    else if constexpr (!requires(const O& o, std::size_t n) {
                           { o.learning_rate(n) } -> std::convertible_to<float>;
                       })
        return without_learning_rate__float_learning_rate_uint64_t_step_const;
    else if constexpr (!requires(const O& o) {
                           { o.slot_count() } -> std::convertible_to<std::size_t>;
                       })
        return without_slot_count__size_t_slot_count_const;
    else if constexpr (!requires(const O& o, std::size_t n) {
                           { o.slot_name(n) } -> std::convertible_to<std::string_view>;
                       })
        return without_slot_name__std_string_view_slot_name_size_t_const;
    else if constexpr (!requires(O& o) {
                           { o.state } -> std::same_as<OptimizerState&>;
                       })
        return without_a_public_state__write_OptimizerState_state;
    else if constexpr (has_member_update_whole<O>) {
        if constexpr (has_member_update<O>) return with_both_update_and_update_whole__one_of_them_would_never_be_called;
        else if constexpr (!updates_whole<O, T>)
            return with_an_update_whole_of_other_parameters__WholeParameter_T_const_reference_float_rate_uint64_t_step_const;
        else return judge_members<O>();
    }
    else if constexpr (!has_member_update<O>) return without_update;
    else if constexpr (!updates<const O, T>)
        return updates<O, T>
                   ? with_an_update_that_is_not_const
                   : with_an_update_of_other_parameters__T_value_const_T_gradient_T_const_slots_size_t_n_float_rate_uint64_t_step;
    else return judge_members<O>();
}

/// What is wrong with it for parameters of any type.
template <class O> consteval optimizer_is judge_of_any()
{
    if constexpr (judge<O, float>() == optimizer_is::fine) return optimizer_is::fine;
    else return judge<O, double>();
}

/// Where it is false its arguments are the error message.
template <class O, optimizer_is Answer> inline constexpr bool optimizer_fits = Answer == optimizer_is::fine;

} // namespace optimizers

}}} // namespace lamina::internals
