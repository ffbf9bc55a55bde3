// lamina/layers/recurrent/recurrent_block.hpp: the block of LSTM, GRU and SimpleRNN: gates that are sums over two kernels.
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/blocks/activations/epilogue.hpp>
#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/lanes_over.hpp>
#include <lamina/kernels/matmul.hpp>
#include <lamina/kernels/recurrent.hpp>
#include <lamina/layers/recurrent/sequence_block.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What the derivative of an activation reads: z or y = A(z); and y of it.
template <class A, class V> V read_by(const V& z, const V& y) { return A::derivative == reads::input ? z : y; }
template <class A, class V> V output_of_read(const V& kept)
{
    if constexpr (A::derivative == reads::input) return A::forward(kept);
    else return kept;
}

/// An activation as one step of one sequence has it: few numbers, none of which waits long for another. sigmoid(z) is tanh(z / 2) / 2 + ½,
/// within an ulp of 1, and tanh comes from its table where registers have one.
template <class A> struct StepActivation : A {};
template <> struct StepActivation<Tanh> : Tanh {
    template <class V> [[gnu::always_inline]] static V forward(const V& z) { return kernels::made_ready<V>(Finish<Tanh>{})(z); }
};
template <> struct StepActivation<Sigmoid> : Sigmoid {
    template <class V> [[gnu::always_inline]] static V forward(const V& z)
    {
        const V half = number_as<V>(0.5);
        return simd::fma(half, StepActivation<Tanh>::forward(V(half * z)), half);
    }
};

