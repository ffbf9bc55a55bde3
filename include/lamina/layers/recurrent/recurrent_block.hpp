// lamina/layers/recurrent/recurrent_block.hpp: what recurrent layers have in common: the walk over the steps of a sequence.
#pragma once

#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/blocks/orthogonal.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/variable.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/lanes_over.hpp>
#include <lamina/kernels/matmul.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a recurrent layer answers to a sequence.
constexpr verdict accept_sequence(Shape in, std::size_t units, bool sequences)
{
    if (in.rank != 2) return refuses(misfit::needs_rank_2__steps_features);
    if (in.size() == 0 || units == 0) return refuses(misfit::an_extent_is_zero);
    return accepts(sequences ? Shape{in[0], units} : Shape{units});
}

/// The block of a recurrent layer `L`, which says its `cell`, `units` and whether it gives `sequences`.
///
/// A cell is a struct of static functions over one step of n samples, with `gates`, `states` (the first is the output) and `kept`, rows
/// of `units` for each sample: `forward(z, before, after, kept, n)` where z holds the sums of the gates, [n][gates · units], and
/// `backward(kept, before, ds, dbefore, dz, n)`, which writes what reaches the sums and, besides by them, the states before. States lie as
/// [states][n][units]. Inside, time comes first: the products with the kernel are one for all steps. Inference keeps the states of two
/// steps, which take turns, and one place for what a cell keeps.
///
/// A step that is masked leaves the states, and so the output, as they were.
template <class L, class T, Shape In> struct RecurrentBlock : block_base<L, T, In> {
    using cell = typename L::template cell<T>;
    static constexpr std::size_t steps = In[0], features = In[1], units = L::units, states = cell::states,
                                 wide = cell::gates * units;
    static constexpr bool passes_mask = L::sequences;
    static constexpr std::size_t multiply_adds = steps * (features + units) * wide;

    Variable<T, Shape{features, wide}> kernel;
    Variable<T, Shape{units, wide}> recurrent_kernel;
    std::conditional_t<std::is_same_v<typename L::bias_option, NoBias>, Absent<T>, Variable<T, Shape{wide}>> bias;

    void initialize(Random random)
    {
        lamina::protocols::initialize<typename L::kernel_initializer>(kernel, random, fans{double(features), double(wide)});
        lamina::protocols::initialize<typename L::recurrent_initializer>(recurrent_kernel, random,
                                                                         fans{double(units), double(wide)});
        initialize_bias<typename L::bias_option>(bias, random, fans{double(features), double(wide)});
        if constexpr (requires { L::template initialize_gates<T>(bias.data()); })
            if (bias.data()) L::template initialize_gates<T>(bias.data());
    }

    static constexpr std::size_t saved(std::size_t n) { return of_x(n) + of_states(n, steps + 1) + of_kept(n); }
    static constexpr std::size_t scratch(std::size_t n)
    {
        return of_gates(n) + padded<T>(n * wide) + of_x(n) + 2 * of_states(n, 1) +
               std::max(of_outputs(n), padded<T>(n * cell::kept * units));
    }

    void forward(Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
    {
        T* const sums = scratch;
        T* const recurrent = sums + of_gates(n);
        T* const by_time = saved ? saved : recurrent + padded<T>(n * wide);
        T* const all_states = by_time + of_x(n);
        T* const kept = all_states + of_states(n, saved ? steps + 1 : 2);
        const auto states_at = [&](std::size_t t) { return all_states + (saved ? t : t % 2) * n * states * units; };
        for (std::size_t t = 0; t < steps; ++t)
            for (std::size_t i = 0; i < n; ++i)
                std::copy_n(x + (i * steps + t) * features, features, by_time + (t * n + i) * features);
        kernels::dense_forward(by_time, kernel.data(), static_cast<const T*>(bias.data()), sums, steps * n, of_input);
        std::fill_n(all_states, n * states * units, T(0));
        for (std::size_t t = 0; t < steps; ++t) {
            const T* const before = states_at(t);
            T* const after = states_at(t + 1);
            kernels::dense_forward(before, recurrent_kernel.data(), static_cast<const T*>(nullptr), recurrent, n, of_state);
            kernels::add(recurrent, sums + t * n * wide, n * wide);
            cell::forward(sums + t * n * wide, before, after, kept + (saved ? t * n * cell::kept * units : 0), n);
            for_each_masked(mode, t, n, [&](std::size_t i) {
                for (std::size_t s = 0; s < states; ++s)
                    std::copy_n(before + (s * n + i) * units, units, after + (s * n + i) * units);
            });
            if (L::sequences)
                for (std::size_t i = 0; i < n; ++i) std::copy_n(after + i * units, units, y + (i * steps + t) * units);
        }
        if (!L::sequences) std::copy_n(states_at(steps), n * units, y);
    }

    void backward(Mode mode, const T*, const T*, const T* saved, const T* dy, T* dx, RecurrentBlock& gradient, T* scratch,
                  std::size_t n) const
    {
        const T* const by_time = saved;
        const T* const all_states = by_time + of_x(n);
        const T* const kept = all_states + of_states(n, steps + 1);
        T* const dz = scratch;
        T* const outputs = dz + of_gates(n); // h before each step, by time
        T* ds = outputs + of_outputs(n);
        T* dbefore = ds + of_states(n, 1);
        T* const through = dbefore + of_states(n, 1);
        T* const dx_by_time = through + padded<T>(n * wide);
        std::fill_n(ds, n * states * units, T(0));
        if (!L::sequences) std::copy_n(dy, n * units, ds);
        for (std::size_t t = steps; t-- > 0;) {
            if (L::sequences)
                for (std::size_t i = 0; i < n; ++i) kernels::add(dy + (i * steps + t) * units, ds + i * units, units);
            const T* const before = all_states + t * n * states * units;
            T* const dz_now = dz + t * n * wide;
            std::copy_n(before, n * units, outputs + t * n * units);
            cell::backward(kept + t * n * cell::kept * units, before, ds, dbefore, dz_now, n);
            for_each_masked(mode, t, n, [&](std::size_t i) {
                std::fill_n(dz_now + i * wide, wide, T(0));
                for (std::size_t s = 0; s < states; ++s)
                    std::copy_n(ds + (s * n + i) * units, units, dbefore + (s * n + i) * units);
            });
            kernels::dense_backward_data(dz_now, recurrent_kernel.data(), through, n, of_state);
            kernels::add(through, dbefore, n * units);
            std::swap(ds, dbefore);
        }
        if (mode.parameters) {
            kernels::dense_backward_weights(by_time, dz, gradient.kernel.data(), gradient.bias.data(), steps * n, of_input);
            kernels::dense_backward_weights(outputs, dz, gradient.recurrent_kernel.data(), static_cast<T*>(nullptr), steps * n,
                                            of_state);
        }
        if (!dx) return;
        kernels::dense_backward_data(dz, kernel.data(), dx_by_time, steps * n, of_input);
        for (std::size_t t = 0; t < steps; ++t)
            for (std::size_t i = 0; i < n; ++i)
                std::copy_n(dx_by_time + (t * n + i) * features, features, dx + (i * steps + t) * features);
    }

private:
    static constexpr fixed<kernels::dense_sizes{features, wide}> of_input{};
    static constexpr fixed<kernels::dense_sizes{units, wide}> of_state{};
    static constexpr std::size_t of_x(std::size_t n) { return padded<T>(steps * n * features); }
    static constexpr std::size_t of_gates(std::size_t n) { return padded<T>(steps * n * wide); }
    static constexpr std::size_t of_states(std::size_t n, std::size_t times) { return padded<T>(times * n * states * units); }
    static constexpr std::size_t of_outputs(std::size_t n) { return padded<T>(steps * n * units); }
    static constexpr std::size_t of_kept(std::size_t n) { return padded<T>(steps * n * cell::kept * units); }

    template <class F> static void for_each_masked(Mode mode, std::size_t t, std::size_t n, const F& f)
    {
        if (const std::uint8_t* const mask = mode.mask())
            for (std::size_t i = 0; i < n; ++i)
                if (!mask[i * steps + t]) f(i);
    }
};

}}} // namespace lamina::internals
