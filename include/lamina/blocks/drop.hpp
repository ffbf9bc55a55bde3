// lamina/blocks/drop.hpp: zeroes a part of some numbers while training, for Dropout and for layers that drop inside.
#pragma once

#include <lamina/blocks/block.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/literal.hpp>
#include <lamina/core/random.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// While training each of n samples' `size` elements is 0 with probability `rate` and from / (1 - Rate) else; in inference it is copied.
/// What is drawn depends on the mode, the sample and the element alone, so backward draws the same again. `to` may be `from`.
template <class T> void drop_at(double rate, Mode mode, const T* from, T* to, std::size_t size, std::size_t n)
{
    if (!mode.training || rate == 0) {
        if (to != from) std::copy_n(from, n * size, to);
        return;
    }
    const auto threshold = static_cast<std::uint32_t>(rate * 4294967296.0);
    const T scale = static_cast<T>(1 / (1 - rate));
    const std::uint64_t key = mix(mix(mode.seed, mode.step), mode.place);
    for (std::size_t sample = 0; sample < n; ++sample, from += size, to += size)
        for (std::size_t i = 0; i < size; i += 4) {
            const auto words = philox(key, mode.first + sample, i);
            for (std::size_t k = i; k < std::min(i + 4, size); ++k) to[k] = words[k - i] < threshold ? T(0) : from[k] * scale;
        }
}

template <fraction Rate, class T> void drop(Mode mode, const T* from, T* to, std::size_t size, std::size_t n)
{
    drop_at(Rate.value(), mode, from, to, size, n);
}

/// What `drop` multiplies with, [n][size]: for what is dropped several times alike, as the steps of a sequence are.
template <fraction Rate, class T> void drop_mask(Mode mode, T* mask, std::size_t size, std::size_t n)
{
    std::fill_n(mask, n * size, T(1));
    drop<Rate>(mode, mask, mask, size, n);
}

}}} // namespace lamina::internals
