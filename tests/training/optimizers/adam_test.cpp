// Adam: the first steps by hand, amsgrad, a plain loop in double for many steps, refusals.
#include "training/optimizers/records.hpp"

#include <lamina/training/optimizers/adam.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("Adam's first step has the size of the learning rate, whatever the gradient", "[training][optimizers]")
{
    Adam adam{.learning_rate = 0.5f};
    const Records w{make_record("w", Shape{3})}, g{make_record("w", Shape{3})};
    write<float>(*g[0], {1000, -0.01f, 0});
    apply_gradients(adam, w, g);

    // m = 0.1 g, v = 0.001 g², a = 0.5·√0.001 / 0.1: the step is 0.5 · g / |g|.
    CHECK(read(*w[0])[0] == Approx(-0.5f).epsilon(1e-4));
    CHECK(read(*w[0])[1] == Approx(0.5f).epsilon(1e-3)); // epsilon is 3e-4 of √v here
    CHECK(read(*w[0])[2] == 0);
    CHECK(read(*adam.state.slot_records[0])[0] == Approx(100.f));
    CHECK(read(*adam.state.slot_records[1])[0] == Approx(1000.f)); // 0.001 · 1e6: 1 − 0.999f would give 999.987
    CHECK(std::fabs(read(*adam.state.slot_records[1])[0] - 1000) < 1e-4f);
}

TEST_CASE("amsgrad keeps the largest second moment", "[training][optimizers]")
{
    Adam adam{.beta_2 = 0.5, .amsgrad = true};
    const Records w{make_record("w", Shape{1})}, g{make_record("w", Shape{1})};
    const float gradients[]{4, 0, 6}, v[]{8, 4, 20}, largest[]{8, 8, 20};
    for (int step = 0; step < 3; ++step) {
        write<float>(*g[0], {gradients[step]});
        apply_gradients(adam, w, g);
        CHECK(read(*adam.state.slot_records[1])[0] == v[step]);
        CHECK(read(*adam.state.slot_records[2])[0] == largest[step]);
    }
}

TEMPLATE_TEST_CASE("Adam equals a plain loop in double", "[training][optimizers]", float, double)
{
    using T = TestType;
    for (const bool amsgrad : {false, true}) {
        std::mt19937 random(12);
        Adam adam{.learning_rate = 0.125f,
                  .beta_1 = 0.75,
                  .beta_2 = 0.875,
                  .epsilon = 1.f / 1024,
                  .amsgrad = amsgrad}; // exact as floats
        const Records w{make_record<T>("w", Shape{7, 13})}, g{make_record<T>("w", Shape{7, 13})};
        randomize<T>(*w[0], random);
        const auto start = read<T>(*w[0]);
        std::vector<double> wanted(start.begin(), start.end()), m(wanted.size()), v(wanted.size()), most(wanted.size());

        for (int step = 1; step <= 30; ++step) {
            randomize<T>(*g[0], random);
            const auto slope = read<T>(*g[0]);
            const double size = 0.125 * std::sqrt(1 - std::pow(0.875, step)) / (1 - std::pow(0.75, step));
            for (std::size_t i = 0; i < m.size(); ++i) {
                const double x = static_cast<double>(slope[i]);
                m[i] += (x - m[i]) * 0.25;
                v[i] += (x * x - v[i]) * 0.125;
                most[i] = std::max(most[i], v[i]);
                wanted[i] -= m[i] * size / (std::sqrt(amsgrad ? most[i] : v[i]) + 1. / 1024);
            }
            apply_gradients(adam, w, g);
        }
        const auto got = read<T>(*w[0]);
        const double tolerance = 40 * static_cast<double>(std::numeric_limits<T>::epsilon()); // 30 steps, weights near one
        for (std::size_t i = 0; i < got.size(); ++i) CHECK(std::fabs(static_cast<double>(got[i]) - wanted[i]) <= tolerance);
    }
}

TEST_CASE("A NaN gradient is seen in its weight and nowhere else", "[training][optimizers]")
{
    Adam adam{.amsgrad = true};
    const Records w{make_record("w", Shape{3})}, g{make_record("w", Shape{3})};
    write<float>(*g[0], {1, std::numeric_limits<float>::quiet_NaN(), 1});
    apply_gradients(adam, w, g);
    CHECK(std::isnan(read(*w[0])[1]));
    CHECK(std::isfinite(read(*w[0])[0]));
    CHECK(std::isfinite(read(*w[0])[2]));
    CHECK(padding_is_zero(*w[0]));
    for (const auto& slot : adam.state.slot_records) CHECK(padding_is_zero(*slot));
}

TEST_CASE("A gradient whose square overflows does not throw its weight away at once", "[training][optimizers]")
{
    Adam adam;
    const Records w{make_record("w", Shape{4})}, g{make_record("w", Shape{4})};
    write<float>(*w[0], {1, 1, 1, 1});
    write<float>(*g[0], {1e25f, -1e19f, 1e37f, 1});
    apply_gradients(adam, w, g);
    for (const float value : read(*w[0])) CHECK(std::fabs(value - 1) <= 1.001e-3f);
}

TEST_CASE("Adam refuses nonsense", "[training][optimizers]")
{
    CHECK_THROWS_WITH(Adam{.beta_1 = 1}.check_settings(), "adam: beta_1 is 1, it has to be in [0, 1)");
    CHECK_THROWS_WITH(Adam{.beta_2 = -0.5}.check_settings(), "adam: beta_2 is -0.5, it has to be in [0, 1)");
    CHECK_THROWS_AS(Adam{.beta_2 = 1 - 1e-12}.check_settings(), error); // one, as a float
    CHECK_THROWS_AS(Adam{.beta_1 = std::numeric_limits<double>::quiet_NaN()}.check_settings(), error);
    CHECK_THROWS_WITH(Adam{.epsilon = 0}.check_settings(), "adam: epsilon is 0, it has to be a positive number");
    CHECK_NOTHROW((Adam{.beta_1 = 0, .beta_2 = 0}.check_settings()));
    Adam bad{.beta_1 = 2};
    CHECK_THROWS_AS(prepare(bad, Records{}), error);
}
