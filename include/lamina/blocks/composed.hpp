// lamina/blocks/composed.hpp: what the forms of blocks in functions on tensors have in common.
//
// A block says what it computes a second time by a member that is generic, so that it needs no include; autodiff/composing.hpp has the `with`.
// Functions on tensors are found where it is used.
//
//     template <class X, class With> X compose(const With& with, const X& x) const;
//
// A block that makes a mask of its input (`mask_steps`) has `composed_mask(with, x)` beside it, bool [n, steps].
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/shape.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_form_in_ops(std::string_view what)
{
    fail(
        {what,
         ": has no form in ops, so it has no derivative of second order and is part of no traced graph; give its block a compose "
         "(docs/custom_layers.md)"});
}

/// The kind of a block's layer, for sentences.
template <class B> constexpr std::string_view kind_of_block()
{
    if constexpr (requires { std::string_view(B::layer::kind); }) return B::layer::kind;
    else if constexpr (requires { std::string_view(B::specification::kind); }) return B::specification::kind;
    else if constexpr (requires { std::string_view(B::kind); }) return B::kind;
    else return "a block";
}

/// What a block makes of a batch, in ops; a sentence for one that does not say it.
template <class B, class With, class X, class... More>
X composed(const B& block, const With& with, const X& x, const More&... more)
{
    if constexpr (requires { block.compose(with, x, more...); }) return block.compose(with, x, more...);
    else refuse_form_in_ops(kind_of_block<B>());
}

/// The mask of what a block makes of a batch: its own, the one that it hands on, or none, which is empty.
template <class B, class With, class X> X mask_behind(const B& block, const With& with, const X& x)
{
    if constexpr (mask_steps_of<B>() > 0) {
        if constexpr (requires { block.composed_mask(with, x); }) return block.composed_mask(with, x);
        else refuse_form_in_ops(kind_of_block<B>());
    }
    else if constexpr (passes_mask_of<B>()) return with.mask(0);
    else return X{};
}

/// A batch of samples of shape S, of the same numbers in another shape.
template <Shape S, class X> X as_samples(const X& x)
{
    return [&]<std::size_t... Axis>(std::index_sequence<Axis...>) {
        return reshape(x, {-1, static_cast<int>(S[Axis])...});
    }(std::make_index_sequence<S.rank>{});
}

/// x · kernel + bias for rows of `Inputs` numbers: [rows, Outputs].
template <std::size_t Inputs, std::size_t Outputs, class With, class X, class Kernel, class Bias>
X composed_linear(const With& with, const X& x, const Kernel& kernel, [[maybe_unused]] const Bias& bias)
{
    const X product = matmul(as_samples<Shape{Inputs}>(x), as_samples<Shape{Outputs}>(with(kernel)));
    if constexpr (Bias::size == 0) return product;
    else return product + reshape(with(bias), {static_cast<int>(Outputs)});
}

/// What a training pass multiplies numbers with that it drops at a rate, as `drop` does: `each` of every sample of x.
template <fraction Rate, class T, class With, class X> X composed_drop(const With& with, const X& x, const Shape& each)
{
    return with.template dropped<T>(x, each, Rate.value());
}

}}} // namespace lamina::internals
