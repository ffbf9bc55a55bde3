// A Normalization that is given a mean and no variance.
// expect: error: ; layer<0> ; mean_and_variance_are_given_both__one_number_or_one_for_each_feature
#include <lamina/layers/preprocessing/normalization.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<2>, Normalization<GivenMean<1>, GivenVariance<1, 4>>> model;
#else
Sequential<Input<2>, Normalization<GivenMean<1, 2>>> model;
#endif
