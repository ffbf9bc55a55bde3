// TensorBoard: tags, steps and values of a small training, read by protozero; histograms; refusals. What TensorBoard's own reader finds
// in the same files `tools/dev tensorboard` shows.
#include "catch.hpp"

#include "core/troubles.hpp"
#include "data/temporary.hpp"
#include "training/callbacks/run.hpp"

#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/callbacks/lambda_callback.hpp>
#include <lamina/training/callbacks/tensorboard.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <protozero/pbf_reader.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(Callback<TensorBoard>);

namespace {

struct Value {
    std::string tag, plugin;
    std::int64_t step = 0;
    std::vector<std::int64_t> extents{};
    std::vector<double> numbers{};
};

/// The numbers of a TensorProto, of type 1 (float) or 2 (double).
void read_tensor(protozero::pbf_reader tensor, Value& to)
{
    int type = 0;
    while (tensor.next()) {
        if (tensor.tag() == 1) type = tensor.get_enum();
        else if (tensor.tag() == 2) {
            auto shape = tensor.get_message();
            while (shape.next(2)) {
                auto extent = shape.get_message();
                REQUIRE(extent.next(1));
                to.extents.push_back(extent.get_int64());
            }
        }
        else {
            REQUIRE(tensor.tag() == 4);
            const auto content = tensor.get_view();
            const std::size_t each = type == 1 ? 4 : 8;
            for (std::size_t at = 0; at < content.size(); at += each) {
                float single;
                double number;
                std::memcpy(type == 1 ? static_cast<void*>(&single) : &number, content.data() + at, each);
                to.numbers.push_back(type == 1 ? static_cast<double>(single) : number);
            }
        }
    }
}

/// All values of the event files in a folder, in order.
std::vector<Value> values_in(const std::filesystem::path& folder)
{
    std::vector<Value> values;
    for (const auto& name : names_in(folder)) {
        TFRecordReader reader(folder / name);
        for (std::string record; reader.next(record);) {
            Value value;
            protozero::pbf_reader event(record);
            while (event.next()) {
                if (event.tag() == 2) value.step = event.get_int64();
                else if (event.tag() == 5) {
                    auto summary = event.get_message();
                    REQUIRE(summary.next(1));
                    auto inside = summary.get_message();
                    while (inside.next()) {
                        if (inside.tag() == 1) value.tag = inside.get_string();
                        else if (inside.tag() == 8) read_tensor(inside.get_message(), value);
                        else {
                            auto metadata = inside.get_message();
                            REQUIRE(metadata.next(1));
                            auto plugin = metadata.get_message();
                            REQUIRE(plugin.next(1));
                            value.plugin = plugin.get_string();
                        }
                    }
                    values.push_back(value);
                }
                else event.skip();
            }
        }
    }
    return values;
}

/// The curve of one tag: steps, and the first number of each.
std::map<std::int64_t, double> curve(const std::vector<Value>& values, const std::string& tag)
{
    std::map<std::int64_t, double> result;
    for (const auto& value : values)
        if (value.tag == tag) result[value.step] = value.numbers.at(0);
    return result;
}

std::map<std::int64_t, double> as_floats(const std::vector<double>& of_epochs)
{
    std::map<std::int64_t, double> result;
    for (std::size_t i = 0; i < of_epochs.size(); ++i)
        result[static_cast<std::int64_t>(i)] = static_cast<double>(static_cast<float>(of_epochs[i]));
    return result;
}

using Net = Sequential<Input<3>, Dense<4, Tanh>, BatchNormalization<>, Dense<2, Softmax>>;

auto some_samples(std::size_t n)
{
    Samples samples{xt::xtensor<float, 2>::from_shape({n, 3}), xt::xtensor<int, 1>::from_shape({n})};
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < 3; ++j) samples.x(i, j) = static_cast<float>((i * 7 + j * 5) % 11) / 11;
        samples.y(i) = static_cast<int>(i % 2);
    }
    return samples;
}

} // namespace

