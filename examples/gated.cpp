// A gated unit as a struct: functions on values. The sign of the first input decides which of the two others is the answer.
#include <lamina/lamina.hpp>

#include <iostream>

using namespace lamina;

struct Gated {
    Dense<16, Tanh>::on<3> left, right;
    Dense<16>::on<3> gate;
    Dense<1>::on<16> head;

    auto operator()(const auto& x) const
    {
        const auto open = sigmoid(4 * gate(x));
        return head(open * left(x) + (1 - open) * right(x));
    }
};

int main()
{
    Samples train{xt::xtensor<float, 2>::from_shape({2000, 3}), xt::xtensor<float, 2>::from_shape({2000, 1})};
    Random random(Seed{1});
    for (float& number : train.x) number = static_cast<float>(random.uniform(-1, 1));
    for (std::size_t i = 0; i < 2000; ++i) train.y(i, 0) = train.x(i, 0) > 0 ? train.x(i, 1) : train.x(i, 2);

    auto model = build<Gated>(Seed{1});
    auto trainer = compile(model, Adam{.learning_rate = 1e-2f}, MeanSquaredError{});
    trainer.fit(train, {.epochs = 30}, ProgressBar{});

    std::cout << "The second: " << model(std::array{0.5f, 0.75f, -0.75f})(0)
              << ", the third: " << model(std::array{-0.5f, 0.75f, -0.75f})(0) << '\n';
    std::cout << trainer.evaluate(train) << '\n';
}
