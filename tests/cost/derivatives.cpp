// Derivatives of a function: a tape, functions of functions, a gradient of one's own.
#include <cstdio>
#include <lamina/autodiff/custom_gradient.hpp>
#include <lamina/autodiff/functions.hpp>
#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/statistics_of_tensors.hpp>
using namespace lamina;
int main()
{
    auto f = [](auto x) { return tanh(x) * exp(sin(x)); };
    auto x = constant(0.5);
    GradientTape tape;
    tape.watch(x);
    auto dy = tape.gradient(f(x), x);
    auto g = gradients_function(f);
    auto vg = value_and_gradients_function(f);
    auto d3 = nth_derivative<3>(f);
    auto clipped = custom_gradient([](auto v) { return v; }, [](auto d, auto) { return clip_by_norm(d, 1.0); });
    std::printf("%g %g %g %g %g\n", dy.item(), g(x)[0].item(), vg(x).first.item(), d3(x).item(), clipped(x).item());
}
