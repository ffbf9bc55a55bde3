// LearningRate: a number of any type, a schedule of one's own, copies.
#include "catch.hpp"

#include <lamina/training/schedules/learning_rate.hpp>

#include <string>
#include <type_traits>

using namespace lamina;
using namespace lamina::internals;

static_assert(std::is_copy_constructible_v<LearningRate> && std::is_copy_assignable_v<LearningRate>);
static_assert(std::is_convertible_v<float, LearningRate> && std::is_convertible_v<double, LearningRate> &&
              std::is_convertible_v<int, LearningRate>);
static_assert(!std::is_constructible_v<LearningRate, std::string> &&
              !std::is_constructible_v<LearningRate, void (*)(std::size_t)>);
static_assert(!Schedule<std::string (*)(std::size_t)>);

namespace {

struct Settings {
    LearningRate learning_rate = 0.5f;
};

} // namespace

TEST_CASE("A number is the rate of every step", "[training][schedules]")
{
    CHECK(Settings{}.learning_rate(0) == 0.5f);
    CHECK(Settings{.learning_rate = 0.1}.learning_rate(7) == 0.1f);
    CHECK(Settings{.learning_rate = 2}.learning_rate(1'000'000'000'000) == 2);
}

TEST_CASE("Whatever takes the step is a schedule", "[training][schedules]")
{
    const Settings halved{.learning_rate = [](std::size_t step) { return 1.0 / static_cast<double>(1 + step); }};
    CHECK(halved.learning_rate(0) == 1);
    CHECK(halved.learning_rate(3) == 0.25f);

    LearningRate copy = halved.learning_rate;
    CHECK(copy(4) == 0.2f);
    copy = 3;
    CHECK(copy(4) == 3);
    CHECK(halved.learning_rate(4) == 0.2f);

    const LearningRate whole = [](auto step) { return static_cast<int>(step); };
    CHECK(whole(5) == 5);
}
