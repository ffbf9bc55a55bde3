// Options: found in any order, defaults where they are missing, refused by family.
#include "catch.hpp"

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/blocks/block.hpp>
#include <lamina/blocks/initializers.hpp>
#include <lamina/blocks/options.hpp>

#include <set>

using namespace lamina;
using namespace lamina::internals;

static_assert(std::is_same_v<chosen<family::padding, Valid>, Valid>);
static_assert(std::is_same_v<chosen<family::padding, Valid, Tanh, Same, NoBias>, Same>);
static_assert(std::is_same_v<chosen<family::padding, Valid, Same, Tanh>, chosen<family::padding, Valid, Tanh, Same>>);
static_assert(std::is_same_v<chosen<family::activation, Linear, Same, NoBias>, Linear>);
static_assert(std::is_same_v<chosen<family::bias, Bias<Zeros>, Bias<Ones>, Ones>, Bias<Ones>>);
static_assert(std::is_same_v<chosen<family::initializer, GlorotUniform, Bias<Ones>, HeNormal>, HeNormal>);
static_assert(std::is_same_v<chosen<family::strides, Strides<1>, Strides<2, 3>>, Strides<2, 3>>);
static_assert(Kernel<5>::height == 5 && Kernel<5>::width == 5 && Kernel<3, 1>::width == 1);
static_assert(Name<"stem">::value == "stem");

TEST_CASE("A part's mode is told from those beside and above it", "[layers][block]")
{
    constexpr Mode mode{.training = true, .seed = 1, .step = 2, .first = 3};
    std::set<std::uint64_t> places{mode.place};
    for (std::size_t i = 0; i < 20; ++i) {
        places.insert(mode.inside(i).place);
        for (std::size_t k = 0; k < 20; ++k) places.insert(mode.inside(i).inside(k).place);
    }
    CHECK(places.size() == 1 + 20 + 400);
    CHECK(mode.inside(4).seed == 1);
    CHECK(mode.inside(4).step == 2);
    CHECK(mode.inside(4).first == 3);
    CHECK(mode.inside(4).training);
}
