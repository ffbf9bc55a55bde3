// Schedules: what stands at their edges, and settings that are refused. Their numbers are compared with Keras's by tests/cases.
#include "catch.hpp"

#include <lamina/core/error.hpp>
#include <lamina/training/schedules/cosine_decay_restarts.hpp>
#include <lamina/training/schedules/inverse_time_decay.hpp>
#include <lamina/training/schedules/learning_rate.hpp>
#include <lamina/training/schedules/piecewise_constant_decay.hpp>
#include <lamina/training/schedules/polynomial_decay.hpp>

using namespace lamina;

TEST_CASE("PiecewiseConstantDecay changes behind its boundaries", "[training][schedules]")
{
    const LearningRate rate = PiecewiseConstantDecay{.boundaries = {2, 4}, .values = {1, 0.5f, 0.25f}};
    CHECK(rate(0) == 1);
    CHECK(rate(2) == 1);
    CHECK(rate(3) == 0.5f);
    CHECK(rate(5) == 0.25f);
    CHECK(PiecewiseConstantDecay{.boundaries = {}, .values = {3}}(7) == 3);
    CHECK_THROWS_WITH((PiecewiseConstantDecay{.boundaries = {1}, .values = {1}}(0)),
                      "PiecewiseConstantDecay: there are 1 values for 1 boundaries, there has to be one more than boundaries");
    CHECK_THROWS_AS((PiecewiseConstantDecay{.boundaries = {2, 2}, .values = {1, 2, 3}}(0)), error);
}

TEST_CASE("PolynomialDecay ends, or begins again", "[training][schedules]")
{
    const PolynomialDecay once{.initial_learning_rate = 1, .decay_steps = 10, .end_learning_rate = 0.5f};
    CHECK(once(0) == 1);
    CHECK(once(5) == 0.75f);
    CHECK(once(11) == 0.5f);
    const PolynomialDecay again{.initial_learning_rate = 1, .decay_steps = 10, .end_learning_rate = 0, .cycle = true};
    CHECK(again(10) == 0);
    CHECK(again(11) == Approx(0.45));
    CHECK_THROWS_AS(PolynomialDecay{}(0), error);
    CHECK_THROWS_AS((PolynomialDecay{.decay_steps = 1, .power = -1}(0)), error);
}

TEST_CASE("InverseTimeDecay falls in steps where it is asked to", "[training][schedules]")
{
    CHECK(InverseTimeDecay{.initial_learning_rate = 1, .decay_steps = 2, .decay_rate = 1}(1) == Approx(1 / 1.5));
    CHECK(InverseTimeDecay{.initial_learning_rate = 1, .decay_steps = 2, .decay_rate = 1, .staircase = true}(3) == 0.5f);
    CHECK_THROWS_AS(InverseTimeDecay{}(0), error);
    CHECK_THROWS_AS((InverseTimeDecay{.decay_steps = 1, .decay_rate = -1}(0)), error);
}

TEST_CASE("CosineDecayRestarts begins each period at its top", "[training][schedules]")
{
    const CosineDecayRestarts rate{.initial_learning_rate = 1, .first_decay_steps = 10, .t_mul = 3, .m_mul = 0.5};
    CHECK(rate(0) == 1);
    CHECK(rate(10) == 0.5f);
    CHECK(rate(40) == 0.25f);
    CHECK(rate(39) < 0.01f);
    CHECK(rate(130) == 0.125f);
    CHECK_THROWS_AS(CosineDecayRestarts{}(0), error);
    CHECK_THROWS_AS((CosineDecayRestarts{.first_decay_steps = 1, .t_mul = 0.5}(0)), error);
}
