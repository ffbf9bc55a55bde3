// keras: training goes on where Keras stopped, and a .keras that was saved while training comes back with all that its optimizer remembers.
// With LAMINA_KERAS_FILES=FOLDER they are left there for tools/exchange/ask_keras.py, with its variables after five more
// batches; what Keras saved after its own five is read where it is there, and both go on for five more.
#include <lamina/keras.hpp>

#include <lamina/inspect.hpp>
#include <lamina/lamina.hpp>

#include "../../catch.hpp"
#include "../../data/temporary.hpp"

#include <lamina/formats/npz.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

using namespace lamina;
using namespace lamina::internals;

namespace {

using Small = Sequential<Input<4>, Dense<5, Tanh>, BatchNormalization<>, Dense<3, Softmax>>;
using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

const Temporary folder("keras-optimizer");

std::filesystem::path place()
{
    const char* const kept = std::getenv("LAMINA_KERAS_FILES");
    if (!kept) return folder.path;
    std::filesystem::create_directories(kept);
    return kept;
}

struct Data {
    xt::xtensor<float, 2> x = xt::zeros<float>({12, 4});
    xt::xtensor<int, 1> y = xt::zeros<int>({12});

    Data()
    {
        for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = std::sin(float(i * i));
        for (std::size_t i = 0; i < y.size(); ++i) y(i) = static_cast<int>(i % 3);
    }
};

/// Trains, saves, loads, and trains both on: they stay the same.
template <class O> void goes_on(const std::string& name, const O& optimizer)
{
    INFO(name);
    const Data data;
    auto model = build<Small>(Seed{1});
    auto trainer = compile(model, optimizer, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{}, Accuracy{});
    trainer.fit(data.x, data.y, {.epochs = 2, .batch_size = 5});
    const auto file = place() / ("trained-" + name + ".keras");
    keras::save(trainer, file);

    auto other = build<Small>(Seed{2});
    O state = optimizer;
    CHECK(keras::load(other, state, file).complete());
    CHECK(state.state.step == 6);
    auto again = compile(other, state, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{}, Accuracy{});
    trainer.fit(data.x, data.y, {.epochs = 5, .batch_size = 12});
    again.fit(data.x, data.y, {.epochs = 5, .batch_size = 12});
    CHECK(diff(model, other).same());
    protocols::NamedArrays kept{{"x", data.x}, {"labels", data.y}};
    for (const auto& array : state_dict(model).tensors) kept.push_back({"after/" + array.name, array});
    npz::write(place() / ("trained-" + name + ".npz"), kept);
}

/// Loads what Keras saved after its five batches, goes on for five more, and compares with Keras's variables.
template <class O> void goes_on_after_keras(const std::string& name, const O& optimizer)
{
    INFO(name);
    const auto file = place() / (name + "-again.keras");
    REQUIRE(std::filesystem::exists(file));
    const Data data;
    Small model;
    O remembers = optimizer;
    CHECK(keras::load(model, remembers, file).complete());
    CHECK(remembers.state.step == 11);
    auto trainer = compile(model, remembers, SparseCategoricalCrossentropy{});
    trainer.fit(data.x, data.y, {.epochs = 5, .batch_size = 12});
    const auto keras_has = npz::read(place() / (name + "-again.npz"));
    std::size_t at = 0;
    double worst = 0;
    for (const auto& found : state(model)) {
        const auto wanted = keras_has[std::to_string(at++)].template as<float>();
        std::size_t i = 0;
        for (const float number : found.variable.template view<float>())
            worst = std::max(worst, std::abs(double(number) - double(wanted[i++])));
    }
    std::cout << name << ": five batches after Keras's, variables differ by " << worst << '\n';
    CHECK(worst < 1e-5);
}

} // namespace