/// The block of a recurrent layer `L`, which says its `cell`, `units` and options.
///
/// A cell is a struct of static functions, with `gates`, `states` and `kept`, rows of `units` for each sample.
///
///     update(z, m, before, after, keep)                         one step in registers, of an element of each gate, state and kept row
///     backward(keep, before, ds, dbefore, dz, dzh, n)           writes what reaches the sums and, besides by them, the states before
///
/// z are the sums over the input and the output before, of which the first `joined` are added up; m is the last gate's sum over the output.
/// `apart`: the gradients of the two sums differ, dz and dzh. `two_biases`: each of them has a bias.
///
/// Where a cell `resets`, not the output before but what `reset(z, zh, h, met, n)` makes of it meets the last gate's part of the
/// recurrent kernel: a second product. `backward` then leaves the gate that resets to `reset_backward(keep, h, dmet, met, dz, dzh, n)`,
/// which makes of the gradient of what was met that of h.
///
/// In functions on tensors a cell says `compose(with, z, meet, before)`: z as above; `meet(r)` is the last gate's sum over the output before
/// that r resets, before the product where the cell `resets`, else behind it.
template <class L, class T, Shape In> struct RecurrentBlock : SequenceBlock<L, T, In> {
    using walk = SequenceBlock<L, T, In>;
    using cell = typename L::template cell<T>;
    using walk::features, walk::units, walk::steps;
    static constexpr std::size_t wide = cell::gates * units;
    static constexpr bool projects = true;
    static constexpr std::size_t multiply_adds = steps * (features + units) * wide;
    using bias_shape = as_shape<cell::two_biases ? Shape{2, wide} : Shape{wide}>;

    Variable<T, Shape{features, wide}> kernel;
    Variable<T, Shape{units, wide}> recurrent_kernel;
    std::conditional_t<std::is_same_v<typename L::bias_option, NoBias>, Absent<T>, Variable<T, bias_shape::value>> bias;

    void initialize(Random random)
    {
        lamina::protocols::initialize<typename L::kernel_initializer>(kernel, random, fans{double(features), double(wide)});
        lamina::protocols::initialize<typename L::recurrent_initializer>(recurrent_kernel, random,
                                                                         fans{double(units), double(wide)});
        initialize_bias<typename L::bias_option>(bias, random, fans{double(features), double(wide)});
        if constexpr (requires { L::template initialize_gates<T>(bias.data()); })
            if (bias.data()) L::template initialize_gates<T>(bias.data());
    }

    static constexpr std::size_t kept(std::size_t n) { return padded<T>(n * cell::kept * units); }
    static constexpr std::size_t room(std::size_t n)
    {
        const std::size_t rows = walk::rows_at_a_time(n);
        const std::size_t forward = (cell::resets ? 2 : 1) * of_sums(n) + of_outputs(n);
        const std::size_t backward = (cell::apart ? of_sums(rows) : 0) + of_outputs(rows) + of_outputs(n) +
                                     (cell::resets ? of_sums(rows) + of_outputs(rows) + of_outputs(n) : 0);
        return of_drop(n) + std::max(forward, backward);
    }

    /// The gates' sums over the input, of many steps.
    void project(const T* x, T* z, std::size_t rows) const
    {
        kernels::dense_forward(x, kernel.data(), static_cast<const T*>(bias.data()), z, rows, of_input);
    }

    /// What outputs are multiplied with before they are weighed, one mask for all steps of a sequence.
    static void begin(Mode mode, [[maybe_unused]] T* room, [[maybe_unused]] std::size_t n)
    {
        if constexpr (drops)
            if (mode.training) drop_mask<L::recurrent_rate>(mode, room, units, n);
    }

    void forward_step(Mode mode, const T* z, const T* before, T* after, T* kept, T* room, std::size_t n) const
    {
        T* const zh = room + of_drop(n);
        T* const aside = zh + of_sums(n);
        const T* const h = weighed(mode, before, room, aside, n);
        kernels::dense_forward(h, recurrent_kernel.data(), recurrent_bias(bias), zh, n, of_output);
        if constexpr (cell::resets) {
            T* const again = aside + of_outputs(n);
            cell::reset(z, zh, h, aside, n);
            kernels::dense_forward(static_cast<const T*>(aside), recurrent_kernel.data(), static_cast<const T*>(nullptr), again,
                                   n, of_output);
            copy_last_gate(again, zh, n);
        }
        update_all(z, zh, before, after, kept, n);
    }

    void backward_step(Mode mode, const T*, const T* before, const T*, const T* kept, const T* ds, T* dbefore, T* dz,
                       RecurrentBlock&, T* room, std::size_t n, std::size_t row) const
    {
        const places at(room, n, row);
        T* const dzh = cell::apart ? at.dzh : dz;
        if (const T* const h = weighed(mode, before, room, at.h, n); h != at.h) std::copy_n(h, n * units, at.h);
        cell::backward(kept, before, ds, dbefore, dz, dzh, n);
        if constexpr (cell::resets) {
            std::fill_n(at.dagain, n * wide, T(0));
            copy_last_gate(dz, at.dagain, n);
            kernels::dense_backward_data(static_cast<const T*>(at.dagain), recurrent_kernel.data(), at.dmet, n, of_output);
            cell::reset_backward(kept, at.h, at.dmet, at.met, dz, dzh, n);
        }
        kernels::dense_backward_data(static_cast<const T*>(dzh), recurrent_kernel.data(), at.dh, n, of_output);
        if constexpr (cell::resets) kernels::add(at.dmet, at.dh, n * units);
        if (drops && mode.training) kernels::scale_by(room, at.dh, n * units);
        kernels::add(at.dh, dbefore, n * units);
    }

    void finish(Mode mode, const T* x, const T* dz, T* dx, RecurrentBlock& gradient, T* room, std::size_t n,
                std::size_t rows) const
    {
        if (mode.parameters) {
            const places at(room, n, 0);
            kernels::dense_backward_weights(x, dz, gradient.kernel.data(), gradient.bias.data(), rows, of_input);
            kernels::dense_backward_weights(at.h, cell::apart ? at.dzh : dz, gradient.recurrent_kernel.data(),
                                            recurrent_bias(gradient.bias), rows, of_output);
            if constexpr (cell::resets)
                kernels::dense_backward_weights(at.met, at.dagain, gradient.recurrent_kernel.data(), static_cast<T*>(nullptr),
                                                rows, of_output);
        }
        if (dx) kernels::dense_backward_data(dz, kernel.data(), dx, rows, of_input);
    }

    /// One step after another, in functions on tensors.
    template <class X, class With> auto composed_steps(const With& with, const X& x) const
    {
        std::vector<X> biases;
        X sums = matmul(as_samples<Shape{features}>(x), with(kernel));
        if constexpr (decltype(bias)::size > 0) {
            if constexpr (cell::two_biases) biases = split(with(bias), 2, 0);
            else biases = {with(bias)};
            sums = sums + biases[0];
        }
        X factors;
        if constexpr (drops)
            if (with.mode().training) factors = composed_drop<L::recurrent_rate, T>(with.inside(1), x, Shape{units});
        return [with, factors, biases, of_input = split(as_samples<Shape{steps, wide}>(sums), steps, 1),
                weights = X(with(recurrent_kernel))](std::size_t t, const std::array<X, cell::states>& before) {
            const X h = factors ? X(before[0] * factors) : before[0];
            X again = matmul(h, weights);
            if constexpr (cell::two_biases)
                if (!biases.empty()) again = again + biases[1];
            std::vector<X> z = split(as_samples<Shape{wide}>(of_input[t]), cell::gates, 1);
            const std::vector<X> m = split(again, cell::gates, 1);
            for (std::size_t gate = 0; gate < (cell::resets ? cell::gates - 1 : cell::joined); ++gate)
                z[gate] = z[gate] + m[gate];
            const auto meet = [&](const X& factor) -> X {
                if constexpr (cell::resets) return matmul(factor * h, split(weights, cell::gates, 1).back());
                else return factor * m.back();
            };
            return cell::compose(with, z, meet, before);
        };
    }

    /// One step of a stream: `models/stream.hpp`.
    static constexpr std::size_t state = cell::states * padded<T>(units);
    static constexpr std::size_t step_scratch() { return in_registers ? 0 : of_sums(1) + walk::of_state(1) + kept(1) + room(1); }
    [[gnu::always_inline]] void step(const T* x, T* y, T* now, T* scratch) const
        requires(!L::backwards)
    {
        if constexpr (in_registers)
            kernels::recurrent_step<of_step, cell::kept>(
                x, kernel.data(), recurrent_kernel.data(), static_cast<const T*>(bias.data()),
                static_cast<const T*>(recurrent_bias(bias)), now, y,
                [](const auto* z, const auto& m, const auto* before, auto* after, auto* keep)
                    __attribute__((always_inline)) { L::template step_cell<T>::update(z, m, before, after, keep); });
        else {
            T *const after = scratch + of_sums(1), *const keep = after + walk::of_state(1);
            project(x, scratch, 1);
            forward_step(Mode{}, scratch, now, after, keep, keep + kept(1), 1);
            std::copy_n(after, cell::states * units, now);
            std::copy_n(after, units, y);
        }
    }

private:
    static constexpr bool drops = L::recurrent_rate.value() > 0;
    static constexpr kernels::recurrent_sizes of_step{features, units, cell::gates, cell::joined, cell::states};
    static constexpr bool in_registers = !cell::resets && kernels::steps_in_registers<T, of_step>();
    static constexpr fixed<kernels::dense_sizes{features, wide}> of_input{};
    static constexpr fixed<kernels::dense_sizes{units, wide}> of_output{};
    static constexpr std::size_t of_sums(std::size_t rows) { return padded<T>(rows * wide); }
    static constexpr std::size_t of_outputs(std::size_t rows) { return padded<T>(rows * units); }
    static constexpr std::size_t of_drop(std::size_t n) { return drops ? of_outputs(n) : 0; }

    /// Where the pass back works, for the rows from `row` on.
    struct places {
        T *h, *dzh, *dh, *met, *dagain, *dmet;

        places(T* room, std::size_t n, std::size_t row)
        {
            const std::size_t rows = walk::rows_at_a_time(n);
            h = room + of_drop(n);
            dzh = h + of_outputs(rows);
            dh = dzh + (cell::apart ? of_sums(rows) : 0);
            met = dh + of_outputs(n);
            dagain = met + of_outputs(rows);
            dmet = dagain + of_sums(rows);
            h += row * units, met += row * units;
            dzh += row * wide, dagain += row * wide;
        }
    };

    /// The outputs as they are weighed: dropped ones go to `to`.
    static const T* weighed(Mode mode, const T* outputs, const T* mask, T* to, std::size_t n)
    {
        if (!drops || !mode.training) return outputs;
        std::copy_n(outputs, n * units, to);
        kernels::scale_by(mask, to, n * units);
        return to;
    }

    static auto* recurrent_bias(auto& of)
    {
        decltype(of.data()) second = nullptr;
        if constexpr (cell::two_biases)
            if (of.data()) second = of.data() + row_stride<T>(wide);
        return second;
    }

    /// The cell's update of n samples.
    static void update_all(const T* z, const T* zh, const T* before, T* after, T* keep, std::size_t n)
    {
        for (std::size_t i = 0; i < n; ++i, z += wide, zh += wide, before += units, after += units, keep += cell::kept * units)
            kernels::lanes_over<T>(units, [&](auto load, auto store) {
                using V = decltype(load(z));
                V sums[cell::gates], old[cell::states], now[cell::states], kept[cell::kept];
                for (std::size_t g = 0; g < cell::gates; ++g) {
                    sums[g] = load(z + g * units);
                    if (g < cell::joined) sums[g] = sums[g] + load(zh + g * units);
                }
                for (std::size_t s = 0; s < cell::states; ++s) old[s] = load(before + s * n * units);
                cell::update(sums, load(zh + wide - units), old, now, kept);
                for (std::size_t s = 0; s < cell::states; ++s) store(now[s], after + s * n * units);
                for (std::size_t k = 0; k < cell::kept; ++k) store(kept[k], keep + k * units);
            });
    }

    static void copy_last_gate(const T* from, T* to, std::size_t n)
    {
        for (std::size_t i = 0, at = wide - units; i < n; ++i, at += wide) std::copy_n(from + at, units, to + at);
    }
};

}}} // namespace lamina::internals
