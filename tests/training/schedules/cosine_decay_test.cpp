// CosineDecay: the cosine's known values, the end, the warm-up.
#include "catch.hpp"

#include <lamina/training/schedules/cosine_decay.hpp>
#include <lamina/training/schedules/learning_rate.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Schedule<CosineDecay>);

TEST_CASE("CosineDecay goes down half a cosine and stays there", "[training][schedules]")
{
    const CosineDecay rate{.initial_learning_rate = 0.4f, .decay_steps = 6};
    CHECK(rate(0) == 0.4f);
    CHECK(rate(2) == Approx(0.3));
    CHECK(rate(3) == Approx(0.2));
    CHECK(rate(4) == Approx(0.1));
    CHECK(rate(6) == Approx(0).margin(1e-8));
    CHECK(rate(1000) == rate(6));

    const CosineDecay above{.initial_learning_rate = 0.4f, .decay_steps = 6, .alpha = 0.25f};
    CHECK(above(0) == 0.4f);
    CHECK(above(3) == Approx(0.25)); // 0.4 · (0.75 / 2 + 0.25)
    CHECK(above(7) == Approx(0.1));
}

TEST_CASE("CosineDecay warms up in a straight line, then decays from the target", "[training][schedules]")
{
    const CosineDecay rate{
        .initial_learning_rate = 0.1f, .decay_steps = 10, .alpha = 0.5f, .warmup_target = 0.5f, .warmup_steps = 4};
    CHECK(rate(0) == 0.1f);
    CHECK(rate(1) == Approx(0.2));
    CHECK(rate(3) == Approx(0.4));
    CHECK(rate(4) == Approx(0.5));
    CHECK(rate(9) == Approx(0.375));
    CHECK(rate(14) == Approx(0.25));
    CHECK(rate(99) == Approx(0.25));

    // Without a target the steps of warm-up count for nothing, as in Keras.
    CHECK(CosineDecay{.initial_learning_rate = 1, .decay_steps = 2, .warmup_steps = 5}(1) == Approx(0.5));
    // A target without steps is where the decay starts.
    CHECK(CosineDecay{.initial_learning_rate = 1, .decay_steps = 2, .warmup_target = 3.f}(0) == 3);
}

TEST_CASE("CosineDecay over no step is refused", "[training][schedules]")
{
    CHECK_THROWS_WITH(CosineDecay{.initial_learning_rate = 1}(0),
                      "CosineDecay: decay_steps is 0, the decay needs at least one step");
}
