// ModelCheckpoint: when it saves, as Keras 3 does, under which names, and files from which training goes on to the bit.
#include "catch.hpp"

#include "data/temporary.hpp"
#include "training/callbacks/run.hpp"
#include "training/problems.hpp"

#include <lamina/graph/freeze.hpp>
#include <lamina/graph/model_checkpoint.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/mean_squared_error.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <limits>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<ModelCheckpoint>);

namespace {

using Net = Sequential<Input<4>, Dense<5, Tanh>, Dense<2>>;
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

/// The names that a callback saves under, where it writes nothing.
struct Names {
    std::vector<std::string> written;

    void listen_to(ModelCheckpoint& to)
    {
        to.state.save = [this](const FilePath& path, bool) { written.push_back(path.string()); };
    }
};

std::vector<std::string> saved(ModelCheckpoint checkpoint, const std::vector<double>& figures)
{
    Names names;
    names.listen_to(checkpoint);
    TrainingState t;
    run(checkpoint, t, checkpoint.monitor, figures);
    return names.written;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("A path is filled in as Python does it", "[graph][checkpoint]")
{
    const std::vector<NamedNumber> numbers{{"epoch", 7, true}, {"val_loss", 0.125, false}, {"loss", -2, false}};
    const auto fill = [&](const char* pattern) { return filled(pattern, numbers, "the path"); };
    CHECK(fill("plain") == "plain");
    CHECK(fill("{epoch}") == "7");
    CHECK(fill("{epoch:d}/{epoch:03d}/{epoch:3}/{epoch:.1f}") == "7/007/  7/7.0");
    CHECK(fill("a{epoch:02d}-{val_loss:.2f}.b") == "a07-0.12.b");
    CHECK(fill("{val_loss}{val_loss:.3e}{val_loss:.1}") == "0.1251.250e-010.1");
    CHECK(fill("{loss:06.1f}{loss:6.1f}") == "-002.0  -2.0");
    CHECK(fill("{{{epoch}}}") == "{7}");

    const auto refusal = [&](const char* pattern) { return refusal_of([&] { fill(pattern); }); };
    CHECK(refusal("a{epoch") ==
          "the path \"a{epoch\" has a { without its other one; write it twice where it is part of the name");
    CHECK(says(refusal("a}"), "has a } without"));
    CHECK(refusal("{val_los:.2f}") ==
          "the path \"{val_los:.2f}\" names \"val_los\", which is none of epoch, val_loss, loss; is it spelled as there?");
    CHECK(refusal("{loss:02d}") ==
          "the path \"{loss:02d}\" has the format \"02d\" for loss; a figure takes .2f, .3e, .4g or nothing, and "
          "widths up to 40");
    for (const char* wrong :
         {"{epoch:x}", "{epoch:.2}", "{epoch:99}", "{epoch:.99f}", "{epoch:fd}", "{loss:.f}", "{loss:>4}", "{}"})
        CHECK(!refusal(wrong).empty());
}

TEST_CASE("It saves after each epoch, or where a figure is better than ever before", "[graph][checkpoint]")
{
    CHECK(saved({.filepath = "{epoch:02d}-{val_loss:.1f}"}, {3, 4}) == list{"01-3.0", "02-4.0"});
    CHECK(saved({.filepath = "{epoch}", .save_best_only = true}, {3, 4, 2, 2, no_number, 1}) == list{"1", "3", "6"});
    CHECK(saved({.filepath = "{epoch}", .monitor = "accuracy", .save_best_only = true}, {.3, .2, .4}) == list{"1", "3"});
    CHECK(saved({.filepath = "{epoch}", .monitor = "score", .save_best_only = true, .mode = monitor_mode::min}, {3, 4, 2}) ==
          list{"1", "3"});
    CHECK(saved({.filepath = "{epoch}", .save_best_only = true, .initial_value_threshold = 2.5}, {3, 2.5, 2}) == list{"3"});
    CHECK(saved({.filepath = "{epoch}", .save_best_only = true}, {no_number, 9}) == list{"2"});
    CHECK(saved({.filepath = "{epoch}", .initial_value_threshold = 2.5}, {3}) ==
          list{"1"}); // without save_best_only it says nothing

    ModelCheckpoint best{.filepath = "{epoch}", .save_best_only = true};
    Names names;
    TrainingState t;
    for (int fit = 0; fit < 2; ++fit) {
        names.listen_to(best);
        run(best, t, "val_loss", {3, 2});
    }
    CHECK(names.written == list{"1", "2"}); // in the second training nothing was better
    CHECK(best.state.path == "2");
    CHECK(best.state.best == 2);
}

TEST_CASE("It saves after so many batches, over the ends of epochs", "[graph][checkpoint]")
{
    ModelCheckpoint checkpoint{.filepath = "{epoch}.{batch}", .save_freq = 2};
    Names names;
    names.listen_to(checkpoint);
    TrainingState t;
    checkpoint.on_train_begin(t);
    for (t.epoch = 0; t.epoch < 3; ++t.epoch) {
        for (t.batch = 1; t.batch <= 3; ++t.batch) checkpoint.on_batch_end(t);
        checkpoint.on_epoch_end(t);
    }
    CHECK(names.written == list{"1.2", "2.1", "2.3", "3.2"});
}

TEST_CASE("Its files are a model, and a state from which training goes on to the bit", "[graph][checkpoint]")
{
    const Temporary folder("model_checkpoint");
    const auto data = curves(40);
    auto whole = build<Net>(Seed{1});
    freeze(whole, "0/bias");
    {
        auto trainer = compile(whole, Adam{}, MeanSquaredError{});
        trainer.fit(data, {.epochs = 2, .batch_size = 16}, ModelCheckpoint{.filepath = folder.path / "deep/er/{epoch}"},
                    ModelCheckpoint{.filepath = folder.path / "weights", .save_weights_only = true});
        CHECK(parameters_of(load<Net>(folder.path / "deep/er/2")) == parameters_of(whole));
        CHECK(parameters_of(load<Net>(folder.path / "weights")) == parameters_of(whole));
        save(whole, folder.path / "saved");
        CHECK(read_file(folder.path / "weights") == read_file(folder.path / "saved"));
    }
    auto model = build<Net>(Seed{2});
    CHECK(load<Net>(folder.path / "deep/er/1").layer<0>().bias.storage()->trainable == false);
    auto trainer = compile(model, Adam{}, MeanSquaredError{});
    Checkpoint{{"model", model}, {"optimizer", trainer.optimizer()}}.restore(folder.path / "deep/er/1");
    CHECK(parameters_of(model) != parameters_of(whole));
    trainer.fit(data, {.epochs = 1, .batch_size = 16});
    CHECK(parameters_of(model) == parameters_of(whole));

    Checkpoint{{"net", model}}.save(folder.path / "other");
    CHECK(says(refusal_of([&] { load(model, folder.path / "other"); }),
               "other: is a checkpoint, and none of its parts is called \"model\"; restore it by a Checkpoint of these parts"));
}

TEST_CASE("What it would fail of later is refused before the first epoch", "[graph][checkpoint]")
{
    const Temporary folder("model_checkpoint_refused");
    auto model = build<Net>(Seed{1});
    const auto before = parameters_of(model);
    auto trainer = compile(model, Adam{}, MeanSquaredError{});
    const auto data = curves(20);
    const auto refusal = [&](ModelCheckpoint checkpoint) {
        return refusal_of([&] { trainer.fit(data, {.epochs = 1}, checkpoint); });
    };
    const auto file = folder.path / "a";
    CHECK(says(refusal({}), "ModelCheckpoint: filepath is empty"));
    CHECK(says(refusal({.filepath = file, .save_best_only = true}),
               "there is no \"val_loss\" among the figures of this run (loss)"));
    CHECK(says(refusal({.filepath = folder.path / "{val_loss}"}), "names \"val_loss\", which is none of epoch, loss; is it"));
    CHECK(says(refusal({.filepath = folder.path / "{batch}"}), "names \"batch\", which is none of epoch, loss; is it"));
    CHECK(says(refusal({.filepath = file, .save_best_only = true, .save_freq = 1}), "val_loss is known when an epoch is over"));
    CHECK(says(refusal({.filepath = file, .save_freq = 0}), "save_freq is 0 batches, it has to be 1 or more"));
    CHECK(says(refusal({.filepath = file, .initial_value_threshold = no_number}), "initial_value_threshold is nan"));
    CHECK(says(refusal({.filepath = folder.path}), "is a folder, a file was needed"));
    folder.write("b", "");
    CHECK(says(refusal({.filepath = folder.path / "b/c"}), "b: cannot be made (Not a directory); choose another folder"));
    CHECK(parameters_of(model) == before);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), std::filesystem::directory_iterator()) == 1);
    CHECK(refusal({.filepath = "/dev/null", .monitor = "loss", .save_best_only = true, .save_freq = 1}).empty());

    const LambdaCallback adds{.on_epoch_end = [](TrainingState& t) { t.logs.set("score", 1); }};
    trainer.fit(data, {.epochs = 1}, adds, ModelCheckpoint{.filepath = folder.path / "{score:.0f}"});
    CHECK(std::filesystem::exists(folder.path / "1"));
}
