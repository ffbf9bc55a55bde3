// Augmentation: single steps as Keras defines them; all of it a function of seed, pass and place, whatever threads and skipping do.
#include <lamina/data/transforms/augment.hpp>

#include <lamina/data/images/random_steps.hpp>
#include <lamina/data/sources/range.hpp>
#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/map.hpp>
#include <lamina/data/transforms/repeat.hpp>
#include <lamina/formats/npy.hpp>

#include "catch.hpp"
#include "read_all.hpp"
#include "temporary.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

using namespace lamina;

namespace {

/// The picture of tools/cases/pictures.py.
FloatImage example(std::size_t height = 7, std::size_t width = 6, std::size_t start = 0)
{
    FloatImage image = FloatImage::from_shape({height, width, 2});
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t c = 0; c < 2; ++c) image(y, x, c) = static_cast<float>((31 * y + 17 * x + 57 * c + start) % 101);
    return image;
}

/// Pictures that differ, and their numbers.
auto pictures(std::int64_t n)
{
    return range(n) | map([](std::int64_t i) { return std::tuple(example(7, 6, static_cast<std::size_t>(i)), i); });
}

template <class Step> FloatImage changed(const Step& step, FloatImage image, std::uint64_t seed = 1)
{
    Random random{Seed{seed}};
    FloatImage other;
    if constexpr (std::is_invocable_v<const Step&, FloatImage&, Random&>) return step(image, random), image;
    else return step(image, random, other), other;
}

double furthest(const FloatImage& image, const float* expected)
{
    double most = 0;
    for (std::size_t i = 0; i < image.size(); ++i)
        most = std::max(most, std::abs(static_cast<double>(image.data()[i]) - static_cast<double>(expected[i])));
    return most;
}

} // namespace

TEST_CASE("turns, stretches, shifts, contrast and brightness are those of Keras", "[data][images]")
{
    const auto results = npy::read(std::string(LAMINA_TESTS) + "/data/pictures/augment.npy").as<float>();
    const FloatImage image = example();
    const float* expected = results.data();
    const auto same = [&](const FloatImage& found) {
        CHECK(furthest(found, expected) < 1e-3); // of 100: sines and places are rounded to float in other orders
        expected += image.size();
    };
    for (const Fill mode : {Fill::reflect, Fill::wrap, Fill::constant, Fill::nearest})
        for (const Resize interpolation : {Resize::bilinear, Resize::nearest}) {
            INFO("mode " << static_cast<int>(mode) << ", interpolation " << static_cast<int>(interpolation));
            for (const Affine& read : {Affine::rotation(0.1, 7, 6), Affine::rotation(-0.3, 7, 6), Affine::zoom(1.7, 0.6, 7, 6),
                                       Affine::translation(2.3, -9.4)}) {
                FloatImage to;
                affine(image, to, read, {.mode = mode, .value = 3, .interpolation = interpolation});
                same(to);
            }
        }
    FloatImage one = image;
    adjust_contrast(one, 1.4f);
    same(one);
    one = image;
    adjust_brightness(one, -30);
    same(one);
    CHECK(expected == results.data() + results.size());
}

TEST_CASE("pictures are mirrored and cut", "[data][images]")
{
    for (const std::size_t extent : std::initializer_list<std::size_t>{1, 2, 5, 6}) {
        const FloatImage image = example(extent, extent + 1);
        FloatImage flipped = image, turned = image;
        flip_left_right(flipped);
        flip_up_down(turned);
        for (std::size_t y = 0; y < extent; ++y)
            for (std::size_t x = 0; x <= extent; ++x) {
                CHECK(flipped(y, x, 1) == image(y, extent - x, 1));
                CHECK(turned(y, x, 0) == image(extent - 1 - y, x, 0));
            }
    }
    const FloatImage part = crop(example(), 2, 3, 4, 3);
    CHECK(part(3, 2, 1) == example()(5, 5, 1));
    CHECK(part.size() == 24);
    CHECK_THROWS_WITH(crop(example(), 2, 3, 6, 3),
                      "crop: 6 by 3 pixels from row 2 and column 3 on were asked for, the picture has 7 "
                      "by 6; take a part inside of it");
}

