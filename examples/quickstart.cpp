// The README's first program: LeNet-5 learns digits that the program draws itself.
// clang-format off: a model reads as a table
#include <lamina/lamina.hpp>
#include <lamina/data/drawn_digits.hpp>

#include <iostream>

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>,
    Conv2D<6, Kernel<5>, Same, Tanh>,  AveragePooling2D<2>,
    Conv2D<16, Kernel<5>, Tanh>,       AveragePooling2D<2>,
    Conv2D<120, Kernel<5>, Tanh>,      Flatten,
    Dense<84, Tanh>,                   Dense<10, Softmax>>;

static_assert(LeNet5::output == Shape{10});          // shapes are checked by the compiler
static_assert(LeNet5::parameter_count == 61'706);

int main()
{
    const auto train = drawn_digits(8000, Seed{1}), test = drawn_digits(2000, Seed{2});

    auto model = build<LeNet5>(Seed{1});
    std::cout << summary(model);

    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = 6, .batch_size = 32, .validation_data = &test}, ProgressBar{});

    save(model, "lenet5.safetensors");
    const auto again = load<LeNet5>("lenet5.safetensors");
    const auto classes = predict_classes(again, test.x);
    std::cout << "The first digit is a " << test.y(0) << " and was read as " << classes(0) << '\n';
    std::cout << trainer.evaluate(test) << '\n';
}
