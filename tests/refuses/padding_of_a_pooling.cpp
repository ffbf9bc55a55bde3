// A pooling with windows in padding alone.
// expect: error: ; layer<0> ; padding_of_a_pooling_is_at_most_half_its_window
#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<8, 8, 1>, MaxPooling2D<3, Padding<1>>> model;
#else
Sequential<Input<8, 8, 1>, MaxPooling2D<2, Padding<2>>> model;
#endif
