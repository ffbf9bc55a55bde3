// lamina/blocks/block.hpp: the protocol of everything that learns or computes: a layer once its input shape is known.
#pragma once

#include <lamina/blocks/activations/activation_base.hpp>
#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/core/random.hpp>
#include <lamina/core/shape.hpp>
#include <lamina/core/verdict.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What a pass over a model is for. Blocks that draw (Dropout) do so from (seed, step, place, sample, element), so a mask
/// depends neither on threads nor on how a batch is cut.
struct Mode {
    bool training = false;
    std::uint64_t seed = 0, step = 0;
    std::uint64_t place = 0; ///< where in the model, mixed from the positions on the way
    std::size_t first = 0;   ///< the position within the batch of the chunk's first sample
    bool parameters = true;  ///< false in `backward`: nobody learns the block's variables, so their gradients may be left out
    /// For each input null, or the mask of its steps, [n][steps]: 0 where a step of a sequence is not there.
    const std::uint8_t* const* masks = nullptr;
    std::uint8_t* mask_out = nullptr; ///< where a block that makes a mask writes it in `forward`, unless it is null
    bool only_masks = false;          ///< in `forward`: nobody reads y, so what does not lead to the mask may be left out
    /// In `forward` null, or where a block adds what the numbers of these samples are penalized for. The loss gets that divided by the samples
    /// of the batch, so `backward` adds its slope, divided by as many.
    double* penalty = nullptr;
    std::size_t batch = 1; ///< the samples of the batch that the chunk is a part of
    bool penalties = true; ///< false in `backward`: the loss has none for the numbers that pass, so no slope is added

    constexpr const std::uint8_t* mask(std::size_t input = 0) const { return masks ? masks[input] : nullptr; }

    /// The mode for the part at `position`.
    constexpr Mode inside(std::size_t position) const
    {
        Mode inner = *this;
        if (training) inner.place = internals::mix(place, position + 1);
        return inner;
    }
};

/// A block: sizes as constants, `forward` and `backward` as const functions over a chunk of n samples, channels last.
///
/// `saved(n)`, `scratch(n)` are sizes in elements of T, 0 where they are not declared; each region starts on 64 bytes, x and y may lie
/// anywhere. `forward` with `saved == nullptr` keeps nothing (inference); for one sample it is given constant<1>, and a block that
/// takes an `extent auto` does not compile what only more samples need. `backward` adds to `gradient`, a block of the same type,
/// and writes `dx` unless it is null. A block that makes a mask of its input says its `mask_steps`, one that keeps the steps of a sequence
/// `passes_mask`; backward sees the masks that forward saw. A block owns variables and never activations, so many threads may use one.
template <class B>
concept Block =
    requires(const B& block, B& gradient, const typename B::value_type* in, typename B::value_type* out, std::size_t n) {
        { B::input } -> std::convertible_to<Shape>;
        { B::output } -> std::convertible_to<Shape>;
        block.forward(Mode{}, in, out, out, out, n);
        block.backward(Mode{}, in, in, in, in, out, gradient, out, n);
    };

/// A block of several inputs, such as attention on another sequence: `using inputs = Inputs<…>` are their shapes, and `x` and `dx` have a
/// pointer for each. A null one in `dx` is not wanted. All else is as in a Block.
template <class B>
concept JoiningBlock = requires(const B& block, B& gradient, const typename B::value_type* const* in,
                                typename B::value_type* const* din, typename B::value_type* out, std::size_t n) {
    { B::inputs::values[0] } -> std::convertible_to<Shape>;
    { B::output } -> std::convertible_to<Shape>;
    block.forward(Mode{}, in, out, out, out, n);
    block.backward(Mode{}, in, out, out, out, din, gradient, out, n);
};

/// A block of one input or of several.
template <class B>
concept AnyBlock = Block<B> || JoiningBlock<B>;

/// A block that ends in softmax or sigmoid, as its `ends_in` says, and can be seen through: activation and cross-entropy as one.
/// `forward_with_logits` is `forward` that also writes what the activation was given, unless that place is null;
/// `backward_from_logits` takes the gradient of it.
template <class B>
concept TakesLogits = Block<B> && requires(const B& block, B& gradient, const typename B::value_type* in,
                                           typename B::value_type* out, std::size_t n) {
    block.forward_with_logits(Mode{}, in, out, out, out, out, n);
    block.backward_from_logits(Mode{}, in, in, in, in, out, gradient, out, n);
};

/// A layer: a specification without an input size. It answers a shape with an output or a reason.
template <class L>
concept Layer = requires(Shape in) {
    { L::accept(in) } -> std::same_as<verdict>;
};

} // namespace protocols

namespace internals {

/// A block that is its formula: in a struct its functions are nodes by themselves, which read its variables.
template <class B>
concept FormulaBlock = requires { typename B::is_a_formula; };

/// What a block keeps of n samples for `backward`, and what it works in; nothing where it does not say.
template <class B> constexpr std::size_t saved_of(std::size_t n)
{
    if constexpr (requires { B::saved(n); }) return B::saved(n);
    else return 0;
}
template <class B> constexpr std::size_t scratch_of(std::size_t n)
{
    if constexpr (requires { B::scratch(n); }) return B::scratch(n);
    else return 0;
}

template <class B, class T> struct change_number {
    using type = typename B::layer::template block<T, B::input>;
};
template <class B, class T>
    requires requires { typename B::template as<T>; }
struct change_number<B, T> {
    using type = typename B::template as<T>;
};

/// A block that computes with T: its `as<T>`, or its layer's block for the same input.
template <class B, class T> using with_number = typename change_number<B, T>::type;

/// Whether a block looks at a whole batch at once, as statistics over a batch do: then training does not cut batches into chunks.
template <class B> constexpr bool across_batch_of()
{
    if constexpr (requires { B::across_batch; }) return B::across_batch;
    else return false;
}

/// Whether a block, or one inside of it, adds to the loss itself (`penalizes_activity`): it is asked for its slope also where nobody reads its output.
template <class B> constexpr bool penalizes_activity_of()
{
    if constexpr (requires { B::penalizes_activity; }) return B::penalizes_activity;
    else return false;
}

/// The steps of the mask that a block makes of its input (`mask_steps`); 0 where it makes none.
template <class B> constexpr std::size_t mask_steps_of()
{
    if constexpr (requires { B::mask_steps; }) return B::mask_steps;
    else return 0;
}
/// Whether the output of a block has the steps of its input, and so its mask (`passes_mask`).
template <class B> constexpr bool passes_mask_of()
{
    if constexpr (requires { B::passes_mask; }) return B::passes_mask;
    else return false;
}
/// Where the input of a block holds whole numbers below a bound, as indices are, that bound (`whole_below`); else 0.
template <class B> constexpr std::size_t whole_below_of()
{
    if constexpr (requires { B::whole_below; }) return B::whole_below;
    else return 0;
}
/// The place of a mask of n samples, in elements of T.
template <class T> constexpr std::size_t mask_size(std::size_t steps, std::size_t n)
{
    return padded<T>((n * steps + sizeof(T) - 1) / sizeof(T));
}

/// Multiply-adds of a block for one sample; 0 where it does not say.
template <class B> constexpr std::size_t multiply_adds_of()
{
    if constexpr (requires { B::multiply_adds; }) return B::multiply_adds;
    else return 0;
}

} // namespace internals

}} // namespace lamina
