// TerminateOnNaN: after the batch, for NaN and both infinities, and for nothing else.
#include "catch.hpp"

#include "training/callbacks/run.hpp"

#include <lamina/training/callbacks/terminate_on_nan.hpp>

#include <limits>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<TerminateOnNaN>);

TEST_CASE("training ends after the batch whose loss is no number", "[training][callbacks]")
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto after = [](double loss) {
        auto t = training_of(5, 10, 3);
        t.epoch = 1;
        t.logs.set("loss", loss);
        TerminateOnNaN().on_batch_end(t);
        CHECK(t.stop == !t.stopped_by.empty());
        return t.stopped_by;
    };
    CHECK(after(0.5).empty());
    CHECK(after(1e308).empty());
    CHECK(after(-1).empty());
    CHECK(after(std::numeric_limits<double>::quiet_NaN()) == "TerminateOnNaN: the loss was NaN after batch 3 of epoch 2");
    CHECK(after(infinity) == "TerminateOnNaN: the loss was infinite after batch 3 of epoch 2");
    CHECK_FALSE(after(-infinity).empty());
}

TEST_CASE("a training without a loss goes on", "[training][callbacks]")
{
    TrainingState t;
    TerminateOnNaN().on_batch_end(t);
    CHECK_FALSE(t.stop);
}
