// lamina/kernels/recurrent.hpp: one step of one sequence through a recurrent layer of few units, all gates in registers.
//
// A register holds an element of the same gate for several units, so that the sums of all gates of some units, their activations and the
// new states follow each other without a store. Where all units do not fit, they are taken in blocks, and the processor computes the activations
// of one beside the sums of the next. Sums have several streams, since few registers wait for each other. What comes from the output before is
// added first, and what comes from a narrow input last: in a chain of layers it arrives last.
//
// Contract: `kernel`, `recurrent`, `bias` are stored as records (core/record.hpp), states lie as [states][padded<T>(units)] on 64 bytes.
// Numerics: sums are accumulated in T, |got - reference| <= (2 + sqrt(terms)) · epsilon · (sum of |terms|) before the cell's update.
// Reference: kernels/reference/recurrent.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/kernels/tile.hpp>

#include <algorithm>
#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// What a step works on. Of `gates` sums the first `joined` are those over the input and the output before; of the others there are two.
struct recurrent_sizes {
    std::size_t features, units, gates, joined, states;

    constexpr std::size_t wide() const { return gates * units; }
};

namespace detail {

/// The units of a register, and the registers of all units; the last one begins early enough to end where the units end.
template <class T, recurrent_sizes S> inline constexpr std::size_t unit_lanes = simd::lanes_for<T, S.units>();
template <class T, recurrent_sizes S>
inline constexpr std::size_t unit_registers = (S.units + unit_lanes<T, S> - 1) / unit_lanes<T, S>;

/// How many of these registers are summed at a time: as many as fit into the accumulators, in blocks of the same size.
template <class T, recurrent_sizes S> constexpr std::size_t registers_at_once()
{
    std::size_t n = unit_registers<T, S>;
    while (n > 1 && (n * S.gates > accumulators || unit_registers<T, S> % n != 0)) --n;
    return n;
}

/// sums += numbers[i] · rows[i], in `Streams` sums each: of `Gates` gates the registers of units that begin at `first`.
template <std::size_t Gates, std::size_t Registers, std::size_t Streams, std::size_t Count, class V, class T>
[[gnu::always_inline]] inline void add_rows(V* sums, const T* numbers, const T* rows, std::size_t stride, std::size_t units,
                                            const std::size_t* first)
{
    constexpr std::size_t wide = Gates * Registers;
    const auto add = [&](std::size_t i, std::size_t s) __attribute__((always_inline)) {
        const V number = simd::keep(V(numbers[i]));
        LAMINA_UNROLL (g, Gates)
            LAMINA_UNROLL (r, Registers)
                simd::add_product(sums[s * wide + g * Registers + r], number,
                                  V::load_unaligned(rows + i * stride + g * units + first[r]));
    };
    if constexpr (Count <= 32)
        LAMINA_UNROLL (i, Count) add(i, i % Streams);
    else
        for (std::size_t i = 0; i < Count; ++i) add(i, Streams == 1 ? 0 : i % Streams);
}

} // namespace detail

/// Whether a step is one for `recurrent_step`: the sums of all gates stay in registers, those of up to 64 units in blocks (more were not
/// measured), and what it reads inside the rows.
template <class T, recurrent_sizes S> constexpr bool steps_in_registers()
{
#if LAMINA_PLAIN_LOOPS
    return false;
#else
    constexpr std::size_t lanes = detail::unit_lanes<T, S>;
    return (detail::unit_registers<T, S> * S.gates <= accumulators || (S.units <= 64 && S.gates <= accumulators)) &&
           std::max(S.units, lanes) + S.wide() - S.units <= padded<T>(S.wide());
#endif
}

/// One step: `update(z, m, before, after, kept)` makes new states of the gates' sums z, the last gate's own sum over the output m and the
/// states before, in registers. y gets the first of them. Null biases are none; `recurrent_bias` is of the sums over the output.
template <recurrent_sizes S, std::size_t Kept, class T, class F>
[[gnu::always_inline]] inline void recurrent_step(const T* x, const T* kernel, const T* recurrent, const T* bias,
                                                  const T* recurrent_bias, T* state, T* y, const F& update)
{
    using V = simd::sized<T, detail::unit_lanes<T, S>>;
    constexpr std::size_t all = detail::unit_registers<T, S>, registers = detail::registers_at_once<T, S>(),
                          wide = S.gates * registers, stride = row_stride<T>(S.wide()),
                          streams = std::max<std::size_t>(1, 8 / wide), apart = S.gates - S.joined;
    std::size_t firsts[all];
    LAMINA_UNROLL (r, all) firsts[r] = r + 1 < all || all == 1 ? r * V::size : S.units - V::size;

    V now[all][S.states]; // stored when all blocks are done, as each reads all outputs before
    for (std::size_t block = 0; block < all / registers; ++block) {
        const std::size_t* const first = firsts + block * registers;
        V sums[streams * wide], from_input[apart * registers + 1];
        LAMINA_UNROLL (i, streams * wide) sums[i] = V(T(0));
        LAMINA_UNROLL (i, wide) {
            const std::size_t at = i / registers * S.units + first[i % registers];
            const V input = bias ? V::load_unaligned(bias + at) : V(T(0));
            if (recurrent_bias) sums[i] = V::load_unaligned(recurrent_bias + at);
            if (i < S.joined * registers) sums[i] = sums[i] + input;
            else from_input[i - S.joined * registers] = input;
        }
        constexpr bool is_wide = S.features > 4 && apart == 0;
        if constexpr (is_wide) detail::add_rows<S.gates, registers, streams, S.features>(sums, x, kernel, stride, S.units, first);
        detail::add_rows<S.gates, registers, streams, S.units>(sums, state, recurrent, stride, S.units, first);
        LAMINA_UNROLL (s, streams - 1)
            LAMINA_UNROLL (i, wide) sums[i] = sums[i] + sums[(s + 1) * wide + i];
        V m[registers];
        LAMINA_UNROLL (r, registers) m[r] = sums[wide - registers + r];
        LAMINA_UNROLL (i, apart * registers) sums[S.joined * registers + i] = from_input[i];
        if constexpr (!is_wide) detail::add_rows<S.gates, registers, 1, S.features>(sums, x, kernel, stride, S.units, first);

        LAMINA_UNROLL (r, registers) {
            V z[S.gates], before[S.states], kept[Kept];
            LAMINA_UNROLL (g, S.gates) z[g] = sums[g * registers + r];
            LAMINA_UNROLL (s, S.states) before[s] = V::load_unaligned(state + s * padded<T>(S.units) + first[r]);
            update(z, m[r], before, now[block * registers + r], kept);
        }
    }
    LAMINA_UNROLL (r, all) {
        LAMINA_UNROLL (s, S.states) now[r][s].store_unaligned(state + s * padded<T>(S.units) + firsts[r]);
        store_before(now[r][0], y + firsts[r], firsts[r], S.units);
    }
}

}}} // namespace lamina::internals::kernels
