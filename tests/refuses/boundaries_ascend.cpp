// Boundaries that do not ascend.
// expect: error: ; layer<0> ; boundaries_ascend
#include <lamina/layers/preprocessing/discretization.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<8>, Discretization<0.5, 1>> model;
#else
Sequential<Input<8>, Discretization<1, 0.5>> model;
#endif
