// MeanAbsoluteError: values by hand, gradients by differences, the derivative at 0, NaN.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/mean_absolute_error.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<MeanAbsoluteError> && Metric<MeanAbsoluteError>);
static_assert(MeanAbsoluteError::name == "mean_absolute_error" && MeanAbsoluteError::kind == target_kind::same_shape);

TEST_CASE("MeanAbsoluteError by hand", "[training][losses]")
{
    const std::vector<float> p{1, 2, 5};
    const std::uint8_t bytes[]{1, 4, 4};
    const float reals[]{1, 4, 4};

    CHECK(value_of(MeanAbsoluteError{}, p, bytes) == 1);
    CHECK(value_of(MeanAbsoluteError{}, p, reals) == 1);
    CHECK(gradient_of(MeanAbsoluteError{}, p, reals, 3.f) == std::vector<float>{0, -1, 1});
}

TEST_CASE("MeanAbsoluteError's gradient agrees with differences", "[training][losses]")
{
    std::mt19937 random(6);
    for (const std::size_t n : {1u, 5u, 16u, 23u}) {
        const auto p = random_row(random, n, -3, 3), t = random_row(random, n, -3, 3);
        check_near(gradient_of(MeanAbsoluteError{}, p, t.data()),
                   differences([&](const auto& q) { return value_of(MeanAbsoluteError{}, q, t.data()); }, p), 1e-8);
    }
}

TEST_CASE("MeanAbsoluteError keeps NaN in sight", "[training][losses]")
{
    const float nan = std::numeric_limits<float>::quiet_NaN(), target[]{0, 1};
    CHECK(std::isnan(value_of(MeanAbsoluteError{}, std::vector<float>{nan, 1}, target)));
    CHECK(std::isnan(gradient_of(MeanAbsoluteError{}, std::vector<float>{nan, 1}, target)[0]));
}
