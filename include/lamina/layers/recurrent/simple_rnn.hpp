// lamina/layers/recurrent/simple_rnn.hpp: a recurrent layer without gates.
//
// Source: Elman, "Finding Structure in Time" (1990); Keras's SimpleRNN.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/kernels/lanes_over.hpp>
#include <lamina/layers/recurrent/recurrent_block.hpp>
#include <lamina/layers/recurrent/recurrent_options.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// One step. It keeps what the activation's derivative reads.
template <class A, std::size_t Units, class T> struct SimpleCell {
    static constexpr std::size_t gates = 1, joined = 1, states = 1, kept = 1;
    static constexpr bool apart = false, two_biases = false, resets = false;

    template <class V> static void update(const V* z, const V&, const V*, V* after, V* keep)
    {
        after[0] = A::forward(z[0]);
        keep[0] = read_by<A>(z[0], after[0]);
    }

    template <class X, class With, class Meet>
    static std::array<X, 1> compose(const With& with, const std::vector<X>& z, const Meet&, const std::array<X, 1>&)
    {
        return {with.template activated<A>(z[0])};
    }

    static void backward(const T* keep, const T*, const T* ds, T* dbefore, T* dz, T*, std::size_t n)
    {
        std::fill_n(dbefore, n * Units, T(0)); // h is read by the sums alone
        kernels::lanes_over<T>(n * Units, [&](auto load, auto store) { store(A::backward(load(keep), load(ds)), dz); });
    }
};

} // namespace internals

/// A simple recurrent layer of `Units`: h = A(x · kernel + h · recurrent_kernel + bias).
///
/// Shapes   [steps, features] -> [Units], the output of the last step that is there; with ReturnSequences [steps, Units].
/// Options  ReturnSequences, Backwards, ZeroOutputForMask, activation A (Tanh), NoBias, kernel initializer (GlorotUniform),
///          RecurrentInitializer<…> (Orthogonal), Bias<initializer> (Zeros), Name; KernelRegularizer<…>, RecurrentRegularizer<…>,
///          BiasRegularizer<…> and the three constraints; DropoutRate<…> of the inputs and RecurrentDropoutRate<…> of the outputs where they
///          are weighed, while training: one mask for all steps of a sequence.
/// Learns   kernel [features, Units], recurrent_kernel [Units, Units] and bias [Units].
/// Masks    a step that is masked leaves the output as it was; with ReturnSequences the mask is passed on.
/// Refuses  any rank but 2, a rate outside of [0, 1).
/// Example  Sequential<Input<50, 3>, SimpleRNN<16>, Dense<1>> model;
template <std::size_t Units, class... Options>
struct SimpleRNN : protocols::layer_base<SimpleRNN<Units, Options...>, internals::with_recurrent_options<>, Options...>,
                   internals::recurrent_options<Options...> {
    static constexpr std::string_view kind = "SimpleRNN";
    using chosen = internals::recurrent_options<Options...>;
    static constexpr std::size_t units = Units, states = 1;

    template <class To> static void list_options(To& to) { chosen::template list_options<false>(to, Units); }

    template <class T> using cell = internals::SimpleCell<typename chosen::activation, Units, T>;
    template <class T> using step_cell = internals::SimpleCell<internals::StepActivation<typename chosen::activation>, Units, T>;
    template <class... More> using with = SimpleRNN<Units, Options..., More...>;

    static constexpr protocols::verdict accept(Shape in) { return chosen::accept(in, Units); }

    template <class T, Shape In> using block = internals::RecurrentBlock<SimpleRNN, T, In>;
};

}} // namespace lamina
