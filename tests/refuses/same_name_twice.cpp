// Two layers of one name: they would be saved under the same path.
// expect: error: ; layer<1> ; Dense<3 ; two_layers_have_the_same_name
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4>, Dense<10, Name<"stem">>, Dense<3, Name<"head">>> model;
#else
Sequential<Input<4>, Dense<10, Name<"stem">>, Dense<3, Name<"stem">>> model;
#endif