TEST_CASE("keras: optimizers come back with what they remember", "[interop][keras]")
{
    goes_on("adam", Adam{.learning_rate = 0.01f});
    goes_on("amsgrad", Adam{.amsgrad = true});
    goes_on("sgd", SGD{.learning_rate = 0.1f});
    goes_on("momentum", SGD{.learning_rate = 0.1f, .momentum = 0.9f, .nesterov = true});
    goes_on("rmsprop", RMSprop{.momentum = 0.5f, .centered = true});
    goes_on("adagrad", Adagrad{});
    goes_on("schedule", Adam{.learning_rate = ExponentialDecay{0.1f, 10, 0.9f}});
}

TEST_CASE("keras: training goes on after Keras", "[interop][keras]")
{
    if (!std::getenv("LAMINA_KERAS_FILES") || !std::filesystem::exists(place() / "adam-again.keras")) {
        SUCCEED("skipped: tools/dev exchange asks Keras to train first"); // a test without an assertion fails where the shared data is
        return;
    }
    goes_on_after_keras("adam", Adam{});
    goes_on_after_keras("amsgrad", Adam{.amsgrad = true});
    goes_on_after_keras("sgd", SGD{});
    goes_on_after_keras("momentum", SGD{.momentum = 0.9f, .nesterov = true});
    goes_on_after_keras("rmsprop", RMSprop{.momentum = 0.5f, .centered = true});
    goes_on_after_keras("adagrad", Adagrad{});
}

TEST_CASE("keras: what an optimizer of Keras remembers is loaded", "[interop][keras]")
{
    const auto reference = std::filesystem::path(LAMINA_SHARED) / "reference" / "lenet5";
    if (!std::filesystem::exists(reference)) {
        std::cout << "skipped: there is no " << reference.string() << '\n';
        return;
    }
    for (const auto* ending : {"h5", "weights.h5", "keras"}) {
        auto model = build<LeNet5>(Seed{1});
        Adam optimizer{.learning_rate = 0.5f};
        keras::load(model, optimizer, reference / (std::string("lenet5-mnist.") + ending));
        CHECK(optimizer.state.step == 20625);
        CHECK(optimizer.learning_rate(0) == 0.001f);
        const auto& slots = optimizer.state.slot_records;
        REQUIRE(slots.size() == 20);
        CHECK(slots[0]->data<float>()[0] == Approx(-0.0434961));
        CHECK(slots[1]->data<float>()[0] == Approx(0.0405746));
        CHECK(slots[18]->data<float>()[0] == Approx(1.21652e-06));
    }
    auto model = build<LeNet5>(Seed{1});
    SGD other{.momentum = 0.9f};
    CHECK(says(refusal_of([&] { keras::load(model, other, reference / "lenet5-mnist.keras"); }),
               "its optimizer has 22 variables, sgd with 10 trained variables has 12"));
    CHECK(other.state.step == 0);
}

TEST_CASE("keras: optimizers that are not kept are refused", "[interop][keras]")
{
    const Data data;
    auto model = build<Small>(Seed{1});
    auto trainer = compile(model, Adam{.use_ema = true}, SparseCategoricalCrossentropy{});
    CHECK(says(refusal_of([&] { keras::save(trainer, folder.path / "a.keras"); }), "keeps averages or accumulates gradients"));
    auto plain = compile(model, Adam{}, SparseCategoricalCrossentropy{});
    CHECK(says(refusal_of([&] { keras::save(plain, folder.path / "a.h5"); }), "only a .keras keeps an optimizer"));
    auto muon = compile(model, Nadam{}, SparseCategoricalCrossentropy{});
    CHECK(says(refusal_of([&] { keras::save(muon, folder.path / "a.keras"); }), "the state of the optimizer nadam is not kept"));
    keras::save(model, folder.path / "plain.keras");
    hdf5::Writer older;
    older.texts("", "layer_names", {});
    older.text("", "keras_version", "2.15.0");
    older.write(folder.path / "older.h5");
    Adam adam{};
    CHECK(says(refusal_of([&] { keras::load(model, adam, folder.path / "older.h5"); }),
               "was saved by Keras 2.15.0, whose optimizers"));
    CHECK(says(refusal_of([&] { keras::load(model, adam, folder.path / "plain.keras"); }),
               "has no optimizer; load the weights alone"));
}
