// rows of binary16 as floats and back: every number there is.
#include "catch.hpp"

#include <lamina/core/halves.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using namespace lamina::internals;

TEST_CASE("every binary16 comes back from its float", "[core][halves]")
{
    std::vector<std::uint16_t> all(65536 + 3), back(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
    std::vector<float> wide(all.size());
    widen_halves(all.data(), wide.data(), all.size());
    narrow_to_halves(wide.data(), back.data(), wide.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool nan = (all[i] & 0x7fffu) > 0x7c00u;
        REQUIRE(((std::bit_cast<std::uint32_t>(wide[i]) & 0x7fffffffu) > 0x7f800000u) == nan); // by bits, for -Ofast
        if (nan) continue;
        REQUIRE(wide[i] == from_half(all[i]));
        REQUIRE(back[i] == all[i]);
        REQUIRE(to_half(wide[i]) == all[i]);
    }
    REQUIRE((to_half(std::numeric_limits<float>::quiet_NaN()) & 0x7fffu) > 0x7c00u);
}

TEST_CASE("floats between two binary16 go to the nearest, halves to even", "[core][halves]")
{
    for (unsigned i = 0; i + 1 < 0x7c00; ++i) {
        const float low = from_half(static_cast<std::uint16_t>(i)), high = from_half(static_cast<std::uint16_t>(i + 1));
        const float middle = low + (high - low) / 2; // exact
        for (const float sign : {1.f, -1.f}) {
            const unsigned bit = sign < 0 ? 0x8000u : 0;
            const float x[8]{sign * middle, sign * std::nextafter(middle, low), sign * std::nextafter(middle, high), sign * low,
                             sign * high};
            std::uint16_t y[8];
            narrow_to_halves(x, y, 8);
            const unsigned wanted[]{i + (i & 1u), i, i + 1, i, i + 1};
            for (std::size_t k = 0; k < 5; ++k) {
                REQUIRE(y[k] == (wanted[k] | bit));
                REQUIRE(to_half(x[k]) == (wanted[k] | bit));
            }
        }
    }
    REQUIRE(to_half(65519.996f) == 0x7bff);
    REQUIRE(to_half(65520.f) == 0x7c00);
    REQUIRE(to_half(-1e30f) == 0xfc00);
}
