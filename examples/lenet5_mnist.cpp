// LeNet-5 learns to read digits: train, evaluate, save, load, predict, and look at what it does.
// Without --data the program draws its digits itself; with --data DIR it reads MNIST's four idx files. --help says the rest.
#include <lamina/lamina.hpp>

#include <lamina/draw/blocks.hpp>
#include <lamina/draw/confusion_matrix.hpp>
#include <lamina/draw/curves.hpp>

#include "digits.hpp"

#include <bit>
#include <cstdint>
#include <filesystem>
#include <iostream>

using namespace lamina;

// clang-format off: a model reads as a table
using LeNet5 = Sequential<Input<28, 28, 1>,
    Conv2D<6, Kernel<5>, Same, Tanh>,  AveragePooling2D<2>,
    Conv2D<16, Kernel<5>, Tanh>,       AveragePooling2D<2>,
    Conv2D<120, Kernel<5>, Tanh>,      Flatten,
    Dense<84, Tanh>,                   Dense<10, Softmax>>;

static_assert(LeNet5::output == Shape{10});
static_assert(LeNet5::parameter_count == 61'706);
// clang-format on

/// Prints some digits with what the model reads, and a number that changes with any bit of any prediction.
void look(const LeNet5& model, const mnist::Digits& test)
{
    const auto classes = predict_classes(model, test.x);
    std::vector<std::string> captions;
    for (std::size_t i = 0; i < 8; ++i) captions.push_back(std::to_string(test.y(i)) + ", read as " + std::to_string(classes(i)));
    std::cout << draw::blocks({test.x.data(), 8 * 784}, 28, 28, captions);

    std::uint64_t fingerprint = 0;
    for (float p : predict(model, test.x)) fingerprint = internals::mix(fingerprint, std::bit_cast<std::uint32_t>(p));
    std::cout << "Fingerprint of all predictions: " << std::hex << fingerprint << std::dec << '\n';
}

int main(int argc, char** argv)
try {
    const Options settings = options(argc, argv);
    auto [train, test] = digits(settings);

    if (!settings.load.empty()) { // a model that another run has saved
        auto model = load<LeNet5>(settings.load);
        look(model, test);
        std::cout << compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{}).evaluate(test) << '\n';
        return 0;
    }

    auto model = build<LeNet5>(Seed{settings.seed});
    std::cout << summary(model);

    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    History history =
        trainer.fit(train,
                    {.epochs = settings.epochs,
                     .batch_size = 32,
                     .validation_data = &test,
                     .seed = Seed{settings.seed},
                     .threads = settings.threads},
                    EarlyStopping{.monitor = "val_loss", .patience = 4, .restore_best_weights = true}, ProgressBar{});

    const std::filesystem::path folder = settings.output;
    save(model, folder / "lenet5.safetensors");
    auto again = load<LeNet5>(folder / "lenet5.safetensors");
    auto classes = predict_classes(again, test.x); // [7 2 1 ... 4 5 6] of MNIST

    draw::curves({{"loss", history["loss"]}, {"val_loss", history["val_loss"]}}, {.title = "LeNet-5: loss"})
        .write(folder / "lenet5-loss.svg");
    draw::confusion_matrix(draw::confusion(test.y, classes, 10), {}, "LeNet-5: test digits")
        .write(folder / "lenet5-confusion.svg");
    std::cout << "Written: lenet5.safetensors, lenet5-loss.svg, lenet5-confusion.svg in " << folder << '\n';

    look(again, test);
    std::cout << trainer.evaluate(test) << '\n'; // of MNIST about loss 0.0380, sparse_categorical_accuracy 0.9880
}
catch (const error& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
}
