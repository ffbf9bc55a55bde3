// BinaryCrossentropy: values by hand, gradients by differences, logits of any size.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/binary_crossentropy.hpp>

#include <array>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<BinaryCrossentropy> && Metric<BinaryCrossentropy>);
static_assert(BinaryCrossentropy::name == "binary_crossentropy" && BinaryCrossentropy::kind == target_kind::same_shape);

TEST_CASE("BinaryCrossentropy by hand", "[training][losses]")
{
    const std::vector<double> p{0.75, 0.75};
    const int yes_no[]{1, 0};

    CHECK(value_of(BinaryCrossentropy{}, p, yes_no) == Approx((std::log(4. / 3) + std::log(4)) / 2));
    check_near(gradient_of(BinaryCrossentropy{}, p, yes_no), {-2. / 3, 2}, 1e-14); // (p − t) / (p·(1 − p)) / 2
    // Smoothed by 0.5 the targets are 0.75 and 0.25: the first is met, so that nothing pulls there.
    check_near(gradient_of(BinaryCrossentropy{.label_smoothing = 0.5f}, p, yes_no), {0, 4. / 3}, 1e-14);

    const std::vector<double> logits{std::log(3), std::log(3)};
    CHECK(value_of(BinaryCrossentropy{.from_logits = true}, logits, yes_no) == Approx((std::log(4. / 3) + std::log(4)) / 2));
    check_near(gradient_of(BinaryCrossentropy{.from_logits = true}, logits, yes_no, 2.0), {-0.25, 0.75}, 1e-14);
}

TEST_CASE("BinaryCrossentropy clips as Keras does", "[training][losses]")
{
    const float target[]{0, 1, 0, 1};
    const std::vector<float> p{1, 0, 0, 1};

    // log(1 − p) of a clipped one is that of 2^-23, the float next to 1e-7 that one less 1e-7 leaves.
    CHECK(value_of(BinaryCrossentropy{}, p, target) == Approx((15.942385f + 16.118095f + 1e-7f + 1.2e-7f) / 4).epsilon(1e-6));
    CHECK(gradient_of(BinaryCrossentropy{}, p, target) == std::vector<float>(4, 0));
}

TEST_CASE("BinaryCrossentropy's gradients agree with differences", "[training][losses]")
{
    std::mt19937 random(4);
    for (const std::size_t n : {1u, 2u, 3u, 17u, 40u})
        for (const float smoothing : {0.f, 0.1f, 1.f}) {
            const BinaryCrossentropy loss{.label_smoothing = smoothing},
                logits{.from_logits = true, .label_smoothing = smoothing};
            const auto target = random_row(random, n, 0, 1), p = random_row(random, n, 0.1, 0.9),
                       x = random_row(random, n, -6, 6);

            check_near(gradient_of(loss, p, target.data()),
                       differences([&](const auto& q) { return value_of(loss, q, target.data()); }, p), 1e-7);
            check_near(gradient_of(logits, x, target.data()),
                       differences([&](const auto& q) { return value_of(logits, q, target.data()); }, x), 1e-7);

            std::vector<double> sigmoids(x);
            for (double& q : sigmoids) q = 1 / (1 + std::exp(-q));
            CHECK(value_of(logits, x, target.data()) == Approx(value_of(loss, sigmoids, target.data())).epsilon(1e-10));
        }
}

TEST_CASE("BinaryCrossentropy of finite predictions is never NaN", "[training][losses]")
{
    const std::vector<std::array<float, 3>> targets{{1, 0, 0}, {0, 1, 0}, {0.5f, 0.5f, 0.5f}};
    for (const auto& row : hard_rows())
        for (const auto& target : targets)
            for (const bool from_logits : {false, true})
                for (const float smoothing : {0.f, 0.2f}) {
                    const BinaryCrossentropy loss{.from_logits = from_logits, .label_smoothing = smoothing};
                    INFO(row[0] << ' ' << row[1] << ' ' << row[2] << ", logits " << from_logits << ", smoothing " << smoothing);
                    CHECK(std::isfinite(value_of(loss, row, target.data())));
                    for (const float slope : gradient_of(loss, row, target.data())) CHECK(std::isfinite(slope));
                }
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const bool from_logits : {false, true})
        CHECK(std::isnan(
            value_of(BinaryCrossentropy{.from_logits = from_logits}, std::vector<float>{1, nan, 0}, targets[1].data())));
    CHECK(value_of(BinaryCrossentropy{}, std::vector<float>{}, targets[0].data()) == 0);
}

TEST_CASE("BinaryCrossentropy says what it needs", "[training][losses]")
{
    const BinaryCrossentropy loss;
    const bool bits[]{true, false};
    const float bad[]{0, -1};

    CHECK(loss.accepts(bits, 2));
    CHECK_FALSE(loss.accepts(bad, 2));
    CHECK(loss.needs(2) == "probabilities in [0, 1]");
    CHECK_THROWS_WITH(BinaryCrossentropy{.label_smoothing = 2}.check_settings(),
                      "binary_crossentropy: label_smoothing is 2, it has to be in [0, 1]");
}

TEST_CASE("BinaryCrossentropy behind a sigmoid gives the gradient of the logits, also where it is saturated",
          "[training][losses]")
{
    const BinaryCrossentropy loss;
    for (const double logit : {-30.0, -3.0, 0.0, 0.4, 5.0, 30.0})
        for (const double target : {0.0, 0.3, 1.0}) {
            const double p = 1 / (1 + std::exp(-logit));
            double gradient = 0;
            const double value = loss.sigmoid_row(&p, &logit, &target, 1, &gradient, 2.0);
            CHECK(gradient == Approx(2 * (p - target)).margin(1e-12));
            CHECK(value == BinaryCrossentropy{.from_logits = true}.row(&logit, &target, 1, static_cast<double*>(nullptr), 1.0));
            if (std::abs(logit) < 10) CHECK(value == Approx(loss.row(&p, &target, 1, static_cast<double*>(nullptr), 1.0)));
        }
}
