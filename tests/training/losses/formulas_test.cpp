// Losses that are a formula of one prediction and one target, and those of a row: values by hand, gradients against differences, kinks, NaN.
#include "training/losses/differences.hpp"

#include <lamina/lamina.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// Values of a row of float against numbers by hand, and the same with targets of bytes where these are whole.
template <class L> void check_value(const L& loss, const std::vector<float>& p, const std::vector<float>& t, double wanted)
{
    static_assert(Loss<L> && Metric<L>);
    INFO(L::name);
    CHECK(double(value_of(loss, p, t.data())) == Approx(wanted).epsilon(1e-5).margin(1e-6));
}

/// Gradients in double, over odd widths; predictions and targets are drawn between the bounds.
template <class L> void check_gradient(const L& loss, double low, double high, double target_low, double target_high)
{
    std::mt19937 random(11);
    for (const std::size_t n : {1u, 2u, 5u, 16u, 23u}) {
        INFO(L::name << ", " << n);
        const auto p = random_row(random, n, low, high), t = random_row(random, n, target_low, target_high);
        check_near(gradient_of(loss, p, t.data(), 2.0),
                   differences([&](const auto& q) { return 2 * value_of(loss, q, t.data()); }, p), 2e-7);
    }
}

/// The same where targets are those of classes or signs.
template <class L> void check_gradient_of_targets(const L& loss, double low, double high, const std::vector<double>& targets)
{
    std::mt19937 random(11);
    INFO(L::name);
    const auto p = random_row(random, targets.size(), low, high);
    check_near(gradient_of(loss, p, targets.data()),
               differences([&](const auto& q) { return value_of(loss, q, targets.data()); }, p), 2e-7);
}

template <class L> void check_nan(const L& loss)
{
    INFO(L::name);
    const float nan = std::numeric_limits<float>::quiet_NaN(), target[]{0, 1};
    CHECK(std::isnan(value_of(loss, std::vector<float>{nan, 0.5f}, target)));
    CHECK(std::isnan(gradient_of(loss, std::vector<float>{nan, 0.5f}, target)[0]));
}

} // namespace

TEST_CASE("MeanAbsolutePercentageError and MeanSquaredLogarithmicError", "[training][losses]")
{
    check_value(MeanAbsolutePercentageError{}, {1, 3, -2}, {2, 2, -4}, 50);
    check_value(MeanAbsolutePercentageError{}, {1e-7f, 1}, {0, 1}, 50); // a target of 0 counts as 1e-7
    CHECK(gradient_of(MeanAbsolutePercentageError{}, std::vector<float>{1, 2, 5}, std::vector<float>{2, 2, 4}.data(), 3.f) ==
          std::vector<float>{-50, 0, 25});
    check_gradient(MeanAbsolutePercentageError{}, 1, 3, -2, 0.9);
    check_nan(MeanAbsolutePercentageError{});

    check_value(MeanSquaredLogarithmicError{}, {std::exp(1.f) - 1, 0}, {0, std::exp(2.f) - 1}, 2.5);
    check_value(MeanSquaredLogarithmicError{}, {-3}, {0}, 0); // both count as 1e-7
    check_gradient(MeanSquaredLogarithmicError{}, 0.1, 3, 0, 3);
    CHECK(gradient_of(MeanSquaredLogarithmicError{}, std::vector<float>{-1}, std::vector<float>{1}.data())[0] == 0);
    check_nan(MeanSquaredLogarithmicError{});
}

TEST_CASE("KLDivergence and Poisson", "[training][losses]")
{
    check_value(KLDivergence{}, {0.5f, 0.5f}, {0.25f, 0.75f}, 0.25 * std::log(0.5) + 0.75 * std::log(1.5));
    check_value(KLDivergence{}, {0.5f, 2}, {0, 1}, 1e-7 * std::log(2e-7)); // clipped to 1e-7 and to 1
    check_gradient(KLDivergence{}, 0.1, 0.9, 0.1, 0.9);
    CHECK(gradient_of(KLDivergence{}, std::vector<float>{-1, 2}, std::vector<float>{1, 1}.data()) == std::vector<float>{0, 0});
    check_nan(KLDivergence{});
    const float above[]{0.5f, 1.5f};
    CHECK_FALSE(accepts_target(KLDivergence{}, above, 2));

    check_value(Poisson{}, {1, 2}, {3, 0}, 1.5);
    check_gradient(Poisson{}, 0.2, 3, 0, 5);
    check_nan(Poisson{});
}

