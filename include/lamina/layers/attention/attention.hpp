// lamina/layers/attention/attention.hpp: a mean of values, weighted by how alike a query and their keys are.
//
// Source: Luong, Pham, Manning, "Effective Approaches to Attention-based Neural Machine Translation" (2015); Keras's Attention.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/joining.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/layers/attention/attention_block.hpp>
#include <lamina/layers/attention/scored_passes.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// softmax(scale · q · kᵀ) · v: attention of one head without linear maps. With ConcatScore a pair's score is concat_score_weight times the sum
/// of tanh(scale · (q + k)) over the features.
///
/// Shapes   `on<steps, features>`, called with one sequence, is attention on itself: [steps, features] -> [steps, features].
///          `on_inputs<Input<queries, a>, Input<steps, b>>` is called with a query and a value, which is the key as well (b = a);
///          with a third Input, [steps, a], also with a key: -> [queries, b].
/// Options  UseScale, DotScore (the default) or ConcatScore, CausalMask, DropoutRate<…> of the weights (0), Name.
/// Learns   with UseScale scale [] (Ones), with ConcatScore concat_score_weight [] (Ones).
/// Masks    a value that is masked counts for nothing, its score being lowered by 1e9; where the query is masked the output is 0. The output
///          has the query's mask.
/// Refuses  inputs of a rank other than 2; keys of another number of steps than the values, or of features than the query.
/// Numerics where no value counts for a query, its output is a mean of all of them; with float their scores are lost in the 1e9.
/// Example  Attention<UseScale>::on_inputs<Input<7, 16>, Input<5, 16>> look; // in a struct: look(query, memory)
template <class... Options>
struct Attention : protocols::layer_base<Attention<Options...>,
                                         protocols::families<protocols::family::scale, protocols::family::score_mode,
                                                             protocols::family::causal, protocols::family::dropout_rate>,
                                         Options...> {
    static constexpr std::string_view kind = "Attention";
    static constexpr bool scales = std::is_same_v<protocols::chosen<protocols::family::scale, NoScale, Options...>, UseScale>;
    using score_mode = protocols::chosen<protocols::family::score_mode, DotScore, Options...>;
    static constexpr bool adds = std::is_same_v<score_mode, ConcatScore>;
    static constexpr bool causal = !std::is_void_v<protocols::chosen<protocols::family::causal, void, Options...>>;
    using dropout = protocols::chosen<protocols::family::dropout_rate, DropoutRate<0.0>, Options...>;

    template <class To> static void list_options(To& to)
    {
        to("use_scale", scales, false);
        to("score_mode", score_mode::name, "dot");
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
    template <class... In> using on_inputs = protocols::joined<Attention, float, In...>;

    template <class T, Shape Query, Shape Value, Shape Key>
    using passes = internals::ScoredPasses<Attention, T, Query, Value, Key>;
    template <class T, bool Exists> using number = std::conditional_t<Exists, Variable<T, Shape{}>, internals::Absent<T>>;

    template <class T, Shape In> struct block : internals::attention_block<Attention, T, In> {
        number<T, scales> scale;
        number<T, adds> concat_score_weight;
    };
    template <class T, class... In> struct joining_block : internals::joining_attention_block<Attention, T, In...> {
        number<T, scales> scale;
        number<T, adds> concat_score_weight;
    };

    template <class B> static void initialize(B& block, Random random)
    {
        if constexpr (scales) protocols::initialize<Ones>(block.scale, random, {});
        if constexpr (adds) protocols::initialize<Ones>(block.concat_score_weight, random, {});
    }
    template <class B, class T>
    static internals::score_numbers<T> score(const B& block, [[maybe_unused]] T* weights, [[maybe_unused]] std::size_t features)
    {
        if constexpr (adds) std::fill_n(weights, features, *block.concat_score_weight.data());
        if constexpr (scales) return {weights, *block.scale.data()};
        else return {weights, T(1)};
    }
    template <class B, class With, class X>
    static X composed_factor([[maybe_unused]] const B& block, [[maybe_unused]] const With& with, const X& x)
    {
        if constexpr (scales) return x * with(block.scale);
        else return x;
    }
    template <class B, class With, class X> static X composed_weights(const B& block, const With& with, const X& x)
    {
        return x * with(block.concat_score_weight);
    }
    template <class B, class T>
    static void learn([[maybe_unused]] B& gradient, [[maybe_unused]] const T* weights, [[maybe_unused]] T factor,
                      [[maybe_unused]] std::size_t features)
    {
        if constexpr (scales) *gradient.scale.data() += factor;
        if constexpr (adds) *gradient.concat_score_weight.data() += std::accumulate(weights, weights + features, T(0));
    }
};

}} // namespace lamina
