// What an object of house.units does with tensors, tapes and derivatives: a file of its own, so that unit.cpp stays as small as it is.
#include <lamina/autodiff.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/state.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include "unit.hpp"

#include <sstream>

using namespace lamina;

#define NAMED(name, unit) NAMED_AS_IT_STANDS(name, unit)
#define NAMED_AS_IT_STANDS(name, unit) name##_##unit

float NAMED(differentiate, UNIT)()
{
    const auto x = constant({{1.f, 2.f, 3.f}, {4.f, 5.f, 6.f}});
    auto model = build<Sequential<Input<3>, Dense<4, Tanh>, Dense<2>>>(Seed{1});
    Adam optimizer;
    const auto loss = optimizer.minimize([&] { return reduce_mean(square(model(x) - 0.1f)); }, variables(model));
    const auto second = nth_derivative<2>([](auto v) { return tanh(v) * exp(sin(v)); })(constant(0.5f));

    auto a = constant({{1.f, 2.f}, {3.f, 4.f}});
    GradientTape tape;
    tape.watch(a);
    const AnyTensor b = reduce_max(where(greater(a, 2), matmul(a, a), a), {0}) + concat({a, a}, 0);
    const AnyTensor gradient = tape.gradient(b, AnyTensor(a));
    std::ostringstream text;
    text << gradient << cast<int>(b);
    return loss.item() + second.item() + gradient.item<float>() + static_cast<float>(text.str().size());
}
