// lamina/layers/normalization/layer_normalization.hpp: every sample, or row of it, with its mean and its variance taken out.
//
// Source: Ba, Kiros, Hinton, "Layer Normalization" (2016); Keras's LayerNormalization.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/normalization/normalized_axes.hpp>
#include <lamina/layers/normalization/scale_rules.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = gamma · (x - mean) / sqrt(variance + epsilon) + beta, with mean and (biased) variance over the last axis of each sample, or over
/// its last `Axes`.
///
/// Shapes   [a, b, …] -> the same.
/// Options  Axes (1), Epsilon (0.001), NoCenter, NoScale, Name; GammaRegularizer<…>, BetaRegularizer<…>, GammaConstraint<…>,
///          BetaConstraint<…>.
/// Learns   gamma and beta, of the extents of the axes.
/// Masks    it passes a mask on; masked steps are normalized as all others are.
/// Refuses  an input without axes; more axes than there are.
/// Numerics as `kernels/normalization.hpp`; PyTorch's default is Epsilon<1e-5>.
/// Example  Sequential<Input<20, 64>, LayerNormalization<Epsilon<1e-5>>, Flatten, Dense<10>> model;
template <class... Options>
struct LayerNormalization
    : protocols::layer_base<LayerNormalization<Options...>,
                            internals::with_scale_rules<protocols::family::axes, protocols::family::epsilon,
                                                        protocols::family::center, protocols::family::scale>,
                            Options...> {
    static constexpr std::string_view kind = "LayerNormalization";
    using epsilon = protocols::chosen<protocols::family::epsilon, Epsilon<0.001>, Options...>;
    static constexpr bool centers = !std::is_same_v<protocols::chosen<protocols::family::center, void, Options...>, NoCenter>;
    static constexpr bool scales = !std::is_same_v<protocols::chosen<protocols::family::scale, void, Options...>, NoScale>;
    using normalized = internals::NormalizedAxes<Options...>;
    using rules = internals::scale_rules<Options...>;

    template <class To> static void list_options(To& to)
    {
        to("axis", internals::LastAxes{normalized::axes}, internals::LastAxes{1});
        to("epsilon", epsilon::value, 0.001);
        to("center", centers, true);
        to("scale", scales, true);
        rules::list_options(to);
    }

    static constexpr protocols::verdict accept(Shape in) { return normalized::accept(in); }

    template <class T, Shape In> struct block : protocols::block_base<LayerNormalization, T, In> {
        static constexpr bool passes_mask = true, each_step = normalized::axes < In.rank;
        static constexpr std::size_t width = normalized::row(In).size(), rows = In.size() / width;
        static constexpr internals::kernels::row_norm norm{true, true, epsilon::value};

        typename normalized::template learned<T, In, scales> gamma;
        typename normalized::template learned<T, In, centers> beta;

        void initialize(Random random)
        {
            if constexpr (scales) lamina::protocols::initialize<Ones>(gamma, random, {});
        }

        static constexpr std::size_t saved(std::size_t n) { return internals::padded<T>(2 * n * rows); } // mean, 1 / deviation

        void forward(protocols::Mode, const T* x, T* y, T* saved, T*, std::size_t n) const
        {
            internals::kernels::normalize_rows(x, y, n * rows, internals::fixed<width>{}, norm, gamma.data(), beta.data(), saved);
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block& gradient, T*,
                      std::size_t n) const
        {
            internals::kernels::normalize_rows_backward(x, dy, dx, n * rows, internals::fixed<width>{}, norm, gamma.data(), saved,
                                                        mode.parameters ? gradient.gamma.data() : nullptr,
                                                        mode.parameters ? gradient.beta.data() : nullptr);
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            const X all = internals::as_samples<Shape{rows, width}>(x);
            const X centered = all - reduce_mean(all, {2}, true);
            X y = centered * rsqrt(reduce_mean(square(centered), {2}, true) + epsilon::value);
            if constexpr (scales) y = y * reshape(with(gamma), {width});
            if constexpr (centers) y = y + reshape(with(beta), {width});
            return internals::as_samples<In>(y);
        }
    };
};

}} // namespace lamina
