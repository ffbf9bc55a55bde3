// EarlyStopping: the epochs that Keras 3 runs and the weights it ends with, for series worked out by its rules.
#include "catch.hpp"

#include "data/temporary.hpp"
#include "training/callbacks/run.hpp"

#include <lamina/training/callbacks/early_stopping.hpp>

#include <limits>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<EarlyStopping>);

namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
using series = std::vector<double>;

struct Outcome {
    std::size_t epochs;
    double weights;
    bool operator==(const Outcome&) const = default;
    friend std::ostream& operator<<(std::ostream& out, const Outcome& o)
    {
        return out << o.epochs << " epochs, weights of " << o.weights;
    }
};

Outcome outcome(EarlyStopping stopping, const series& values)
{
    TrainingState t;
    const auto epochs = run(stopping, t, stopping.monitor, values);
    CHECK(t.stop == !t.stopped_by.empty());
    return {epochs, weights_of(t)};
}

} // namespace

TEST_CASE("training ends when patience is over", "[training][callbacks]")
{
    CHECK(outcome({}, {3, 2, 1, 1, 0}) == Outcome{4, 4});
    CHECK(outcome({.patience = 1}, {3, 2, 1, 1, 0}) == Outcome{4, 4}); // Keras counts from the first epoch that is no better
    CHECK(outcome({.patience = 2}, {3, 2, 1, 1, 0}) == Outcome{5, 5});
    CHECK(outcome({.patience = 2}, {3, 2, 1, 1, 1, 0}) == Outcome{5, 5});
    CHECK(outcome({.patience = 4}, {5, 4, 3, 6, 6, 6, 6, 0}) == Outcome{7, 7});
    CHECK(outcome({.patience = 4}, {5, 4, 3, 6, 6, 6, 2, 3, 3, 3, 3, 0}) == Outcome{11, 11});
    CHECK(outcome({.patience = 10}, {1, 2, 3}) == Outcome{3, 3});
}

TEST_CASE("the best weights come back, whether training was stopped or ran to its end", "[training][callbacks]")
{
    CHECK(outcome({.patience = 4, .restore_best_weights = true}, {5, 4, 3, 6, 6, 6, 6, 0}) == Outcome{7, 3});
    CHECK(outcome({.patience = 4, .restore_best_weights = true}, {5, 4, 3, 6, 6}) == Outcome{5, 3});
    CHECK(outcome({.patience = 4, .restore_best_weights = true}, {5, 4, 3}) == Outcome{3, 3});
    CHECK(outcome({.patience = 4, .restore_best_weights = true}, {1}) == Outcome{1, 1});
    CHECK(outcome({.patience = 4, .restore_best_weights = true}, {}) == Outcome{0, 0});
    CHECK(outcome({.monitor = "val_accuracy", .patience = 2, .restore_best_weights = true}, {.1, .9, .8, .9, .99}) ==
          Outcome{4, 2});
    CHECK(outcome({.monitor = "score", .patience = 2, .mode = monitor_mode::min, .restore_best_weights = true},
                  {.9, .1, .2, .3}) == Outcome{4, 2});
}

TEST_CASE("a NaN is never an improvement", "[training][callbacks]")
{
    CHECK(outcome({.patience = 2, .restore_best_weights = true}, {no_number, 2, no_number, 1, no_number, no_number, 0}) ==
          Outcome{6, 4});
    CHECK(outcome({.patience = 2, .restore_best_weights = true}, {no_number, no_number, no_number}) == Outcome{2, 1});
    CHECK(outcome({.restore_best_weights = true}, {no_number, no_number, 1}) == Outcome{2, 1}); // never after the first epoch
}

TEST_CASE("an improvement by less than min_delta is none", "[training][callbacks]")
{
    CHECK(outcome({.min_delta = 0.5, .patience = 1, .restore_best_weights = true}, {3, 2.75, 1}) == Outcome{2, 1});
    CHECK(outcome({.min_delta = -0.5, .patience = 1, .restore_best_weights = true}, {3, 2.75, 1}) == Outcome{2, 1});
    CHECK(outcome({.min_delta = 0.5, .patience = 1, .restore_best_weights = true}, {3, 2.5, 1}) ==
          Outcome{2, 1}); // it has to be more
    CHECK(outcome({.min_delta = 0.5, .patience = 1, .restore_best_weights = true}, {3, 2, 1}) == Outcome{3, 3});
    CHECK(outcome({.monitor = "accuracy", .min_delta = 0.25, .patience = 1}, {.5, .75, 1}) == Outcome{2, 2});
}

