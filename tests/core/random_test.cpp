// Random numbers: known answers of Philox, moments, no bias, streams apart, and shuffling that only permutes.
#include "catch.hpp"

#include <lamina/core/random.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <set>
#include <vector>

using namespace lamina;
using namespace lamina::internals;
using words = std::array<std::uint32_t, 4>;

// Random123's kat_vectors, philox4x32-10. A counter's words 0 and 1 are the low half, 2 and 3 the high one; each low word first.
static_assert(philox(0, 0, 0) == words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(philox(~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}) ==
              words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(philox(0x299f31d0'a4093822, 0x03707344'13198a2e, 0x85a308d3'243f6a88) ==
              words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});

static_assert(Random(Seed{7}).bits() == philox(7, 0, 0)[0]);
static_assert(Random(Seed{7}, 5).bits() == philox(7, 5, 0)[0]);
static_assert([] {
    Random random(Seed{7}, 5);
    for (int i = 0; i < 6; ++i) random.bits();
    return random.bits();
}() == philox(7, 5, 1)[2]);

TEST_CASE("uniform numbers are in [0, 1) and have the moments they should", "[core][random]")
{
    constexpr int n = 200'000;
    Random random(Seed{1});
    double sum = 0, squares = 0, product = 0, before = 0.5, least = 1, most = 0;
    for (int i = 0; i < n; ++i) {
        const double x = random.uniform();
        sum += x;
        squares += x * x;
        product += (x - 0.5) * (before - 0.5);
        before = x;
        least = std::min(least, x);
        most = std::max(most, x);
    }
    // Five standard errors of each estimate.
    CHECK(std::abs(sum / n - 0.5) < 5 * std::sqrt(1.0 / 12 / n));
    CHECK(std::abs(squares / n - 1.0 / 3) < 5 * std::sqrt(4.0 / 45 / n));
    CHECK(std::abs(product / n) < 5.0 / 12 / std::sqrt(n));
    CHECK(least >= 0);
    CHECK(least < 1e-4);
    CHECK(most < 1);
    CHECK(most > 1 - 1e-4);
    for (int i = 0; i < 1000; ++i) {
        const double x = random.uniform(-3, 2);
        CHECK((x >= -3 && x < 2));
    }
}

TEST_CASE("normal numbers have the moments they should, and are finite", "[core][random]")
{
    constexpr int n = 200'000;
    Random random(Seed{2});
    double sum = 0, squares = 0, cubes = 0, fourths = 0;
    int within = 0, finite = 0;
    for (int i = 0; i < n; ++i) {
        const double x = random.normal();
        finite += std::isfinite(x);
        sum += x;
        squares += x * x;
        cubes += x * x * x;
        fourths += x * x * x * x;
        within += std::abs(x) < 1;
    }
    CHECK(finite == n);
    CHECK(std::abs(sum / n) < 5 * std::sqrt(1.0 / n));
    CHECK(std::abs(squares / n - 1) < 5 * std::sqrt(2.0 / n));
    CHECK(std::abs(cubes / n) < 5 * std::sqrt(15.0 / n));
    CHECK(std::abs(fourths / n - 3) < 5 * std::sqrt(96.0 / n));
    CHECK(std::abs(within / double(n) - 0.682689) < 5 * std::sqrt(0.2166 / n));
}

TEST_CASE("below is without bias", "[core][random]")
{
    Random random(Seed{3});
    for (const std::uint64_t n : {2u, 3u, 7u, 10u, 64u}) {
        constexpr int draws = 60'000;
        std::vector<int> counts(n);
        for (int i = 0; i < draws; ++i) ++counts.at(random.below(n));
        double chi = 0;
        const double expected = double(draws) / double(n);
        for (const int count : counts) chi += (count - expected) * (count - expected) / expected;
        const double freedom = double(n) - 1;
        INFO(n);
        CHECK(chi < freedom + 5 * std::sqrt(2 * freedom) + 5);
    }
    for (int i = 0; i < 100; ++i) CHECK(random.below(1) == 0);
    // With n = 3/4 of all numbers, a remainder alone would hit the lower third twice as often.
    const std::uint64_t large = 3ull << 62;
    int low = 0, outside = 0;
    for (int i = 0; i < 30'000; ++i) {
        const auto drawn = random.below(large);
        outside += drawn >= large;
        low += drawn < large / 3;
    }
    CHECK(outside == 0);
    CHECK(std::abs(low / 30'000.0 - 1.0 / 3) < 5 * std::sqrt(2.0 / 9 / 30'000));
    CHECK(random.below(~std::uint64_t{0}) < ~std::uint64_t{0});
}

TEST_CASE("a position is repeated by a seed, and streams and seeds are apart", "[core][random]")
{
    Random first(Seed{4}), second(Seed{4});
    std::set<std::uint32_t> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto drawn = first.bits();
        CHECK(drawn == second.bits());
        seen.insert(drawn);
    }
    CHECK(seen.size() > 990);
    Random copy = first;
    CHECK(copy.bits() == first.bits());

    std::size_t same = 0;
    Random a(Seed{4}), b(Seed{5}), c(Seed{4}, 1);
    for (int i = 0; i < 1000; ++i) {
        const auto x = a.bits(), y = b.bits(), z = c.bits();
        same += x == y;
        same += x == z;
        same += y == z;
    }
    CHECK(same < 3);
    CHECK(mix(1, 2) != mix(2, 1));
    CHECK(mix(1, 2) == mix(1, 2));
    CHECK(mix(0, 0) != 0);
}

TEST_CASE("shuffling permutes, every place alike", "[core][random]")
{
    std::vector<int> order(1000);
    std::iota(order.begin(), order.end(), 0);
    auto shuffled = order;
    shuffle(shuffled, Random(Seed{6}));
    CHECK(shuffled != order);
    auto again = order;
    shuffle(again, Random(Seed{6}));
    CHECK(again == shuffled);
    std::sort(shuffled.begin(), shuffled.end());
    CHECK(shuffled == order);

    std::vector<int> none, one{7};
    shuffle(none, Random(Seed{1}));
    shuffle(one, Random(Seed{1}));
    CHECK(one == std::vector<int>{7});

    constexpr int rounds = 24'000;
    std::map<std::array<int, 4>, int> counts;
    for (int i = 0; i < rounds; ++i) {
        std::array<int, 4> four{0, 1, 2, 3};
        shuffle(four, Random(Seed{7}, static_cast<std::uint64_t>(i)));
        ++counts[four];
    }
    CHECK(counts.size() == 24);
    for (const auto& [permutation, count] : counts) CHECK(std::abs(count - rounds / 24) < 5 * std::sqrt(rounds / 24));
}