TEST_CASE("Hinge, SquaredHinge and CategoricalHinge", "[training][losses]")
{
    check_value(Hinge{}, {0.5f, -0.5f, 3, -2}, {1, 1, 1, -1}, 0.5);
    check_value(Hinge{}, {0.5f, -0.5f, 3, -2}, {1, 1, 1, 0}, 0.5); // 0 is -1
    check_value(SquaredHinge{}, {0.5f, -0.5f, 3, -2}, {1, 1, 1, -1}, 0.625);
    CHECK(gradient_of(Hinge{}, std::vector<float>{1, 2, 0}, std::vector<float>{1, 1, 0}.data(), 3.f) ==
          std::vector<float>{-1, 0, 1}); // at the margin, beyond it, before it
    for (const auto& targets : {std::vector<double>{1}, std::vector<double>{1, -1, 0, 1, -1}}) {
        check_gradient_of_targets(Hinge{}, -3, 3, targets);
        check_gradient_of_targets(SquaredHinge{}, -3, 3, targets);
    }
    CHECK(std::isnan(value_of(Hinge{}, std::vector<float>{NAN}, std::vector<float>{1}.data())));
    check_nan(SquaredHinge{});
    const int wrong[]{1, 2};
    CHECK_FALSE(accepts_target(Hinge{}, wrong, 2));
    CHECK(needed_target(SquaredHinge{}, 2) == "-1 or 1, or 0 and 1 in their place");

    check_value(CategoricalHinge{}, {0.1f, 0.7f, 0.2f}, {1, 0, 0}, 1.6);
    check_value(CategoricalHinge{}, {3, 0.7f, 0.2f}, {1, 0, 0}, 0);
    CHECK(gradient_of(CategoricalHinge{}, std::vector<float>{0.5f, 1, 1}, std::vector<float>{1, 0, 0}.data(), 2.f) ==
          std::vector<float>{-2, 1, 1}); // two are largest
    for (const auto& targets : {std::vector<double>{0, 1}, std::vector<double>{0, 0, 1, 0, 0, 0, 0}})
        check_gradient_of_targets(CategoricalHinge{}, -3, 3, targets);
}

TEST_CASE("CosineSimilarity is negative as a loss and positive among the metrics", "[training][losses]")
{
    check_value(CosineSimilarity{}, {3, 4}, {4, 3}, -0.96);
    check_value(CosineSimilarity{}, {0, 0}, {4, 3}, 0);
    check_value(CosineSimilarity{}, {-1, 0, 0}, {2, 0, 0}, 1);
    check_gradient(CosineSimilarity{}, -2, 2, -2, 2);
    check_nan(CosineSimilarity{});
    CHECK(gradient_of(CosineSimilarity{}, std::vector<double>{1e-9, 0}, std::vector<double>{0, 1}.data())[1] == Approx(-1e7));
    Mean rows;
    const float p[]{3, 4}, t[]{4, 3};
    CosineSimilarity{}.add(rows, p, t, 2, 2.0);
    CHECK(rows.result() == Approx(0.96));
    CHECK(rows.count == 2);
}

