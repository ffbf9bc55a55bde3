// lamina/layers/attention/additive_attention.hpp: a mean of values, weighted by what a query and their keys give when they are added.
//
// Source: Bahdanau, Cho, Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate" (2015); Keras's
// AdditiveAttention.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/joining.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/layers/attention/attention_block.hpp>
#include <lamina/layers/attention/scored_passes.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// softmax(scores) · v, where the score of a query and a key is the sum of scale · tanh(q + k) over the features.
///
/// Shapes   `on<steps, features>`, called with one sequence, is attention on itself: [steps, features] -> [steps, features].
///          `on_inputs<Input<queries, a>, Input<steps, b>>` is called with a query and a value, which is the key as well (b = a);
///          with a third Input, [steps, a], also with a key: -> [queries, b].
/// Options  NoScale, CausalMask, DropoutRate<…> of the weights (0), Name.
/// Learns   scale [features] (GlorotUniform).
/// Masks    a value that is masked counts for nothing, its score being lowered by 1e9; where the query is masked the output is 0. The output
///          has the query's mask.
/// Refuses  inputs of a rank other than 2; keys of another number of steps than the values, or of features than the query.
/// Numerics where no value counts for a query, its output is a mean of all of them; with float their scores are lost in the 1e9.
/// Example  AdditiveAttention<>::on_inputs<Input<7, 16>, Input<5, 16>> look; // in a struct: look(query, memory)
template <class... Options>
struct AdditiveAttention
    : protocols::layer_base<
          AdditiveAttention<Options...>,
          protocols::families<protocols::family::scale, protocols::family::causal, protocols::family::dropout_rate>, Options...> {
    static constexpr std::string_view kind = "AdditiveAttention";
    static constexpr bool adds = true;
    static constexpr bool scales = std::is_same_v<protocols::chosen<protocols::family::scale, UseScale, Options...>, UseScale>;
    static constexpr bool causal = !std::is_void_v<protocols::chosen<protocols::family::causal, void, Options...>>;
    using dropout = protocols::chosen<protocols::family::dropout_rate, DropoutRate<0.0>, Options...>;

    template <class To> static void list_options(To& to)
    {
        to("use_scale", scales, true);
        to("dropout", dropout::rate.value(), 0);
        to("use_causal_mask", causal, false); // of a call in Keras
    }

    static constexpr protocols::verdict accept(Shape query, Shape value, Shape key)
    {
        return internals::accept_scored(dropout::rate.value(), query, value, key);
    }
    static constexpr protocols::verdict accept(Shape query, Shape value) { return accept(query, value, value); }
    static constexpr protocols::verdict accept(Shape in) { return accept(in, in, in); }

    /// The block for several inputs.
    template <class... In> using on_inputs = protocols::joined<AdditiveAttention, float, In...>;

    template <class T, Shape Query, Shape Value, Shape Key>
    using passes = internals::ScoredPasses<AdditiveAttention, T, Query, Value, Key>;
    template <class T, std::size_t Features>
    using weights_of = std::conditional_t<scales, Variable<T, Shape{Features}>, internals::Absent<T>>;

    template <class T, Shape In> struct block : internals::attention_block<AdditiveAttention, T, In> {
        weights_of<T, In[1]> scale;
    };
    template <class T, class... In> struct joining_block : internals::joining_attention_block<AdditiveAttention, T, In...> {
        weights_of<T, Inputs<In...>::values[0][1]> scale;
    };

    template <class B> static void initialize(B& block, Random random)
    {
        constexpr double features = B::passes::features;
        if constexpr (scales) protocols::initialize<GlorotUniform>(block.scale, random, {features, features});
    }
    template <class B, class T> static internals::score_numbers<T> score(const B& block, T* ones, std::size_t features)
    {
        if constexpr (scales) return {block.scale.data(), T(1)};
        std::fill_n(ones, features, T(1));
        return {ones, T(1)};
    }
    template <class B, class With, class X> static X composed_factor(const B&, const With&, const X& x) { return x; }
    template <class B, class With, class X>
    static X composed_weights([[maybe_unused]] const B& block, [[maybe_unused]] const With& with, const X& x)
    {
        if constexpr (scales) return x * with(block.scale);
        else return x;
    }
    template <class B, class T>
    static void learn([[maybe_unused]] B& gradient, [[maybe_unused]] const T* weights, T, [[maybe_unused]] std::size_t features)
    {
        if constexpr (scales) internals::kernels::add(weights, gradient.scale.data(), features);
    }
};

}} // namespace lamina
