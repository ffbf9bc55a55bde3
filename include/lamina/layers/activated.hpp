// lamina/layers/activated.hpp: an activation at work: over rows of numbers, and as the last step of a layer.
#pragma once

#include <lamina/layers/activations.hpp>
#include <lamina/layers/block.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// What a cross-entropy may see through.
template <class A>
inline constexpr logits logits_of = std::is_same_v<A, Softmax>   ? logits::softmax
                                    : std::is_same_v<A, Sigmoid> ? logits::sigmoid
                                                                 : logits::none;

/// y = A(z) over `rows` rows of `Width`; y may be z.
template <class A, std::size_t Width, class T>
void activate(const T* z, T* y, std::size_t rows)
{
    if constexpr (std::is_same_v<A, Linear>) {
        if (z != y) std::copy_n(z, rows * Width, y);
    }
    else if constexpr (requires { A::forward_rows(z, y, rows, constant<Width>{}); })
        A::forward_rows(z, y, rows, constant<Width>{});
    else kernels::transform(z, y, rows * Width, [](const auto& v) { return A::forward(v); });
}

/// dz = A'(at) · dy over `rows` rows of `Width`; `at` is the output or the input, as A::derivative says; dz may be dy.
template <class A, std::size_t Width, class T>
void activate_backward(const T* at, const T* dy, T* dz, std::size_t rows)
{
    if constexpr (std::is_same_v<A, Linear>) {
        if (dz != dy) std::copy_n(dy, rows * Width, dz);
    }
    else if constexpr (requires { A::backward_rows(at, dy, dz, rows, constant<Width>{}); })
        A::backward_rows(at, dy, dz, rows, constant<Width>{});
    else kernels::transform(at, dy, dz, rows * Width, [](const auto& a, const auto& d) { return A::backward(a, d); });
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

    /// Where the layer writes z.
    static T* input(T* y, T* saved) { return keeps_input && saved ? saved : y; }

    static void forward(T* y, T* saved, std::size_t n) { activate<A, Width>(input(y, saved), y, n * Rows); }

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
