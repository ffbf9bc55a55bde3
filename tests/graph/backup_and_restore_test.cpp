// BackupAndRestore: a training that is killed, anywhere and more than once, ends in the bits of one that is not.
#include "catch.hpp"

#include "data/temporary.hpp"
#include "training/problems.hpp"

#include <lamina/data/sources/slices.hpp>
#include <lamina/data/transforms/batch.hpp>
#include <lamina/data/transforms/parallel_map.hpp>
#include <lamina/data/transforms/prefetch.hpp>
#include <lamina/data/transforms/shuffle.hpp>
#include <lamina/graph/backup_and_restore.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/callbacks/learning_rate_scheduler.hpp>
#include <lamina/training/callbacks/swap_ema_weights.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/confusion_matrix.hpp>
#include <lamina/training/metrics/sparse_categorical_accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<BackupAndRestore>);

namespace {

using Net = Sequential<Input<4>, Dense<6, Tanh>, Dropout<0.3>, Dense<3, Softmax>>;

/// Kills its process: before a batch, in the validation behind the last batch, or behind the epoch.
struct Kill {
    enum class Moment { batch, validation, epoch_end };

    std::size_t epoch, batch = 0;
    Moment moment = Moment::batch;
    static constexpr bool adds_figures = false;

    void on_batch_begin(TrainingState& t) const
    {
        if (moment == Moment::batch && t.epoch == epoch && t.batch == batch) ::raise(SIGKILL);
    }
    void on_test_begin(TrainingState& t) const
    {
        if (moment == Moment::validation && t.epoch == epoch) ::raise(SIGKILL);
    }
    void on_epoch_end(TrainingState& t) const
    {
        if (moment == Moment::epoch_end && t.epoch == epoch) ::raise(SIGKILL);
    }
};
constexpr Kill never{99};

/// All bits that a training ends in.
struct Outcome {
    std::vector<float> numbers;
    std::uint64_t steps;
    std::vector<std::string> names;
    std::vector<double> figures;
    bool operator==(const Outcome&) const = default;
};

auto made_trainer(Net& model, std::optional<std::size_t> batches_an_update = 2)
{
    Adam rule{.learning_rate = 0.02f};
    rule.use_ema = true;
    rule.gradient_accumulation_steps = batches_an_update;
    return compile(model, rule, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{}, ConfusionMatrix{});
}

template <class Trainer> Outcome outcome_of(const Net& model, const Trainer& trainer, const History& history)
{
    const auto& state = trainer.optimizer().state;
    Outcome end{parameters_of(model), state.step, {}, {}};
    for (const auto* kept : {&state.slot_records, &state.averages, &state.gradients})
        for (const auto& record : *kept) record->template for_each<float>([&](float x) { end.numbers.push_back(x); });
    for (const auto& epoch : history.epochs)
        for (const auto& [name, value] : epoch.entries) {
            end.names.push_back(name);
            end.figures.push_back(value);
        }
    return end;
}

/// Four epochs of five batches with all that has a state: moments, averages, a sum of gradients that is open where an epoch ends, a rate
/// that each epoch makes of the one before, Dropout, an order of samples, sums of metrics.
template <class... Backup> Outcome train(const Kill& kill, Backup&&... backup)
{
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    const auto history =
        trainer.fit(points(38), {.epochs = 4, .batch_size = 8, .validation_data = points(20, 90), .seed = Seed{5}},
                    SwapEMAWeights{.swap_on_epoch = true}, backup...,
                    LearningRateScheduler([](std::size_t, double rate) { return rate * 0.75; }), kill);
    return outcome_of(model, trainer, history);
}

/// Runs in a process that is killed.
template <class F> void die_in_a_process(F&& run)
{
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        run();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

void train_in_a_process(const BackupAndRestore& backup, const Kill& kill)
{
    die_in_a_process([&] { train(kill, BackupAndRestore(backup)); });
}

bool is_gone(const std::filesystem::path& folder) { return !std::filesystem::exists(folder); }

} // namespace

TEST_CASE("A training that was killed goes on to the bit", "[graph][checkpoint]")
{
    using Moment = Kill::Moment;
    const Temporary folder("backup");
    const Outcome whole = train(never);
    REQUIRE(whole.figures.size() > 8);

    const std::optional<std::size_t> each_epoch{};
    for (const auto save_freq : {each_epoch, std::optional<std::size_t>{1}, std::optional<std::size_t>{2}}) {
        const BackupAndRestore backup{.backup_dir = folder.path / "state", .save_freq = save_freq};
        CHECK(train(never, BackupAndRestore(backup)) == whole); // it changes nothing
        for (const Kill& kill : {Kill{0, 0}, Kill{0, 3}, Kill{1, 0}, Kill{1, 4}, Kill{2, 0, Moment::validation},
                                 Kill{2, 0, Moment::epoch_end}, Kill{3, 0, Moment::epoch_end}}) {
            train_in_a_process(backup, kill);
            CHECK(train(never, BackupAndRestore(backup)) == whole);
            CHECK(is_gone(folder.path / "state"));
        }
        train_in_a_process(backup, {1, 1});
        folder.write("state/checkpoint-9.safetensors.part999999999-0", "what a killed process left of a save");
        train_in_a_process(backup, {1, 3});
        train_in_a_process(backup, {3, 2});
        CHECK(train(never, BackupAndRestore(backup)) == whole);
        CHECK(is_gone(folder.path / "state"));
    }
}

TEST_CASE("It goes on from the last save, and keeps the end where it is told to", "[graph][checkpoint]")
{
    const Temporary folder("backup_kept");
    BackupAndRestore backup{.backup_dir = folder.path, .save_freq = 3, .delete_checkpoint = false};
    train_in_a_process(backup, {1, 3});
    TrainingPlace place;
    const auto read = [&] {
        const CheckpointManager manager({{"training", place}}, folder.path);
        CHECK(manager.restore_latest());
    };
    read();
    CHECK((place.epoch == 1 && place.batch == 1 && place.batches == 5 && place.samples == 38)); // three batches before it was six
    train(never, backup);
    read();
    CHECK((place.epoch == 4 && place.batch == 0));
    const Outcome again = train(never, backup); // no epoch is left
    CHECK(again.figures == train(never).figures);
}

TEST_CASE("A backup of another training is refused", "[graph][checkpoint]")
{
    const Temporary folder("backup_refused");
    const BackupAndRestore backup{.backup_dir = folder.path / "a", .delete_checkpoint = false};
    auto model = build<Net>(Seed{1});
    auto trainer = made_trainer(model);
    const auto refusal = [&](std::size_t samples, BackupAndRestore with) {
        return refusal_of([&] { trainer.fit(points(samples), {.batch_size = 8}, with); });
    };
    CHECK(refusal(20, backup).empty());
    const auto before = parameters_of(model);
    CHECK(says(refusal(30, backup),
               "checkpoint-1.safetensors: is of a training of 3 batches an epoch, 20 samples; this one has 4 "
               "batches, 30 samples; give fit what it had, or remove the file to begin anew"));
    CHECK(says(refusal(20, {.backup_dir = ""}), "BackupAndRestore: backup_dir is empty"));
    CHECK(says(refusal(20, {.backup_dir = folder.path / "b", .save_freq = 0}), "save_freq is 0 batches"));
    folder.write("c", "");
    CHECK(says(refusal(20, {.backup_dir = folder.path / "c"}), "c: cannot be made"));
    CHECK(parameters_of(model) == before);

    auto other = build<Net>(Seed{1});
    auto trainer_of_other = made_trainer(other, {});
    CHECK(says(refusal_of([&] { trainer_of_other.fit(points(20), {.batch_size = 8}, BackupAndRestore(backup)); }),
               "nothing was restored"));

    BackupAndRestore behind = backup;
    behind.state.batches = 1;
    TrainingState t;
    t.averaged = true;
    CHECK(says(refusal_of([&] { behind.on_epoch_begin(t); }), "give SwapEMAWeights to fit before BackupAndRestore"));
}

namespace {

/// Batches that threads make: five of a pass, in another order in each.
auto batches()
{
    const auto halved = [](Row<float, 1> x, std::int32_t y) {
        xt::xtensor<float, 1> row = xt::xtensor<float, 1>::from_shape({x.size()});
        for (std::size_t i = 0; i < x.size(); ++i) row(i) = x[i] / 2;
        return std::tuple(std::move(row), y);
    };
    return slices(points(38)) | shuffle(30, Seed{4}) | map(halved, threads(2), {.run = 3}) | batch(8) | prefetch(2);
}

/// Four epochs on these, of a pass or of so many batches.
template <class... Callbacks> Outcome train_on_dataset(std::size_t steps, const Kill& kill, Callbacks&&... callbacks)
{
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    const auto history = trainer.fit(
        batches(), {.epochs = 4, .steps_per_epoch = steps, .validation = slices(points(20, 90)) | batch(8), .seed = Seed{5}},
        callbacks..., kill);
    return outcome_of(model, trainer, history);
}

/// The same, kept by a Checkpoint at every batch, with its position.
Outcome train_with_position(std::size_t steps, const Kill& kill, const std::filesystem::path& folder)
{
    auto model = build<Net>(Seed{3});
    auto trainer = made_trainer(model);
    Position position;
    CheckpointManager manager({{"model", model}, {"optimizer", trainer.optimizer()}, {"data", position}}, folder);
    manager.restore_latest();
    trainer.fit(batches(), {.epochs = 4, .steps_per_epoch = steps, .position = &position, .seed = Seed{5}},
                LambdaCallback{.on_batch_end = [&](TrainingState&) { manager.save(); }}, kill);
    return outcome_of(model, trainer, {}); // the figures of epochs that were cut are of their ends
}

} // namespace

TEST_CASE("A training on a dataset that was killed goes on to the bit", "[graph][checkpoint]")
{
    using Moment = Kill::Moment;
    const Temporary folder("backup_dataset");
    for (const std::size_t steps : {std::size_t{0}, std::size_t{3}}) {
        const std::size_t last = steps > 0 ? 2 : 4;
        const Outcome whole = train_on_dataset(steps, never);
        REQUIRE(whole.figures.size() > 8);
        for (const auto save_freq : {std::optional<std::size_t>{}, std::optional<std::size_t>{2}}) {
            const BackupAndRestore backup{.backup_dir = folder.path / "state", .save_freq = save_freq};
            const auto go_on = [&](const Kill& kill) { return train_on_dataset(steps, kill, BackupAndRestore(backup)); };
            for (const Kill& kill : {Kill{0, 1}, Kill{1, last}, Kill{3, 0, Moment::validation}})
                die_in_a_process([&] { go_on(kill); });
            CHECK(go_on(never) == whole);
            CHECK(is_gone(folder.path / "state"));
        }

        const auto place = folder.path / "position";
        for (const Kill& kill : {Kill{0, 2}, Kill{1, 0}, Kill{2, last}})
            die_in_a_process([&] { train_with_position(steps, kill, place); });
        const Outcome parts = train_with_position(steps, never, place);
        CHECK(parts.numbers == whole.numbers);
        CHECK(parts.steps == whole.steps);
        std::filesystem::remove_all(place);
    }
}
