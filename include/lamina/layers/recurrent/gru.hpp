// lamina/layers/recurrent/gru.hpp: a recurrent layer whose output is its memory, with gates that keep and reset it.
//
// Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014); Keras's GRU, whose gates' order this is.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/lanes_over.hpp>
#include <lamina/layers/recurrent/recurrent_block.hpp>
#include <lamina/layers/recurrent/recurrent_options.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// One step, of the gates update u, reset r, candidate g. `After`: r meets the candidate's sum over the output before, m; otherwise it
/// meets that output. Of u, r and g it keeps what their derivatives read, and m.
template <class A, class R, std::size_t Units, bool After, class T> struct GruCell {
    static constexpr std::size_t gates = 3, joined = After ? 2 : 3, states = 1, kept = After ? 4 : 3;
    static constexpr bool apart = true, two_biases = After, resets = !After;

    template <class V> static void update(const V* z, const V& m, const V* before, V* after, V* keep)
    {
        const V u = R::forward(z[0]), r = R::forward(z[1]), sum = After ? simd::fma(r, m, z[2]) : z[2], g = A::forward(sum);
        after[0] = simd::fma(u, before[0], (V(1) - u) * g); // the same bits in every copy
        keep[0] = read_by<R>(z[0], u);
        keep[1] = read_by<R>(z[1], r);
        keep[2] = read_by<A>(sum, g);
        if constexpr (After) keep[3] = m;
    }

    static void reset(const T* z, const T* zh, const T* h, T* met, std::size_t n)
    {
        for (std::size_t i = 0; i < n; ++i, z += gates * Units, zh += gates * Units, h += Units, met += Units)
            kernels::lanes_over<T>(
                Units, [&](auto load, auto store) { store(R::forward(load(z + Units) + load(zh + Units)) * load(h), met); });
    }

    template <class X, class With, class Meet>
    static std::array<X, 1> compose(const With& with, const std::vector<X>& z, const Meet& meet, const std::array<X, 1>& before)
    {
        const X u = with.template activated<R>(z[0]), r = with.template activated<R>(z[1]);
        const X g = with.template activated<A>(X(z[2] + meet(r)));
        return {u * before[0] + (1 - u) * g};
    }

    static void backward(const T* keep, const T* before, const T* ds, T* dbefore, T* dz, T* dzh, std::size_t n)
    {
        for (std::size_t i = 0; i < n;
             ++i, keep += kept * Units, before += Units, ds += Units, dbefore += Units, dz += gates * Units, dzh += gates * Units)
            kernels::lanes_over<T>(Units, [&](auto load, auto store) {
                const auto ku = load(keep), kr = load(keep + Units), kg = load(keep + 2 * Units), d = load(ds);
                const auto u = output_of_read<R>(ku);
                const auto du = R::backward(ku, d * (load(before) - output_of_read<A>(kg)));
                const auto dg = A::backward(kg, d * (decltype(u)(1) - u));
                store(d * u, dbefore);
                store(du, dz);
                store(du, dzh);
                store(dg, dz + 2 * Units);
                if constexpr (After) {
                    const auto dr = R::backward(kr, dg * load(keep + 3 * Units));
                    store(dr, dz + Units);
                    store(dr, dzh + Units);
                    store(dg * output_of_read<R>(kr), dzh + 2 * Units);
                }
                else store(decltype(dg)(0), dzh + 2 * Units);
            });
    }

    static void reset_backward(const T* keep, const T* h, T* dmet, T* met, T* dz, T* dzh, std::size_t n)
    {
        for (std::size_t i = 0; i < n;
             ++i, keep += kept * Units, h += Units, dmet += Units, met += Units, dz += gates * Units, dzh += gates * Units)
            kernels::lanes_over<T>(Units, [&](auto load, auto store) {
                const auto kr = load(keep + Units), r = output_of_read<R>(kr), d = load(dmet);
                const auto dr = R::backward(kr, d * load(h));
                store(dr, dz + Units);
                store(dr, dzh + Units);
                store(r * load(h), met);
                store(d * r, dmet);
            });
    }
};

} // namespace internals

/// A gated recurrent unit of `Units`.
///
///     u, r = R(x · kernel + h · recurrent_kernel + bias), g = A(x · kernel + bias + r · (h · recurrent_kernel + bias));
///     h = u · h + (1 − u) · g
///
/// With ResetBefore g = A(x · kernel + (r · h) · recurrent_kernel + bias), which takes a second product.
/// Shapes   [steps, features] -> [Units], the output of the last step that is there; with ReturnSequences [steps, Units].
/// Options  ResetBefore, ReturnSequences, Backwards, ZeroOutputForMask, activation A (Tanh), RecurrentActivation<R> (Sigmoid), NoBias,
///          kernel initializer (GlorotUniform), RecurrentInitializer<…> (Orthogonal), Bias<initializer> (Zeros), Name;
///          KernelRegularizer<…>, RecurrentRegularizer<…>, BiasRegularizer<…> and the three constraints; DropoutRate<…> of the inputs and
///          RecurrentDropoutRate<…> of the outputs where they are weighed, while training: one mask for all gates and steps of a sequence.
/// Learns   kernel [features, 3 · Units], recurrent_kernel [Units, 3 · Units] and bias [2, 3 · Units], for the input and for the output
///          before, with ResetBefore [3 · Units]; gates in the order u, r, g. PyTorch's GRU has the order r, u, g.
/// Masks    a step that is masked leaves the output as it was; with ReturnSequences the mask is passed on.
/// Refuses  any rank but 2, a rate outside of [0, 1).
/// Example  Sequential<Input<50, 3>, GRU<32, ReturnSequences>, GRU<16>, Dense<1>> model;
template <std::size_t Units, class... Options>
struct GRU
    : protocols::layer_base<GRU<Units, Options...>,
                            internals::with_recurrent_options<protocols::family::recurrent_activation, protocols::family::reset>,
                            Options...>,
      internals::recurrent_options<Options...> {
    static constexpr std::string_view kind = "GRU";
    using chosen = internals::recurrent_options<Options...>;
    static constexpr std::size_t units = Units, states = 1;
    static constexpr bool reset_after =
        !std::is_same_v<protocols::chosen<protocols::family::reset, void, Options...>, ResetBefore>;

    template <class To> static void list_options(To& to)
    {
        chosen::template list_options<true>(to, Units);
        to("reset_after", reset_after, true);
    }

    template <class T>
    using cell = internals::GruCell<typename chosen::activation, typename chosen::recurrent_activation, Units, reset_after, T>;
    template <class T>
    using step_cell = internals::GruCell<internals::StepActivation<typename chosen::activation>,
                                         internals::StepActivation<typename chosen::recurrent_activation>, Units, reset_after, T>;
    template <class... More> using with = GRU<Units, Options..., More...>;

    static constexpr protocols::verdict accept(Shape in) { return chosen::accept(in, Units); }

    template <class T, Shape In> using block = internals::RecurrentBlock<GRU, T, In>;
};

}} // namespace lamina
