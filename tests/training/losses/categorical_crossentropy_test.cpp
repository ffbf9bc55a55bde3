// CategoricalCrossentropy: values by hand, gradients by differences, and nothing that makes it NaN.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/categorical_crossentropy.hpp>

#include <array>
#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<CategoricalCrossentropy> && Metric<CategoricalCrossentropy>);
static_assert(CategoricalCrossentropy::name == "categorical_crossentropy" &&
              CategoricalCrossentropy::kind == target_kind::same_shape);

namespace {

/// A random target whose elements add up to one, with a zero in it.
std::vector<double> random_target(std::mt19937& random, std::size_t n)
{
    auto target = softmax(random_row(random, n, -2, 2));
    if (n > 1) {
        target[1] += target[0];
        target[0] = 0;
    }
    return target;
}

} // namespace

TEST_CASE("CategoricalCrossentropy by hand", "[training][losses]")
{
    const std::vector<double> p{0.5, 0.25, 0.25};
    const int hot[]{0, 1, 0};
    const double soft[]{0.5, 0.5, 0};

    CHECK(value_of(CategoricalCrossentropy{}, p, hot) == Approx(std::log(4)));
    check_near(gradient_of(CategoricalCrossentropy{}, p, hot), {1, -3, 1}, 1e-14); // 1/Σp − t/p
    check_near(gradient_of(CategoricalCrossentropy{}, p, hot, 0.5), {0.5, -1.5, 0.5}, 1e-14);
    CHECK(value_of(CategoricalCrossentropy{}, p, soft) == Approx(1.5 * std::log(2)));

    // Smoothed by 0.3 the targets are 0.1, 0.8, 0.1.
    CHECK(value_of(CategoricalCrossentropy{.label_smoothing = 0.3f}, p, hot) ==
          Approx(0.1 * std::log(2) + 0.9 * std::log(4)).epsilon(1e-6));

    const std::vector<double> logits{std::log(0.5) + 7, std::log(0.25) + 7, std::log(0.25) + 7};
    CHECK(value_of(CategoricalCrossentropy{.from_logits = true}, logits, hot) == Approx(std::log(4)));
    check_near(gradient_of(CategoricalCrossentropy{.from_logits = true}, logits, hot), {0.5, -0.75, 0.25}, 1e-14);
}

TEST_CASE("CategoricalCrossentropy divides by the sum before it clips", "[training][losses]")
{
    const int hot[]{0, 1};
    CHECK(value_of(CategoricalCrossentropy{}, std::vector<double>{6, 2}, hot) == Approx(std::log(4)));
    check_near(gradient_of(CategoricalCrossentropy{}, std::vector<double>{6, 2}, hot), {0.125, -0.375}, 1e-14);

    const std::vector<float> sure{1, 0};
    CHECK(value_of(CategoricalCrossentropy{}, sure, hot) == Approx(16.118095f)); // -log 1e-7
    CHECK(gradient_of(CategoricalCrossentropy{}, sure, hot) == std::vector<float>{0, 0});
}

TEST_CASE("CategoricalCrossentropy's gradients agree with differences", "[training][losses]")
{
    std::mt19937 random(1);
    for (const std::size_t n : {1u, 2u, 3u, 7u, 16u, 40u})
        for (const float smoothing : {0.f, 0.1f, 1.f}) {
            const CategoricalCrossentropy loss{.label_smoothing = smoothing},
                logits{.from_logits = true, .label_smoothing = smoothing};
            const auto target = random_target(random, n);
            const auto p = random_row(random, n, 0.2, 1), x = random_row(random, n, -4, 4);

            if (n > 1) // alone, p / Σp is one and clipped
                check_near(gradient_of(loss, p, target.data()),
                           differences([&](const auto& q) { return value_of(loss, q, target.data()); }, p), 1e-7);
            check_near(gradient_of(logits, x, target.data()),
                       differences([&](const auto& q) { return value_of(logits, q, target.data()); }, x), 1e-7);

            std::vector<double> gradient(n);
            const auto s = softmax(x);
            const double value = loss.softmax_row(s.data(), x.data(), target.data(), n, gradient.data(), 3.0);
            CHECK(value == Approx(value_of(logits, x, target.data())).epsilon(1e-12).margin(1e-14));
            check_near(gradient, gradient_of(logits, x, target.data(), 3.0), 1e-13);
            if (n > 1)
                check_near(gradient, differences([&](const auto& q) { return 3 * value_of(loss, softmax(q), target.data()); }, x),
                           1e-7);
        }
}

TEST_CASE("CategoricalCrossentropy of finite predictions is never NaN", "[training][losses]")
{
    const std::vector<std::array<std::uint8_t, 3>> targets{{1, 0, 0}, {0, 1, 0}, {0, 0, 0}, {1, 1, 1}};
    for (const auto& row : hard_rows())
        for (const auto& target : targets)
            for (const bool from_logits : {false, true})
                for (const float smoothing : {0.f, 0.2f}) {
                    const CategoricalCrossentropy loss{.from_logits = from_logits, .label_smoothing = smoothing};
                    INFO(row[0] << ' ' << row[1] << ' ' << row[2] << ", logits " << from_logits << ", smoothing " << smoothing);
                    CHECK_FALSE(std::isnan(value_of(loss, row, target.data())));
                    if (!from_logits) CHECK(std::isfinite(value_of(loss, row, target.data())));
                    for (const float slope : gradient_of(loss, row, target.data())) CHECK(std::isfinite(slope));
                    for (const float slope : gradient_of(loss, row, target.data(), 0.f)) CHECK(slope == 0);
                }
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const bool from_logits : {false, true})
        CHECK(std::isnan(
            value_of(CategoricalCrossentropy{.from_logits = from_logits}, std::vector<float>{nan, 1, 0}, targets[1].data())));
}

TEST_CASE("CategoricalCrossentropy says what it needs", "[training][losses]")
{
    const CategoricalCrossentropy loss;
    const float good[]{0, 1, 0.5f}, bad[]{0, 2, 0};

    CHECK(loss.accepts(good, 3));
    CHECK_FALSE(loss.accepts(bad, 3));
    CHECK(loss.needs(3) == "probabilities in [0, 1]");
    CHECK_NOTHROW(loss.check_settings());
    CHECK_THROWS_WITH(CategoricalCrossentropy{.label_smoothing = 2}.check_settings(),
                      "categorical_crossentropy: label_smoothing is 2, it has to be in [0, 1]");
}
