// lamina/layers/regularization/gaussian_noise.hpp: adds noise to its input while training.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/noise.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// While training y = x + a normal number of mean 0 and deviation `Deviation`; in inference y = x.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Masks    it passes a mask on.
/// Refuses  a deviation below 0.
/// Numerics the noise is a function of (seed, step, place in the model, sample, element): the same on any number of threads.
/// Example  Sequential<Input<784>, GaussianNoise<0.1>, Dense<128, Relu>, Dense<10>> model;
template <internals::fraction Deviation, class... Options>
struct GaussianNoise : protocols::layer_base<GaussianNoise<Deviation, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "GaussianNoise";

    template <class To> static void list_options(To& to) { to("stddev", Deviation.value()); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (!(Deviation.value() >= 0)) return refuses(protocols::misfit::a_deviation_or_a_factor_is_not_below_0);
        return in.size() == 0 ? refuses(protocols::misfit::an_extent_is_zero) : protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<GaussianNoise, T, In> {
        static constexpr bool passes_mask = true, each_step = true;

        void forward(protocols::Mode mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            if (!mode.training) std::copy_n(x, n * In.size(), y);
            else
                internals::each_normal<T>(mode, In.size(), n,
                                          [=](std::size_t i, T z) { y[i] = x[i] + T(Deviation.value()) * z; });
        }

        void backward(protocols::Mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) std::copy_n(dy, n * In.size(), dx);
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            if (!with.mode().training) return x;
            return x + with.template normal<T>(x, In, Deviation.value());
        }
    };
};

}} // namespace lamina
