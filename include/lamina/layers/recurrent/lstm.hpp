// lamina/layers/recurrent/lstm.hpp: a recurrent layer with a memory that gates write and read.
//
// Source: Hochreiter, Schmidhuber, "Long Short-Term Memory" (1997), with the forget gate of Gers et al. (2000); Keras's LSTM.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/layers/recurrent/recurrent_block.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// What the derivative of an activation reads: z or y = A(z); and y of it.
template <class A, class V> V read_by(const V& z, const V& y) { return A::derivative == reads::input ? z : y; }
template <class A, class V> V output_of_read(const V& kept)
{
    if constexpr (A::derivative == reads::input) return A::forward(kept);
    else return kept;
}

/// One step. The gates are those of Keras, in its order: input i, forget f, candidate g, output o. The states are h and c; of
/// i, f, g, o and a = A(c) it keeps what their derivatives read.
template <class A, class R, std::size_t Units, class T> struct LstmCell {
    static constexpr std::size_t gates = 4, states = 2, kept = 5;

    static void forward(const T* z, const T* before, T* after, T* keep, std::size_t n)
    {
        for (std::size_t sample = 0; sample < n; ++sample, z += gates * Units, keep += kept * Units) {
            const T* const c_before = before + (n + sample) * Units;
            T *const h = after + sample * Units, *const c = after + (n + sample) * Units;
            kernels::lanes_over<T>(Units, [&](auto load, auto store) {
                const auto zi = load(z), zf = load(z + Units), zg = load(z + 2 * Units), zo = load(z + 3 * Units);
                const auto i = R::forward(zi), f = R::forward(zf), g = A::forward(zg), o = R::forward(zo);
                const auto memory = simd::fma(f, load(c_before), i * g), a = A::forward(memory); // the same bits in every copy
                store(memory, c);
                store(o * a, h);
                store(read_by<R>(zi, i), keep);
                store(read_by<R>(zf, f), keep + Units);
                store(read_by<A>(zg, g), keep + 2 * Units);
                store(read_by<R>(zo, o), keep + 3 * Units);
                store(read_by<A>(memory, a), keep + 4 * Units);
            });
        }
    }

    static void backward(const T* keep, const T* before, const T* ds, T* dbefore, T* dz, std::size_t n)
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
/// Options  ReturnSequences, activation A (Tanh), RecurrentActivation<R> (Sigmoid), NoBias, kernel initializer (GlorotUniform),
///          RecurrentInitializer<…> (Orthogonal), Bias<initializer> (Zeros), Name.
/// Learns   kernel [features, 4 · Units], recurrent_kernel [Units, 4 · Units] and bias [4 · Units], gates in the order i, f, g, o; the
///          forget gate's bias starts at 1.
/// Masks    a step that is masked leaves output and memory as they were; with ReturnSequences the mask is passed on.
/// Refuses  any rank but 2.
/// Example  Sequential<Input<50, 3>, LSTM<32, ReturnSequences>, LSTM<16>, Dense<1>> model;
template <std::size_t Units, class... Options>
struct LSTM
    : protocols::layer_base<
          LSTM<Units, Options...>,
          protocols::families<protocols::family::result, protocols::family::activation, protocols::family::recurrent_activation,
                              protocols::family::bias, protocols::family::initializer, protocols::family::recurrent_initializer>,
          Options...> {
    static constexpr std::string_view kind = "LSTM";
    static constexpr std::size_t units = Units;
    static constexpr bool sequences =
        std::is_same_v<protocols::chosen<protocols::family::result, void, Options...>, ReturnSequences>;
    using activation = protocols::chosen<protocols::family::activation, Tanh, Options...>;
    using recurrent_activation =
        typename protocols::chosen<protocols::family::recurrent_activation, RecurrentActivation<Sigmoid>, Options...>::activation;
    using kernel_initializer = protocols::chosen<protocols::family::initializer, GlorotUniform, Options...>;
    using recurrent_initializer = typename protocols::chosen<protocols::family::recurrent_initializer,
                                                             RecurrentInitializer<Orthogonal<>>, Options...>::initializer;
    using bias_option = protocols::chosen<protocols::family::bias, Bias<Zeros>, Options...>;

    template <class To> static void list_options(To& to)
    {
        to("units", Units);
        to("activation", activation{}, Tanh{});
        to("recurrent_activation", recurrent_activation{}, Sigmoid{});
        to("kernel_initializer", kernel_initializer{}, GlorotUniform{});
        to("recurrent_initializer", recurrent_initializer{}, Orthogonal<>{});
        protocols::list_bias<bias_option>(to);
        to("return_sequences", sequences, false);
    }
    template <class T> using cell = internals::LstmCell<activation, recurrent_activation, Units, T>;

    static constexpr protocols::verdict accept(Shape in) { return internals::accept_sequence(in, Units, sequences); }

    /// The forget gate begins open, whatever the initializer of the bias.
    template <class T> static void initialize_gates(T* bias) { std::fill_n(bias + Units, Units, T(1)); }

    template <class T, Shape In> using block = internals::RecurrentBlock<LSTM, T, In>;
};

}} // namespace lamina
