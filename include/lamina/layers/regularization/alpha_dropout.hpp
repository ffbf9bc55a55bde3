// lamina/layers/regularization/alpha_dropout.hpp: a dropout for Selu, which keeps mean and variance.
//
// Source: Klambauer, Unterthiner, Mayr, Hochreiter, "Self-Normalizing Neural Networks" (2017).
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/noise.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// While training each element becomes what Selu tends to for small numbers, with probability `Rate`; then all are scaled and moved so
/// that mean 0 and variance 1 stay. In inference y = x.
///
/// Shapes   [a, b, …] -> [a, b, …].
/// Options  Name.
/// Masks    it passes a mask on.
/// Refuses  a rate outside of [0, 1).
/// Numerics which elements, as Dropout: a function of (seed, step, place in the model, sample, element).
/// Example  Sequential<Input<784>, Dense<128, Selu, LecunNormal>, AlphaDropout<0.1>, Dense<10>> model;
template <internals::fraction Rate, class... Options>
struct AlphaDropout : protocols::layer_base<AlphaDropout<Rate, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "AlphaDropout";

    template <class To> static void list_options(To& to) { to("rate", Rate.value()); }

    static constexpr protocols::verdict accept(Shape in) { return internals::accept_rate(Rate.value(), in); }

    template <class T, Shape In> struct block : protocols::block_base<AlphaDropout, T, In> {
        static constexpr bool passes_mask = true, each_step = true;
        static constexpr std::size_t scratch(std::size_t) { return internals::padded<T>(In.size()); }

        void forward(protocols::Mode mode, const T* x, T* y, T*, T* kept, std::size_t n) const
        {
            const T scale = slope(), least = T(double(slope()) * lowest), shift = T(-double(slope()) * lowest * Rate.value());
            each_sample(mode, kept, n, [&](std::size_t at) {
                for (std::size_t i = 0; i < In.size(); ++i) y[at + i] = (kept[i] != T(0) ? scale * x[at + i] : least) + shift;
            });
            if (!drops(mode)) std::copy_n(x, n * In.size(), y);
        }

        void backward(protocols::Mode mode, const T*, const T*, const T*, const T* dy, T* dx, block&, T* kept,
                      std::size_t n) const
        {
            if (!dx) return;
            each_sample(mode, kept, n, [&](std::size_t at) {
                for (std::size_t i = 0; i < In.size(); ++i) dx[at + i] = kept[i] != T(0) ? slope() * dy[at + i] : T(0);
            });
            if (!drops(mode)) std::copy_n(dy, n * In.size(), dx);
        }

        template <class X, class With> X compose(const With& with, const X& x) const
        {
            if (!drops(with.mode())) return x;
            const X kept = greater(internals::composed_drop<Rate, T>(with, x, In), 0); // 0 is what is dropped
            const T least = T(double(slope()) * lowest), shift = T(-double(slope()) * lowest * Rate.value());
            return where(kept, slope() * x, least) + shift;
        }

    private:
        /// −alpha · scale of Selu.
        static constexpr double lowest = -1.6732632423543772848170429916717 * 1.0507009873554804934193349852946;

        static bool drops(protocols::Mode mode) { return mode.training && Rate.value() > 0; }
        static T slope() { return T(1 / std::sqrt((1 - Rate.value()) * (1 + Rate.value() * lowest * lowest))); }

        /// f(first element of the sample) with what is dropped of it as zeros in `kept`.
        template <class F> static void each_sample(protocols::Mode mode, T* kept, std::size_t n, const F& f)
        {
            for (std::size_t sample = 0; sample < n && drops(mode); ++sample, ++mode.first) {
                std::fill_n(kept, In.size(), T(1));
                internals::drop<Rate>(mode, kept, kept, In.size(), 1);
                f(sample * In.size());
            }
        }
    };
};

}} // namespace lamina