TEST_CASE("a training is written under Keras's tags and steps", "[training][callbacks]")
{
    const Temporary folder("tensorboard");
    const char* const kept = std::getenv("LAMINA_LOGS"); // where to leave the files for TensorBoard's own reader
    const auto logs = kept ? std::filesystem::path(kept) : folder.path / "logs";
    const auto train = some_samples(20), test = some_samples(9);
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = 0.25f}, SparseCategoricalCrossentropy{}, Accuracy{});

    std::vector<std::size_t> seen; // in the files after each epoch, while training goes on
    const LambdaCallback look{.on_epoch_end = [&](TrainingState&) { seen.push_back(values_in(logs / "train").size()); }};
    TensorBoard board{.log_dir = logs, .histogram_freq = 2, .write_steps_per_second = true, .update_freq = 3};
    const auto history = trainer.fit(train, {.epochs = 3, .batch_size = 6, .validation_data = &test}, board, look);

    const auto trained = values_in(logs / "train"), validated = values_in(logs / "validation");
    CHECK(seen == std::vector<std::size_t>{15, 22, trained.size()});
    CHECK(curve(trained, "epoch_loss") == as_floats(history["loss"]));
    CHECK(curve(trained, "epoch_accuracy") == as_floats(history["accuracy"]));
    CHECK(curve(trained, "epoch_learning_rate") == as_floats({0.25, 0.25, 0.25}));
    CHECK(curve(validated, "epoch_loss") == as_floats(history["val_loss"]));
    CHECK(curve(validated, "epoch_accuracy") == as_floats(history["val_accuracy"]));
    const auto evaluated = curve(validated, "evaluation_loss_vs_iterations");
    REQUIRE(evaluated.size() == 3); // four batches an epoch
    for (const std::int64_t epoch : {0, 1, 2}) CHECK(evaluated.at(4 * (epoch + 1)) == as_floats(history["val_loss"]).at(epoch));
    CHECK(curve(validated, "evaluation_accuracy_vs_iterations").size() == 3);

    const auto batches = curve(trained, "batch_loss");
    REQUIRE(batches.size() == 4);                              // 3, 6, 9, 12
    CHECK(batches.at(12) == as_floats(history["loss"]).at(2)); // the mean of the epoch so far, which is over then
    CHECK(curve(trained, "batch_accuracy").contains(3));
    for (const auto& [step, speed] : curve(trained, "batch_steps_per_second")) CHECK(speed > 0);
    CHECK(curve(trained, "epoch_steps_per_second").size() == 3);

    std::size_t histograms = 0;
    for (const auto& value : trained) {
        CHECK(value.plugin == (value.tag.ends_with("/histogram") ? "histograms" : "scalars"));
        if (value.plugin == "scalars") continue;
        ++histograms;
        REQUIRE(value.extents == std::vector<std::int64_t>{30, 3});
        if (value.step != 2) continue;
        for_each_named_variable(model, [&](const std::string& path, const auto& variable) { // epoch 2 is the last one
            if (path + "/histogram" != value.tag) return;
            std::vector<float> numbers;
            variable.storage()->for_each_place(
                [&](std::size_t place) { numbers.push_back(variable.storage()->template data<float>()[place]); });
            double count = 0;
            for (std::size_t i = 0; i < 30; ++i) count += value.numbers[3 * i + 2];
            CHECK(count == static_cast<double>(numbers.size()));
            CHECK(value.numbers.front() == static_cast<double>(*std::min_element(numbers.begin(), numbers.end())));
            CHECK(value.numbers[88] == static_cast<double>(*std::max_element(numbers.begin(), numbers.end())));
        });
    }
    CHECK(histograms == 16); // 8 variables, epochs 0 and 2
    for (const char* path : {"0/kernel", "0/bias", "1/gamma", "1/moving_variance", "2/bias"})
        CHECK(curve(trained, std::string(path) + "/histogram").size() == 2);

    if (kept) return;
    // Another training has files of its own, and an evaluation is one of validation's.
    board.update_freq = "epoch";
    board.histogram_freq = 0;
    trainer.fit(train, {.batch_size = 6}, board);
    CHECK(names_in(logs / "train").size() == 2);
    CHECK(values_in(logs / "train").size() == trained.size() + 4);
    const auto figures = trainer.evaluate(test, {}, board);
    const auto all = values_in(logs / "validation");
    CHECK(all.size() == validated.size() + 2);
    CHECK(curve(all, "evaluation_loss_vs_iterations").at(16) == as_floats({figures["loss"]}).at(0));
}

TEST_CASE("what TensorBoard cannot do is said before the first epoch", "[training][callbacks]")
{
    const Temporary folder("tensorboard-refusals");
    TrainingState t;
    const auto begin = [&](TensorBoard board) { return refusal_of([&] { board.on_train_begin(t); }); };
    const auto logs = folder.path / "logs";
    CHECK(begin({.log_dir = logs, .update_freq = "bach"}) ==
          "TensorBoard: update_freq is bach, it has to be \"epoch\", \"batch\" or a number of batches above 0");
    CHECK(says(begin({.log_dir = logs, .update_freq = 0}), "update_freq is 0,"));
    CHECK(says(begin({.log_dir = logs, .update_freq = -1}), "update_freq is -1,"));
    CHECK_FALSE(std::filesystem::exists(logs));
    CHECK(begin({.log_dir = ""}) == "TensorBoard: log_dir is empty; name a folder, such as \"logs\"");
    CHECK(says(begin({.log_dir = folder.write("file", "")}), "file/train: cannot be made (Not a directory)"));
    CHECK(begin({.log_dir = logs, .update_freq = "batch"}).empty());
    CHECK_FALSE(std::filesystem::exists(logs / "validation"));
    t.figures.set("val_loss", 0);
    CHECK(begin({.log_dir = logs}).empty());
    CHECK(names_in(logs / "validation").size() == 1);
}

TEST_CASE("figures that other callbacks add are written, and a full disk ends the training", "[training][callbacks]")
{
    const Temporary folder("tensorboard-figures");
    TrainingState t;
    TensorBoard board{.log_dir = folder.path};
    run(board, t, "val_f1", {0.25, 0.75});
    CHECK(curve(values_in(folder.path / "validation"), "epoch_f1") == as_floats({0.25, 0.75}));
    run(board, t, "learning_rate", {0.125}); // a figure of ReduceLROnPlateau: what is written is the rate as it is now
    CHECK(curve(values_in(folder.path / "train"), "epoch_learning_rate").at(0) == 0);

    std::string why;
    {
        const FullDisk full(200);
        why = refusal_of([&] { run(board, t, "accuracy", std::vector<double>(20, 1)); });
        board.state = {}; // its files close here, and still have no room
    }
    CHECK(says(why, "the records cannot be written (File too large); those before are in the file, whole"));
    values_in(folder.path / "train");
}
