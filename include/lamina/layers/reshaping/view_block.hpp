// lamina/layers/reshaping/view_block.hpp: the block of layers that only give another shape to the same numbers.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>

#include <algorithm>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Copies its input; a Sequential hands the input on without a copy (`is_view`).
template <class Layer, class T, Shape In> struct ViewBlock {
    using value_type = T;
    using layer = Layer;
    template <class U> using as = ViewBlock<Layer, U, In>;

    static constexpr bool is_view = true;
    static constexpr bool passes_mask = requires { Layer::passes_mask; };
    static constexpr Shape input = In, output = Layer::accept(In).output;

    void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { std::copy_n(x, n * In.size(), y); }

    void backward(Mode, const T*, const T*, const T*, const T* dy, T* dx, ViewBlock&, T*, std::size_t n) const
    {
        if (dx) std::copy_n(dy, n * In.size(), dx);
    }

    template <class X, class With> X compose(const With&, const X& x) const { return as_samples<output>(x); }

    auto operator()(const auto& x) const { return call(*this, x); }
};

/// A block whose output is its input under another shape.
template <class B> inline constexpr bool is_view = requires { B::is_view; };

}}} // namespace lamina::internals
