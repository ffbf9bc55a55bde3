// Drawn digits: the same for a seed on every machine, other ones for another, all classes, and neither easy nor hopeless.
#include <lamina/data/drawn_digits.hpp>

#include "catch.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

constexpr std::size_t pixels = 28 * 28;

std::span<const float> image(const auto& digits, std::size_t i) { return {digits.x.data() + i * pixels, pixels}; }

/// FNV-1a over labels and pixels.
std::uint64_t fingerprint(const auto& digits)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto take = [&](auto value) { hash = (hash ^ static_cast<std::uint8_t>(value)) * 0x100000001b3; };
    for (std::size_t i = 0; i < digits.size(); ++i) {
        take(digits.y(i));
        for (const float pixel : image(digits, i)) take(pixel);
    }
    return hash;
}

} // namespace

TEST_CASE("a digit can be written in two ways, inside the box", "[data][drawn_digits]")
{
    std::array<int, 10> ways{};
    std::int32_t before = 0;
    for (const auto& glyph : internals::strokes::glyphs) {
        CHECK(glyph.digit >= before);
        before = glyph.digit;
        ++ways[static_cast<std::size_t>(glyph.digit)];
        for (std::size_t i = 0; i < glyph.length; ++i) {
            const auto p = glyph.points[i];
            if (p == internals::strokes::lift) CHECK((i > 1 && i + 2 < glyph.length));
            else CHECK((p.x >= 0 && p.x <= 1 && p.y >= 0 && p.y <= 1));
        }
    }
    CHECK(std::all_of(ways.begin(), ways.end(), [](int n) { return n == 2; }));
}

TEST_CASE("drawn digits have the form of MNIST", "[data][drawn_digits]")
{
    const auto digits = drawn_digits(2000, Seed{1});
    static_assert(
        std::is_same_v<decltype(drawn_digits(0, Seed{})), Samples<xt::xtensor<float, 4>, xt::xtensor<std::int32_t, 1>>>);
    CHECK(digits.size() == 2000);
    CHECK(digits.x.shape() == std::array<std::size_t, 4>{2000, 28, 28, 1});
    CHECK(digits.y.shape() == std::array<std::size_t, 1>{2000});
    CHECK(std::all_of(digits.x.begin(), digits.x.end(), [](float p) { return p >= 0 && p <= 255 && p == std::floor(p); }));

    std::array<int, 10> classes{};
    for (const auto label : digits.y) ++classes.at(static_cast<std::size_t>(label));
    CHECK(std::all_of(classes.begin(), classes.end(), [](int n) { return n > 140 && n < 260; })); // 200 ± 4.5 deviations

    for (std::size_t i = 0; i < digits.size(); ++i) {
        const auto ink = std::count_if(image(digits, i).begin(), image(digits, i).end(), [](float p) { return p > 120; });
        if (ink < 10 || ink > 300) FAIL("digit " << i << " has " << ink << " dark pixels");
    }
    CHECK(drawn_digits(0, Seed{1}).size() == 0);
}

TEST_CASE("drawn digits are a function of the seed and their position", "[data][drawn_digits]")
{
    const auto digits = drawn_digits(300, Seed{1}), again = drawn_digits(300, Seed{1}), more = drawn_digits(400, Seed{1});
    CHECK(digits.x == again.x);
    CHECK(digits.y == again.y);
    CHECK(std::equal(digits.x.begin(), digits.x.end(), more.x.begin()));
    CHECK(std::equal(digits.y.begin(), digits.y.end(), more.y.begin()));

    // The same on every compiler and instruction set.
    CHECK(fingerprint(digits) == 0xb8b494c977a5c9a8);

    std::set<std::vector<float>> different;
    for (const auto& set : {more, drawn_digits(400, Seed{2}), drawn_digits(400, Seed{3})})
        for (std::size_t i = 0; i < set.size(); ++i) different.emplace(image(set, i).begin(), image(set, i).end());
    CHECK(different.size() == 1200);
}

#ifndef LAMINA_TEST_SANITIZED // a minute there, and nothing new to see
TEST_CASE("drawn digits are neither easy nor hopeless: one nearest neighbor", "[data][drawn_digits]")
{
    const auto train = drawn_digits(2000, Seed{2}), test = drawn_digits(300, Seed{3});
    int right = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        float nearest = std::numeric_limits<float>::infinity();
        std::size_t found = 0;
        for (std::size_t j = 0; j < train.size(); ++j) {
            float distance = 0;
            for (std::size_t p = 0; p < pixels && distance < nearest; ++p) {
                const float d = image(test, i)[p] - image(train, j)[p];
                distance += d * d;
            }
            if (distance < nearest) nearest = distance, found = j;
        }
        right += test.y(i) == train.y(found);
    }
    CHECK(right > 300 * 0.65);
    CHECK(right < 300 * 0.90);
}
#endif
