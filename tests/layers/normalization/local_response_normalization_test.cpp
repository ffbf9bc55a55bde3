// LocalResponseNormalization: numbers by hand, refusals, gradients over odd sizes.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/normalization/local_response_normalization.hpp>

#include <vector>

using namespace lamina;
using namespace lamina::protocols;

static_assert(LocalResponseNormalization<5>::on<3, 4, 2>::output == Shape{3, 4, 2});
static_assert(LocalResponseNormalization<5>::accept(Shape{}).answer == misfit::needs_at_least_rank_1);
static_assert(LocalResponseNormalization<0>::accept(Shape{4}).answer == misfit::an_extent_is_zero);

TEST_CASE("Of a window of even size more lies before a channel than behind", "[layers][normalization]")
{
    const auto block = build<LocalResponseNormalization<2, 2, 1, 1>::on<3>>(Seed{1}); // x / (1 + x² + what is before it squared)
    const float x[] = {1, 2, 3};
    float y[3];
    std::vector<float> scratch(decltype(block)::scratch(1));
    block.forward({}, x, y, nullptr, scratch.data(), 1);
    CHECK(y[0] == Approx(1. / 2));
    CHECK(y[1] == Approx(2. / 6));
    CHECK(y[2] == Approx(3. / 14));
}

TEST_CASE("The gradients of LocalResponseNormalization agree with differences", "[layers][normalization][gradients]")
{
    check_gradients_of_each<LocalResponseNormalization<5, 0.5>::on<3, 2, 7>::as<double>,
                            LocalResponseNormalization<2, 0.25, 0.5, 2>::on<17>::as<double>,
                            LocalResponseNormalization<3, 1, 1>::on<2, 1>::as<double>>({.tolerance = 3e-6, .counts = {0, 1, 3}});
}
