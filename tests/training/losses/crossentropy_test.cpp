// What the cross-entropies share: clipping, the softmax form and the logits form, for targets of any sum.
#include "training/losses/differences.hpp"

#include <lamina/training/losses/categorical_crossentropy.hpp>
#include <lamina/training/losses/crossentropy.hpp>

#include <limits>
#include <string>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("Probabilities are clipped as Keras clips, NaN is kept", "[training][losses]")
{
    CHECK(internals::losses::clipped<float>(0.f).value == 1e-7f);
    CHECK_FALSE(internals::losses::clipped<float>(0.f).inside);
    CHECK(internals::losses::clipped<float>(1.f).value == 0.99999988f); // 1 - 1e-7 as a float, two steps under one
    CHECK_FALSE(internals::losses::clipped<float>(1.f).inside);
    CHECK(internals::losses::clipped<float>(1e-7f).inside);
    CHECK(internals::losses::clipped<float>(0.99999988f).inside);
    CHECK(internals::losses::clipped<double>(2.0).value == 1 - 1e-7);
    CHECK(std::isnan(internals::losses::clipped<float>(std::numeric_limits<float>::quiet_NaN()).value));
}

TEST_CASE("The softmax form and the logits form agree, whatever the targets add up to", "[training][losses]")
{
    std::mt19937 random(3);
    for (const std::size_t n : {1u, 2u, 3u, 10u, 33u}) {
        const auto logits = random_row(random, n, -5, 5);
        auto wanted = random_row(random, n, 0, 1);
        wanted[0] = 0;
        const auto t = [&](std::size_t i) { return wanted[i]; };
        const auto p = softmax(logits);
        std::vector<double> from_softmax(n), from_logits(n);

        const double a = internals::losses::crossentropy_of_softmax(p.data(), logits.data(), t, n, from_softmax.data(), 0.5);
        const double b = internals::losses::crossentropy_of_logits(logits.data(), t, n, from_logits.data(), 0.5);
        CHECK(a == Approx(b).epsilon(1e-13).margin(1e-15));
        check_near(from_softmax, from_logits, 1e-14);

        const auto slopes = differences(
            [&](const std::vector<double>& x) {
                return 0.5 * internals::losses::crossentropy_of_logits(x.data(), t, n, static_cast<double*>(nullptr), 1.0);
            },
            logits);
        check_near(from_logits, slopes, 1e-8);
    }
}

TEST_CASE("A probability that underflowed gives the loss of its logit and the right pull", "[training][losses]")
{
    const float p[]{0, 1}, z[]{0, 110};
    const auto t = [](std::size_t i) { return i == 0 ? 1.f : 0.f; };
    float gradient[2];

    CHECK(internals::losses::crossentropy_of_softmax(p, z, t, 2, gradient, 1.f) == 110);
    CHECK(gradient[0] == -1);
    CHECK(gradient[1] == 1);
}

TEST_CASE("The loss of a probability near 1 keeps its digits", "[training][losses]")
{
    const auto t = [](std::size_t i) { return i == 0 ? 1.f : 0.f; };
    float* const none = nullptr;
    for (const float z : {0.5f, 3.f, 8.f, 17.f, 40.f, 80.f}) {
        INFO(z);
        const float logits[]{z, 0}, rest = std::exp(-z), p[]{1 / (1 + rest), rest / (1 + rest)};
        const double wanted = std::log1p(std::exp(-double(z)));
        CHECK(double(internals::losses::crossentropy_of_softmax(p, logits, t, 2, none, 1.f)) == Approx(wanted).epsilon(1e-6));
        CHECK(double(internals::losses::crossentropy_of_logits(logits, t, 2, none, 1.f)) == Approx(wanted).epsilon(1e-6));
    }
}

TEST_CASE("The loss of many classes that are all unlikely keeps its digits", "[training][losses]")
{
    std::vector<float> p(1000, 1e-3f), z(1000, 2.f);
    const auto t = [](std::size_t i) { return i == 7 ? 1.f : 0.f; };
    CHECK(internals::losses::crossentropy_of_softmax(p.data(), z.data(), t, 1000, static_cast<float*>(nullptr), 1.f) ==
          Approx(std::log(1000.)).epsilon(1e-6));
}

TEST_CASE("NaN is not hidden", "[training][losses]")
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float x[]{0, nan};
    const auto t = [](std::size_t i) { return i == 1 ? 1.f : 0.f; };

    CHECK(std::isnan(internals::losses::crossentropy_of_softmax(x, x, t, 2, static_cast<float*>(nullptr), 1.f)));
    CHECK(std::isnan(internals::losses::crossentropy_of_logits(x, t, 2, static_cast<float*>(nullptr), 1.f)));
    CHECK(internals::losses::crossentropy_of_logits(x, t, 0, static_cast<float*>(nullptr), 1.f) == 0);
}

TEST_CASE("A label smoothing outside [0, 1] is refused by name", "[training][losses]")
{
    const auto check = [](float smoothing) { CategoricalCrossentropy{.label_smoothing = smoothing}.check_settings(); };
    CHECK_NOTHROW(check(0));
    CHECK_NOTHROW(check(1));
    CHECK_THROWS_WITH(check(1.5f), "categorical_crossentropy: label_smoothing is 1.5, it has to be in [0, 1]");
    CHECK_THROWS_AS(check(-0.1f), error);
    CHECK_THROWS_AS(check(std::numeric_limits<float>::quiet_NaN()), error);
}
