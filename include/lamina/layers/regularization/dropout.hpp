// lamina/layers/regularization/dropout.hpp: zeroes a part of its input while training.
//
// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, "Dropout" (JMLR 2014), scaled in training as Keras does.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// While training each element is 0 with probability `Rate` and x / (1 − Rate) else; in inference y = x.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Refuses  a rate outside of [0, 1).
/// Numerics the mask is a function of (seed, step, place in the model, sample, element): the same on any number of threads.
/// Example  Sequential<Input<784>, Dense<128, Relu>, Dropout<0.3>, Dense<10>> model;
template <internals::fraction Rate, class... Options>
struct Dropout : protocols::layer_base<Dropout<Rate, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "Dropout";

    template <class To> static void list_options(To& to) { to("rate", Rate.value()); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (!(Rate.value() >= 0 && Rate.value() < 1))
            return refuses(protocols::misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
        if (in.size() == 0) return refuses(protocols::misfit::an_extent_is_zero);
        return protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<Dropout, T, In> {
        static constexpr bool passes_mask = true, each_step = true;
        void forward(protocols::Mode mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            internals::drop<Rate>(mode, x, y, In.size(), n);
        }

        void backward(protocols::Mode mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (dx) internals::drop<Rate>(mode, dy, dx, In.size(), n); // the mask is drawn anew instead of being kept
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            return with.mode().training ? X(x * internals::composed_drop<Rate, T>(with, x, In)) : x;
        }
    };
};

}} // namespace lamina
