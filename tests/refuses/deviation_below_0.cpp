// Noise of a negative deviation.
// expect: error: ; layer<0> ; a_deviation_or_a_factor_is_not_below_0
#include <lamina/layers/regularization/gaussian_noise.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<8>, GaussianNoise<0.1>> model;
#else
Sequential<Input<8>, GaussianNoise<-0.1>> model;
#endif
