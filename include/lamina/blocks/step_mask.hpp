// lamina/blocks/step_mask.hpp: which steps of some sequences are there.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/language.hpp>

#include <cstddef>
#include <cstdint>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// The mask of some samples, [n][steps]: 0 where a step is not there. Null where there is none.
struct StepMask {
    const std::uint8_t* there = nullptr;
    std::size_t steps = 0;

    /// Whether it says something of samples of so many rows: each step has as many of them.
    bool covers(std::size_t rows) const { return there != nullptr && rows % steps == 0; }

    StepMask of_sample(std::size_t i) const { return {there == nullptr ? nullptr : there + i * steps, steps}; }

    /// Whether a row of the first sample belongs to a step that is not there.
    bool hides(std::size_t row, std::size_t rows) const { return covers(rows) && there[row * steps / rows] == 0; }

    /// How many steps of n samples are there.
    std::size_t count(std::size_t n) const
    {
        std::size_t found = 0;
        for (std::size_t i = 0; i < n * steps; ++i) found += there[i] != 0;
        return found;
    }
};

}}} // namespace lamina::internals
