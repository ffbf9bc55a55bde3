// lamina/training/callbacks/reduce_lr_on_plateau.hpp: a smaller learning rate when a figure no longer gets better.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/callbacks/monitor.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Multiplies the learning rate by `factor` after `patience` epochs without a better figure. The rate of every epoch is among its
/// figures, as `learning_rate`.
///
/// Options  `min_delta`: an improvement by less is none. `cooldown`: epochs after a smaller rate that are not counted.
///          `min_lr`: the rate goes no lower.
/// Refuses  a factor outside (0, 1); an optimizer whose rate is a schedule; a figure that is not among the epoch's, and one whose direction
///          its name does not tell (set `mode`), after the first epoch.
/// Source   keras/src/callbacks/reduce_lr_on_plateau.py, Keras 3.15; but every training starts with nothing yet reached.
/// Example  ReduceLROnPlateau slower{.monitor = "val_loss", .factor = 0.5, .patience = 3};
struct ReduceLROnPlateau {
    std::string monitor = "val_loss";
    double factor = 0.1;
    std::size_t patience = 10;
    monitor_mode mode = monitor_mode::automatic;
    double min_delta = 1e-4;
    std::size_t cooldown = 0;
    double min_lr = 0;

    struct State {
        double best = 0;
        std::size_t wait = 0, cooling = 0;
        bool started = false, down = true;
    } state{};

    void on_train_begin(TrainingState&)
    {
        if (internals::is_nan(factor) || factor <= 0 || factor >= 1)
            internals::fail({"ReduceLROnPlateau: factor is ", factor, ", it has to be above 0 and below 1"});
        if (internals::is_nan(min_delta))
            internals::fail({"ReduceLROnPlateau: min_delta is ", min_delta, ", a number is needed"});
        if (internals::is_nan(min_lr)) internals::fail({"ReduceLROnPlateau: min_lr is ", min_lr, ", a number is needed"});
        state = {};
    }

    void on_epoch_end(TrainingState& t)
    {
        const double current = t.logs[monitor];
        if (!state.started) start();
        t.logs.set("learning_rate", t.learning_rate);
        if (state.cooling > 0) {
            --state.cooling;
            state.wait = 0;
        }
        if (internals::improves_on(current, state.best, state.down, min_delta)) {
            state.best = current;
            state.wait = 0;
        }
        else if (state.cooling == 0 && ++state.wait >= patience && t.learning_rate > min_lr) {
            t.learning_rate = std::max(t.learning_rate * factor, min_lr);
            state.cooling = cooldown;
            state.wait = 0;
        }
    }

private:
    void start()
    {
        state.started = true;
        state.down = internals::direction_of(monitor, mode) == monitor_mode::min;
        state.best = state.down ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    }
};

}} // namespace lamina