TEST_CASE("an epoch has to beat the baseline to give patience back", "[training][callbacks]")
{
    // Always better, never good enough: patience runs down, but only an epoch that is no better ends training.
    CHECK(outcome({.patience = 2, .baseline = 1.0}, {5, 4, 3, 2, 2, 0}) == Outcome{5, 5});
    CHECK(outcome({.patience = 3, .baseline = 1.0}, {5, 6, 6, 0}) == Outcome{3, 3});
    CHECK(outcome({.patience = 3, .baseline = 6.0}, {5, 6, 6, 6, 0}) == Outcome{4, 4});
    CHECK(outcome({.patience = 2, .baseline = 1.0, .restore_best_weights = true}, {5, 4, 6}) == Outcome{3, 2});
}

TEST_CASE("epochs before start_from_epoch are not looked at", "[training][callbacks]")
{
    CHECK(outcome({.patience = 1, .restore_best_weights = true, .start_from_epoch = 3}, {0, 9, 9, 5, 4, 4, 0}) == Outcome{6, 5});
    CHECK(outcome({.restore_best_weights = true, .start_from_epoch = 9}, {1, 2, 3}) == Outcome{3, 3});
}

TEST_CASE("it says why, and can be used again", "[training][callbacks]")
{
    EarlyStopping stopping{.patience = 1, .restore_best_weights = true};
    TrainingState t;
    CHECK(run(stopping, t, "val_loss", {3, 0.25, 1, 0}) == 3);
    CHECK(t.stopped_by == "EarlyStopping: after epoch 3, as val_loss was best, 0.25, in epoch 2, whose weights were restored");
    CHECK(run(stopping, t, "val_loss", {3, 2, 1}) == 3); // the first training's 0.25 does not count
    CHECK(t.stopped_by.empty());
    CHECK(weights_of(t) == 3);
}

TEST_CASE("the reason of another callback stays", "[training][callbacks]")
{
    EarlyStopping stopping;
    TrainingState t;
    stopping.on_train_begin(t);
    t.logs.set("val_loss", no_number);
    t.epoch = 1;
    t.stop = true;
    t.stopped_by = "the loss was NaN";
    stopping.on_epoch_end(t);
    CHECK(t.stopped_by == "the loss was NaN");
}

TEST_CASE("a figure that is not there is refused", "[training][callbacks]")
{
    TrainingState t;
    EarlyStopping misspelt{.monitor = "val_los"};
    CHECK(says(refusal_of([&] { run(misspelt, t, "val_loss", {1}); }),
               "there is no \"val_los\" among the figures of this run (loss, val_loss)"));
    EarlyStopping unknown{.monitor = "margin"};
    CHECK(says(refusal_of([&] { run(unknown, t, "margin", {1}); }), "whether \"margin\" gets better"));
}

TEST_CASE("a training without a number says so", "[training][callbacks]")
{
    const auto why = [](EarlyStopping stopping, const series& values) {
        TrainingState t;
        run(stopping, t, stopping.monitor, values);
        return t.stopped_by;
    };
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(why({}, {no_number, no_number}) == "EarlyStopping: after epoch 2, as val_loss was NaN or infinite in every epoch");
    CHECK(why({.patience = 2, .restore_best_weights = true}, {no_number, infinity, no_number}) ==
          "EarlyStopping: after epoch 2, as val_loss was NaN or infinite in every epoch; the weights of epoch 1 were restored");
    CHECK(why({.monitor = "accuracy", .restore_best_weights = true, .start_from_epoch = 1}, {0.5, no_number, no_number}) ==
          "EarlyStopping: after epoch 2, as accuracy was NaN or infinite in every epoch from epoch 2 on; the weights of epoch 2 "
          "were "
          "restored");
    CHECK(why({.min_delta = infinity}, {2, 1}) == "EarlyStopping: after epoch 2, as val_loss never got better");
    CHECK(why({.patience = 2}, {no_number, 0.25, no_number, no_number}) ==
          "EarlyStopping: after epoch 4, as val_loss was best, 0.25, in epoch 2");
}

TEST_CASE("names of figures are checked before the first epoch where they are known", "[training][callbacks]")
{
    TrainingState t;
    t.figures.set("loss", 0);
    t.figures.set("margin", 0);
    const auto begin = [&](EarlyStopping stopping) { return refusal_of([&] { stopping.on_train_begin(t); }); };
    CHECK(says(begin({}), "there is no \"val_loss\" among the figures of this run (loss, margin)"));
    CHECK(says(begin({.monitor = "margin"}), "whether \"margin\" gets better"));
    CHECK(begin({.monitor = "margin", .mode = monitor_mode::max}).empty());
    CHECK(begin({.monitor = "loss"}).empty());
}
