// lamina/layers/regularization/gaussian_dropout.hpp: multiplies its input by noise while training.
//
// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout" (JMLR 2014), section 10.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/noise.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// While training y = x times a normal number of mean 1 and deviation sqrt(Rate / (1 − Rate)), that of a Dropout; in inference y = x.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Masks    it passes a mask on.
/// Refuses  a rate outside of [0, 1).
/// Numerics the noise is a function of (seed, step, place in the model, sample, element): the same on any number of threads.
/// Example  Sequential<Input<784>, Dense<128, Relu>, GaussianDropout<0.3>, Dense<10>> model;
template <internals::fraction Rate, class... Options>
struct GaussianDropout : protocols::layer_base<GaussianDropout<Rate, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "GaussianDropout";

    template <class To> static void list_options(To& to) { to("rate", Rate.value()); }

    static constexpr protocols::verdict accept(Shape in) { return internals::accept_rate(Rate.value(), in); }

    template <class T, Shape In> struct block : protocols::block_base<GaussianDropout, T, In> {
        static constexpr bool passes_mask = true, each_step = true;

        void forward(protocols::Mode mode, const T* x, T* y, T*, T*, std::size_t n) const { multiply(mode, x, y, n); }

        void backward(protocols::Mode mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) multiply(mode, dy, dx, n);
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            if (!with.mode().training) return x;
            return x * (1 + with.template normal<T>(x, In, std::sqrt(Rate.value() / (1 - Rate.value()))));
        }

    private:
        static void multiply(protocols::Mode mode, const T* from, T* to, std::size_t n)
        {
            const T deviation = T(std::sqrt(Rate.value() / (1 - Rate.value())));
            if (!mode.training) std::copy_n(from, n * In.size(), to);
            else
                internals::each_normal<T>(mode, In.size(), n, [=](std::size_t i, T z) { to[i] = from[i] * (1 + deviation * z); });
        }
    };
};

}} // namespace lamina
