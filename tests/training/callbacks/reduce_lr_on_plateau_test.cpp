// ReduceLROnPlateau: the rates that Keras 3 sets for series worked out by its rules, and a training whose steps follow them.
#include "catch.hpp"

#include "training/problems.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/training/callbacks/early_stopping.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/callbacks/learning_rate_scheduler.hpp>
#include <lamina/training/callbacks/reduce_lr_on_plateau.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/sgd.hpp>
#include <lamina/training/schedules/exponential_decay.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<ReduceLROnPlateau> && Callback<LearningRateScheduler>);

namespace {

/// The rates after each epoch, of which the first had 1.
std::vector<double> rates(ReduceLROnPlateau callback, const std::vector<double>& figures)
{
    TrainingState t;
    t.learning_rate = 1;
    callback_members::on_train_begin::call(callback, t);
    std::vector<double> found;
    for (const double figure : figures) {
        t.logs = {};
        t.logs.set(callback.monitor, figure);
        const double before = t.learning_rate;
        callback_members::on_epoch_end::call(callback, t);
        CHECK(t.logs["learning_rate"] == before);
        found.push_back(t.learning_rate);
        ++t.epoch;
    }
    return found;
}
using list = std::vector<double>;

} // namespace

TEST_CASE("the rate falls when patience is over", "[training][callbacks]")
{
    CHECK(rates({.factor = 0.5, .patience = 2}, {3, 2, 2, 2, 2, 2, 1, 1}) == list{1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25});
    CHECK(rates({.factor = 0.5, .patience = 1}, {3, 3, 3}) == list{1, 0.5, 0.25});
    CHECK(rates({.factor = 0.5, .patience = 0}, {3, 3, 2}) == list{1, 0.5, 0.5});
    CHECK(rates({}, list(12, 3.)).back() == 0.1); // patience is 10
    CHECK(rates({.factor = 0.5, .patience = 1, .min_lr = 0.3}, {3, 3, 3, 3}) == list{1, 0.5, 0.3, 0.3});
    CHECK(rates({.factor = 0.5, .patience = 1, .min_delta = 0.5}, {3, 2.6, 2.6}) == list{1, 0.5, 0.25});
    CHECK(rates({.monitor = "val_accuracy", .factor = 0.5, .patience = 1}, {.1, .2, .2, .3}) == list{1, 1, 0.5, 0.5});
    const double no_number = std::numeric_limits<double>::quiet_NaN();
    CHECK(rates({.factor = 0.5, .patience = 1}, {no_number, 1, no_number}) == list{0.5, 0.5, 0.25});
}

TEST_CASE("epochs of the cooldown are not counted", "[training][callbacks]")
{
    // Of the two epochs behind a smaller rate the second ends the cooldown and is counted, as in Keras.
    CHECK(rates({.factor = 0.5, .patience = 1, .cooldown = 2}, {3, 3, 3, 3, 3}) == list{1, 0.5, 0.5, 0.25, 0.25});
    CHECK(rates({.factor = 0.5, .patience = 2, .cooldown = 3}, {3, 3, 3, 3, 3, 3, 3}) == list{1, 1, 0.5, 0.5, 0.5, 0.5, 0.25});
}

TEST_CASE("settings that make no sense are refused", "[training][callbacks]")
{
    TrainingState t;
    CHECK_THROWS_WITH(ReduceLROnPlateau{.factor = 1}.on_train_begin(t),
                      "ReduceLROnPlateau: factor is 1, it has to be above 0 and below 1");
    t.logs.set("score", 1);
    CHECK_THROWS_WITH(ReduceLROnPlateau{.monitor = "score"}.on_epoch_end(t), Catch::Contains("set the mode"));
    CHECK_THROWS_WITH(ReduceLROnPlateau{}.on_epoch_end(t), Catch::Contains("val_loss"));
}

namespace {

using Line = Dense<1, NoBias, Zeros>::on<1>;

/// w after epochs of one step each on x = 1, y = 0, whose gradient is 2·w, from w = 1.
template <class... C> double trained(SGD with, std::size_t epochs, C&&... callbacks)
{
    auto model = build<Line>(Seed{1});
    *model.kernel.data() = 1;
    auto trainer = compile(model, with, MeanSquaredError{});
    const xt::xtensor<float, 2> x({1, 1}, 1.f), y({1, 1}, 0.f);
    trainer.fit(x, y, {.epochs = epochs}, callbacks...);
    return static_cast<double>(*model.kernel.data());
}

} // namespace

TEST_CASE("a rate that a callback sets is that of the steps that follow", "[training][callbacks]")
{
    const auto at = [](std::size_t epoch) { return epoch == 0 ? 0.25 : epoch == 1 ? 0.125 : 0.0; };
    CHECK(trained({.learning_rate = 0.5}, 3, LearningRateScheduler(at)) == 0.5 * 0.75);
    CHECK(trained({.learning_rate = 0.25}, 3, LearningRateScheduler([](std::size_t, double rate) { return rate / 2; })) ==
          0.75 * 0.875 * 0.9375);
    // A loss that never changes by 10: 0.25 in the first two epochs, then 0.125, then 0.0625.
    CHECK(trained({.learning_rate = 0.25}, 4,
                  ReduceLROnPlateau{.monitor = "loss", .factor = 0.5, .patience = 1, .min_delta = 10}) ==
          0.5 * 0.5 * 0.75 * 0.875);
    CHECK(trained({.learning_rate = 0.25}, 2, LambdaCallback{.on_batch_begin = [](TrainingState& t) {
                      if (t.epoch == 1) t.learning_rate = 0;
                  }}) == 0.5);
}

TEST_CASE("the optimizer keeps the rate, and history has that of each epoch", "[training][callbacks]")
{
    auto model = build<Line>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0.5}, MeanSquaredError{});
    const xt::xtensor<float, 2> x({6, 1}, 1.f), y({6, 1}, 0.f);
    std::string calls;
    const History history =
        trainer.fit(x, y, {.epochs = 2, .batch_size = 3}, LearningRateScheduler([](auto, double rate) { return rate / 2; }),
                    LambdaCallback{.on_epoch_begin = [&](auto&) { calls += 'E'; },
                                   .on_batch_begin = [&](auto& t) { calls += std::to_string(t.batch); },
                                   .on_batch_end = [&](auto& t) { calls += static_cast<char>('a' + t.batch); },
                                   .on_epoch_end = [&](auto&) { calls += 'e'; }});
    CHECK(history["learning_rate"] == list{0.25, 0.125});
    CHECK(trainer.optimizer().learning_rate(0) == 0.125f);
    CHECK(calls == "E0b1ceE0b1ce");
}

TEST_CASE("a schedule refuses another rate, and a step one below 0", "[training][callbacks]")
{
    auto fixed_rate = LearningRateScheduler([](std::size_t) { return 0.5; });
    CHECK_THROWS_WITH(
        trained({.learning_rate = ExponentialDecay{0.1f, 10, 0.5f}}, 2, fixed_rate),
        "learning_rate: it is a schedule and cannot be set to 0.5 as well; give the optimizer a number, or leave out the "
        "callback that sets one");
    CHECK_THROWS_WITH(trained({.learning_rate = 0.1}, 2, LearningRateScheduler([](std::size_t) { return -1.0; })),
                      Catch::Contains("sgd") && Catch::Contains("-1"));
}
