// A network that knows an equation and no solution: u'' = -π² sin(πx) with u(0) = u(1) = 0, which sin(πx) solves.
//
// The second derivative by x is a part of the loss, so the step by the weights differentiates a third time.
#include <lamina/autodiff.hpp>
#include <lamina/lamina.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <numbers>
#include <vector>

using namespace lamina;

struct Solution {
    Sequential<Input<1>, Dense<16, Tanh>, Dense<16, Tanh>, Dense<1>> net;
    auto operator()(const auto& x) const { return net(x); }
};

int main()
{
    constexpr double pi = std::numbers::pi;
    std::vector<float> points(33), forces(33);
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i] = static_cast<float>(i) / 32;
        forces[i] = static_cast<float>(-pi * pi * std::sin(pi * points[i]));
    }
    const AnyTensor x = constant(points.data(), {33, 1}), force = constant(forces.data(), {33, 1});
    const auto ends = constant({{0.f}, {1.f}});

    auto model = build<Solution>(Seed{1});
    const auto u = [&](const AnyTensor& at) { return AnyTensor(model(at)); };
    Adam optimizer{.learning_rate = 0.01f};
    for (int step = 0; step <= 1000; ++step) {
        const auto loss = optimizer.minimize(
            [&] {
                const AnyTensor misses = nth_derivative<2>(u)(x) - force;
                return reduce_mean(square(misses)) + 10 * reduce_mean(square(u(ends)));
            },
            variables(model));
        if (step % 250 == 0) std::cout << "step " << step << ", loss " << loss.item() << '\n';
    }

    double worst = 0;
    const AnyTensor found = u(x);
    for (std::size_t i = 0; i < points.size(); ++i) worst = std::max(worst, std::abs(found.item(i) - std::sin(pi * points[i])));
    std::cout << "the largest distance to sin(pi x) is " << worst << '\n';
}
