// lamina/graph/backup_and_restore.hpp: a callback by which a training that was killed goes on where it was.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/names.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/graph/checkpoint.hpp>
#include <lamina/graph/checkpoint_manager.hpp>
#include <lamina/training/callback.hpp>
#include <lamina/training/logs.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// Where a training stands, beside its model and its optimizer.
struct TrainingPlace {
    std::size_t epoch = 0, batch = 0;     ///< the running epoch, and how many of its batches are done
    std::size_t batches = 0, samples = 0; ///< of an epoch
    std::vector<std::size_t> epoch_of{};  ///< of each figure of the epochs that are over
    std::vector<std::string> names{};
    std::vector<double> values{};

    [[gnu::cold]] void keep(const std::vector<Logs>& epochs)
    {
        epoch_of.clear();
        names.clear();
        values.clear();
        for (std::size_t i = 0; i < epochs.size(); ++i)
            for (const auto& [name, value] : epochs[i].entries) {
                add_to(epoch_of, i);
                add_to(names, name);
                add_to(values, value);
            }
    }

    [[gnu::cold]] void give(std::vector<Logs>& epochs) const
    {
        epochs.clear();
        for (std::size_t i = 0; i < std::min({epoch_of.size(), names.size(), values.size()}); ++i) {
            if (epoch_of[i] >= epochs.size()) epochs.emplace_back();
            epochs.back().set(names[i], values[i]);
        }
    }
};

/// The variables of a model. Its plain values are what the program says, and not a state of the training.
template <class M> struct VariablesOf {
    M* model;

    template <class F> void for_each_state(const F& f) { for_each_named_variable(*model, f); }
};

} // namespace internals

/// Keeps the state of a training in a folder, and goes on from there when the same program runs again: to the bit as if it had never been
/// killed. Model, optimizer, order of samples, place in a dataset, random draws of layers, the figures so far and the History are as they
/// were. What other callbacks remember begins anew, as in Keras, and `on_epoch_begin` is called again, with `batch` above 0 within an epoch. When `fit` has
/// ended the file is removed, and the folder if nothing else is in it.
///
/// Options  `backup_dir`: a folder of this training alone; it is made. `save_freq`: saves after so many batches in place of after
///          every epoch. `delete_checkpoint`: where false the state at the end stays, and the next `fit` of as many epochs only reads it.
/// Refuses  a folder that is no use, a state of another model or optimizer, or of another number of samples or batches: before the first epoch. A
///          place before `SwapEMAWeights{.swap_on_epoch = true}`, after the first.
/// Source   keras/src/callbacks/backup_and_restore.py, Keras 3.15, where an epoch begins anew, and the History with it. A file is whole or not
///          there, so that there need not be two of them (double_checkpoint).
/// Example  BackupAndRestore backup{.backup_dir = "backup", .save_freq = 100};
struct BackupAndRestore {
    internals::FilePath backup_dir = "";
    std::optional<std::size_t> save_freq{};
    bool delete_checkpoint = true;
    static constexpr bool adds_figures = false;

    struct State {
        std::size_t batches = 0; ///< since the last save
        std::shared_ptr<internals::TrainingPlace> place{};
        std::shared_ptr<const void> variables{}; ///< what the checkpoint looks through at the model
        std::vector<Logs>* epochs = nullptr;     ///< the History's
        std::shared_ptr<CheckpointManager> manager{};
    } state{};

    template <class Parts> void attach(TrainingState& t, const Parts& parts)
    {
        if (backup_dir.string().empty())
            internals::fail({"BackupAndRestore: backup_dir is empty; give the name of a folder, such as \"backup\""});
        if (save_freq == 0) internals::fail({"BackupAndRestore: save_freq is 0 batches, it has to be 1 or more, or left out"});
        const auto variables = std::make_shared<internals::VariablesOf<std::remove_reference_t<decltype(parts.model)>>>();
        variables->model = &parts.model;
        state = {0, std::make_shared<internals::TrainingPlace>(), variables, &parts.epochs, nullptr};
        const Checkpoint all{
            {"model", *variables}, {"optimizer", parts.optimizer}, {"sums", parts.sums}, {"training", *state.place}};
        state.manager = std::make_shared<CheckpointManager>(all, backup_dir.string(),
                                                            CheckpointManagerOptions{.max_to_keep = 1, .keep_best = false});
        if (state.manager->latest()) restore(t);
    }

    void on_epoch_begin(TrainingState& t)
    {
        if (state.batches < save_freq.value_or(1)) return;
        if (t.averaged)
            internals::fail({"BackupAndRestore: the averages of the weights are in the model; give SwapEMAWeights to fit before "
                             "BackupAndRestore, so that it has put the weights back"});
        save(t, 0);
    }
    void on_batch_begin(TrainingState& t)
    {
        if (save_freq && state.batches >= *save_freq) save(t, t.batch);
    }
    void on_batch_end(TrainingState&) { ++state.batches; }

    void on_train_end(TrainingState& t)
    {
        if (delete_checkpoint) remove();
        else if (state.batches > 0 && t.batch == t.batches) save(t, 0); // else the epoch was left, and goes on
        state = {};
    }

private:
    void save(const TrainingState& t, std::size_t batch)
    {
        state.batches = 0;
        state.place->epoch = t.epoch;
        state.place->batch = batch;
        state.place->batches = t.batches;
        state.place->samples = t.samples;
        state.place->keep(*state.epochs);
        state.manager->save();
    }

    void restore(TrainingState& t)
    {
        const std::string file = state.manager->latest()->string();
        internals::TrainingPlace found;
        Checkpoint{{"training", found}}.restore(file);
        const auto differ = [](std::size_t one, std::size_t other) {
            return one > 0 && other > 0 && one != other;
        }; // 0: unknown yet
        if (differ(found.samples, t.samples) || differ(found.batches, t.batches) || (t.batches > 0 && found.batch >= t.batches)) {
            const auto samples = [&](std::size_t n) {
                return t.samples > 0 ? internals::text_of({", ", n, " samples"}) : std::string();
            };
            internals::fail({file, ": is of a training of ", found.batches, " batches an epoch", samples(found.samples),
                             "; this one has ", t.batches, " batches", samples(t.samples),
                             "; give fit what it had, or remove the file to begin anew"});
        }
        state.manager->restore_latest();
        found.give(*state.epochs);
        t.epoch = found.epoch;
        t.batch = found.batch;
    }

    void remove() const
    {
        std::error_code ignored; // what cannot be removed is no reason to lose what was trained
        if (const auto latest = state.manager->latest()) std::filesystem::remove(*latest, ignored);
        std::filesystem::remove(backup_dir.string(), ignored);
    }
};

}} // namespace lamina
