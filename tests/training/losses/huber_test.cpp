// Huber: values by hand, gradients by differences, both sides of delta, NaN, refusals.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/huber.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<Huber> && Metric<Huber>);
static_assert(Huber::name == "huber_loss" && Huber::kind == target_kind::same_shape && Huber{}.delta == 1);

TEST_CASE("Huber by hand", "[training][losses]")
{
    const std::vector<float> p{0.5f, 3, -2, 1};
    const float target[]{0, 0, 0, 1};
    const std::uint8_t bytes[]{0, 0, 0, 1};

    CHECK(value_of(Huber{}, p, target) == Approx((0.125f + 2.5f + 1.5f + 0) / 4));
    CHECK(value_of(Huber{}, p, bytes) == value_of(Huber{}, p, target));
    CHECK(gradient_of(Huber{}, p, target, 4.f) == std::vector<float>{0.5f, 1, -1, 0});
    CHECK(value_of(Huber{.delta = 2}, p, target) == Approx((0.125f + 4 + 2 + 0) / 4)); // 2·(3 − 1); 2·(2 − 1) = ½·2²
    CHECK(gradient_of(Huber{.delta = 2}, p, target, 4.f) == std::vector<float>{0.5f, 2, -2, 0});
}

TEST_CASE("Huber's gradient agrees with differences", "[training][losses]")
{
    std::mt19937 random(6);
    for (const std::size_t n : {1u, 5u, 16u, 23u})
        for (const Huber loss : {Huber{}, Huber{.delta = 0.25f}}) {
            const auto p = random_row(random, n, -3, 3), t = random_row(random, n, -1, 1);
            check_near(gradient_of(loss, p, t.data()), differences([&](const auto& q) { return value_of(loss, q, t.data()); }, p),
                       1e-8);
        }
}

TEST_CASE("Huber keeps NaN and infinity in sight", "[training][losses]")
{
    const float nan = std::numeric_limits<float>::quiet_NaN(), huge = std::numeric_limits<float>::infinity(), target[]{0, 1};
    CHECK(std::isnan(value_of(Huber{}, std::vector<float>{nan, 1}, target)));
    CHECK(std::isnan(gradient_of(Huber{}, std::vector<float>{nan, 1}, target)[0]));
    CHECK(value_of(Huber{}, std::vector<float>{-huge, 1}, target) == huge);
    CHECK(gradient_of(Huber{}, std::vector<float>{-huge, 1}, target) == std::vector<float>{-0.5f, 0});
}

TEST_CASE("Huber refuses a delta that is not positive", "[training][losses]")
{
    CHECK_NOTHROW(Huber{}.check_settings());
    CHECK_THROWS_WITH(Huber{.delta = -1}.check_settings(), "huber_loss: delta is -1, it has to be a positive number");
    CHECK_THROWS_AS(Huber{.delta = 0}.check_settings(), error);
    CHECK_THROWS_AS(Huber{.delta = std::numeric_limits<float>::quiet_NaN()}.check_settings(), error);
}
