// One of three objects of house.units: the same text for another instruction set, under the name UNIT.
#include <lamina/lamina.hpp>

#include <array>

using namespace lamina;

std::array<float, 10> UNIT()
{
    using Model = Sequential<Input<8, 8, 1>, Conv2D<6, Kernel<3>, Same, Tanh>, AveragePooling2D<2>, Flatten, Dense<10, Softmax>>;

    auto images = xt::xtensor<float, 4>::from_shape({3, 8, 8, 1});
    for (std::size_t i = 0; i < images.size(); ++i) images.data()[i] = static_cast<float>(i % 7) / 7;
    const xt::xtensor<int, 1> labels{0, 1, 2};

    auto model = build<Model>(Seed{1});
    auto trainer = compile(model, SGD{.learning_rate = 0.1f}, SparseCategoricalCrossentropy{});
    for (int step = 0; step < 3; ++step) trainer.train_on_batch(images, labels);

    const auto classes = predict(model, images);
    std::array<float, 10> result{};
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = classes.data()[i];
    return result;
}
