// lamina/core/random.hpp: random numbers that are a function of a seed and a position, on every machine the same.
//
// Source: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011), Philox4x32-10.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace lamina {

/// Where randomness starts. Every function of lamina that draws takes one.
struct Seed {
    std::uint64_t value = 0;
};

} // namespace lamina

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Four random words for the counter (high, low) under a key.
constexpr std::array<std::uint32_t, 4> philox(std::uint64_t key, std::uint64_t high, std::uint64_t low)
{
    std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    std::array<std::uint32_t, 4> c{static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32),
                                   static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32)};
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0], p1 = std::uint64_t{0xCD9E8D57} * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return c;
}

/// Two words mixed into one: names a stream of numbers within a seed.
constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b)
{
    const auto words = philox(a, 0x6c616d696e61, b);
    return (std::uint64_t{words[1]} << 32) | words[0];
}

} // namespace internals

/// A sequence of random numbers: stream `stream` of a seed. Copying it copies the position.
class Random {
public:
    explicit constexpr Random(Seed seed, std::uint64_t which = 0) : key(seed.value), stream(which) {}

    constexpr std::uint32_t bits()
    {
        if (used >= 4) refill();
        return words[used++];
    }

    /// Uniform in [0, 1), 53 bits.
    constexpr double uniform()
    {
        const std::uint64_t high = bits(), low = bits();
        return static_cast<double>(((high << 32) | low) >> 11) * 0x1p-53;
    }

    constexpr double uniform(double low, double high) { return low + (high - low) * uniform(); }

    /// Uniform in [0, n), without bias, by rejection (Lemire, 2019, is faster; rejection is simpler). n > 0.
    constexpr std::uint64_t below(std::uint64_t n)
    {
        const std::uint64_t limit = n * (~std::uint64_t{0} / n);
        for (;;) {
            const std::uint64_t high = bits(), low = bits(), drawn = (high << 32) | low;
            if (drawn < limit) return drawn % n;
        }
    }

    /// Normal with mean 0 and deviation 1, by Box and Muller (1958).
    double normal()
    {
        const double radius = std::sqrt(-2 * std::log(1 - uniform()));
        return radius * std::cos(2 * std::numbers::pi * uniform());
    }

    /// What a checkpoint keeps: after it the same numbers follow.
    template <class F> void for_each_state(F&& f)
    {
        f("key", key), f("stream", stream), f("block", block), f("words", words), f("used", used);
    }

private:
    [[gnu::noinline]] constexpr void refill()
    {
        words = internals::philox(key, stream, block++);
        used = 0;
    }

    std::uint64_t key, stream, block = 0;
    std::array<std::uint32_t, 4> words{};
    unsigned used = 4;
};

namespace internals {

/// Shuffles a range in place (Fisher and Yates).
template <class Range> [[gnu::noinline]] constexpr void shuffle(Range& range, Random random)
{
    for (std::size_t i = range.size(); i > 1; --i) {
        const auto j = static_cast<std::size_t>(random.below(i));
        const typename Range::value_type kept = range[i - 1];
        range[i - 1] = range[j];
        range[j] = kept;
    }
}

} // namespace internals

}} // namespace lamina
