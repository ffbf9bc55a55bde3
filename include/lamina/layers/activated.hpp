// lamina/layers/activated.hpp: the activation inside a layer: where its input is kept and how its gradient comes back.
#pragma once

#include <lamina/layers/activations.hpp>

#include <cstddef>

namespace lamina::inline LAMINA_ARCHITECTURE {

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
