// SparseCategoricalCrossentropy: values by hand, gradients by differences, labels of any type and worth.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

static_assert(Loss<SparseCategoricalCrossentropy> && Metric<SparseCategoricalCrossentropy>);
static_assert(SparseCategoricalCrossentropy::name == "sparse_categorical_crossentropy");
static_assert(SparseCategoricalCrossentropy::kind == target_kind::class_index);

TEST_CASE("SparseCategoricalCrossentropy by hand", "[training][losses]")
{
    const std::vector<double> p{0.5, 0.25, 0.25};
    const int label = 1;

    CHECK(value_of(SparseCategoricalCrossentropy{}, p, &label) == Approx(std::log(4)));
    check_near(gradient_of(SparseCategoricalCrossentropy{}, p, &label), {1, -3, 1}, 1e-14);
    CHECK(value_of(SparseCategoricalCrossentropy{}, std::vector<double>{0.6, 0.2}, &label) ==
          Approx(std::log(4))); // divided by Σp
    check_near(gradient_of(SparseCategoricalCrossentropy{}, std::vector<double>{0.6, 0.2}, &label), {1.25, 1.25 - 5}, 1e-13);
    // Smoothed by 0.3 the targets are 0.1, 0.8, 0.1.
    CHECK(value_of(SparseCategoricalCrossentropy{.label_smoothing = 0.3f}, p, &label) ==
          Approx(0.1 * std::log(2) + 0.9 * std::log(4)).epsilon(1e-6));

    const std::vector<double> logits{std::log(0.5) - 9, std::log(0.25) - 9, std::log(0.25) - 9};
    CHECK(value_of(SparseCategoricalCrossentropy{.from_logits = true}, logits, &label) == Approx(std::log(4)));
    check_near(gradient_of(SparseCategoricalCrossentropy{.from_logits = true}, logits, &label), {0.5, -0.75, 0.25}, 1e-14);
}

TEST_CASE("SparseCategoricalCrossentropy clips before it divides by the sum", "[training][losses]")
{
    const int label = 1;
    const std::vector<double> beyond{3, 0.5}; // 3 counts as 1 − 1e-7
    CHECK(value_of(SparseCategoricalCrossentropy{}, beyond, &label) == Approx(std::log((1.5 - 1e-7) / 0.5)));
    check_near(gradient_of(SparseCategoricalCrossentropy{}, beyond, &label), {0, 1 / (1.5 - 1e-7) - 2}, 1e-14);

    const std::vector<float> wrong{1, 0};
    CHECK(value_of(SparseCategoricalCrossentropy{}, wrong, &label) == Approx(16.118095f)); // -log 1e-7
    CHECK(gradient_of(SparseCategoricalCrossentropy{}, wrong, &label) == std::vector<float>{0, 0});
}

TEST_CASE("SparseCategoricalCrossentropy's gradients agree with differences", "[training][losses]")
{
    std::mt19937 random(2);
    for (const std::size_t n : {1u, 2u, 3u, 7u, 16u, 40u})
        for (const float smoothing : {0.f, 0.1f, 1.f}) {
            const SparseCategoricalCrossentropy loss{.label_smoothing = smoothing},
                logits{.from_logits = true, .label_smoothing = smoothing};
            const auto label = static_cast<std::int64_t>(random() % n);
            const auto p = random_row(random, n, 0.2, 0.9), x = random_row(random, n, -4, 4);

            check_near(gradient_of(loss, p, &label), differences([&](const auto& q) { return value_of(loss, q, &label); }, p),
                       1e-7);
            check_near(gradient_of(logits, x, &label), differences([&](const auto& q) { return value_of(logits, q, &label); }, x),
                       1e-7);

            std::vector<double> gradient(n);
            const auto s = softmax(x);
            const double value = loss.softmax_row(s.data(), x.data(), &label, n, gradient.data(), 3.0);
            CHECK(value == Approx(value_of(logits, x, &label)).epsilon(1e-12).margin(1e-14));
            check_near(gradient, gradient_of(logits, x, &label, 3.0), 1e-13);
            if (n > 1)
                check_near(gradient, differences([&](const auto& q) { return 3 * value_of(loss, softmax(q), &label); }, x), 1e-7);

            // One label is one hot row.
            std::vector<float> hot(n);
            hot[static_cast<std::size_t>(label)] = 1;
            const CategoricalCrossentropy plain{.label_smoothing = smoothing};
            CHECK(plain.softmax_row(s.data(), x.data(), hot.data(), n, gradient.data(), 3.0) ==
                  Approx(value).epsilon(1e-12).margin(1e-14));
            if (n > 1) CHECK(value_of(plain, s, hot.data()) == Approx(value_of(loss, s, &label)).epsilon(1e-6));
        }
}

TEST_CASE("SparseCategoricalCrossentropy of finite predictions is never NaN", "[training][losses]")
{
    for (const auto& row : hard_rows())
        for (const int label : {0, 1, 2, 3, -1, 1000000}) // the last three are no class: nothing is read there
            for (const bool from_logits : {false, true})
                for (const float smoothing : {0.f, 0.2f}) {
                    const SparseCategoricalCrossentropy loss{.from_logits = from_logits, .label_smoothing = smoothing};
                    INFO(row[0] << ' ' << row[1] << ' ' << row[2] << ", label " << label << ", logits " << from_logits
                                << ", smoothing " << smoothing);
                    CHECK_FALSE(std::isnan(value_of(loss, row, &label)));
                    if (!from_logits) CHECK(std::isfinite(value_of(loss, row, &label)));
                    for (const float slope : gradient_of(loss, row, &label)) CHECK(std::isfinite(slope));
                    for (const float slope : gradient_of(loss, row, &label, 0.f)) CHECK(slope == 0);
                }
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const int label : {0, 1})
        for (const bool from_logits : {false, true})
            CHECK(std::isnan(
                value_of(SparseCategoricalCrossentropy{.from_logits = from_logits}, std::vector<float>{nan, 1}, &label)));
}

TEST_CASE("SparseCategoricalCrossentropy takes labels of any type and says which", "[training][losses]")
{
    const SparseCategoricalCrossentropy loss;
    const std::vector<float> p{0.5f, 0.25f, 0.25f};
    const std::uint8_t byte = 1, above = 3;
    const float real = 1, half = 0.5f;
    const std::int64_t negative = -1;

    CHECK(value_of(loss, p, &byte) == Approx(std::log(4)));
    CHECK(value_of(loss, p, &real) == Approx(std::log(4)));
    CHECK(loss.accepts(&byte, 3));
    CHECK(loss.accepts(&real, 3));
    CHECK_FALSE(loss.accepts(&above, 3));
    CHECK_FALSE(loss.accepts(&half, 3));
    CHECK_FALSE(loss.accepts(&negative, 3));
    CHECK(loss.needs(10) == "a class in [0, 10)");
    CHECK_THROWS_WITH(SparseCategoricalCrossentropy{.label_smoothing = -1}.check_settings(),
                      "sparse_categorical_crossentropy: label_smoothing is -1, it has to be in [0, 1]");
}
