// lamina/layers/core/activation_layer.hpp: what layers have in common that are an activation and nothing else.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The block of a layer `L` that is the activation `A`.
template <class L, class A, class T, Shape In> struct ActivationBlock : block_base<L, T, In> {
    static constexpr output_activation ends_in = output_activation_of<A>;
    static constexpr bool passes_mask = true, each_step = In.rank > 1;
    static constexpr std::size_t rows = In.size() / In.back();

    void forward(Mode, const T* x, T* y, T*, T*, std::size_t n) const { activate<A, In.back()>(x, y, n * rows); }

    void forward_with_logits(Mode, const T* x, T* y, T* z, T*, T*, std::size_t n) const
        requires(seen_through<A>)
    {
        if (z) std::copy_n(x, n * In.size(), z);
        activate<A, In.back()>(x, y, n * rows);
    }

    void backward(Mode, const T* x, const T* y, const T*, const T* dy, T* dx, ActivationBlock&, T*, std::size_t n) const
    {
        if (dx) activate_backward<A, In.back()>(A::derivative == reads::input ? x : y, dy, dx, n * rows);
    }

    template <class X, class With> X compose(const With& with, const X& x) const { return with.template activated<A>(x); }

    void backward_from_logits(Mode, const T*, const T*, const T*, const T* dz, T* dx, ActivationBlock&, T*, std::size_t n) const
        requires(seen_through<A>)
    {
        if (dx) std::copy_n(dz, n * In.size(), dx);
    }
};

/// The layer `L` is the activation `A`.
template <class L, class A, class... Options> struct ActivationLayer : layer_base<L, protocols::families<>, Options...> {
    using activation = A;
    static constexpr bool is_activation = true; // models/folded.hpp

    static constexpr verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(misfit::needs_at_least_rank_1);
        if (in.size() == 0) return refuses(misfit::an_extent_is_zero);
        return activated<A>(in);
    }

    template <class T, Shape In> using block = ActivationBlock<L, A, T, In>;
};

}}} // namespace lamina::internals
