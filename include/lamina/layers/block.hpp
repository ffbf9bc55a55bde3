// lamina/layers/block.hpp: the protocol of everything that learns or computes: a layer once its input shape is known.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/random.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/verdict.hpp>
#include <lamina/layers/options.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace lamina {

/// What a pass over a model is for. Blocks that draw (Dropout) do so from (seed, step, place, sample, element), so a mask
/// depends neither on threads nor on how a batch is cut.
struct Mode {
    bool training = false;
    std::uint64_t seed = 0, step = 0;
    std::uint64_t place = 0; ///< where in the model, mixed from the positions on the way
    std::size_t first = 0;   ///< the position within the batch of the chunk's first sample

    /// The mode for the part at `position`.
    constexpr Mode inside(std::size_t position) const
    {
        Mode inner = *this;
        if (training) inner.place = mix(place, position + 1);
        return inner;
    }
};

/// A block: sizes as constants, `forward` and `backward` as const functions over a chunk of n samples, channels last.
///
/// `saved(n)`, `scratch(n)` are elements of T, none where it does not say; each region starts on 64 bytes, x and y may lie
/// anywhere. `forward` with `saved == nullptr` keeps nothing (inference); for one sample it is given constant<1>, and a block that
/// takes an `extent auto` does not compile what only more samples need. `backward` adds to `gradient`, a block of the same type,
/// and writes `dx` unless it is null. A block owns variables and never activations, so many threads may use one.
template <class B>
concept Block =
    requires(const B& block, B& gradient, const typename B::value_type* in, typename B::value_type* out, std::size_t n) {
        { B::input } -> std::convertible_to<shape>;
        { B::output } -> std::convertible_to<shape>;
        block.forward(Mode{}, in, out, out, out, n);
        block.backward(Mode{}, in, in, in, in, out, gradient, out, n);
    };

/// What a block's last activation makes of logits.
enum class logits { none, softmax, sigmoid };

/// A block that ends in softmax or sigmoid, as its `ends_in` says, and can take the gradient of the logits: activation and
/// cross-entropy differentiated as one.
template <class B>
concept TakesLogits =
    Block<B> && requires(const B& block, B& gradient, const typename B::value_type* in, typename B::value_type* out,
                         std::size_t n) { block.backward_from_logits(Mode{}, in, in, in, in, out, gradient, out, n); };

/// A layer: a specification without an input size. It answers a shape with an output or a reason.
template <class L>
concept Layer = requires(shape in) {
    { L::accept(in) } -> std::same_as<verdict>;
};

/// What a block keeps of n samples for `backward`, and what it works in; nothing where it does not say.
template <class B>
constexpr std::size_t saved_of(std::size_t n)
{
    if constexpr (requires { B::saved(n); }) return B::saved(n);
    else return 0;
}
template <class B>
constexpr std::size_t scratch_of(std::size_t n)
{
    if constexpr (requires { B::scratch(n); }) return B::scratch(n);
    else return 0;
}

namespace detail {
template <class B, class T>
struct with_number {
    using type = typename B::layer::template block<T, B::input>;
};
template <class B, class T>
    requires requires { typename B::template as<T>; }
struct with_number<B, T> {
    using type = typename B::template as<T>;
};
} // namespace detail

/// A block that computes with T: its `as<T>`, or its layer's block for the same input.
template <class B, class T>
using with_number = typename detail::with_number<B, T>::type;

/// Multiply-adds of a block for one sample; 0 where it does not say.
template <class B>
constexpr std::size_t multiply_adds_of()
{
    if constexpr (requires { B::multiply_adds; }) return B::multiply_adds;
    else return 0;
}

namespace detail {

/// Never true: its arguments are the error message: the layer's place, the layer, the shape it was given, why it refuses.
template <class Place, class Layer, class Given, fit Reason>
inline constexpr bool shapes_fit = false;

/// What a refused model is. The error comes where it is first used, from this type, so that compilers print its
/// arguments and nothing of how it was found.
template <class Place, class L, class Given, fit Reason>
struct refused : Refused {
    constexpr silence operator()(auto&&...) const { return {}; } // clang forgets the base of a class with an error
    static_assert(shapes_fit<Place, L, Given, Reason>, "lamina: a layer refuses its input shape");
};

/// Never true: its arguments are the error message: the layer's place, the layer, the option, what is wrong with it.
template <class Place, class Layer, class Option, option_is Reason>
inline constexpr bool option_fits = false;

template <class Place, class L, class Option, option_is Reason>
struct refused_option : Refused {
    constexpr silence operator()(auto&&...) const { return {}; } // clang forgets the base of a class with an error
    static_assert(option_fits<Place, L, Option, Reason>, "lamina: a layer cannot take this option");
};

struct alone {}; // the place of a layer that is used by itself

/// What a layer that refuses its input `Given` becomes.
template <class Place, class L, class Given, fit Reason>
struct refusal {
    using type = refused<Place, L, Given, Reason>;
};
template <class Place, class L, class Given>
    requires(!options_fit<L>)
struct refusal<Place, L, Given, fit::cannot_take_an_option> {
    using type = refused_option<Place, L, typename L::options::offender, L::options::answer>;
};
template <class Place, class L, class Given, fit Reason>
    requires requires { typename L::template refusal_inside<Place, Given>; } // of a layer of layers: the one that refuses
struct refusal<Place, L, Given, Reason> {
    using type = typename L::template refusal_inside<Place, Given>;
};

template <class L, class T, class In, fit Answer>
struct block_of {
    using type = typename refusal<alone, L, as_shape<In::value>, Answer>::type;
};

template <class L, class T, class In>
struct block_of<L, T, In, fit::yes> {
    using type = typename L::template block<T, In::value>;
};

template <class L, class T, class In>
struct asked {
    using type = typename block_of<L, T, In, L::accept(In::value).answer>::type;
};

template <class L, class T, class In>
    requires(!options_fit<L>)
struct asked<L, T, In> : refusal<alone, L, as_shape<In::value>, fit::cannot_take_an_option> {};

} // namespace detail

/// The block of a layer for an `Input<…>`, or a refusal.
template <class L, class T, class In>
using bound = typename detail::asked<L, T, In>::type;

} // namespace lamina

namespace lamina::inline LAMINA_ARCHITECTURE {

/// Two neighbouring blocks that are computed in one pass, where that is worth it; specialised beside the blocks.
///
/// It has `saved(n)` and `scratch(n)`, `forward(first, second, x, y, saved, scratch, n)` and
/// `backward(first, second, x, y, saved, dy, dx, first's gradient, second's, scratch, n)` as a block has them for both.
template <class First, class Second>
struct Joined {
    static constexpr bool exists = false;
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
