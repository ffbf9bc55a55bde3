// lamina/layers/normalization/rms_normalization.hpp: every row of a sample by the root of its mean square.
//
// Source: Zhang, Sennrich, "Root Mean Square Layer Normalization" (2019); Keras's RMSNormalization.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/layers/normalization/normalized_axes.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = scale · x / sqrt(mean of x² + epsilon), over the last axis of each sample, or over its last `Axes`.
///
/// Shapes   [a, b, …] -> the same.
/// Options  Axes (1), Epsilon (1e-6), Name.
/// Learns   scale, of the extents of the axes.
/// Masks    it passes a mask on.
/// Refuses  an input without axes; more axes than there are.
/// Example  Sequential<Input<20, 64>, RMSNormalization<>, Flatten, Dense<10>> model;
template <class... Options>
struct RMSNormalization
    : protocols::layer_base<RMSNormalization<Options...>,
                            protocols::families<protocols::family::axes, protocols::family::epsilon>, Options...> {
    static constexpr std::string_view kind = "RMSNormalization";
    using epsilon = protocols::chosen<protocols::family::epsilon, Epsilon<1e-6>, Options...>;
    using normalized = internals::NormalizedAxes<Options...>;

    template <class To> static void list_options(To& to)
    {
        to("axis", internals::LastAxes{normalized::axes}, internals::LastAxes{1});
        to("epsilon", epsilon::value, 1e-6);
    }

    static constexpr protocols::verdict accept(Shape in) { return normalized::accept(in); }

    template <class T, Shape In> struct block : protocols::block_base<RMSNormalization, T, In> {
        static constexpr bool passes_mask = true, each_step = normalized::axes < In.rank;
        static constexpr std::size_t width = normalized::row(In).size(), rows = In.size() / width;
        static constexpr internals::kernels::row_norm norm{false, true, epsilon::value};

        typename normalized::template learned<T, In, true> scale;

        void initialize(Random random) { lamina::protocols::initialize<Ones>(scale, random, {}); }

        static constexpr std::size_t saved(std::size_t n) { return internals::padded<T>(2 * n * rows); } // 0, 1 / root

        void forward(protocols::Mode, const T* x, T* y, T* saved, T*, std::size_t n) const
        {
            constexpr const T* no_beta = nullptr;
            internals::kernels::normalize_rows(x, y, n * rows, internals::fixed<width>{}, norm, scale.data(), no_beta, saved);
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, block& gradient, T*,
                      std::size_t n) const
        {
            T* const no_beta = nullptr;
            internals::kernels::normalize_rows_backward(x, dy, dx, n * rows, internals::fixed<width>{}, norm, scale.data(), saved,
                                                        mode.parameters ? gradient.scale.data() : nullptr, no_beta);
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            const X all = internals::as_samples<Shape{rows, width}>(x);
            const X y = all * rsqrt(reduce_mean(square(all), {2}, true) + epsilon::value);
            return internals::as_samples<In>(X(y * reshape(with(scale), {width})));
        }
    };
};

}} // namespace lamina
