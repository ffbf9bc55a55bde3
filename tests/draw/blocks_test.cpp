// Blocks: which character stands for which pixels, rows of images, captions, refusals.
#include <lamina/draw/blocks.hpp>

#include "catch.hpp"
#include "draw/picture.hpp"

#include <cmath>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("blocks prints two pixels a character", "[draw][blocks]")
{
    const float nan = std::nanf("");
    const std::vector<float> image{255, 0,   0, 70, 110, 160, 255, nan, //
                                   0,   255, 0, 70, 110, 160, 255, 0};
    CHECK(draw::blocks(image, 2, 8) == "▀▄ ░▒▓█?\n");
    CHECK(draw::blocks(std::vector<float>{255, 255, 255}, 3, 1) == "█\n▀\n"); // an odd height ends in half a line
    CHECK(draw::blocks(std::vector<float>{HUGE_VALF, -HUGE_VALF, HUGE_VALF, 0}, 2, 2) == "█▄\n");
    CHECK(draw::blocks({}, 28, 28) == "");
}

TEST_CASE("blocks puts images side by side with captions below", "[draw][blocks]")
{
    std::vector<float> images(3 * 2 * 3, 255.f); // three images of 2 by 3
    CHECK(draw::blocks(images, 2, 3) == "███  ███  ███\n");
    CHECK(draw::blocks(images, 2, 3, {"a", "bc", "dé"}) == "███  ███  ███\n a   bc   dé\n");
    CHECK(draw::blocks(images, 2, 3, {"abcdef", "", "äöüß"}) == "███  ███  ███\nabc       äöü\n");
    CHECK(draw::blocks(images, 2, 3, {"a", "b", "c"}, 8) == "███  ███\n a    b\n███\n c\n");
    CHECK(draw::blocks(images, 2, 3, {}, 1) == "███\n███\n███\n"); // never less than one

    for (float& pixel : images) pixel = 0;
    CHECK(draw::blocks(images, 2, 3) == "\n"); // no spaces at the end of a line
}

TEST_CASE("blocks refuses what are no images", "[draw][blocks]")
{
    CHECK(refusal_of([] { draw::blocks(std::vector<float>(10), 3, 3); }) ==
          "blocks: 10 values are no whole number of 3 by 3 images");
    CHECK(says(refusal_of([] { draw::blocks(std::vector<float>(10), 0, 3); }), "10 values are no whole number of 0 by 3 images"));
    CHECK(refusal_of([] { draw::blocks(std::vector<float>(9), 3, 3, {"a", "b"}); }) ==
          "blocks: 2 captions for 1 images, one each or none was needed");
}
