// lamina/layers/recurrent/lstm.hpp: a recurrent layer with a memory that gates write and read.
//
// Source: Hochreiter, Schmidhuber, "Long Short-Term Memory" (1997), with the forget gate of Gers et al. (2000); Keras's LSTM.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/lanes_over.hpp>
#include <lamina/layers/recurrent/recurrent_block.hpp>
#include <lamina/layers/recurrent/recurrent_options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// One step. The gates are those of Keras, in its order: input i, forget f, candidate g, output o. The states are h and c; of
/// i, f, g, o and a = A(c) it keeps what their derivatives read.
template <class A, class R, std::size_t Units, class T> struct LstmCell {
    static constexpr std::size_t gates = 4, joined = 4, states = 2, kept = 5;
    static constexpr bool apart = false, two_biases = false, resets = false;

    template <class V> static void update(const V* z, const V&, const V* before, V* after, V* keep)
    {
        const V i = R::forward(z[0]), f = R::forward(z[1]), g = A::forward(z[2]), o = R::forward(z[3]);
        const V c = simd::fma(f, before[1], i * g), a = A::forward(c); // the same bits in every copy
        after[0] = o * a;
        after[1] = c;
        keep[0] = read_by<R>(z[0], i);
        keep[1] = read_by<R>(z[1], f);
        keep[2] = read_by<A>(z[2], g);
        keep[3] = read_by<R>(z[3], o);
        keep[4] = read_by<A>(c, a);
    }

    template <class X, class With, class Meet>
    static std::array<X, 2> compose(const With& with, const std::vector<X>& z, const Meet&, const std::array<X, 2>& before)
    {
        const X i = with.template activated<R>(z[0]), f = with.template activated<R>(z[1]), g = with.template activated<A>(z[2]),
                o = with.template activated<R>(z[3]), c = f * before[1] + i * g;
        return {o * with.template activated<A>(c), c};
    }

    static void backward(const T* keep, const T* before, const T* ds, T* dbefore, T* dz, T*, std::size_t n)
    {
        std::fill_n(dbefore, n * Units, T(0)); // h is read by the gates alone
        for (std::size_t sample = 0; sample < n; ++sample, keep += kept * Units, dz += gates * Units) {
            const T *const c_before = before + (n + sample) * Units, *const dh = ds + sample * Units;
            const T* const dc_after = ds + (n + sample) * Units;
            T* const dc_before = dbefore + (n + sample) * Units;
            kernels::lanes_over<T>(Units, [&](auto load, auto store) {
                const auto ki = load(keep), kf = load(keep + Units), kg = load(keep + 2 * Units), ko = load(keep + 3 * Units),
                           ka = load(keep + 4 * Units), d = load(dh);
                const auto dc = load(dc_after) + A::backward(ka, d * output_of_read<R>(ko));
                store(R::backward(ki, dc * output_of_read<A>(kg)), dz);
                store(R::backward(kf, dc * load(c_before)), dz + Units);
                store(A::backward(kg, dc * output_of_read<R>(ki)), dz + 2 * Units);
                store(R::backward(ko, d * output_of_read<A>(ka)), dz + 3 * Units);
                store(dc * output_of_read<R>(kf), dc_before);
            });
        }
    }
};

} // namespace internals

/// A long short-term memory of `Units`.
///
///     i, f, o = R(x · kernel + h · recurrent_kernel + bias), g = A(…);  c = f · c + i · g;  h = o · A(c)
///
/// Shapes   [steps, features] -> [Units], the output of the last step that is there; with ReturnSequences [steps, Units].
/// Options  ReturnSequences, Backwards, ZeroOutputForMask, activation A (Tanh), RecurrentActivation<R> (Sigmoid), NoBias, NoUnitForgetBias,
///          kernel initializer (GlorotUniform), RecurrentInitializer<…> (Orthogonal), Bias<initializer> (Zeros), Name;
///          KernelRegularizer<…>, RecurrentRegularizer<…>, BiasRegularizer<…> and the three constraints; DropoutRate<…> of the inputs and
///          RecurrentDropoutRate<…> of the outputs where they are weighed, while training: one mask for all gates and steps of a sequence.
/// Learns   kernel [features, 4 · Units], recurrent_kernel [Units, 4 · Units] and bias [4 · Units], gates in the order i, f, g, o; the
///          forget gate's bias starts at 1, unless NoUnitForgetBias.
/// Masks    a step that is masked leaves output and memory as they were; with ReturnSequences the mask is passed on.
/// Refuses  any rank but 2, a rate outside of [0, 1).
/// Example  Sequential<Input<50, 3>, LSTM<32, ReturnSequences>, LSTM<16>, Dense<1>> model;
template <std::size_t Units, class... Options>
struct LSTM
    : protocols::layer_base<
          LSTM<Units, Options...>,
          internals::with_recurrent_options<protocols::family::recurrent_activation, protocols::family::forget_bias>, Options...>,
      internals::recurrent_options<Options...> {
    static constexpr std::string_view kind = "LSTM";
    using chosen = internals::recurrent_options<Options...>;
    static constexpr std::size_t units = Units, states = 2;
    static constexpr bool opens_forget_gate =
        !std::is_same_v<protocols::chosen<protocols::family::forget_bias, void, Options...>, NoUnitForgetBias>;

    template <class To> static void list_options(To& to)
    {
        chosen::template list_options<true>(to, Units);
        to("unit_forget_bias", opens_forget_gate, true);
    }

    template <class T>
    using cell = internals::LstmCell<typename chosen::activation, typename chosen::recurrent_activation, Units, T>;
    template <class T>
    using step_cell = internals::LstmCell<internals::StepActivation<typename chosen::activation>,
                                          internals::StepActivation<typename chosen::recurrent_activation>, Units, T>;
    template <class... More> using with = LSTM<Units, Options..., More...>;

    static constexpr protocols::verdict accept(Shape in) { return chosen::accept(in, Units); }

    /// The forget gate begins open, whatever the initializer of the bias.
    template <class T> static void initialize_gates(T* bias)
    {
        if (opens_forget_gate) std::fill_n(bias + Units, Units, T(1));
    }

    template <class T, Shape In> using block = internals::RecurrentBlock<LSTM, T, In>;
};

}} // namespace lamina
