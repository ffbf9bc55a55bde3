// A rate that is no probability.
// expect: error: ; layer<0> ; Dropout< ; Extents<4> ; a_rate_is_a_probability
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4>, Dropout<0.5>> model;
#else
Sequential<Input<4>, Dropout<1.5>> model;
#endif
