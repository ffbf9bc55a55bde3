// Clipping: by value, by norm, by the norm of all; frozen parameters, padding, NaN, infinity and refusals.
#include "training/optimizers/records.hpp"

#include <lamina/training/optimizers/clipping.hpp>

#include <limits>
#include <string_view>

using namespace lamina;
using namespace lamina::internals;

namespace {

struct Options {
    static constexpr std::string_view name = "some_rule";
    std::optional<float> clipnorm{}, clipvalue{}, global_clipnorm{};
};
static_assert(internals::optimizers::Clipping<Options>);

const float broken = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

/// Two gradients, [3] and [2, 1] by outputs, whose norms are 5 and 12: together 13.
struct Two {
    Records parameters{make_record("a", Shape{3}), make_record("b", Shape{2, 1})};
    Records gradients{make_record("a", Shape{3}), make_record("b", Shape{2, 1})};

    Two()
    {
        write<float>(*gradients[0], {3, 0, -4});
        write<float>(*gradients[1], {0, 12});
    }
    void clip(Options o) { internals::optimizers::clip(o, parameters, gradients); }
};

} // namespace

TEST_CASE("clipvalue cuts each element", "[training][optimizers]")
{
    Two two;
    write<float>(*two.gradients[1], {infinity, broken});
    two.clip({.clipvalue = 3.5f});
    CHECK(read(*two.gradients[0]) == std::vector<float>{3, 0, -3.5f});
    CHECK(read(*two.gradients[1])[0] == 3.5f);
    CHECK(std::isnan(read(*two.gradients[1])[1])); // not hidden
}

TEST_CASE("clipnorm scales each variable, and only where it is too long", "[training][optimizers]")
{
    Two two;
    two.clip({.clipnorm = 6.f});
    CHECK(read(*two.gradients[0]) == std::vector<float>{3, 0, -4});
    CHECK(read(*two.gradients[1]) == std::vector<float>{0, 6});

    two.clip({.clipnorm = 1.f});
    CHECK(read(*two.gradients[0])[0] == Approx(0.6f));
    CHECK(read(*two.gradients[0])[2] == Approx(-0.8f));
    CHECK(read(*two.gradients[1])[1] == Approx(1.f));
}

TEST_CASE("global_clipnorm scales all by one factor", "[training][optimizers]")
{
    Two two;
    two.clip({.global_clipnorm = 13.f});
    CHECK(read(*two.gradients[0]) == std::vector<float>{3, 0, -4});
    two.clip({.global_clipnorm = 6.5f});
    CHECK(read(*two.gradients[0]) == std::vector<float>{1.5f, 0, -2});
    CHECK(read(*two.gradients[1]) == std::vector<float>{0, 6});
}

TEST_CASE("What is frozen is neither counted nor clipped", "[training][optimizers]")
{
    Two two;
    two.parameters[1]->trainable = false;
    two.clip({.global_clipnorm = 2.5f});
    CHECK(read(*two.gradients[0]) == std::vector<float>{1.5f, 0, -2});
    CHECK(read(*two.gradients[1]) == std::vector<float>{0, 12});
}

TEST_CASE("Nothing set, nothing changed; a gradient of zero stays zero", "[training][optimizers]")
{
    Two two;
    two.clip({});
    CHECK(read(*two.gradients[1]) == std::vector<float>{0, 12});
    write<float>(*two.gradients[0], {0, 0, 0});
    two.clip({.clipnorm = 1.f});
    CHECK(read(*two.gradients[0]) == std::vector<float>{0, 0, 0});
}

TEST_CASE("A norm beyond float, infinite or NaN leaves padding zero and is seen", "[training][optimizers]")
{
    Two two;
    write<float>(*two.gradients[0], {3e30f, 0, -4e30f}); // squares overflow float, not double
    two.clip({.clipnorm = 5.f});
    CHECK(read(*two.gradients[0])[0] == Approx(3.f));

    for (const float bad : {broken, infinity})
        for (const Options o : {Options{.clipnorm = 1.f}, Options{.global_clipnorm = 1.f}}) {
            Two hit;
            write<float>(*hit.gradients[0], {3, bad, 0});
            hit.clip(o);
            CHECK(std::isnan(read(*hit.gradients[0])[1]));
            CHECK(padding_is_zero(*hit.gradients[0]));
            CHECK(padding_is_zero(*hit.gradients[1]));
        }
}

TEST_CASE("Norms of double records, and sums in a fixed order", "[training][optimizers]")
{
    const auto g = make_record<double>("g", Shape{37, 3});
    std::mt19937 random(8);
    randomize<double>(*g, random);
    double sum = 0;
    for (const double x : read<double>(*g)) sum += x * x;
    CHECK(internals::optimizers::squared_norm(*g) == Approx(sum).epsilon(1e-14));

    internals::optimizers::scale_to(0.5f, std::sqrt(sum), *g);
    CHECK(std::sqrt(internals::optimizers::squared_norm(*g)) == Approx(0.5).epsilon(1e-14));
}

TEST_CASE("Clipping refuses two limits, and limits that are none", "[training][optimizers]")
{
    CHECK_NOTHROW(internals::optimizers::check_clipping(Options{}));
    CHECK_NOTHROW(internals::optimizers::check_clipping(Options{.clipvalue = 0.5f}));
    CHECK_THROWS_WITH(internals::optimizers::check_clipping(Options{.clipnorm = 1.f, .global_clipnorm = 1.f}),
                      "some_rule: more than one of clipnorm, clipvalue and global_clipnorm is set, set only one of them");
    CHECK_THROWS_WITH(internals::optimizers::check_clipping(Options{.clipvalue = 0.f}),
                      "some_rule: clipvalue is 0, it has to be a positive number");
    CHECK_THROWS_AS(internals::optimizers::check_clipping(Options{.clipnorm = broken}), error);
    CHECK_THROWS_AS(internals::optimizers::check_clipping(Options{.global_clipnorm = infinity}), error);
}
