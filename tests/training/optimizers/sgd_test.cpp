// SGD: two steps by hand for each of its forms, a plain loop for many, refusals.
#include "training/optimizers/records.hpp"

#include <lamina/training/optimizers/sgd.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

namespace {

/// One weight of 1 and a gradient of 2, after `steps` steps.
float after(SGD sgd, int steps)
{
    const Records w{make_record("w", Shape{1})}, g{make_record("w", Shape{1})};
    write<float>(*w[0], {1});
    for (int i = 0; i < steps; ++i) {
        write<float>(*g[0], {2});
        apply_gradients(sgd, w, g);
    }
    return read(*w[0])[0];
}

} // namespace

TEST_CASE("SGD by hand", "[training][optimizers]")
{
    CHECK(after(SGD{}, 1) == 0.98f);
    CHECK(after(SGD{.learning_rate = 0.25f}, 2) == 0);
    // m: -0.5, -0.75
    CHECK(after(SGD{.learning_rate = 0.25f, .momentum = 0.5f}, 1) == 0.5f);
    CHECK(after(SGD{.learning_rate = 0.25f, .momentum = 0.5f}, 2) == -0.25f);
    // 0.5·m − 0.5: -0.75, -0.875
    CHECK(after(SGD{.learning_rate = 0.25f, .momentum = 0.5f, .nesterov = true}, 1) == 0.25f);
    CHECK(after(SGD{.learning_rate = 0.25f, .momentum = 0.5f, .nesterov = true}, 2) == -0.625f);
    CHECK(after(SGD{.learning_rate = 0.25f, .clipvalue = 1.f}, 2) == 0.5f);
    CHECK(after(SGD{.learning_rate = 0.25f, .nesterov = true}, 2) == 0); // without momentum there is nothing to look ahead
}

TEMPLATE_TEST_CASE("SGD equals a plain loop", "[training][optimizers]", float, double)
{
    using T = TestType;
    for (const bool nesterov : {false, true}) {
        std::mt19937 random(11);
        SGD sgd{.learning_rate = 0.1f, .momentum = 0.75f, .nesterov = nesterov};
        const Records w{make_record<T>("w", Shape{7, 13})}, g{make_record<T>("w", Shape{7, 13})};
        randomize<T>(*w[0], random);
        const auto start = read<T>(*w[0]);
        std::vector<double> wanted(start.begin(), start.end()), m(wanted.size());

        for (int step = 0; step < 5; ++step) {
            randomize<T>(*g[0], random);
            const auto slope = read<T>(*g[0]);
            const double rate = static_cast<double>(0.1f);
            for (std::size_t i = 0; i < m.size(); ++i) {
                m[i] = 0.75 * m[i] - rate * static_cast<double>(slope[i]);
                wanted[i] += nesterov ? 0.75 * m[i] - rate * static_cast<double>(slope[i]) : m[i];
            }
            apply_gradients(sgd, w, g);
        }
        const auto got = read<T>(*w[0]);
        const double tolerance = 8 * static_cast<double>(std::numeric_limits<T>::epsilon());
        for (std::size_t i = 0; i < got.size(); ++i) CHECK(std::fabs(static_cast<double>(got[i]) - wanted[i]) <= tolerance);
    }
}

TEST_CASE("SGD refuses a momentum outside [0, 1]", "[training][optimizers]")
{
    CHECK_THROWS_WITH(SGD{.momentum = 1.5f}.check_settings(), "sgd: momentum is 1.5, it has to be in [0, 1]");
    CHECK_THROWS_AS(SGD{.momentum = std::numeric_limits<float>::quiet_NaN()}.check_settings(), error);
    SGD both{.clipnorm = 1.f, .clipvalue = 1.f};
    CHECK_THROWS_AS(prepare(both, Records{}), error);
    SGD negative{.momentum = -1};
    CHECK_THROWS_AS(prepare(negative, Records{}), error);
}
