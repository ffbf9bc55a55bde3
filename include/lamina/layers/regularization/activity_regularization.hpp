// lamina/layers/regularization/activity_regularization.hpp: a penalty on the numbers that pass.
//
// Source: Keras's ActivityRegularization.
#pragma once

#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/regularizers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// y = x, and One · Σ |x| + Two · Σ x² is added to the loss of a batch, divided by its samples: so the layers before it learn to give small
/// numbers. Without training it counts in `evaluate` and in the loss of validation, as in Keras; `predict` does not ask for it.
///
/// Shapes   [a, b, …] -> the same.
/// Options  Name.
/// Masks    it passes a mask on; steps that are masked are penalized as all others, as in Keras.
/// Tapes    a call on tensors gives y, and no penalty: neither does its gradient. Who wants it adds it to the loss, in ops.
/// Refuses  a factor below 0.
/// Numerics the penalty is added up in double, the same bits on any number of threads; the slope of |x| at 0 is 0.
/// Example  Sequential<Input<20>, Dense<64, Relu>, ActivityRegularization<0.001>, Dense<10>> model;
template <internals::fraction One = 0.0, internals::fraction Two = 0.0, class... Options>
struct ActivityRegularization
    : protocols::layer_base<ActivityRegularization<One, Two, Options...>, protocols::families<>, Options...> {
    static constexpr std::string_view kind = "ActivityRegularization";
    using rule = L1L2<One, Two>;

    template <class To> static void list_options(To& to) { rule::list_options(to); }

    static constexpr protocols::verdict accept(Shape in)
    {
        if (!(One.value() >= 0 && Two.value() >= 0)) return refuses(protocols::misfit::a_deviation_or_a_factor_is_not_below_0);
        return in.size() == 0 ? refuses(protocols::misfit::an_extent_is_zero) : protocols::accepts(in);
    }

    template <class T, Shape In> struct block : protocols::block_base<ActivityRegularization, T, In> {
        static constexpr bool passes_mask = true, each_step = true, penalizes_activity = true;

        void forward(protocols::Mode mode, const T* x, T* y, T*, T*, std::size_t n) const
        {
            std::copy_n(x, n * In.size(), y);
            if (mode.penalty)
                *mode.penalty += internals::kernels::sum_of(x, n * In.size(), [](double v) { return rule::value(v); });
        }

        void backward(protocols::Mode mode, const T* x, const T*, const T*, const T* dy, T* dx, block&, T*, std::size_t n) const
        {
            if (!dx) return;
            if (!mode.penalties) return void(std::copy_n(dy, n * In.size(), dx));
            const T one = T(One.value() / double(mode.batch)), two = T(2 * Two.value() / double(mode.batch));
            internals::kernels::transform(x, dy, dx, n * In.size(), [=](const auto& v, const auto& d) {
                using V = std::decay_t<decltype(v)>;
                const V zero(T(0)), by(one);
                return protocols::simd::fma(V(two), v, d) +
                       protocols::simd::select(v > zero, by, protocols::simd::select(v < zero, -by, zero));
            });
        }

        template <class X, class With> X compose(const With&, const X& x) const { return x; } // a call gives no penalty
    };
};

}} // namespace lamina
