// Two inputs and two outputs: a camera sees a mark and knows where it looks. Which mark is it, and where in the world?
#include <lamina/lamina.hpp>

#include <cstdint>
#include <iostream>
#include <tuple>

using namespace lamina;

struct Camera {
    using inputs = Inputs<Input<12, 12, 1>, Input<2>>;

    Sequential<Input<12, 12, 1>, Conv2D<8, Kernel<5>, Relu>, MaxPooling2D<2>, Flatten, Dense<32, Relu>> eyes;
    Dense<3, Softmax>::on<32> mark;
    Sequential<Input<34>, Dense<32, Relu>, Dense<2>> place;

    auto operator()(const auto& image, const auto& looks_at) const
    {
        const auto seen = eyes(image);
        return std::tuple{mark(seen), place(concatenate(seen, looks_at))};
    }
};

/// A plus, a cross or a square of 5 × 5 pixels, somewhere in noise.
auto pictures(std::size_t count, Seed seed)
{
    xt::xtensor<float, 4> images({count, 12, 12, 1});
    xt::xtensor<float, 2> looks_at({count, 2}), places({count, 2});
    auto marks = xt::xtensor<std::int32_t, 1>::from_shape({count});
    Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t pixel = 0; pixel < 144; ++pixel)
            images.data()[i * 144 + pixel] = static_cast<float>(0.2 * random.normal());
        marks(i) = static_cast<std::int32_t>(i % 3);
        const auto row = static_cast<std::size_t>(random.uniform(0, 8)), column = static_cast<std::size_t>(random.uniform(0, 8));
        for (std::size_t y = 0; y < 5; ++y)
            for (std::size_t x = 0; x < 5; ++x) {
                const bool plus = y == 2 || x == 2, cross = y == x || y + x == 4, square = y % 4 == 0 || x % 4 == 0;
                if (marks(i) == 0 ? plus : marks(i) == 1 ? cross : square) images(i, row + y, column + x, 0) += 1;
            }
        for (std::size_t k = 0; k < 2; ++k) {
            looks_at(i, k) = static_cast<float>(random.uniform(-1, 1));
            places(i, k) = looks_at(i, k) + (static_cast<float>(k == 0 ? row : column) - 3.5f) / 7;
        }
    }
    return Samples{std::tuple{images, looks_at}, std::tuple{marks, places}};
}

int main()
{
    const auto train = pictures(3000, Seed{1}), test = pictures(600, Seed{2});

    auto model = build<Camera>(Seed{1});
    std::cout << summary(model);

    // One loss for each output, and behind them the metrics of each: the second has none.
    auto trainer =
        compile(model, Adam{.learning_rate = 2e-3f},
                Losses{SparseCategoricalCrossentropy{}, MeanSquaredError{}}.weighted(1, 5).named("mark", "place"), Accuracy{});
    trainer.fit(train, {.epochs = 15, .validation_data = &test}, ProgressBar{});

    const auto [marks, places] = predict(model, test.x); // two tensors, a row for each sample
    std::cout << "The first mark lies at (" << places(0, 0) << ", " << places(0, 1) << "), in truth at ("
              << std::get<1>(test.y)(0, 0) << ", " << std::get<1>(test.y)(0, 1) << ")\n";

    const internals::FixedTensor<float, Shape{12, 12, 1}> nothing{};
    const auto [mark, place] = model(nothing, std::array{0.f, 0.f}); // one sample: nothing is allocated
    std::cout << "An empty image may be a plus with probability " << mark(0) << '\n';
    std::cout << trainer.evaluate(test) << '\n';
}
