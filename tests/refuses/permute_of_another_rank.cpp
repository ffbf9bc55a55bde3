// A Permute of more axes than there are.
// expect: error: ; layer<0> ; the_axes_of_a_Permute_are_1_to_the_rank__each_of_them_once
#include <lamina/layers/reshaping/permute.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4, 6>, Permute<2, 1>> model;
#else
Sequential<Input<4, 6>, Permute<3, 1, 2>> model;
#endif
