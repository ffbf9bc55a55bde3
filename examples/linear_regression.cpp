// A model of one's own, a tape, an optimizer: the linear regression of TensorFlow's lessons, number for number.
#include <lamina/autodiff.hpp>
#include <lamina/lamina.hpp>

#include <iostream>

using namespace lamina;

struct Regression { // a plain struct: its fields are its parts
    Dense<1, Zeros>::on<3> dense;
    auto operator()(const auto& x) const { return dense(x); }
};

int main()
{
    auto X = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
    auto y = constant({{10.f}, {20.f}});

    auto model = build<Regression>(Seed{1});
    SGD optimizer{.learning_rate = 0.01f};
    for (int i = 0; i < 100; ++i) {
        GradientTape tape;
        auto loss = reduce_mean(square(model(X) - y));
        if (i % 20 == 0) std::cout << "step " << i << ", loss " << loss.item() << '\n';
        optimizer.apply_gradients(tape.gradient(loss, variables(model)), variables(model));
    }
    for (const auto& v : variables(model)) std::cout << v << '\n'; // dense/kernel [3, 1] float32, dense/bias [1] float32

    const auto w = read(model.dense.kernel);
    const auto b = read(model.dense.bias);
    std::cout << "kernel " << w.item(0) << ' ' << w.item(1) << ' ' << w.item(2) << ", bias " << b.item() << '\n';
}
