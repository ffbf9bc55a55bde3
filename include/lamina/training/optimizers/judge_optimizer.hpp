// lamina/training/optimizers/judge_optimizer.hpp: what is wrong with an optimizer of one's own.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/members.hpp>
#include <lamina/training/check_settings.hpp>
#include <lamina/training/optimizers/clipping.hpp>
#include <lamina/training/optimizers/optimizer_state.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

LAMINA_HAS_MEMBER(update)
LAMINA_HAS_MEMBER(clipnorm)
LAMINA_HAS_MEMBER(clipvalue)
LAMINA_HAS_MEMBER(global_clipnorm)

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
    with_a_check_settings_of_other_parameters__void_check_settings_const,
    with_some_of_clipnorm_clipvalue_global_clipnorm__write_all_three_as_std_optional_float_or_none,
};

namespace optimizers {

/// For parameters of T.
template <class O, class T>
concept updates = requires(O& rule, T* value, const T* gradient, T* const* slot_data, std::size_t n) {
    rule.update(value, gradient, slot_data, n, 0.f, std::uint64_t{1});
};
template <class O, class T> consteval optimizer_is judge()
{
    using enum optimizer_is;
    if constexpr (!has_member_update<O> && !requires(O& o) { o.state; }) return none__give_an_object_such_as_Adam;
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
    else if constexpr (!has_member_update<O>) return without_update;
    else if constexpr (!updates<const O, T>)
        return updates<O, T>
                   ? with_an_update_that_is_not_const
                   : with_an_update_of_other_parameters__T_value_const_T_gradient_T_const_slots_size_t_n_float_rate_uint64_t_step;
    else if constexpr (check_settings_is_wrong<O>) return with_a_check_settings_of_other_parameters__void_check_settings_const;
    else if constexpr ((has_member_clipnorm<O> || has_member_clipvalue<O> || has_member_global_clipnorm<O>) && !Clipping<O>)
        return with_some_of_clipnorm_clipvalue_global_clipnorm__write_all_three_as_std_optional_float_or_none;
    else return fine;
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
