// RMSprop: steps by hand for each of its forms, a plain loop for many, its slots, refusals.
#include "training/optimizers/records.hpp"

#include <lamina/training/optimizers/rmsprop.hpp>

#include <cmath>
#include <limits>

using namespace lamina;
using namespace lamina::internals;

static_assert(Optimizer<RMSprop> && RMSprop::name == "rmsprop");

TEST_CASE("RMSprop by hand", "[training][optimizers]")
{
    const auto after = [](RMSprop rule, int steps) {
        const Records w{make_record("w", Shape{1})}, g{make_record("w", Shape{1})};
        write<float>(*w[0], {1});
        for (int i = 0; i < steps; ++i) {
            write<float>(*g[0], {2});
            apply_gradients(rule, w, g);
        }
        return static_cast<double>(read(*w[0])[0]);
    };
    // v: 2, 3; the steps are 0.5 · 2 / √v.
    const double first = 1 / std::sqrt(2.), second = 1 / std::sqrt(3.);
    CHECK(after({.learning_rate = 0.5, .rho = 0.5}, 1) == Approx(1 - first));
    CHECK(after({.learning_rate = 0.5, .rho = 0.5}, 2) == Approx(1 - first - second));
    CHECK(after({.learning_rate = 0.5, .rho = 0.5, .momentum = 0.5f}, 2) == Approx(1 - first - (first / 2 + second)));
    // v − a²: 2 − 1, 3 − 2.25.
    CHECK(after({.learning_rate = 0.5, .rho = 0.5, .centered = true}, 2) == Approx(1 - 1 - 1 / std::sqrt(0.75)));
    CHECK(after({.learning_rate = 0.5, .rho = 0.5, .momentum = 0.5f, .centered = true}, 2) ==
          Approx(1 - 1 - (0.5 + 1 / std::sqrt(0.75))));
    CHECK(after({.learning_rate = 0.5, .rho = 0.5, .clipvalue = 1.f}, 1) == Approx(1 - 0.5 / std::sqrt(0.5)));
}

TEMPLATE_TEST_CASE("RMSprop equals a plain loop, and leaves padding zero", "[training][optimizers]", float, double)
{
    using T = TestType;
    for (const bool centered : {false, true})
        for (const float momentum : {0.f, 0.75f}) {
            std::mt19937 random(11);
            RMSprop rule{.learning_rate = 0.125, .momentum = momentum, .centered = centered};
            const Records w{make_record<T>("w", Shape{7, 13})}, g{make_record<T>("w", Shape{7, 13})};
            randomize<T>(*w[0], random);
            const auto start = read<T>(*w[0]);
            std::vector<double> wanted(start.begin(), start.end()), v(wanted.size()), m(v), a(v);
            for (int step = 0; step < 5; ++step) {
                randomize<T>(*g[0], random);
                const auto slope = read<T>(*g[0]);
                for (std::size_t i = 0; i < v.size(); ++i) {
                    const double s = static_cast<double>(slope[i]);
                    v[i] = 0.9 * v[i] + (1 - 0.9) * s * s;
                    a[i] = 0.9 * a[i] + (1 - 0.9) * s;
                    const double root = std::sqrt(v[i] - (centered ? a[i] * a[i] : 0) + static_cast<double>(1e-7f));
                    m[i] = static_cast<double>(momentum) * m[i] + 0.125 * s / root;
                    wanted[i] -= m[i];
                }
                apply_gradients(rule, w, g);
            }
            const auto got = read<T>(*w[0]);
            const double tolerance = 64 * static_cast<double>(std::numeric_limits<T>::epsilon());
            for (std::size_t i = 0; i < got.size(); ++i) CHECK(std::fabs(static_cast<double>(got[i]) - wanted[i]) <= tolerance);
            CHECK(padding_is_zero<T>(*w[0]));
            for (const auto& slot : rule.state.slot_records) CHECK(padding_is_zero<T>(*slot));
        }
}

TEST_CASE("RMSprop keeps what its settings need", "[training][optimizers]")
{
    const auto slots = [](const RMSprop& rule) {
        std::string names;
        for (std::size_t i = 0; i < rule.slot_count(); ++i) names += std::string(rule.slot_name(i)) + ' ';
        return names;
    };
    CHECK(slots({}) == "velocity ");
    CHECK(slots({.momentum = 0.5f}) == "velocity momentum ");
    CHECK(slots({.centered = true}) == "velocity average_gradient ");
    CHECK(slots({.momentum = 0.5f, .centered = true}) == "velocity momentum average_gradient ");
}

TEST_CASE("RMSprop is a number where gradients never change, however large", "[training][optimizers]")
{
    for (const float gradient : {1e-20f, 1.f, 1e10f, 1e18f}) {
        RMSprop rule{.centered = true};
        const Records w{make_record("w", Shape{3})}, g{make_record("w", Shape{3})};
        for (int i = 0; i < 200; ++i) {
            write<float>(*g[0], {gradient, -gradient, gradient});
            apply_gradients(rule, w, g);
        }
        for (const float x : read(*w[0])) CHECK(std::isfinite(x));
    }
}

TEST_CASE("RMSprop refuses settings that make no sense", "[training][optimizers]")
{
    CHECK_THROWS_WITH(RMSprop{.rho = 1}.check_settings(), "rmsprop: rho is 1, it has to be in [0, 1)");
    CHECK_THROWS_WITH(RMSprop{.momentum = -1}.check_settings(), "rmsprop: momentum is -1, it has to be in [0, 1]");
    CHECK_THROWS_WITH(RMSprop{.epsilon = 0}.check_settings(), "rmsprop: epsilon is 0, it has to be a positive number");
    CHECK_THROWS_AS(RMSprop{.rho = std::numeric_limits<double>::quiet_NaN()}.check_settings(), error);
}
