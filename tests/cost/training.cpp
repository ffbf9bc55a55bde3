// LeNet-5, trained on what a program has in memory, and saved.
// clang-format off: a model reads as a table
#include <lamina/graph/save.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>
#include <lamina/training/compile.hpp>

#include <cstdint>
#include <cstdio>

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>,
    Conv2D<6, Kernel<5>, Same, Tanh>,  AveragePooling2D<2>,
    Conv2D<16, Kernel<5>, Tanh>,       AveragePooling2D<2>,
    Conv2D<120, Kernel<5>, Tanh>,      Flatten,
    Dense<84, Tanh>,                   Dense<10, Softmax>>;

int main()
{
    const Samples train{xt::xtensor<float, 4>({1000, 28, 28, 1}, 0.f), xt::xtensor<std::int32_t, 1>({1000}, 0)};
    auto model = build<LeNet5>(Seed{1});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    const auto history = trainer.fit(train, {.epochs = 6, .batch_size = 32});
    std::printf("%f\n", history["loss"].back());
    save(model, "lenet5.safetensors");
}
