// A look inside of a model: its layers and what they are set to, its numbers before and after training, what changed, and a drawing.
#include <lamina/inspect.hpp>
#include <lamina/lamina.hpp>

#include <iostream>

using namespace lamina;

/// Two branches with a skip between them.
struct Branches {
    using input = Input<16, 16, 1>;
    Conv2D<8, Same, Relu>::on<16, 16, 1> stem;
    Sequential<Input<16, 16, 8>, MaxPooling2D<2>, Conv2D<8, Same, Relu>, UpSampling2D<2>> coarse;
    Conv2D<8, Same, Relu>::on<16, 16, 8> fine;
    GlobalAveragePooling2D<>::on<16, 16, 16> pool;
    Dense<2, Softmax>::on<16> head;

    auto operator()(const auto& image) const
    {
        const auto h = stem(image);
        return head(pool(concatenate(coarse(h), fine(h) + h)));
    }
};

int main()
{
    auto model = build<Branches>(Seed{1});
    plot_model(model).write("branches.svg"); // and model_to_dot(model) is text for Graphviz

    for (const LayerView& layer : layers(model)) std::cout << layer.name << ' ' << layer.kind << ' ' << layer.output << '\n';
    std::cout << '\n' << help(model.stem) << '\n' << statistics(model) << '\n';

    const auto before = clone(model);
    Samples train{xt::xtensor<float, 4>::from_shape({200, 16, 16, 1}), xt::xtensor<int, 1>::from_shape({200})};
    Random random(Seed{1});
    for (std::size_t i = 0; i < 200; ++i) {
        train.y(i) = static_cast<int>(i % 2);
        for (std::size_t y = 0; y < 16; ++y)
            for (std::size_t x = 0; x < 16; ++x) // stripes, and the same lying
                train.x(i, y, x, 0) = ((i % 2 ? y : x) / 2 % 2 ? 1.0f : 0.0f) + static_cast<float>(random.uniform(-0.5, 0.5));
    }
    auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, SparseCategoricalCrossentropy{}, SparseCategoricalAccuracy{});
    trainer.fit(train, {.epochs = 3}, ProgressBar{});

    std::cout << '\n' << diff(model, before) << '\n';
    statistics(model).svg().write("statistics.svg");
    for (auto& [path, variable] : find(model, "coarse/")) variable.set_trainable(false); // frozen from here on
    set_weights(model, get_weights(before));                                             // as it was
    std::cout << diff(model, before);
}
