// lamina/training/callbacks/early_stopping.hpp: ends training when a figure no longer gets better.
#pragma once

#include <lamina/core/record.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/callbacks/monitor.hpp>

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace lamina {

/// Ends training after `patience` epochs without a better figure, at the earliest after the second epoch.
///
/// Options  `min_delta`: an improvement by less is none. `baseline`: an epoch that does not beat it wears the patience
///          down, even if it is the best so far. `start_from_epoch`: epochs before it, counted from 0, are not looked at.
///          `restore_best_weights`: when training ends, by this callback or by running through all epochs, the model gets
///          the weights of the best epoch; moving statistics and frozen variables are restored as well.
/// Refuses  a figure that is not among the epoch's, and one whose direction its name does not tell (set `mode`).
/// Source   keras/src/callbacks/early_stopping.py, Keras 3.15; but every training starts with nothing yet reached.
struct EarlyStopping {
    std::string monitor = "val_loss";
    double min_delta = 0;
    std::size_t patience = 0;
    monitor_mode mode = monitor_mode::automatic;
    std::optional<double> baseline{};
    bool restore_best_weights = false;
    std::size_t start_from_epoch = 0;

    struct State {
        double best = 0;
        std::size_t best_epoch = 0, wait = 0;
        bool started = false, down = true;
        std::vector<std::vector<std::byte>> best_weights{};
    } state{};

    void on_train_begin(Training&) { state = {}; }

    void on_epoch_end(Training& t)
    {
        const double current = t.logs[monitor]; // says which figures there are, so it comes before the direction
        if (!std::exchange(state.started, true)) {
            state.down = direction_of(monitor, mode) == monitor_mode::min;
            state.best = state.down ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
        }
        if (t.epoch < start_from_epoch) return;
        // If no epoch ever gets better, as with NaN, the first one is the best.
        if (restore_best_weights && state.best_weights.empty()) keep(t);
        ++state.wait;
        if (improves_on(current, state.best)) {
            state.best = current;
            keep(t);
            if (!baseline || improves_on(current, *baseline)) state.wait = 0;
        }
        else if (state.wait >= patience && t.epoch > 0 && !t.stop) { // another callback may have its reason already
            char best[32];
            std::snprintf(best, sizeof best, "%.4g", state.best);
            t.stop = true;
            t.stopped_by = "EarlyStopping: after epoch " + std::to_string(t.epoch + 1) + ", as " + monitor + " was best, " +
                           best + ", in epoch " + std::to_string(state.best_epoch + 1) +
                           (restore_best_weights ? ", whose weights were restored" : "");
        }
    }

    void on_train_end(Training& t)
    {
        for (std::size_t i = 0; i < state.best_weights.size(); ++i)
            std::memcpy(t.variables[i]->data<std::byte>(), state.best_weights[i].data(), state.best_weights[i].size());
    }

private:
    bool improves_on(double current, double reference) const
    {
        return state.down ? current + std::abs(min_delta) < reference : current - std::abs(min_delta) > reference;
    }

    void keep(const Training& t)
    {
        state.best_epoch = t.epoch;
        if (!restore_best_weights) return;
        state.best_weights.resize(t.variables.size());
        for (std::size_t i = 0; i < t.variables.size(); ++i) {
            const record& from = *t.variables[i];
            state.best_weights[i].resize(from.stored_size() * bytes_of(from.type()));
            std::memcpy(state.best_weights[i].data(), from.data<std::byte>(), state.best_weights[i].size());
        }
    }
};

} // namespace lamina
