// lamina/layers/activated.hpp: an activation at work: over rows of numbers, and as the last step of a layer.
#pragma once

#include <lamina/layers/activations.hpp>
#include <lamina/layers/block.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <type_traits>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// What a cross-entropy may see through.
template <class A>
inline constexpr logits logits_of = std::is_same_v<A, Softmax>   ? logits::softmax
                                    : std::is_same_v<A, Sigmoid> ? logits::sigmoid
                                                                 : logits::none;

/// Whether A works on one element after another, not on rows of them.
template <class A>
inline constexpr bool by_element = requires(simd::batch<float> v) { A::forward(v); };

/// A and its derivative as functions on registers.
template <class A>
struct Finish {
    template <class V>
    [[gnu::always_inline]] V operator()(const V& z) const
    {
        return A::forward(z);
    }
    template <class V>
    auto ready() const
        requires requires { A::template ready<V>(); }
    {
        return A::template ready<V>();
    }
};
template <class A>
struct Slope {
    template <class V>
    [[gnu::always_inline]] V operator()(const V& at, const V& dy) const
    {
        return A::backward(at, dy);
    }
};

/// y = A(z) over `rows` rows of `Width`; y may be z.
template <class A, std::size_t Width, class T>
void activate(const T* z, T* y, std::size_t rows)
{
    if constexpr (std::is_same_v<A, Linear>) {
        if (z != y) std::copy_n(z, rows * Width, y);
    }
    else if constexpr (by_element<A>) kernels::transform(z, y, rows * Width, Finish<A>{});
    else A::forward_rows(z, y, rows, constant<Width>{});
}

/// dz = A'(at) · dy over `rows` rows of `Width`; `at` is the output or the input, as A::derivative says; dz may be dy.
template <class A, std::size_t Width, class T>
void activate_backward(const T* at, const T* dy, T* dz, std::size_t rows)
{
    if constexpr (std::is_same_v<A, Linear>) {
        if (dz != dy) std::copy_n(dy, rows * Width, dz);
    }
    else if constexpr (by_element<A>) kernels::transform(at, dy, dz, rows * Width, Slope<A>{});
    else A::backward_rows(at, dy, dz, rows, constant<Width>{});
}

/// The last step of a layer that computes z and gives y = A(z), for samples of `Rows` rows of `Width`.
///
/// Between forward and backward it keeps z only where A's derivative needs it. In inference z and y share their place.
template <class A, class T, std::size_t Rows, std::size_t Width>
struct Activated {
    static constexpr std::size_t size = Rows * Width;
    static constexpr bool keeps_input = A::derivative == reads::input;

    static constexpr std::size_t saved(std::size_t n) { return keeps_input ? padded<T>(n * size) : 0; }
    static constexpr std::size_t scratch(std::size_t n) { return std::is_same_v<A, Linear> ? 0 : padded<T>(n * size); }

    /// Whether A can be applied to z while it is in registers: by element, and nothing but y is kept.
    static constexpr bool finishes = by_element<A> && !keeps_input;
    using finish = std::conditional_t<!finishes || std::is_same_v<A, Linear>, std::identity, Finish<A>>;

    /// `linear(to, finish)` computes z, applies `finish` to its registers and writes them; what A needs beyond that follows.
    template <class F>
    static void forward(T* y, T* saved, std::size_t n, const F& linear)
    {
        T* const z = keeps_input && saved ? saved : y;
        linear(z, finish{});
        if constexpr (!finishes) activate<A, Width>(z, y, n * Rows);
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

} // namespace lamina::inline LAMINA_ARCHITECTURE
