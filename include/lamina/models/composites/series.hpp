// lamina/models/composites/series.hpp: layers before their input is known: what they answer to a shape, and who of them refuses it.
#pragma once

#include <lamina/blocks/refusal.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/models/composites/chain.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// A model as a layer of another: `Sequential<Input<9>, Encoder, Dense<3>>`. It takes the input shape that it was made for.
template <class B> struct ModelAsLayer {
    using options = check_options<protocols::families<>>;
    static constexpr std::string_view kind = "Sequential";
    static constexpr verdict accept(Shape in)
    {
        return in == B::input ? accepts(B::output) : refuses(misfit::needs_the_input_shape_of_the_model_inside);
    }
    template <class T, Shape> using block = with_number<B, T>;
};
template <class L> struct layer_or_model {
    using type = L;
};
template <class L>
    requires(!has_member_accept<L> && Block<L>)
struct layer_or_model<L> {
    using type = ModelAsLayer<L>;
};
template <class L> using as_layer = typename layer_or_model<L>::type;

/// What a type answers to a shape, also where it is no layer or has an option that it cannot take.
template <class L> constexpr verdict ask([[maybe_unused]] const Shape& in)
{
    if constexpr (!options_fit<L>) return refuses(misfit::cannot_take_an_option);
    else if constexpr (ConstexprLayer<L>) return L::accept(in);
    else return refuses(why_no_layer<L>());
}

/// The same to a shape that is a constant.
template <class L, Shape In> constexpr verdict ask_at()
{
    if constexpr (asks_with_constants<L> && options_fit<L>) return L::template accept_at<In>();
    else return ask<L>(In);
}

/// Which of several layers refuses, and why; the last one where none does.
struct refusing {
    std::size_t at = 0;
    misfit reason = misfit::none;
};

/// The names of layers in one model must be different, and no positions.
template <class... Layers> constexpr refusing judge_names()
{
    const std::array<std::string_view, sizeof...(Layers)> names{lamina::internals::given_name<Layers>()...};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty()) continue;
        if (names[i].find('/') != std::string_view::npos || names[i].find_first_not_of("0123456789") == std::string_view::npos)
            return {i, misfit::a_name_has_no_slash_and_is_no_number};
        if (std::find(names.begin(), names.begin() + i, names[i]) != names.begin() + i)
            return {i, misfit::two_layers_have_the_same_name};
    }
    return {};
}

/// Layer `At` of a model, or of a layer that is at `Place` itself.
template <class Place, std::size_t At> struct place_in {
    using type = lamina::internals::layer<At>;
};
template <std::size_t... Outer, std::size_t At> struct place_in<lamina::internals::layer<Outer...>, At> {
    using type = lamina::internals::layer<Outer..., At>;
};

/// What a model becomes when its layer `At` refuses.
template <class Place, std::size_t At, misfit Reason, class Given, class... Layers>
struct refusal_of_one
    : refusal<typename place_in<Place, At>::type, std::tuple_element_t<At, std::tuple<Layers...>>, Given, Reason> {};

/// Layers one after another.
template <class... Layers> struct series {
    static constexpr std::size_t count = sizeof...(Layers);

    /// Every shape on the way, or those before the first refusal.
    struct walked {
        std::array<Shape, count + 1> shapes{};
        refusing by{};
    };

    static constexpr walked walk(const Shape& in)
    {
        walked w;
        w.shapes[0] = in;
        [[maybe_unused]] const auto step = [&](const verdict& v) {
            w.by.reason = v.answer;
            if (v.answer == misfit::none) w.shapes[++w.by.at] = v.output;
            return v.answer == misfit::none;
        };
        if ((step(ask<Layers>(w.shapes[w.by.at])) && ...)) w.by = judge_names<Layers...>();
        return w;
    }

    static constexpr bool asks_with_constants = (false || ... || internals::asks_with_constants<Layers>);
    /// Asked here and not by `ask_at`, which would be a line more of an error inside of a formula.
    template <Shape In, class First, class... Rest> static constexpr void walk_on(walked& w)
    {
        if constexpr (internals::asks_with_constants<First> && options_fit<First>)
            walk_behind<First::template accept_at<In>(), Rest...>(w);
        else walk_behind<ask<First>(In), Rest...>(w);
    }
    template <verdict Answer, class... Rest> static constexpr void walk_behind(walked& w)
    {
        w.by.reason = Answer.answer;
        if constexpr (Answer.answer == misfit::none) {
            w.shapes[++w.by.at] = Answer.output;
            if constexpr (sizeof...(Rest) > 0) walk_on<Answer.output, Rest...>(w);
        }
    }
    template <Shape In> static constexpr walked walk_at()
    {
        if constexpr (!asks_with_constants) return walk(In);
        else {
            walked w;
            w.shapes[0] = In;
            walk_on<In, Layers...>(w);
            if (w.by.reason == misfit::none) w.by = judge_names<Layers...>();
            return w;
        }
    }
    /// The same from `Shape<…>` or `Input<…>`.
    template <class In> static constexpr walked from = walk_at<In::value>();

    static constexpr verdict accept(const Shape& in) { return verdict_of(walk(in)); }
    template <Shape In> static constexpr verdict accept_at() { return verdict_of(walk_at<In>()); }
    static constexpr verdict verdict_of(const walked& w) { return {w.by.reason, w.shapes[count]}; }

    template <class Place, class In>
    struct refusal
        : refusal_of_one<Place, from<In>.by.at, from<In>.by.reason, as_shape<from<In>.shapes[from<In>.by.at]>, Layers...> {};

    template <class T, class In, std::size_t... At>
    static auto blocks(std::index_sequence<At...>) -> Chain<T, In, typename Layers::template block<T, from<In>.shapes[At]>...>;
    template <class T, class In> using chain = decltype(blocks<T, In>(std::index_sequence_for<Layers...>{}));
};

/// A block of layers is given layers, and perhaps its Name among them.
template <class... Layers> struct pack {
    using as_series = series<Layers...>;
    using as_options = check_options<protocols::families<family::name>, Layers...>;
};
template <class... A, class... B> pack<A..., B...> operator+(pack<A...>, pack<B...>);

template <class Part> inline constexpr bool is_name = belongs<Part, family::name>;
template <class... Parts>
using layers_among = decltype((pack<>{} + ... + std::conditional_t<is_name<Parts>, pack<>, pack<as_layer<Parts>>>{}));
template <class... Parts>
using check_names = typename decltype((pack<>{} + ... + std::conditional_t<is_name<Parts>, pack<Parts>, pack<>>{}))::as_options;

}}} // namespace lamina::internals
