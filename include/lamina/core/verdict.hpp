// lamina/core/verdict.hpp: what a layer answers when it is offered an input shape.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/shape.hpp>

#include <concepts>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// Each enumerator is a sentence: compilers print it by name when a model does not fit together.
enum class misfit {
    none,
    needs_rank_1__put_Flatten_before_it,
    needs_rank_2__steps_features,
    needs_rank_3__height_width_channels,
    needs_at_least_rank_1,
    needs_at_least_rank_2__steps_and_what_a_step_is,
    has_too_many_axes,
    needs_the_input_shape_of_the_model_inside,
    kernel_is_larger_than_its_input,
    pooling_window_is_larger_than_its_input,
    padding_of_a_pooling_is_at_most_half_its_window,
    reshape_changes_the_number_of_elements,
    cropping_leaves_nothing,
    the_axes_of_a_Permute_are_1_to_the_rank__each_of_them_once,
    an_extent_is_zero,
    a_rate_is_a_probability_in_0_to_1__1_excluded,
    this_layer_has_no_Causal_padding,
    a_deviation_or_a_factor_is_not_below_0,
    boundaries_ascend__or_are_NumBins_of_at_least_1_with_an_epsilon_in_0_to_1,
    mean_and_variance_are_given_both__one_number_or_one_for_each_feature,
    steps_are_one_axis__give_an_option_one_number,
    output_padding_is_below_the_stride__and_not_0_for_an_even_kernel_with_Same,
    channels_and_filters_must_be_multiples_of_the_groups,
    the_first_entry_of_a_Sequential_must_be_Input,
    is_no_layer,
    its_accept_gives_no_verdict__return_accepts_or_refuses,
    its_accept_is_no_static_function_of_a_shape,
    its_accept_is_not_constexpr,
    a_Sequential_needs_a_layer,
    a_name_has_no_slash_and_is_no_number,
    cannot_take_an_option,
    two_layers_have_the_same_name,
    a_Residual_needs_a_layer,
    the_layers_of_a_Residual_must_keep_its_input_shape,
    a_Parallel_needs_Concat_or_Add_and_then_branches,
    branches_to_Concat_differ_before_the_last_axis,
    branches_to_Add_have_different_shapes,
    needs_a_recurrent_layer_inside,
    a_Bidirectional_says_itself_what_is_ZeroOutputForMask,
    its_cell_lacks_units_or_a_block_with_forward_and_backward,
    the_layer_of_a_Bidirectional_goes_Backwards_itself,
    shapes_do_not_broadcast__extents_are_equal_or_1_from_the_last_axis_on,
    shapes_differ_before_the_last_axis,
    an_axis_is_beyond_the_rank__axes_do_not_count_the_batch,
    an_axis_is_given_twice,
    last_axes_differ,
    the_last_axis_of_the_first_is_not_the_axis_before_the_last_of_the_second,
    needs_rank_2,
    over_all_axes_of_a_tensor__write_reduce_sum_or_its_kin__or_name_axes,
    the_result_has_more_than_6_axes,
    an_input_has_no_declared_shape__write_using_input_Input_in_the_model,
    values_of_float_and_double_do_not_mix,
    tensors_of_different_number_types__cast_one,
    the_last_axis_is_odd__Glu_halves_it,
    the_keys_have_another_number_of_steps_than_the_values,
    a_variable_has_more_axes_than_the_value_beside_it,
    its_block_has_no_formula__write_auto_operator_call_const_auto_x_const,
    its_formula_gives_no_value__return_what_functions_of_x_give,
    its_formula_was_refused, // which the compiler has said already
};

/// A shape that a layer gives, or the reason why it refuses.
struct verdict {
    misfit answer = misfit::none;
    Shape output{};
};

constexpr verdict accepts(Shape output) { return {misfit::none, output}; }
constexpr verdict refuses(misfit reason) { return {reason, {}}; }

} // namespace protocols

namespace internals {

/// Takes every call, comparison and conversion without another word: what a refused model gives.
struct silence {
    constexpr silence() = default;
    constexpr silence(auto&&...) {}
    template <std::default_initializable T> constexpr operator T() const { return T{}; }
    constexpr bool operator==(const auto&) const { return true; }
    constexpr silence operator()(auto&&...) const { return {}; }
    template <class Stream> friend Stream& operator<<(Stream& stream, const silence&) { return stream; }
};

/// Stands for a block or a model that the compiler refused, so that one error stays one error.
struct Refused {
    using value_type = float;
    static constexpr silence input{}, output{}, parameter_count{}, multiply_adds{}, workspace_bytes{};
    template <class> using as = Refused;
    constexpr silence operator()(auto&&...) const { return {}; }
    constexpr silence predict(auto&&...) const { return {}; }
    constexpr silence predict_classes(auto&&...) const { return {}; }
    constexpr silence summary() const { return {}; }
};

template <class M> inline constexpr bool is_refused = std::is_base_of_v<Refused, M>;

/// The position of a layer in a model, as compilers print it in a refusal: `layer<2, 0>` is the first layer inside of layer 2.
template <std::size_t... Position> struct layer {};

} // namespace internals

}} // namespace lamina
