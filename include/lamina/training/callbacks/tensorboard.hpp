// lamina/training/callbacks/tensorboard.hpp: what TensorBoard shows of a training: figures as curves, variables as histograms.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/dtype.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/file.hpp>
#include <lamina/core/histogram.hpp>
#include <lamina/core/parts.hpp>
#include <lamina/core/record.hpp>
#include <lamina/formats/event_file.hpp>
#include <lamina/training/callback.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// When figures are written: "epoch", "batch", or a number of batches.
class UpdateFrequency {
public:
    UpdateFrequency(const char* word) : text(word ? word : "") {}
    UpdateFrequency(std::string word) : text(std::move(word)) {}
    UpdateFrequency(std::integral auto batches) : text(text_of({batches})), number(batches > 0 ? std::uint64_t(batches) : 0) {}

    /// After so many batches; 0 for epochs alone. Refuses what says neither.
    std::uint64_t batches() const
    {
        if (text == "epoch") return 0;
        if (text == "batch") return 1;
        if (number == 0)
            fail({"TensorBoard: update_freq is ", text, ", it has to be \"epoch\", \"batch\" or a number of batches above 0"});
        return number;
    }

private:
    std::string text;
    std::uint64_t number = 0;
};

} // namespace internals

/// Writes what TensorBoard shows (`tensorboard --logdir logs`), under Keras's tags. In `log_dir/train`, after each epoch, which is the step:
/// `epoch_loss`, `epoch_` and the name of every other figure, and `epoch_learning_rate`, that of the last batch. In `log_dir/validation` the
/// same of the figures of validation, and `evaluation_loss_vs_iterations` and its kin, whose step counts the optimizer's batches: those alone
/// where it is a callback of `evaluate`. Every training makes files of its own. They are flushed after each epoch, and after a batch where a
/// second has passed.
///
/// Options  `histogram_freq`: after every so many epochs a histogram of each variable, moving statistics included, under its path:
///          `0/kernel/histogram`; 0 for none. `update_freq`: with "batch" or a number of batches the running means are written as well, as
///          `batch_loss` and its kin, at steps that count the batches of this training from 1. `write_steps_per_second`:
///          `epoch_steps_per_second`, validation included, and `batch_steps_per_second`.
/// Refuses  a folder in which no file can be made, an `update_freq` that is none, before the first epoch; a full disk.
/// Numerics figures are written as float, buckets as double.
/// Source   keras/src/callbacks/tensorboard.py, Keras 3.15; but with a number as `update_freq` Keras leaves out the figures of an epoch whose
///          last batch is no multiple of it. Graphs, images, profiles and embeddings are not offered.
/// Example  TensorBoard board{.log_dir = "logs", .histogram_freq = 1, .update_freq = 100};
struct TensorBoard {
    internals::FilePath log_dir = "logs";
    std::size_t histogram_freq = 0;
    bool write_steps_per_second = false;
    internals::UpdateFrequency update_freq = "epoch";
    static constexpr bool adds_figures = false;

    /// A variable that is shown.
    struct Shown {
        std::string path;
        std::shared_ptr<stored_types::record> stored;
    };
    struct State {
        const std::uint64_t* step = nullptr; ///< the optimizer's batches
        std::vector<Shown> variables{};
        std::shared_ptr<internals::EventFile> train{}, validation{};
        std::uint64_t every = 0; ///< batches from figures to figures, or 0
        std::uint64_t epoch_begun = 0;
        std::chrono::steady_clock::time_point epoch_start{}, batch_start{}, flushed{};
    } state{};

    template <class Parts> void attach(TrainingState&, const Parts& parts)
    {
        state = {.step = &parts.optimizer.state.step};
        if (histogram_freq == 0) return;
        for (const auto& [path, variable] : internals::variables_of(parts.model)) show(path, variable->storage());
    }

    void on_train_begin(TrainingState& t)
    {
        state.every = update_freq.batches();
        state.train = file_in("train");
        for (const auto& figure : t.figures.entries)
            if (is_of_validation(figure.name)) require_validation();
    }

    void on_epoch_begin(TrainingState&)
    {
        if (!write_steps_per_second) return;
        state.epoch_begun = *state.step;
        state.epoch_start = now();
    }

    void on_batch_begin(TrainingState&)
    {
        if (write_steps_per_second) state.batch_start = now();
    }

    void on_batch_end(TrainingState& t)
    {
        const std::uint64_t batches = t.epoch * t.batches + t.batch;
        if (state.every == 0 || batches % state.every != 0) return;
        if (write_steps_per_second) state.train->scalar("batch_steps_per_second", batches, 1 / seconds_since(state.batch_start));
        for (const auto& [name, value] : t.logs.entries)
            state.train->scalar(internals::text_of({"batch_", name}), batches, value);
        if (seconds_since(state.flushed) >= 1) flush();
    }

    void on_test_end(TrainingState& t)
    {
        require_validation();
        for (const auto& [name, value] : t.logs.entries) {
            if (state.train && !is_of_validation(name)) continue;
            const auto figure = std::string_view(name).substr(state.train ? 4 : 0);
            state.validation->scalar(internals::text_of({"evaluation_", figure, "_vs_iterations"}), *state.step, value);
        }
        if (!state.train) close(state.validation);
    }

    void on_epoch_end(TrainingState& t)
    {
        for (const auto& [name, value] : t.logs.entries) {
            if (is_of_validation(name)) {
                require_validation();
                const auto figure = std::string_view(name).substr(4);
                state.validation->scalar(internals::text_of({"epoch_", figure}), t.epoch, value);
            }
            else if (name != "learning_rate") state.train->scalar(internals::text_of({"epoch_", name}), t.epoch, value);
        }
        state.train->scalar("epoch_learning_rate", t.epoch, t.learning_rate);
        if (write_steps_per_second)
            state.train->scalar("epoch_steps_per_second", t.epoch,
                                static_cast<double>(*state.step - state.epoch_begun) / seconds_since(state.epoch_start));
        if (histogram_freq > 0 && t.epoch % histogram_freq == 0)
            for (const auto& [path, stored] : state.variables)
                state.train->histogram(internals::text_of({path, "/histogram"}), t.epoch, internals::histogram_of(*stored));
        flush();
    }

    void on_train_end(TrainingState&)
    {
        close(state.train);
        if (state.validation) close(state.validation);
    }

private:
    static bool is_of_validation(std::string_view figure) { return figure.starts_with("val_"); }

    static std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }
    static double seconds_since(std::chrono::steady_clock::time_point then)
    {
        return std::chrono::duration<double>(now() - then).count();
    }

    /// A record that several fields of the model share is shown once, under the first path.
    void show(const std::string& path, const std::shared_ptr<stored_types::record>& stored)
    {
        if (stored->type() != dtype::float32 && stored->type() != dtype::float64) return;
        for (const auto& shown : state.variables)
            if (shown.stored == stored) return;
        state.variables.push_back({path, stored});
    }

    std::shared_ptr<internals::EventFile> file_in(std::string_view part) const
    {
        if (log_dir.string().empty()) internals::fail({"TensorBoard: log_dir is empty; name a folder, such as \"logs\""});
        return std::make_shared<internals::EventFile>(internals::text_of({log_dir.string(), '/', part}));
    }

    void require_validation()
    {
        if (!state.validation) state.validation = file_in("validation");
    }

    void flush()
    {
        state.train->flush();
        if (state.validation) state.validation->flush();
        state.flushed = now();
    }

    static void close(std::shared_ptr<internals::EventFile>& file)
    {
        const auto closing = std::move(file);
        closing->close();
    }
};

}} // namespace lamina
