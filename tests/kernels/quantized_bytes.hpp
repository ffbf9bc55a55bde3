// Bytes for the tests of quantized kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

/// Bytes of which many are -128, 127 or 0; none below `least`.
inline std::vector<std::int8_t> extreme_bytes(std::size_t n, unsigned seed, int least = -128)
{
    std::mt19937 generator(seed);
    std::uniform_int_distribution<int> any(least, 127), which(0, 9);
    std::vector<std::int8_t> result(n);
    for (auto& b : result) {
        const int kind = which(generator);
        b = static_cast<std::int8_t>(kind < 2 ? least : kind < 4 ? 127 : kind == 4 ? 0 : any(generator));
    }
    return result;
}
