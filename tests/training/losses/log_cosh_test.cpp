// LogCosh: values by hand and against std, gradients by differences, digits near zero, no overflow far from it, NaN.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/log_cosh.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<LogCosh> && Metric<LogCosh>);
static_assert(LogCosh::name == "log_cosh" && LogCosh::kind == target_kind::same_shape);

TEST_CASE("LogCosh by hand", "[training][losses]")
{
    const std::vector<float> p{1, -2, 3, 1};
    const float target[]{0, 0, 1, 1};
    const std::uint8_t bytes[]{0, 0, 1, 1};

    CHECK(value_of(LogCosh{}, p, target) == Approx((0.4337808f + 2 * 1.3250028f + 0) / 4)); // log cosh of 1, -2, 2, 0
    CHECK(value_of(LogCosh{}, p, bytes) == value_of(LogCosh{}, p, target));
    const auto slopes = gradient_of(LogCosh{}, p, target, 4.f);
    CHECK(slopes[0] == Approx(0.7615942f));
    CHECK(slopes[1] == Approx(-0.9640276f));
    CHECK(slopes[2] == Approx(0.9640276f));
    CHECK(slopes[3] == 0);
}

TEST_CASE("LogCosh keeps its digits near zero and does not overflow", "[training][losses]")
{
    const auto check = [](auto x, double value, double epsilon) {
        const decltype(x) target[]{0};
        for (const auto off : {x, -x}) {
            INFO(off);
            CHECK(double(value_of(LogCosh{}, std::vector{off}, target)) == Approx(value).epsilon(epsilon));
            CHECK(double(gradient_of(LogCosh{}, std::vector{off}, target)[0]) == Approx(std::tanh(double(off))).epsilon(epsilon));
        }
    };
    for (const float x : {1e-12f, 1e-4f, 0.01f}) check(x, double(x) * double(x) / 2 - std::pow(double(x), 4) / 12, 1e-6);
    for (const double x : {1e-30, 1e-4, 1e-3}) check(x, x * x / 2 - std::pow(x, 4) / 12 + std::pow(x, 6) / 45, 1e-14);
    for (const double x : {0.3, 0.999, 1.0, 1.001, 7.0, 40.0}) {
        check(x, std::log(std::cosh(x)), 1e-14);
        check(float(x), std::log(std::cosh(double(float(x)))), 1e-6);
    }
    check(1000.0, 1000 - std::log(2), 1e-15);
    check(1e30f, 1e30, 1e-6);
}

TEST_CASE("LogCosh's gradient agrees with differences", "[training][losses]")
{
    std::mt19937 random(6);
    for (const std::size_t n : {1u, 5u, 16u, 23u}) {
        const auto p = random_row(random, n, -3, 3), t = random_row(random, n, -1, 1);
        check_near(gradient_of(LogCosh{}, p, t.data()),
                   differences([&](const auto& q) { return value_of(LogCosh{}, q, t.data()); }, p), 1e-8);
    }
}

TEST_CASE("LogCosh keeps NaN and infinity in sight", "[training][losses]")
{
    const float nan = std::numeric_limits<float>::quiet_NaN(), huge = std::numeric_limits<float>::infinity(), target[]{0, 1};
    CHECK(std::isnan(value_of(LogCosh{}, std::vector<float>{nan, 1}, target)));
    CHECK(std::isnan(gradient_of(LogCosh{}, std::vector<float>{nan, 1}, target)[0]));
    CHECK(value_of(LogCosh{}, std::vector<float>{-huge, 1}, target) == huge);
    CHECK(gradient_of(LogCosh{}, std::vector<float>{-huge, 1}, target) == std::vector<float>{-0.5f, 0});
}
