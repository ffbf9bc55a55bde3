// Boundaries that do not ascend.
// expect: error: ; layer<0> ; boundaries_ascend__or_are_NumBins_of_at_least_1_with_an_epsilon_in_0_to_1
#include <lamina/layers/preprocessing/discretization.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<8>, Discretization<0.5, 1>> model;
#else
Sequential<Input<8>, Discretization<1, 0.5>> model;
#endif
