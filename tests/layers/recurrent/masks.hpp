// Masks for the tests of recurrent layers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

/// 33 masks of four steps: some of them are all there, some begin late, one is of no steps.
struct Masks {
    std::array<std::uint8_t, 33 * 4> numbers{};
    const std::uint8_t* start = numbers.data();
    Masks()
    {
        for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = i / 4 == 1 ? 0 : i * 7919 % 5 < 3;
    }
};