TEST_CASE("each step goes as far as its factor and no further", "[data][images]")
{
    FloatImage gray = FloatImage::from_shape({3, 3, 1});
    gray.fill(100);
    double least = 255, most = 0;
    std::size_t mirrored = 0;
    for (std::uint64_t seed = 0; seed < 500; ++seed) {
        const double value = static_cast<double>(changed(random_brightness({-0.1, 0.2}), gray, seed)(1, 1, 0));
        least = std::min(least, value), most = std::max(most, value);
        mirrored += changed(random_flip_left_right(), example(), seed)(0, 0, 0) != example()(0, 0, 0);
        const FloatImage part = changed(random_crop(7, 2), example(), seed);
        CHECK(part(0, 1, 0) == Approx(std::fmod(part(0, 0, 0) + 17, 101)));
    }
    CHECK(least > 100 - 25.5);
    CHECK(least < 100 - 25);
    CHECK(most < 100 + 51);
    CHECK(most > 100 + 50);
    CHECK((mirrored > 200 && mirrored < 300));
    CHECK((changed(random_contrast(0.5), gray) == gray));
    CHECK((changed(random_rotation(0), example()) == example()));
    CHECK((changed(random_zoom(0), example()) == example()));
    CHECK((changed(random_zoom(0, 0.5), example()) != example()));
    CHECK((changed(random_translation(0, 0), example()) == example()));
    CHECK((changed(random_crop(7, 6), example()) == example()));

    CHECK_THROWS_WITH(random_rotation(2), "random_rotation: a factor from -2 to 2; both are between -1 and 1");
    CHECK(says(refusal_of([] { random_zoom(std::numeric_limits<double>::quiet_NaN()); }), "random_zoom: a factor from"));
    CHECK_THROWS_WITH(random_crop(0, 3), "random_crop: a part of 0 by 3 pixels; both are 1 or more");
    CHECK_THROWS_WITH(changed(random_crop(8, 3), example()),
                      "random_crop: 8 by 3 pixels were asked for, the picture has 7 by 6; resize it before");
}

TEST_CASE("places far away, and pictures of one pixel, stay inside", "[data][images]")
{
    for (const Fill mode : {Fill::reflect, Fill::wrap, Fill::constant, Fill::nearest})
        for (const auto& [height, width] : {std::pair<std::size_t, std::size_t>(1, 1), {1, 4}, {5, 1}, {2, 2}})
            for (const float far_away : {-1e30f, -7.5f, 7.5f, 1e9f, 1e30f, std::numeric_limits<float>::quiet_NaN()}) {
                FloatImage to;
                affine(example(height, width), to, {1.5f, -0.3f, far_away, 0.4f, 0.7f, -far_away}, {.mode = mode});
                CHECK(std::all_of(to.begin(), to.end(), [](float x) { return x >= 0 && x < 101; }));
            }
}

