// A residual network with batch normalization learns drawn digits, and is folded for inference: the normalizations go into the convolutions.
// clang-format off: a model reads as a table
#include <lamina/lamina.hpp>
#include <lamina/data/drawn_digits.hpp>

#include <chrono>
#include <iostream>

using namespace lamina;

/// Its moving statistics follow fast, as this training is short; Keras's momentum is 0.99.
using Normalized = BatchNormalization<Momentum<0.9>>;

/// Two convolutions around which the input is carried.
template <std::size_t Filters> using Block = Residual<
    Conv2D<Filters, Same, NoBias>, Normalized, Activation<Relu>,
    Conv2D<Filters, Same, NoBias>, Normalized>;

/// The first of a stage: half the height and width, more filters.
template <std::size_t Filters> using First = Parallel<Add,
    Branch<Conv2D<Filters, Strides<2>, Same, NoBias>, Normalized, Activation<Relu>,
           Conv2D<Filters, Same, NoBias>,             Normalized>,
    Branch<Conv2D<Filters, Kernel<1>, Strides<2>, NoBias>, Normalized>>;

using ResNet = Sequential<Input<28, 28, 1>,
    Conv2D<8, Same, NoBias>, Normalized, Activation<Relu>,
    Block<8>,  Activation<Relu>,
    First<16>,  Activation<Relu>, Block<16>, Activation<Relu>,
    GlobalAveragePooling2D<>, Dense<10, Softmax>>;

int main()
{
    const auto train = drawn_digits(2000, Seed{1}), test = drawn_digits(500, Seed{2});

    auto model = build<ResNet>(Seed{1});
    std::cout << summary(model);

    auto trainer = compile(model, Adam{.learning_rate = CosineDecay{.initial_learning_rate = 0.02f, .decay_steps = 500}}, SparseCategoricalCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = 5, .batch_size = 20, .validation_data = &test}, ProgressBar{});

    const auto small = folded(model); // another type, with the same outputs
    const auto milliseconds = [&](const auto& net) {
        const auto begun = std::chrono::steady_clock::now();
        predict(net, test.x);
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
    };
    std::cout << state(model).size() << " variables, " << milliseconds(model) << " ms for 500 images; folded "
              << state(small).size() << " variables, " << milliseconds(small) << " ms\n";

    std::size_t alike = 0;
    const auto classes = predict_classes(model, test.x), same = predict_classes(small, test.x);
    for (std::size_t i = 0; i < classes.size(); ++i) alike += classes(i) == same(i);
    std::cout << "Folded, it reads " << alike << " of 500 digits as before\n" << trainer.evaluate(test) << '\n';
}