TEST_CASE("CategoricalGeneralizedCrossEntropy", "[training][losses]")
{
    const CategoricalGeneralizedCrossEntropy loss{.q = 0.6f};
    static_assert(Loss<CategoricalGeneralizedCrossEntropy> && Metric<CategoricalGeneralizedCrossEntropy>);
    const std::vector<double> p{0.2, 0.5, 0.3};
    const double q = 0.6f;
    for (const int label : {0, 1, 2}) {
        CHECK(value_of(loss, p, &label) == Approx((1 - std::pow(p[std::size_t(label)], q)) / q));
        check_near(gradient_of(loss, p, &label), differences([&](const auto& x) { return value_of(loss, x, &label); }, p), 1e-8);
    }
    const int none = 7;
    CHECK(value_of(loss, p, &none) == Approx(1 / q)); // reads nothing outside
    CHECK_NOTHROW(loss.check_settings());
    CHECK_THROWS_WITH(CategoricalGeneralizedCrossEntropy{.q = 0}.check_settings(),
                      "categorical_generalized_cross_entropy: q is 0, it has to be above 0 and at most 1");
    CHECK_THROWS_AS(CategoricalGeneralizedCrossEntropy{.q = 1.5f}.check_settings(), error);
}

TEST_CASE("Focal cross-entropies", "[training][losses]")
{
    // gamma 0 is the cross-entropy; of one answer the value is known.
    check_value(BinaryFocalCrossentropy{.gamma = 0}, {0.3f, 0.8f}, {1, 0}, -(std::log(0.3) + std::log(0.2)) / 2);
    check_value(BinaryFocalCrossentropy{}, {0.3f}, {1}, -0.49 * std::log(0.3));
    check_value(BinaryFocalCrossentropy{.apply_class_balancing = true, .alpha = 0.1f}, {0.3f}, {0}, -0.9 * 0.09 * std::log(0.7));
    check_value(CategoricalFocalCrossentropy{.alpha = 1, .gamma = 0}, {0.2f, 0.8f}, {1, 0}, -std::log(0.2));
    check_value(CategoricalFocalCrossentropy{}, {0.4f, 1.6f}, {1, 0}, -0.25 * 0.64 * std::log(0.2)); // divided by their sum

    for (const float gamma : {0.f, 0.5f, 2.f, 3.f})
        for (const float smoothing : {0.f, 0.2f}) {
            const BinaryFocalCrossentropy binary{
                .apply_class_balancing = true, .alpha = 0.3f, .gamma = gamma, .label_smoothing = smoothing};
            const BinaryFocalCrossentropy of_logits{.gamma = gamma, .from_logits = true, .label_smoothing = smoothing};
            check_gradient(binary, 0.05, 0.95, 0, 1);
            check_gradient(of_logits, -3, 3, 0, 1);
            check_gradient(CategoricalFocalCrossentropy{.gamma = gamma, .label_smoothing = smoothing}, 0.05, 0.95, 0, 1);
            check_gradient(CategoricalFocalCrossentropy{.gamma = gamma, .from_logits = true, .label_smoothing = smoothing}, -3, 3,
                           0, 1);
        }
    check_nan(BinaryFocalCrossentropy{});
    for (const auto& row : hard_rows()) { // what is finite gives no NaN
        const float target[]{1, 0, 0};
        INFO(row[0] << ' ' << row[1] << ' ' << row[2]);
        for (const bool logits : {false, true}) {
            for (const float x : gradient_of(CategoricalFocalCrossentropy{.from_logits = logits}, row, target))
                CHECK(!std::isnan(x));
            CHECK(!std::isnan(value_of(CategoricalFocalCrossentropy{.from_logits = logits}, row, target)));
        }
        for (const float x : gradient_of(BinaryFocalCrossentropy{.from_logits = true}, row, target)) CHECK(!std::isnan(x));
    }
    CHECK_THROWS_WITH(BinaryFocalCrossentropy{.gamma = -1}.check_settings(),
                      "binary_focal_crossentropy: gamma is -1, it has to be a finite number of at least 0");
    CHECK_THROWS_WITH(CategoricalFocalCrossentropy{.alpha = 2}.check_settings(),
                      "categorical_focal_crossentropy: alpha is 2, it has to be in [0, 1]");
    CHECK_THROWS_AS(CategoricalFocalCrossentropy{.label_smoothing = 2}.check_settings(), error);
}
