// Targets: which labels are classes, for every type they may come in, and which numbers are probabilities or finite.
#include "catch.hpp"

#include <lamina/training/losses/labels.hpp>

#include <cstdint>
#include <limits>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("A label is a class, or the width", "[training][losses]")
{
    CHECK(internals::losses::class_of(0, 10) == 0);
    CHECK(internals::losses::class_of(9, 10) == 9);
    CHECK(internals::losses::class_of(10, 10) == 10);
    CHECK(internals::losses::class_of(-1, 10) == 10);
    CHECK(internals::losses::class_of(std::int8_t{-128}, 300) == 300);
    CHECK(internals::losses::class_of(std::uint8_t{255}, 256) == 255);
    CHECK(internals::losses::class_of(std::uint8_t{255}, 255) == 255); // the width itself: no class
    CHECK(internals::losses::class_of(std::numeric_limits<std::int64_t>::min(), 10) == 10);
    CHECK(internals::losses::class_of(std::numeric_limits<std::uint64_t>::max(), 10) == 10);
    CHECK(internals::losses::class_of(true, 2) == 1);
    CHECK(internals::losses::class_of(true, 1) == 1);
    CHECK(internals::losses::class_of(0, 0) == 0);
}

TEST_CASE("A real label is a class if it is whole", "[training][losses]")
{
    CHECK(internals::losses::class_of(3.f, 10) == 3);
    CHECK(internals::losses::class_of(-0.f, 10) == 0);
    CHECK(internals::losses::class_of(3.5f, 10) == 10);
    CHECK(internals::losses::class_of(-1.f, 10) == 10);
    CHECK(internals::losses::class_of(10.0, 10) == 10);
    CHECK(internals::losses::class_of(1e300, 10) == 10);
    CHECK(internals::losses::class_of(std::numeric_limits<double>::quiet_NaN(), 10) == 10);
    CHECK(internals::losses::class_of(std::numeric_limits<float>::infinity(), 10) == 10);
    CHECK(internals::losses::class_of(16777216.f, 16777217) == 16777216); // the width is no float
}

TEST_CASE("Probabilities and finite numbers are told from others", "[training][losses]")
{
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    const double good[]{0, 1, 0.5}, above[]{0, 1.0001}, below[]{-1e-9, 1}, broken[]{0, nan}, endless[]{infinity, 0};

    CHECK(internals::losses::all_probabilities(good, 3));
    CHECK(internals::losses::all_probabilities(above, 1));
    CHECK_FALSE(internals::losses::all_probabilities(above, 2));
    CHECK_FALSE(internals::losses::all_probabilities(below, 2));
    CHECK_FALSE(internals::losses::all_probabilities(broken, 2));
    CHECK(internals::losses::all_probabilities(broken, 0));

    CHECK(internals::losses::all_finite(above, 2));
    CHECK_FALSE(internals::losses::all_finite(broken, 2));
    CHECK_FALSE(internals::losses::all_finite(endless, 1));

    const std::uint8_t bits[]{0, 1}, pixels[]{0, 200};
    CHECK(internals::losses::all_probabilities(bits, 2));
    CHECK_FALSE(internals::losses::all_probabilities(pixels, 2));
    CHECK(internals::losses::all_finite(pixels, 2));
}
