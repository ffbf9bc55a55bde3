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

/// While training each of n samples' `size` elements is 0 with probability `Rate` and from / (1 - Rate) else; in inference it is copied.
/// What is drawn depends on the mode, the sample and the element alone, so backward draws the same again. `to` may be `from`.
template <fraction Rate, class T> void drop(Mode mode, const T* from, T* to, std::size_t size, std::size_t n)
{
    if (!mode.training || Rate.value() == 0) {
        if (to != from) std::copy_n(from, n * size, to);
        return;
    }
    constexpr auto threshold = static_cast<std::uint32_t>(Rate.value() * 4294967296.0);
    constexpr T scale = static_cast<T>(1 / (1 - Rate.value()));
    const std::uint64_t key = mix(mix(mode.seed, mode.step), mode.place);
    for (std::size_t sample = 0; sample < n; ++sample, from += size, to += size)
        for (std::size_t i = 0; i < size; i += 4) {
            const auto words = philox(key, mode.first + sample, i);
            for (std::size_t k = i; k < std::min(i + 4, size); ++k) to[k] = words[k - i] < threshold ? T(0) : from[k] * scale;
        }
}

/// What `drop` multiplies with, [n][size]: for what is dropped several times alike, as the steps of a sequence are.
template <fraction Rate, class T> void drop_mask(Mode mode, T* mask, std::size_t size, std::size_t n)
{
    std::fill_n(mask, n * size, T(1));
    drop<Rate>(mode, mask, mask, size, n);
}

}}} // namespace lamina::internals