TEST_CASE("what is drawn is a function of seed, pass and place", "[data][images][threads]")
{
    const auto steps = [](auto... first) {
        return augment(Seed{3}, first..., random_flip_left_right(), random_flip_up_down(), random_rotation(0.1), random_zoom(0.2),
                       random_translation(0.1, 0.1), random_brightness(0.1), random_contrast(0.2), random_crop(5, 5),
                       [](FloatImage& image, Random& random) { image(0, 0, 0) = static_cast<float>(random.uniform()); });
    };
    const auto all = read_all(pictures(40) | steps());
    REQUIRE(all.size() == 40);
    CHECK(std::get<1>(all[7]) == 7);
    CHECK(std::get<0>(all[7]).shape()[1] == 5);
    CHECK(cardinality(pictures(40) | steps()) == 40);
    for (const std::size_t n : std::initializer_list<std::size_t>{1, 2, 5})
        CHECK(read_all(pictures(40) | steps(threads(n))) == all);
    CHECK(read_all(pictures(40) | steps(), Pass{1}) != all);
    const auto twice = read_all(pictures(40) | steps(threads(2)) | repeat(2));
    CHECK(std::equal(all.begin(), all.end(), twice.begin()));
    CHECK(!std::equal(all.begin(), all.end(), twice.begin() + 40));
    for (const std::uint64_t n : std::initializer_list<std::uint64_t>{1, 17, 39, 40, 41}) {
        const auto rest_of = [&](const auto& dataset) {
            auto cursor = internals::open_at(dataset, Position{0, n});
            std::vector<typename std::decay_t<decltype(dataset)>::element> rest;
            for (typename std::decay_t<decltype(dataset)>::element one{}; cursor.next(one);) rest.push_back(one);
            return rest;
        };
        const std::vector expected(all.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(n, 40)), all.end());
        CHECK(rest_of(pictures(40) | steps()) == expected);
        CHECK(rest_of(pictures(40) | steps(threads(2))) == expected);
    }
}

TEST_CASE("pictures of bytes, rows of tensors, pairs and refusals", "[data][images][threads]")
{
    const auto bytes =
        range(6) | map([](std::int64_t i) { return std::pair(i, Image(xt::cast<std::uint8_t>(example(4, 5, std::size_t(i))))); });
    for (const auto& [i, image] : read_all(bytes | augment(Seed{1}, random_brightness({1, 1})))) CHECK(image(3, 4, 1) == 255);
    for (const auto& [i, image] : read_all(bytes | augment(Seed{1}))) // nothing changes without a step
        CHECK((image == Image(xt::cast<std::uint8_t>(example(4, 5, std::size_t(i))))));

    xt::xtensor<float, 4> x = xt::xtensor<float, 4>::from_shape({9, 7, 6, 2});
    for (std::size_t i = 0; i < 9; ++i) {
        const FloatImage one = example(7, 6, i);
        std::copy(one.begin(), one.end(), x.data() + i * one.size());
    }
    const xt::xtensor<float, 4> before = x;
    const auto rows = slices(x, xt::xtensor<int, 1>{0, 1, 2, 3, 4, 5, 6, 7, 8});
    const auto changed_rows = read_all(rows | augment(Seed{3}, random_rotation(0.2)));
    const auto changed_pictures = read_all(pictures(9) | augment(Seed{3}, random_rotation(0.2)));
    for (std::size_t i = 0; i < 9; ++i) CHECK((std::get<0>(changed_rows[i]) == std::get<0>(changed_pictures[i])));
    CHECK((x == before));

    // What is thrown has a place of its own, so that the other pictures stay as they are, and a cursor that goes on finds them again.
    const auto some = pictures(9) | map([](FloatImage& image, std::int64_t i) {
                          return i % 3 == 1 ? throw lamina::error("no picture") : std::tuple(image, i);
                      });
    for (const auto& [found, errors] : {read_all_but_errors(some | augment(Seed{3}, random_rotation(0.2))),
                                        read_all_but_errors(some | augment(Seed{3}, threads(2), random_rotation(0.2)))}) {
        CHECK(errors == 3);
        REQUIRE(found.size() == 6);
        for (const auto& [image, i] : found) CHECK((image == std::get<0>(changed_pictures[static_cast<std::size_t>(i)])));
    }
    auto cursor = internals::open_at(some | augment(Seed{3}, random_rotation(0.2)), Position{0, 3});
    std::tuple<FloatImage, std::int64_t> fourth;
    REQUIRE(cursor.next(fourth));
    CHECK(std::get<1>(fourth) == 3);
    CHECK((std::get<0>(fourth) == std::get<0>(changed_pictures[3])));

    const auto small = pictures(5) | augment(Seed{1}, threads(2), random_crop(8, 8));
    CHECK(read_all_but_errors(small).second == 5);
}
