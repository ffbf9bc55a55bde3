// Two activations for one layer.
// expect: error: ; Dense<10, ; Relu ; Tanh ; option_is::of_a_family_that_is_given_twice
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4>, Dense<10, Relu>> model;
#else
Sequential<Input<4>, Dense<10, Relu, Tanh>> model;
#endif
