// A Sequential as a layer behind another shape than its own input.
// expect: error: ; shapes_fit ; needs_the_input_shape_of_the_model_inside
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;

using Encoder = Sequential<Input<6>, Dense<4>>;
#ifdef GOOD
using Net = Sequential<Input<6>, Encoder, Dense<2>>;
#else
using Net = Sequential<Input<7>, Encoder, Dense<2>>;
#endif

int main()
{
    auto model = build<Net>(Seed{1});
    return summary(model).empty();
}
