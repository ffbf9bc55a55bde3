// lamina/layers/recurrent/sequence_block.hpp: the walk of a recurrent layer over the steps of its sequences.
#pragma once

#include <lamina/blocks/composed.hpp>
#include <lamina/blocks/drop.hpp>
#include <lamina/blocks/layer_base.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/extent.hpp>
#include <lamina/kernels/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// What a recurrent layer answers to a sequence.
constexpr verdict accept_sequence(Shape in, std::size_t units, bool sequences)
{
    if (in.rank != 2) return refuses(misfit::needs_rank_2__steps_features);
    if (in.size() == 0 || units == 0) return refuses(misfit::an_extent_is_zero);
    return accepts(sequences ? Shape{in[0], units} : Shape{units});
}

/// Where the walk's block of a layer works, the output of a step that is there, and the masks.
///
/// A layer `L` says its `units`, `states`, `sequences`, `backwards`, `zero_for_mask` and `input_rate`. Its block, which derives from this
/// one, says how a step is done for n samples: states lie as [states][n][units], the first of them is the output.
///
///     wide, projects                           the numbers of a step: those of x, or what `project` makes of them for many steps at once
///     project(x, z, rows)                      z [rows][wide] of x [rows][features]
///     kept(n), room(n)                         how much a step keeps, and how much a pass works in
///     begin(mode, room, n)                     before the first step of a pass
///     forward_step(mode, z, before, after, kept, room, n)
///     backward_step(mode, z, before, after, kept, ds, dbefore, dz, gradient, room, n, row)    row: among those of `finish`
///     finish(mode, x, dz, dx, gradient, room, n, rows)                                        what is done for many steps at once
///     composed_steps(with, x)                                  in ops: a function (t, states before) -> states, of x as it was dropped
///
/// Steps are taken in blocks whose numbers stay in the second cache. Inside, time comes first. Inference keeps the states of two
/// steps, which take turns, and one place for what a step keeps.
template <class L, class T, Shape In> struct SequenceBlock : block_base<L, T, In> {
    static constexpr std::size_t steps = In[0], features = In[1], units = L::units, states = L::states;
    static constexpr bool passes_mask = L::sequences;

    static constexpr std::size_t saved(std::size_t n) { return of_states(n, steps + 1) + steps * own<L>::kept(n); }
    static constexpr std::size_t scratch(std::size_t n)
    {
        const std::size_t block = block_steps(n);
        return of_features(n, block) + of_sums(n, block) + of_drop(n) + own<L>::room(n) +
               std::max(of_states(n, 2) + own<L>::kept(n), of_states(n, 3) + of_features(n, block));
    }

    void forward(Mode mode, const T* x, T* y, T* saved, T* scratch, std::size_t n) const
    {
        const std::size_t block = block_steps(n);
        T* const by_time = scratch;
        T* const sums = by_time + of_features(n, block);
        T* const dropped = sums + of_sums(n, block);
        T* const room = dropped + of_drop(n);
        T* const all_states = saved ? saved : room + own<L>::room(n);
        T* const all_kept = all_states + of_states(n, saved ? steps + 1 : 2);
        const auto states_at = [&](std::size_t t) { return all_states + (saved ? of_state(n) * t : of_state(n) * (t % 2)); };
        draw(mode, dropped, room, n);
        std::fill_n(all_states, n * states * units, T(0));
        for (std::size_t t0 = 0; t0 < steps; t0 += block) {
            const std::size_t end = std::min(t0 + block, steps);
            const T* z = ordered(mode, x, by_time, dropped, t0, end, n);
            if constexpr (own<L>::projects) {
                self().project(z, sums, (end - t0) * n);
                z = sums;
            }
            for (std::size_t t = t0; t < end; ++t, z += n * own<L>::wide) {
                const T* const before = states_at(t);
                T* const after = states_at(t + 1);
                self().forward_step(mode, z, before, after, all_kept + (saved ? t * own<L>::kept(n) : 0), room, n);
                for_each_masked(mode, t, n, [&](std::size_t i) { copy_states(before, after, i, n); });
                if (L::sequences)
                    for (std::size_t i = 0; i < n; ++i) std::copy_n(after + i * units, units, y + (i * steps + t) * units);
            }
        }
        if (!L::sequences) std::copy_n(states_at(steps), n * units, y);
        if (L::zero_for_mask)
            for (std::size_t t = L::sequences ? 0 : steps - 1; t < steps; ++t)
                for_each_masked(mode, t, n,
                                [&](std::size_t i) { std::fill_n(y + (L::sequences ? i * steps + t : i) * units, units, T(0)); });
    }

    void backward(Mode mode, const T* x, const T*, const T* saved, const T* dy, T* dx, auto& gradient, T* scratch,
                  std::size_t n) const
    {
        const std::size_t block = block_steps(n);
        const T* const all_kept = saved + of_states(n, steps + 1);
        T* const by_time = scratch;
        T* const dz = by_time + of_features(n, block);
        T* const dropped = dz + of_sums(n, block);
        T* const room = dropped + of_drop(n);
        T* ds = room + own<L>::room(n);
        T* dbefore = ds + of_state(n);
        T* const aside = dbefore + of_state(n); // the gradient of a sample whose step is masked: nothing of it reaches the step
        T* const dx_by_time = aside + of_state(n);
        draw(mode, dropped, room, n);
        std::fill_n(ds, n * states * units, T(0));
        if (!L::sequences)
            for (std::size_t i = 0; i < n; ++i)
                if (counts(mode, steps - 1, i)) std::copy_n(dy + i * units, units, ds + i * units);
        for (std::size_t t0 = (steps - 1) / block * block + block; t0 > 0;) {
            t0 -= block;
            const std::size_t end = std::min(t0 + block, steps);
            const T* const from = ordered(mode, x, by_time, dropped, t0, end, n);
            T* const dnumbers = own<L>::projects ? dz : dx_by_time;
            for (std::size_t t = end; t-- > t0;) {
                const std::size_t row = (t - t0) * n;
                if (L::sequences)
                    for (std::size_t i = 0; i < n; ++i)
                        if (counts(mode, t, i)) kernels::add(dy + (i * steps + t) * units, ds + i * units, units);
                for_each_masked(mode, t, n, [&](std::size_t i) {
                    copy_states(ds, aside, i, n);
                    for (std::size_t s = 0; s < states; ++s) std::fill_n(ds + (s * n + i) * units, units, T(0));
                });
                const T* const before = saved + t * of_state(n);
                self().backward_step(mode, from + row * features, before, before + of_state(n), all_kept + t * own<L>::kept(n),
                                     ds, dbefore, dnumbers + row * own<L>::wide, gradient, room, n, row);
                for_each_masked(mode, t, n, [&](std::size_t i) { copy_states(aside, dbefore, i, n); });
                std::swap(ds, dbefore);
            }
            self().finish(mode, from, dz, dx ? dx_by_time : nullptr, gradient, room, n, (end - t0) * n);
            if (dx) give_back(mode, dx_by_time, dx, dropped, t0, end, n);
        }
    }

    /// The same walk in functions on tensors.
    template <class X, class With> X compose(const With& with, const X& x) const
    {
        const X mask = with.mask(0), nothing = with.template filled<T>(x, Shape{units}, 0);
        const auto step = self().composed_steps(with, composed_input(with, x));
        std::vector<X> there, outputs;
        if (mask) there = split(mask, steps, 1); // [n, 1] each
        std::array<X, states> now;
        now.fill(nothing);
        for (std::size_t t = 0; t < steps; ++t) {
            std::array<X, states> after = step(at(t), now);
            for (std::size_t s = 0; mask && s < states; ++s) after[s] = where(there[at(t)], after[s], now[s]);
            now = after;
            outputs.push_back(mask && L::zero_for_mask ? X(where(there[at(t)], now[0], nothing)) : now[0]);
        }
        if constexpr (L::sequences) return stack(outputs, 1);
        else return outputs.back();
    }

protected:
    /// The rows that `finish` is given at most.
    static constexpr std::size_t rows_at_a_time(std::size_t n) { return block_steps(n) * n; }

    static constexpr std::size_t of_state(std::size_t n) { return padded<T>(n * states * units); }

    /// The block of the layer, which is complete where a function of it is asked for.
    template <class Layer> using own = typename Layer::template block<T, In>;
    const own<L>& self() const { return static_cast<const own<L>&>(*this); }

private:
    static constexpr bool drops = L::input_rate.value() > 0;

    /// So many steps that their numbers take at most 256 KiB.
    static constexpr std::size_t block_steps(std::size_t n)
    {
        const std::size_t bytes = std::max<std::size_t>(n, 1) * own<L>::wide * sizeof(T);
        return std::clamp<std::size_t>(256 * 1024 / bytes, 1, steps);
    }
    static constexpr std::size_t of_features(std::size_t n, std::size_t block) { return padded<T>(block * n * features); }
    static constexpr std::size_t of_sums(std::size_t n, std::size_t block)
    {
        return own<L>::projects ? padded<T>(block * n * own<L>::wide) : 0;
    }
    static constexpr std::size_t of_states(std::size_t n, std::size_t times) { return times * of_state(n); }
    static constexpr std::size_t of_drop(std::size_t n) { return drops ? padded<T>(n * features) : 0; }

    static constexpr std::size_t at(std::size_t t) { return L::backwards ? steps - 1 - t : t; }

    static bool is_there(Mode mode, std::size_t t, std::size_t i)
    {
        const std::uint8_t* const mask = mode.mask();
        return !mask || mask[i * steps + at(t)] != 0;
    }
    /// Whether the output of a step is that of the cell, and not zero.
    static bool counts(Mode mode, std::size_t t, std::size_t i) { return !L::zero_for_mask || is_there(mode, t, i); }
    template <class F> static void for_each_masked(Mode mode, std::size_t t, std::size_t n, const F& f)
    {
        if (mode.mask())
            for (std::size_t i = 0; i < n; ++i)
                if (!is_there(mode, t, i)) f(i);
    }
    static void copy_states(const T* from, T* to, std::size_t i, std::size_t n)
    {
        for (std::size_t s = 0; s < states; ++s) std::copy_n(from + (s * n + i) * units, units, to + (s * n + i) * units);
    }

    /// What inputs are multiplied with, one mask for all steps of a sequence.
    void draw(Mode mode, [[maybe_unused]] T* dropped, T* room, std::size_t n) const
    {
        if constexpr (drops) drop_mask<L::input_rate>(mode.inside(0), dropped, features, n);
        self().begin(mode.inside(1), room, n);
    }

    template <class X, class With> static X composed_input(const With& with, const X& x)
    {
        if constexpr (drops)
            if (with.mode().training) return x * composed_drop<L::input_rate, T>(with.inside(0), x, Shape{1, features});
        return x;
    }

    /// The steps from t0 to `end`, in the order of the walk, sample after sample.
    static const T* ordered(Mode mode, const T* x, T* by_time, [[maybe_unused]] const T* dropped, std::size_t t0, std::size_t end,
                            std::size_t n)
    {
        if (n == 1 && !L::backwards && !(drops && mode.training)) return x + t0 * features;
        for (std::size_t t = t0; t < end; ++t)
            for (std::size_t i = 0; i < n; ++i, by_time += features) {
                std::copy_n(x + (i * steps + at(t)) * features, features, by_time);
                if (drops && mode.training) kernels::scale_by(dropped + i * features, by_time, features);
            }
        return by_time - (end - t0) * n * features;
    }
    static void give_back(Mode mode, const T* by_time, T* dx, [[maybe_unused]] const T* dropped, std::size_t t0, std::size_t end,
                          std::size_t n)
    {
        for (std::size_t t = t0; t < end; ++t)
            for (std::size_t i = 0; i < n; ++i, by_time += features) {
                T* const to = dx + (i * steps + at(t)) * features;
                std::copy_n(by_time, features, to);
                if (drops && mode.training) kernels::scale_by(dropped + i * features, to, features);
            }
    }
};

}}} // namespace lamina::internals
