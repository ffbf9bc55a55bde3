// lamina/blocks/activations/epilogue.hpp: an activation at work: over rows of numbers, and as the last step of a layer.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a layer with the activation A ends in. Of one that does not say it, such as a user's, nothing is known.
template <class A> inline constexpr output_activation output_activation_of = output_activation::none;
template <class A>
    requires requires { A::ends_in; }
inline constexpr output_activation output_activation_of<A> = A::ends_in;

/// Whether a cross-entropy sees through A.
template <class A>
inline constexpr bool seen_through =
    output_activation_of<A> == output_activation::softmax || output_activation_of<A> == output_activation::sigmoid;

/// Whether A works on one element after another, not on rows of them.
template <class A> inline constexpr bool by_element = requires(simd::batch<float> v) { A::forward(v); };

#if LAMINA_PLAIN_LOOPS
/// Whether A's functions take plain numbers as well as registers, which plain loops use.
template <class A> inline constexpr bool takes_numbers = false;
template <class A>
    requires requires { A::takes_numbers; }
inline constexpr bool takes_numbers<A> = A::takes_numbers;
#else
template <class A> inline constexpr bool takes_numbers = false;
#endif

/// A and its derivative as functions on registers.
template <class A> struct Finish {
    static constexpr bool takes_numbers = internals::takes_numbers<A>;
    template <class V> [[gnu::always_inline]] V operator()(const V& z) const { return A::forward(z); }
    template <class V>
    auto ready() const
        requires requires { A::template ready<V>(); }
    {
        return A::template ready<V>();
    }
};
template <class A> struct Slope {
    static constexpr bool takes_numbers = internals::takes_numbers<A>;
    template <class V> [[gnu::always_inline]] V operator()(const V& at, const V& dy) const { return A::backward(at, dy); }
};

/// The shape that A gives: a row activation may halve its rows (Glu).
template <class A> constexpr verdict activated(Shape in)
{
    if constexpr (requires { A::halves; }) {
        if (in.back() % 2 != 0) return refuses(misfit::the_last_axis_is_odd__Glu_halves_it);
        in.extents[in.rank - 1] /= 2;
    }
    return accepts(in);
}

/// y = A(z) over `rows` rows of `Width`; y may be z, unless A halves its rows.
template <class A, std::size_t Width, class T> void activate(const T* z, T* y, std::size_t rows)
{
    if constexpr (std::is_same_v<A, Linear>) {
        if (z != y) std::copy_n(z, rows * Width, y);
    }
    else if constexpr (by_element<A>) kernels::transform(z, y, rows * Width, Finish<A>{});
    else A::forward_rows(z, y, rows, fixed<Width>{});
}

/// dz = A'(at) · dy over `rows` rows of `Width`; `at` is the output or the input, as A::derivative says; dz may be dy.
template <class A, std::size_t Width, class T> void activate_backward(const T* at, const T* dy, T* dz, std::size_t rows)
{
    if constexpr (std::is_same_v<A, Linear>) {
        if (dz != dy) std::copy_n(dy, rows * Width, dz);
    }
    else if constexpr (by_element<A>) kernels::transform(at, dy, dz, rows * Width, Slope<A>{});
    else A::backward_rows(at, dy, dz, rows, fixed<Width>{});
}

/// The last step of a layer that computes z and gives y = A(z), for samples of `Rows` rows of `Width`.
///
/// Between forward and backward it keeps z only where A's derivative needs it. In inference z and y share their place.
template <class A, class T, std::size_t Rows, std::size_t Width> struct Epilogue {
    static constexpr std::size_t size = Rows * Width;
    static constexpr bool keeps_input = A::derivative == reads::input;

    static constexpr std::size_t saved(std::size_t n) { return keeps_input ? padded<T>(n * size) : 0; }
    static constexpr std::size_t scratch(std::size_t n) { return std::is_same_v<A, Linear> ? 0 : padded<T>(n * size); }

    /// Whether A can be applied to z while it is in registers: by element, and nothing but y is kept.
    static constexpr bool finishes = by_element<A> && !keeps_input;
    using finish = std::conditional_t<!finishes || std::is_same_v<A, Linear>, std::identity, Finish<A>>;

    /// `linear(to, finish)` computes z, applies `finish` to its registers and writes them; what A needs beyond that follows.
    template <class F> static void forward(T* y, T* saved, std::size_t n, const F& linear)
    {
        T* const z = keeps_input && saved ? saved : y;
        linear(z, finish{});
        if constexpr (!finishes) activate<A, Width>(z, y, n * Rows);
    }

    /// The same where z is kept for the loss, if `logits` is not null.
    template <class F>
    static void forward_with_logits(T* y, T* logits, std::size_t n, const F& linear)
        requires(seen_through<A>)
    {
        if (finishes && !logits) return linear(y, finish{});
        T* const z = logits ? logits : y;
        linear(z, std::identity{});
        activate<A, Width>(z, y, n * Rows);
    }

    /// The gradient of z: dy itself for Linear, else written to scratch.
    static const T* backward(const T* y, const T* saved, const T* dy, T* scratch, std::size_t n)
    {
        if constexpr (std::is_same_v<A, Linear>) return dy;
        else {
            activate_backward<A, Width>(keeps_input ? saved : y, dy, scratch, n * Rows);
            return scratch;
        }
    }
};

}}} // namespace lamina::internals
