// lamina/layers/recurrent/recurrent_options.hpp: the options that recurrent layers have in common.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/options.hpp>
#include <lamina/blocks/orthogonal.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/recurrent/sequence_block.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

struct recurrent_kernel_of {
    static auto& of(auto& block) { return block.recurrent_kernel; }
    static constexpr std::string_view regularizer = "recurrent_regularizer", constraint = "recurrent_constraint";
};

/// The penalties and constraints of a layer with a recurrent kernel.
template <class... Options>
using recurrent_rules =
    rules_together<kernel_rules<kernel_of, Options...>,
                   rules_of<recurrent_kernel_of, family::recurrent_regularizer, family::recurrent_constraint, Options...>,
                   bias_rules<Options...>>;

/// How a layer walks over a sequence, whatever its cell is.
template <class... Options> struct walk_options {
    static constexpr bool sequences = std::is_same_v<chosen<family::result, void, Options...>, ReturnSequences>;
    static constexpr bool backwards = std::is_same_v<chosen<family::direction, void, Options...>, Backwards>;
    static constexpr bool zero_for_mask = std::is_same_v<chosen<family::masked_output, void, Options...>, ZeroOutputForMask>;

    template <class To> static void list_options(To& to)
    {
        to("return_sequences", sequences, false);
        to("go_backwards", backwards, false);
        to("zero_output_for_mask", zero_for_mask, false);
    }
};

/// The options of LSTM, GRU and SimpleRNN.
template <class... Options> struct recurrent_options : walk_options<Options...> {
    using activation = chosen<family::activation, Tanh, Options...>;
    using recurrent_activation =
        typename chosen<family::recurrent_activation, RecurrentActivation<Sigmoid>, Options...>::activation;
    using kernel_initializer = chosen<family::initializer, GlorotUniform, Options...>;
    using recurrent_initializer =
        typename chosen<family::recurrent_initializer, RecurrentInitializer<Orthogonal<>>, Options...>::initializer;
    using bias_option = chosen<family::bias, Bias<Zeros>, Options...>;
    using rules = recurrent_rules<Options...>;
    static constexpr fraction input_rate = chosen<family::dropout_rate, DropoutRate<0.0>, Options...>::rate;
    static constexpr fraction recurrent_rate = chosen<family::recurrent_dropout, RecurrentDropoutRate<0.0>, Options...>::rate;

    static constexpr bool is_rate(fraction rate) { return rate.value() >= 0 && rate.value() < 1; }
    static constexpr verdict accept(Shape in, std::size_t units)
    {
        if (!is_rate(input_rate) || !is_rate(recurrent_rate))
            return refuses(misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
        return accept_sequence(in, units, walk_options<Options...>::sequences);
    }

    template <bool Gated, class To> static void list_options(To& to, std::size_t units)
    {
        to("units", units);
        to("activation", activation{}, Tanh{});
        if constexpr (Gated) to("recurrent_activation", recurrent_activation{}, Sigmoid{});
        to("kernel_initializer", kernel_initializer{}, GlorotUniform{});
        to("recurrent_initializer", recurrent_initializer{}, Orthogonal<>{});
        list_bias<bias_option>(to);
        rules::list_options(to);
        to("dropout", input_rate.value(), 0.0);
        to("recurrent_dropout", recurrent_rate.value(), 0.0);
        walk_options<Options...>::list_options(to);
    }
};

/// The families of these options.
template <class... Family>
using with_recurrent_options =
    with_rules<family::result, family::direction, family::masked_output, family::activation, family::bias, family::initializer,
               family::recurrent_initializer, family::recurrent_regularizer, family::recurrent_constraint, family::dropout_rate,
               family::recurrent_dropout, Family...>;

}}} // namespace lamina::internals
