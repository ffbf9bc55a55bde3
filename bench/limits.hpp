// What one core can do at most, measured in the run that quotes a share of it: multiply-adds and clock ticks per second.
#pragma once

#include <lamina/kernels/tile.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lamina::inline LAMINA_ARCHITECTURE::bench {

/// Independent chains of multiply-adds: ten hide a latency of four cycles on two pipes, and fit into 16 registers together with
/// their two constants.
inline constexpr std::size_t chains = 10;

/// The operations of a round.
template <class T> double fma_flop(std::size_t turns) { return 2.0 * double(internals::simd::lanes<T> * chains * turns); }

/// One round of them in registers, in FLOP/s.
template <class T> [[gnu::noinline]] double fma_round(std::size_t turns)
{
    using lanes = internals::simd::batch<T>;

    const lanes factor = internals::simd::keep(lanes(T(0.999999))), addend = internals::simd::keep(lanes(T(1e-7)));
    lanes c[chains];
    LAMINA_UNROLL (i, chains) c[i] = factor + lanes(T(i));

    const auto start = std::chrono::steady_clock::now();
    for (std::size_t turn = 0; turn < turns; ++turn)
        LAMINA_UNROLL (i, chains) c[i] = internals::simd::keep(internals::simd::fma(c[i], factor, addend));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;

    lanes sum = c[0];
    for (std::size_t i = 1; i < chains; ++i) sum = sum + c[i];
    volatile T sink = internals::simd::reduce_add(sum);
    static_cast<void>(sink);
    return fma_flop<T>(turns) / taken.count();
}

/// The best of `rounds` rounds of about 0.1 ms, in FLOP/s.
template <class T> double fma_peak(std::size_t rounds = 20)
{
    double best = 0;
    for (std::size_t round = 0; round < rounds; ++round) best = std::max(best, fma_round<T>(100'000));
    return best;
}

/// Ticks of the clock per second: those of a chain of additions, each of which takes one.
inline double clock_rate(std::size_t rounds = 20)
{
    double best = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::uint64_t sum = 0, step = 1;
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 100'000; ++i) {
            asm volatile("" : "+r"(sum), "+r"(step));
            sum += step;
        }
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        asm volatile("" : : "r"(sum));
        best = std::max(best, 1e5 / taken.count());
    }
    return best;
}

/// Reports FLOP/s and the share of the peak, for `flop` operations an iteration.
template <class T> void count_flop(benchmark::State& state, double flop)
{
    using benchmark::Counter;
    state.counters["FLOP/s"] = Counter(flop, Counter::kIsIterationInvariantRate);
    state.counters["peak"] = Counter(flop / fma_peak<T>(), Counter::kIsIterationInvariantRate);
}

} // namespace lamina::inline LAMINA_ARCHITECTURE::bench
