// lamina/blocks/refusal.hpp: the block of a layer for an input, or the one error that says why there is none.
#pragma once

#include <lamina/blocks/judge_block.hpp>
#include <lamina/core/architecture.hpp>

#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Never true: its arguments are the error message: the layer's place, the layer, the shape it was given, why it refuses.
template <class Place, class Layer, class Given, misfit Reason> inline constexpr bool shapes_fit = false;

/// The error itself, whose arguments compilers print. It is a class of its own, as clang drops fields of a class with an error.
template <class Place, class L, class Given, misfit Reason> struct shape_error {
    static_assert(shapes_fit<Place, L, Given, Reason>, "lamina: a layer refuses its input shape");
};

/// What a refused model is. The error comes where it is first used.
template <class Place, class L, class Given, misfit Reason> struct refused : Refused {
    static_assert(sizeof(shape_error<Place, L, Given, Reason>));
};

template <class Place, class L, class Given, misfit Reason>
inline constexpr bool is_refused<refused<Place, L, Given, Reason>> = true;

/// Never true: its arguments are the error message: the layer's place, the layer, the option, what is wrong with it.
template <class Place, class Layer, class Option, option_is Reason> inline constexpr bool option_fits = false;

template <class Place, class L, class Option, option_is Reason> struct option_error {
    static_assert(option_fits<Place, L, Option, Reason>, "lamina: a layer cannot take this option");
};
template <class Place, class L, class Option, option_is Reason> struct refused_option : Refused {
    static_assert(sizeof(option_error<Place, L, Option, Reason>));
};

template <class Place, class L, class Option, option_is Reason>
inline constexpr bool is_refused<refused_option<Place, L, Option, Reason>> = true;

struct alone {}; // the place of a layer that is used by itself

/// What a layer that refuses its input `Given` becomes.
template <class Place, class L, class Given, misfit Reason> struct refusal {
    using type = refused<Place, L, Given, Reason>;
};
template <class Place, class L, class Given>
    requires(!options_fit<L>)
struct refusal<Place, L, Given, misfit::cannot_take_an_option> {
    using type = refused_option<Place, L, typename L::options::offender, L::options::answer>;
};
template <class Place, class L, class Given, misfit Reason>
    requires requires { typename L::template refusal_inside<Place, Given>; } // of a layer of layers: the one that refuses
struct refusal<Place, L, Given, Reason> {
    using type = typename L::template refusal_inside<Place, Given>;
};

template <class Place, class L, class Given> struct refusal<Place, L, Given, misfit::its_formula_was_refused> {
    using type = Refused; // which was said
};

template <class L, class T, class In, misfit Answer> struct block_of {
    using type = typename refusal<alone, L, as_shape<In::value>, Answer>::type;
};

/// Never true: its arguments are the error message: the layer's place, the layer, what is wrong with its block.
template <class Place, class Layer, block_is Reason> inline constexpr bool block_is_well_formed = false;

template <class Place, class L, block_is Reason> struct block_error {
    static_assert(block_is_well_formed<Place, L, Reason>, "lamina: the block of a layer is not what a block is");
};
template <class Place, class L, block_is Reason> struct refused_block : Refused {
    static_assert(sizeof(block_error<Place, L, Reason>));
};

template <class Place, class L, block_is Reason> inline constexpr bool is_refused<refused_block<Place, L, Reason>> = true;

template <class L, class T, class In> struct block_of<L, T, In, misfit::none> {
    static constexpr block_is found = judge_called_block_of<L, T, In::value>();
    template <block_is Reason> static auto choose()
    {
        if constexpr (Reason == block_is::fine) return std::type_identity<typename L::template block<T, In::value>>{};
        else return std::type_identity<refused_block<alone, L, Reason>>{};
    }
    using type = typename decltype(choose<found>())::type;
};

template <class L, class T, class In> struct asked {
    using type = typename block_of<L, T, In, answer_at<L, In::value>().answer>::type;
};

template <class L, class T, class In>
    requires(options_fit<L> && !ConstexprLayer<L>)
struct asked<L, T, In> : refusal<alone, L, as_shape<In::value>, why_no_layer<L>()> {};
template <class L, class T, class In>
    requires(!options_fit<L>)
struct asked<L, T, In> : refusal<alone, L, as_shape<In::value>, misfit::cannot_take_an_option> {};

} // namespace internals

namespace protocols {

/// The block of a layer for an `Input<…>`, or a refusal.
template <class L, class T, class In> using bound = typename internals::asked<L, T, In>::type;

} // namespace protocols

}} // namespace lamina
