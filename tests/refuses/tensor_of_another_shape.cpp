// A model on a static tensor of another shape.
// expect: error: ; tensor_is_an_input_of_the_layer ; Tensor<float, 1, 3>
#include <lamina/autodiff/layers.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

int main()
{
    const auto model = build<Sequential<Input<2>, Dense<1>>>(Seed{1});
#ifdef GOOD
    const auto y = model(constant({{1.f, 2.f}}));
#else
    const auto y = model(constant({{1.f, 2.f, 3.f}}));
#endif
    return static_cast<int>(y.size());
}
