// lamina/layers/attention/multi_head_attention.hpp: attention of several heads, of a sequence on itself or on another one.
//
// Source: Vaswani et al., "Attention Is All You Need" (2017); Keras's MultiHeadAttention.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/joining.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/layers/attention/attention_block.hpp>
#include <lamina/layers/attention/attention_passes.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Every head compares each step of the query with each step of the keys, and gives the mean of the values, weighted by how alike they are:
/// softmax(q · kᵀ / √KeyDim) · v of linear maps q, k and v; a linear map of all heads together is the output.
///
/// Shapes   `on<steps, features>`, called with one sequence, is attention on itself: [steps, features] -> [steps, features].
///          `on_inputs<Input<queries, a>, Input<steps, b>>` is called with a query and a value, which is the key as well;
///          with a third Input of as many steps also with a key: -> [queries, a].
/// Options  CausalMask, ValueDim<…> (KeyDim), OutputDim<…> (the query's features), DropoutRate<…> of the weights (0), NoBias, kernel
///          initializer (GlorotUniform), Bias<initializer> (Zeros), KernelRegularizer<…>, BiasRegularizer<…>, KernelConstraint<…>,
///          BiasConstraint<…>, Name.
/// Learns   query, key: kernel [features, Heads, KeyDim] and bias [Heads, KeyDim]; value: the same with ValueDim; attention_output: kernel
///          [Heads, ValueDim, OutputDim] and bias [OutputDim].
/// Masks    a pair counts where query, value and key are there; the output has the query's mask.
/// Refuses  inputs of a rank other than 2; keys of another number of steps than the values.
/// Numerics a pair that does not count has the score -1e9: where none counts for a query, its output is that of the mean of all values.
/// Example  MultiHeadAttention<2, 8>::on_inputs<Input<7, 16>, Input<5, 16>> look; // in a struct: look(query, memory)
template <std::size_t Heads, std::size_t KeyDim, class... Options>
struct MultiHeadAttention
    : protocols::layer_base<
          MultiHeadAttention<Heads, KeyDim, Options...>,
          protocols::with_rules<protocols::family::causal, protocols::family::value_dim, protocols::family::output_dim,
                                protocols::family::dropout_rate, protocols::family::bias, protocols::family::initializer>,
          Options...> {
    static constexpr std::string_view kind = "MultiHeadAttention";
    static constexpr std::size_t heads = Heads, key_dim = KeyDim;
    static constexpr bool causal = !std::is_void_v<protocols::chosen<protocols::family::causal, void, Options...>>;
    static constexpr std::size_t value_dim = protocols::chosen<protocols::family::value_dim, ValueDim<KeyDim>, Options...>::width;
    static constexpr std::size_t output_dim = protocols::chosen<protocols::family::output_dim, OutputDim<0>, Options...>::width;
    using dropout = protocols::chosen<protocols::family::dropout_rate, DropoutRate<0.0>, Options...>;
    using kernel_initializer = protocols::chosen<protocols::family::initializer, GlorotUniform, Options...>;
    using bias_option = protocols::chosen<protocols::family::bias, Bias<Zeros>, Options...>;
    using rules = internals::rules_of_projections<protocols::parameter_rules<Options...>>;

    template <class To> static void list_options(To& to)
    {
        to("num_heads", Heads);
        to("key_dim", KeyDim);
        to("value_dim", value_dim, KeyDim);
        to("dropout", dropout::rate.value(), 0);
        to("output_shape", output_dim > 0 ? std::optional<Shape>(output_dim) : std::nullopt, nullptr);
        to("use_causal_mask", causal, false); // of a call in Keras
        to("kernel_initializer", kernel_initializer{}, GlorotUniform{});
        protocols::list_bias<bias_option>(to);
        protocols::parameter_rules<Options...>::list_options(to);
    }

    static constexpr protocols::verdict accept(Shape query, Shape value, Shape key)
    {
        if (query.rank != 2 || value.rank != 2 || key.rank != 2) return refuses(protocols::misfit::needs_rank_2__steps_features);
        if (query.size() * value.size() * key.size() * Heads * KeyDim * value_dim == 0)
            return refuses(protocols::misfit::an_extent_is_zero);
        if (!(dropout::rate.value() >= 0 && dropout::rate.value() < 1))
            return refuses(protocols::misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
        if (key[0] != value[0]) return refuses(protocols::misfit::the_keys_have_another_number_of_steps_than_the_values);
        return protocols::accepts(Shape{query[0], output_dim == 0 ? query[1] : output_dim});
    }
    static constexpr protocols::verdict accept(Shape query, Shape value) { return accept(query, value, value); }
    static constexpr protocols::verdict accept(Shape in) { return accept(in, in, in); }

    /// The block for several inputs.
    template <class... In> using on_inputs = protocols::joined<MultiHeadAttention, float, In...>;

    template <class T, Shape Query, Shape Value, Shape Key>
    using passes = internals::AttentionPasses<MultiHeadAttention, T, Query, Value, Key>;

    /// Attention on itself.
    template <class T, Shape In> struct block : internals::attention_block<MultiHeadAttention, T, In> {
        using maps = passes<T, In, In, In>;
        typename maps::Query query;
        typename maps::Key key;
        typename maps::Value value;
        typename maps::Output attention_output;
    };

    /// Attention on another sequence.
    template <class T, class... In> struct joining_block : internals::joining_attention_block<MultiHeadAttention, T, In...> {
        using maps = typename internals::joining_attention_block<MultiHeadAttention, T, In...>::passes;
        typename maps::Query query;
        typename maps::Key key;
        typename maps::Value value;
        typename maps::Output attention_output;
    };
};

}} // namespace lamina
