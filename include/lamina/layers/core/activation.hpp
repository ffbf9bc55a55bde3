// lamina/layers/core/activation.hpp: an activation as a layer of its own.
#pragma once

#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = A(x), of any shape; Softmax and LogSoftmax work over the last axis.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Example  Sequential<Input<28, 28, 8>, BatchNormalization<>, Activation<Relu>> model;
template <class A, class... Options>
struct Activation : protocols::layer_base<Activation<A, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "Activation";
    using activation = A;

    template <class To> static void list_options(To& to) { to("activation", A{}); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(protocols::misfit::needs_at_least_rank_1);
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Activation, T, In> {
        static constexpr protocols::output_activation ends_in = internals::output_activation_of<A>;
        static constexpr bool passes_mask = true;
        static constexpr std::size_t rows = In.size() / In.back();

        void forward(protocols::Mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            internals::activate<A, In.back()>(x, y, n * rows);
        }

        void forward_with_logits(protocols::Mode, const T* x, T* y, T* z, T*, T*, std::size_t n) const
            requires(internals::seen_through<A>)
        {
            if (z) std::copy_n(x, n * In.size(), z);
            internals::activate<A, In.back()>(x, y, n * rows);
        }

        void backward(protocols::Mode, const T* x, const T* y, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx)
                internals::activate_backward<A, In.back()>(A::derivative == protocols::reads::input ? x : y, dy, dx, n * rows);
        }

        void backward_from_logits(protocols::Mode, const T*, const T*, const T*, const T* dz, T* dx, block&, T*,
                                  std::size_t n) const
            requires(internals::seen_through<A>)
        {
            if (dx) std::copy_n(dz, n * In.size(), dx);
        }
    };
};

}} // namespace lamina
