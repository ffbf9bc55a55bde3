// lamina/layers/normalization/local_response_normalization.hpp: every channel divided by what its neighbors hold.
//
// Source: Krizhevsky, Sutskever, Hinton, "ImageNet Classification with Deep Convolutional Neural Networks" (2012), section 3.3; PyTorch's
// LocalResponseNorm. Keras has none.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/sizes.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/kernels/local_response.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = x / (K + Alpha / Size · Σ x²)^Beta, the sum over the `Size` channels around each, of which Size / 2 lie before it.
///
/// Shapes   [a, b, …, channels] -> the same.
/// Options  Size, Alpha (0.0001), Beta (0.75), K (1), in this order; Name.
/// Masks    are passed on.
/// Refuses  an input without axes; a Size of 0.
/// Numerics the power is exp(-Beta · log(…)) (kernels/local_response.hpp). TensorFlow's alpha is Alpha / Size, and its bias K.
/// Example  Sequential<Input<27, 27, 96>, LocalResponseNormalization<5, 1e-4, 0.75, 2>> model;
template <std::size_t Size, internals::fraction Alpha = 1e-4, internals::fraction Beta = 0.75, internals::fraction K = 1,
          class... Options>
struct LocalResponseNormalization
    : protocols::layer_base<LocalResponseNormalization<Size, Alpha, Beta, K, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "LocalResponseNormalization";

    template <class To> static void list_options(To& to)
    {
        to("size", Size);
        to("alpha", Alpha.value(), 1e-4);
        to("beta", Beta.value(), 0.75);
        to("k", K.value(), 1.0);
    }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (in.rank == 0) return refuses(protocols::misfit::needs_at_least_rank_1);
        if (in.size() == 0 || Size == 0) return refuses(protocols::misfit::an_extent_is_zero);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<LocalResponseNormalization, T, In> {
        static constexpr bool passes_mask = true;
        static constexpr std::size_t scratch(std::size_t)
        {
            return internals::kernels::local_response_scratch<T>(In.back(), Size);
        }

        void forward(protocols::Mode, const T* x, T* y, T*, T* scratch, std::size_t n) const
        {
            internals::kernels::local_response_forward(x, y, scratch, n * In.size() / In.back(), In.back(), settings);
        }

        void backward(protocols::Mode, const T* x, const T*, const T*, const T* dy, T* dx, block&, T* scratch,
                      std::size_t n) const
        {
            if (dx)
                internals::kernels::local_response_backward(x, dy, dx, scratch, n * In.size() / In.back(), In.back(), settings);
        }

        template <class X, class With> X compose(const With&, const X& x) const
        {
            const X rows = reshape(square(x), {-1, static_cast<int>(In.back()), 1});
            const X means = avg_pool1d(
                rows, Size,
                {.strides = std::size_t{1}, .padding = Sides{Size / 2, Size - 1 - Size / 2}, .count_include_pad = true});
            return x * exp(log(reshape_like(means, x) * Alpha.value() + K.value()) * -Beta.value());
        }

    private:
        static constexpr internals::kernels::local_response settings{Size, Alpha.value(), Beta.value(), K.value()};
    };
};

}} // namespace lamina
