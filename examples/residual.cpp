// A model as a plain struct: named fields, a residual connection, a layer used twice. It learns two interleaved spirals.
#include <lamina/lamina.hpp>

#include <cmath>
#include <iostream>

using namespace lamina;

struct Spiral {
    Sequential<Input<2>, Dense<32, Tanh>, Dense<32, Tanh>> body;
    Dense<32, Tanh>::on<32> mix;
    Dense<1, Sigmoid>::on<32> head;

    auto operator()(const auto& x) const
    {
        auto h = body(x);
        return head(h + mix(mix(h)));
    }
};

Samples<xt::xtensor<float, 2>, xt::xtensor<float, 2>> spirals(std::size_t count, Seed seed)
{
    Samples samples{xt::xtensor<float, 2>::from_shape({count, 2}), xt::xtensor<float, 2>::from_shape({count, 1})};
    Random random(seed);
    for (std::size_t i = 0; i < count; ++i) {
        const double side = static_cast<double>(i % 2), turn = random.uniform(0.5, 3.0), angle = 3.1416 * (turn + side);
        samples.x(i, 0) = static_cast<float>(turn * std::cos(angle) + 0.05 * random.normal());
        samples.x(i, 1) = static_cast<float>(turn * std::sin(angle) + 0.05 * random.normal());
        samples.y(i, 0) = static_cast<float>(side);
    }
    return samples;
}

int main()
{
    const auto train = spirals(2000, Seed{1}), test = spirals(500, Seed{2});

    auto model = build<Spiral>(Seed{1});
    std::cout << summary(model);

    auto trainer = compile(model, Adam{.learning_rate = 5e-3f}, BinaryCrossentropy{}, Accuracy{});
    trainer.fit(train, {.epochs = 60, .validation_data = &test}, ProgressBar{});

    std::array<float, 2> point{0.f, 1.f};
    std::cout << "At (0, 1): " << model(point)(0) << '\n'; // one sample: nothing is allocated
    std::cout << trainer.evaluate(test) << '\n';
}
