// lamina/blocks/noise.hpp: normal numbers that belong to an element of a sample, for layers that add noise while training.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// f(place in the batch, z) for each of n samples' `size` elements, z normal with mean 0 and deviation 1 (Box and Muller, 1958). What is
/// drawn depends on the mode, the sample and the element alone, so backward draws the same again.
template <class T, class F> void each_normal(Mode mode, std::size_t size, std::size_t n, const F& f)
{
    const std::uint64_t key = mix(mix(mode.seed, mode.step), mode.place);
    for (std::size_t sample = 0; sample < n; ++sample)
        for (std::size_t i = 0; i < size; i += 4) {
            const auto words = philox(key, mode.first + sample, i);
            T drawn[4];
            for (std::size_t pair = 0; pair < 4; pair += 2) {
                const double radius = std::sqrt(-2 * std::log((double(words[pair]) + 1) * 0x1p-32)); // of (0, 1]
                const double angle = 2 * std::numbers::pi * double(words[pair + 1]) * 0x1p-32;
                drawn[pair] = T(radius * std::cos(angle));
                drawn[pair + 1] = T(radius * std::sin(angle));
            }
            for (std::size_t k = i; k < std::min(i + 4, size); ++k) f(sample * size + k, drawn[k - i]);
        }
}

/// What layers of noise take: a rate in [0, 1).
constexpr verdict accept_rate(double rate, Shape in)
{
    if (!(rate >= 0 && rate < 1)) return refuses(misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
    return in.size() == 0 ? refuses(misfit::an_extent_is_zero) : accepts(in);
}

}}} // namespace lamina::internals
