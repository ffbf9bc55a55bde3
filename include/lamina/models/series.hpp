// lamina/models/series.hpp: layers before their input is known: what they answer to a shape, and who of them refuses it.
#pragma once

#include <lamina/models/chain.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lamina::inline LAMINA_ARCHITECTURE::inner {

/// What a type answers to a shape, also where it is no layer or has an option that it cannot take.
template <class L>
constexpr verdict ask([[maybe_unused]] const shape& in)
{
    if constexpr (!options_fit<L>) return refuses(fit::cannot_take_an_option);
    else if constexpr (Layer<L>) return L::accept(in);
    else return refuses(fit::is_no_layer);
}

/// Which of several layers refuses, and why; the last one where none does.
struct refusing {
    std::size_t at = 0;
    fit reason = fit::yes;
};

/// The names of layers in one model must be different, and no positions.
template <class... Layers>
constexpr refusing judge_names()
{
    const std::array<std::string_view, sizeof...(Layers)> names{lamina::given_name<Layers>()...};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty()) continue;
        if (names[i].find('/') != std::string_view::npos || names[i].find_first_not_of("0123456789") == std::string_view::npos)
            return {i, fit::a_name_has_no_slash_and_is_no_number};
        if (std::find(names.begin(), names.begin() + i, names[i]) != names.begin() + i)
            return {i, fit::two_layers_have_the_same_name};
    }
    return {};
}

/// Layer `At` of a model, or of a layer that is at `Place` itself.
template <class Place, std::size_t At>
struct place_in {
    using type = lamina::layer<At>;
};
template <std::size_t... Outer, std::size_t At>
struct place_in<lamina::layer<Outer...>, At> {
    using type = lamina::layer<Outer..., At>;
};

/// What a model becomes when its layer `At` refuses.
template <class Place, std::size_t At, fit Reason, class Given, class... Layers>
struct refusal_of_one : lamina::detail::refusal<typename place_in<Place, At>::type,
                                                std::tuple_element_t<At, std::tuple<Layers...>>, Given, Reason> {};

/// Layers one after another.
template <class... Layers>
struct series {
    static constexpr std::size_t count = sizeof...(Layers);

    /// Every shape on the way, or those before the first refusal.
    struct walked {
        std::array<shape, count + 1> shapes{};
        refusing by{};
    };

    static constexpr walked walk(const shape& in)
    {
        walked w;
        w.shapes[0] = in;
        [[maybe_unused]] const auto step = [&](const verdict& v) {
            w.by.reason = v.answer;
            if (v.answer == fit::yes) w.shapes[++w.by.at] = v.output;
            return v.answer == fit::yes;
        };
        if ((step(ask<Layers>(w.shapes[w.by.at])) && ...)) w.by = judge_names<Layers...>();
        return w;
    }
    /// The same from `Shape<…>` or `Input<…>`.
    template <class In>
    static constexpr walked from = walk(In::value);

    static constexpr verdict accept(const shape& in)
    {
        const walked w = walk(in);
        return {w.by.reason, w.shapes[count]};
    }

    template <class Place, class In>
    struct refusal
        : refusal_of_one<Place, from<In>.by.at, from<In>.by.reason, as_shape<from<In>.shapes[from<In>.by.at]>, Layers...> {};

    template <class T, class In, std::size_t... I>
    static auto blocks(std::index_sequence<I...>) -> Chain<T, In, typename Layers::template block<T, from<In>.shapes[I]>...>;
    template <class T, class In>
    using chain = decltype(blocks<T, In>(std::index_sequence_for<Layers...>{}));
};

/// A block of layers is given layers, and perhaps its Name among them.
template <class... Layers>
struct pack {
    using as_series = series<Layers...>;
    using as_options = check_options<families<family::name>, Layers...>;
};
template <class... A, class... B>
pack<A..., B...> operator+(pack<A...>, pack<B...>);

template <class Part>
inline constexpr bool is_name = lamina::detail::belongs<Part, family::name>;
template <class... Parts>
using layers_among = decltype((pack<>{} + ... + std::conditional_t<is_name<Parts>, pack<>, pack<Parts>>{}));
template <class... Parts>
using series_among = typename layers_among<Parts...>::as_series;
template <class... Parts>
using check_names = typename decltype((pack<>{} + ... + std::conditional_t<is_name<Parts>, pack<Parts>, pack<>>{}))::as_options;

} // namespace lamina::inline LAMINA_ARCHITECTURE::inner
