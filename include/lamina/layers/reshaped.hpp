// lamina/layers/reshaped.hpp: the block of layers that only give another shape to the same numbers.
#pragma once

#include <lamina/layers/block.hpp>

#include <algorithm>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// Copies its input; a Sequential hands the input on without a copy (`is_view`).
template <class Layer, class T, shape In>
struct Reshaped {
    using value_type = T;
    using layer = Layer;
    template <class U>
    using as = Reshaped<Layer, U, In>;

    static constexpr bool is_view = true;
    static constexpr shape input = In, output = Layer::accept(In).output;
    static constexpr std::size_t saved(std::size_t) { return 0; }
    static constexpr std::size_t scratch(std::size_t) { return 0; }

    void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { std::copy_n(x, n * In.size(), y); }

    void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, Reshaped&, T*, std::size_t n) const
    {
        if (dx) std::copy_n(dy, n * In.size(), dx);
    }

    auto operator()(const auto& x) const { return call(*this, x); }
};

/// A block whose output is its input under another shape.
template <class B>
inline constexpr bool is_view = requires { B::is_view; };

} // namespace lamina::inline LAMINA_ARCHITECTURE
