// ExponentialDecay: powers by hand, the staircase, refusals.
#include "catch.hpp"

#include <lamina/training/schedules/exponential_decay.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Schedule<ExponentialDecay>);

TEST_CASE("ExponentialDecay multiplies by the rate once in decay_steps", "[training][schedules]")
{
    const ExponentialDecay rate{.initial_learning_rate = 8, .decay_steps = 2, .decay_rate = 0.25f};
    CHECK(rate(0) == 8);
    CHECK(rate(1) == Approx(4));
    CHECK(rate(2) == Approx(2));
    CHECK(rate(3) == Approx(1));
    CHECK(rate(2000) == 0);

    const ExponentialDecay stairs{.initial_learning_rate = 8, .decay_steps = 2, .decay_rate = 0.25f, .staircase = true};
    CHECK(stairs(1) == 8);
    CHECK(stairs(2) == 2);
    CHECK(stairs(3) == 2);
    CHECK(stairs(4) == 0.5f);
}

TEST_CASE("ExponentialDecay refuses nonsense", "[training][schedules]")
{
    CHECK_THROWS_WITH((ExponentialDecay{.initial_learning_rate = 1, .decay_rate = 0.5f}(0)),
                      "ExponentialDecay: decay_steps is 0, the decay needs at least one step");
    CHECK_THROWS_WITH((ExponentialDecay{.initial_learning_rate = 1, .decay_steps = 1, .decay_rate = -1}(0)),
                      "ExponentialDecay: decay_rate is -1, it has to be positive");
}
