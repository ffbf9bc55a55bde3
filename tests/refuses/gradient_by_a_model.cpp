// A model in the place of its variables.
// expect: error: ; tape.gradient.loss, variables.model
#include <lamina/autodiff/layers.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/state.hpp>
#include <lamina/ops/sums_of_tensors.hpp>

using namespace lamina;

int main()
{
    const auto model = build<Sequential<Input<2>, Dense<1>>>(Seed{1});
    GradientTape tape;
    const auto loss = reduce_sum(model(constant({{1.f, 2.f}})));
#ifdef GOOD
    return static_cast<int>(tape.gradient(loss, variables(model)).size());
#else
    return static_cast<int>(tape.gradient(loss, model).size());
#endif
}
