// lamina/graph/model_checkpoint.hpp: a callback that saves the model, or the best of them, while it is trained.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/file_place.hpp>
#include <lamina/core/finite.hpp>
#include <lamina/core/folder.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/path_pattern.hpp>
#include <lamina/graph/save.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/callbacks/monitor.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

/// Saves model and optimizer after every epoch. `load<Net>(path)` reads the model of such a file, and training goes on from all of it by
/// `Checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}}.restore(path)`. Each file is whole or not there; folders are made.
///
/// Options  `filepath`: may name numbers, `"{epoch:02d}-{val_loss:.2f}.safetensors"`: the epoch from 1, figures, and with `save_freq` the
///          `batch` from 1; a name without the epoch is replaced by each save. `monitor`, `mode`, `save_best_only`: saves only where this
///          figure is better than ever before, in an earlier `fit` with this object too. `initial_value_threshold`: it has to be better than this one
///          as well. `save_weights_only`: the model alone, as `save(model, path)` writes it. `save_freq`: saves after so many batches in place
///          of after every epoch; figures are then the means since the epoch's begin, and there are none of the validation.
/// Refuses  before the first epoch: a folder in which nothing can be written, a figure that there is not, in the monitor or the path, and one whose
///          direction its name does not tell (set `mode`); after the first epoch where a callback of one's own may add figures.
/// Source   keras/src/callbacks/model_checkpoint.py, Keras 3.15; but a NaN is never the best, and a figure that is missing is refused.
/// Example  ModelCheckpoint best{.filepath = "best.safetensors", .save_best_only = true};
struct ModelCheckpoint {
    internals::FilePath filepath = "";
    std::string monitor = "val_loss";
    bool save_best_only = false;
    bool save_weights_only = false;
    monitor_mode mode = monitor_mode::automatic;
    std::optional<std::size_t> save_freq{};
    std::optional<double> initial_value_threshold{};
    static constexpr bool adds_figures = false;

    struct State {
        std::optional<double> best{}; ///< the figure of the best model so far
        std::string path{};           ///< of the file that was written last
        std::size_t batches = 0;      ///< since the last save
        std::function<void(const internals::FilePath&, bool only_weights)> save{};
    } state{};

    template <class Parts> void attach(TrainingState&, const Parts& parts)
    {
        state.save = [parts](const internals::FilePath& path, bool only_weights) {
            if (only_weights) lamina::save(parts.model, path);
            else Checkpoint{{"model", parts.model}, {"optimizer", parts.optimizer}}.save(path);
        };
    }

    void on_train_begin(TrainingState& t)
    {
        if (filepath.string().empty())
            internals::fail({"ModelCheckpoint: filepath is empty; give a name, such as \"best.safetensors\""});
        if (save_freq == 0) internals::fail({"ModelCheckpoint: save_freq is 0 batches, it has to be 1 or more, or left out"});
        if (initial_value_threshold && internals::is_nan(*initial_value_threshold))
            internals::fail({"ModelCheckpoint: initial_value_threshold is ", *initial_value_threshold, ", a number is needed"});
        if (save_freq && save_best_only && monitor.starts_with("val_"))
            internals::fail({"ModelCheckpoint: ", monitor,
                             " is known when an epoch is over, and save_freq saves after batches; "
                             "leave out save_freq, or monitor \"loss\""});
        state.batches = 0;
        if (!t.figures.entries.empty()) { // what is wrong shows now
            if (save_best_only) static_cast<void>(improves(t.figures));
            static_cast<void>(path_for(t, t.figures));
        }
        const auto folder = internals::folder_of(filepath.string());
        if (folder.string().find_first_of("{}") != std::string::npos) return;
        internals::make_folder(folder);
        const bool fixed = filepath.string().find_first_of("{}") == std::string::npos;
        if (!fixed || !internals::place_for(filepath.string()).stream) internals::require_to_write_in(folder);
    }

    void on_batch_end(TrainingState& t)
    {
        if (!save_freq || ++state.batches < *save_freq) return;
        state.batches = 0;
        save(t);
    }

    void on_epoch_end(TrainingState& t)
    {
        if (!save_freq) save(t);
    }

    void on_train_end(TrainingState&) { state.save = {}; }

private:
    /// Whether a figure is better than the best one so far.
    bool improves(const Logs& figures) const
    {
        const double current = figures[monitor]; // says which figures there are, so it comes before the direction
        const bool down = internals::direction_of(monitor, mode) == monitor_mode::min;
        const auto& reached = state.best ? state.best : initial_value_threshold;
        return reached ? internals::improves_on(current, *reached, down, 0) : !internals::is_nan(current);
    }

    std::string path_for(const TrainingState& t, const Logs& figures) const
    {
        std::vector<internals::NamedNumber> numbers{{"epoch", static_cast<double>(t.epoch + 1), true}};
        if (save_freq) numbers.push_back({"batch", static_cast<double>(t.batch), true});
        for (const auto& [name, value] : figures.entries)
            if (!save_freq || !name.starts_with("val_")) numbers.push_back({name, value, false});
        return internals::filled(filepath.string(), numbers, "ModelCheckpoint: filepath");
    }

    void save(TrainingState& t)
    {
        if (save_best_only && !improves(t.logs)) return;
        const std::string path = path_for(t, t.logs);
        internals::make_folder(internals::folder_of(path));
        state.save(path, save_weights_only);
        if (save_best_only) state.best = t.logs[monitor];
        state.path = path;
    }
};

}} // namespace lamina
