// MeanSquaredError: values by hand, gradients by differences, every width around a register, targets of other types.
#include "training/losses/differences.hpp"

#include <lamina/core/simd.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<MeanSquaredError> && Metric<MeanSquaredError>);
static_assert(MeanSquaredError::name == "mean_squared_error" && MeanSquaredError::kind == target_kind::same_shape);

TEST_CASE("MeanSquaredError by hand", "[training][losses]")
{
    const std::vector<float> p{1, 2, 5};
    const std::uint8_t bytes[]{1, 4, 4};
    const float reals[]{1, 4, 4};

    CHECK(value_of(MeanSquaredError{}, p, bytes) == Approx(5.f / 3));
    CHECK(value_of(MeanSquaredError{}, p, reals) == Approx(5.f / 3));
    CHECK(gradient_of(MeanSquaredError{}, p, reals, 3.f) == std::vector<float>{0, -4, 2}); // 2·(p − t) / 3
    CHECK(gradient_of(MeanSquaredError{}, p, bytes, 3.f) == std::vector<float>{0, -4, 2});
    CHECK(value_of(MeanSquaredError{}, std::vector<float>{}, reals) == 0);
}

TEMPLATE_TEST_CASE("MeanSquaredError equals a plain loop at every width, and writes nothing behind it", "[training][losses]",
                   float, double)
{
    std::mt19937 random(5);
    const std::size_t lanes = internals::simd::lanes<TestType>;
    for (const std::size_t n : {std::size_t(1), lanes - 1, lanes, lanes + 1, 2 * lanes, 5 * lanes + 3, std::size_t(1000)}) {
        const auto p = random_row(random, n, -3, 3), t = random_row(random, n, -3, 3);
        const std::vector<TestType> prediction(p.begin(), p.end()), target(t.begin(), t.end());
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i)
            sum += std::pow(static_cast<double>(prediction[i]) - static_cast<double>(target[i]), 2);

        std::vector<TestType> gradient(n + 1, TestType(77));
        const TestType value = MeanSquaredError{}.row(prediction.data(), target.data(), n, gradient.data(), TestType(0.5));
        INFO("width " << n);
        CHECK(std::fabs(static_cast<double>(value) - sum / static_cast<double>(n)) <= 1e-6 * sum / static_cast<double>(n));
        CHECK(value_of(MeanSquaredError{}, prediction, target.data()) == value);
        CHECK(gradient[n] == TestType(77));
        for (std::size_t i = 0; i < n; ++i)
            CHECK(static_cast<double>(gradient[i]) ==
                  Approx(static_cast<double>(prediction[i] - target[i]) / static_cast<double>(n)).epsilon(1e-6));
    }
}

TEST_CASE("MeanSquaredError's gradient agrees with differences", "[training][losses]")
{
    std::mt19937 random(6);
    for (const std::size_t n : {1u, 5u, 16u, 23u}) {
        const auto p = random_row(random, n, -3, 3), t = random_row(random, n, -3, 3);
        check_near(gradient_of(MeanSquaredError{}, p, t.data()),
                   differences([&](const auto& q) { return value_of(MeanSquaredError{}, q, t.data()); }, p), 1e-8);
    }
}

TEST_CASE("MeanSquaredError keeps NaN in sight, and says what it needs", "[training][losses]")
{
    const float nan = std::numeric_limits<float>::quiet_NaN(), target[]{0, 1, nan};

    CHECK(std::isnan(value_of(MeanSquaredError{}, std::vector<float>{nan, 1}, target)));
    CHECK(value_of(MeanSquaredError{}, std::vector<float>{1e30f, 1}, target) == std::numeric_limits<float>::infinity());
    CHECK(accepts_target(MeanSquaredError{}, target, 2));
    CHECK_FALSE(accepts_target(MeanSquaredError{}, target, 3));
    CHECK(needed_target(MeanSquaredError{}, 3) == "finite numbers");
}
