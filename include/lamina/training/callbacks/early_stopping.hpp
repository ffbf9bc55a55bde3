// lamina/training/callbacks/early_stopping.hpp: ends training when a figure no longer gets better.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/record.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/callbacks/monitor.hpp>

#include <cstddef>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Ends training after `patience` epochs without a better figure, at the earliest after the second epoch.
///
/// Options  `min_delta`: an improvement by less is none. `baseline`: an epoch that does not beat it wears the patience
///          down, even if it is the best so far. `start_from_epoch`: epochs before it, counted from 0, are not looked at.
///          `restore_best_weights`: when training ends, by this callback or by running through all epochs, the model gets
///          the weights of the best epoch; moving statistics and frozen variables are restored as well.
/// Refuses  a figure that is not among the epoch's, and one whose direction its name does not tell (set `mode`): before the first
///          epoch, or after it where a callback of one's own may add figures.
/// Source   keras/src/callbacks/early_stopping.py, Keras 3.15; but every training starts with nothing yet reached.
/// Example  EarlyStopping stop{.monitor = "val_loss", .patience = 5, .restore_best_weights = true};
struct EarlyStopping {
    std::string monitor = "val_loss";
    double min_delta = 0;
    std::size_t patience = 0;
    monitor_mode mode = monitor_mode::automatic;
    std::optional<double> baseline{};
    bool restore_best_weights = false;
    std::size_t start_from_epoch = 0;
    static constexpr bool adds_figures = false;

    struct State {
        double best = 0;
        std::size_t best_epoch = 0, wait = 0;
        bool started = false, down = true, improved = false;
        bool numbers = false; ///< a figure was neither NaN nor infinite
        struct Weights {      // of one variable
            std::vector<std::byte> bytes;
        };
        std::vector<Weights> best_weights{};
    } state{};

    void on_train_begin(TrainingState& t)
    {
        if (internals::is_nan(min_delta)) internals::fail({"EarlyStopping: min_delta is ", min_delta, ", a number is needed"});
        if (baseline && internals::is_nan(*baseline))
            internals::fail({"EarlyStopping: baseline is ", *baseline, ", a number is needed"});
        state = {};
        if (!t.figures.entries.empty()) start(t.figures);
    }

    void on_epoch_end(TrainingState& t)
    {
        if (!state.started) start(t.logs);
        const double current = t.logs[monitor];
        if (t.epoch < start_from_epoch) return;
        state.numbers = state.numbers || internals::is_finite(current);
        // If no epoch ever gets better, as with NaN, the first one is the best.
        if (restore_best_weights && state.best_weights.empty()) keep(t);
        ++state.wait;
        if (improves_on(current, state.best)) {
            state.best = current;
            state.improved = true;
            keep(t);
            if (!baseline || improves_on(current, *baseline)) state.wait = 0;
        }
        else if (state.wait >= patience && t.epoch > 0 && !t.stop) { // another callback may have its reason already
            t.stop = true;
            t.stopped_by = reason(t.epoch);
        }
    }

    void on_train_end(TrainingState& t)
    {
        for (std::size_t i = 0; i < state.best_weights.size(); ++i)
            std::memcpy(t.variables[i]->data<std::byte>(), state.best_weights[i].bytes.data(),
                        state.best_weights[i].bytes.size());
    }

private:
    void start(const Logs& figures)
    {
        static_cast<void>(figures[monitor]); // says which figures there are, so it comes before the direction
        state.started = true;
        state.down = internals::direction_of(monitor, mode) == monitor_mode::min;
        state.best = state.down ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
    }

    std::string reason(std::size_t epoch) const
    {
        std::string text, best;
        internals::print_real(best, "%.4g", state.best);
        internals::append(text, {"EarlyStopping: after epoch ", epoch + 1, ", as ", monitor});
        if (state.improved) internals::append(text, {" was best, ", best, ", in epoch ", state.best_epoch + 1});
        else internals::append(text, {state.numbers ? " never got better" : " was NaN or infinite in every epoch"});
        if (!state.improved && start_from_epoch > 0) internals::append(text, {" from epoch ", start_from_epoch + 1, " on"});
        if (restore_best_weights && state.improved) internals::append(text, {", whose weights were restored"});
        else if (restore_best_weights)
            internals::append(text, {"; the weights of epoch ", state.best_epoch + 1, " were restored"});
        return text;
    }

    bool improves_on(double current, double reference) const
    {
        return internals::improves_on(current, reference, state.down, min_delta);
    }

    void keep(const TrainingState& t)
    {
        state.best_epoch = t.epoch;
        if (!restore_best_weights) return;
        state.best_weights.resize(t.variables.size());
        for (std::size_t i = 0; i < t.variables.size(); ++i) {
            const stored_types::record& from = *t.variables[i];
            state.best_weights[i].bytes.resize(from.stored_size() * internals::bytes_of(from.type()));
            std::memcpy(state.best_weights[i].bytes.data(), from.data<std::byte>(), state.best_weights[i].bytes.size());
        }
    }
};

}} // namespace lamina
