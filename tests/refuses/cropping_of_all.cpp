// A Cropping that leaves nothing.
// expect: error: ; layer<0> ; cropping_leaves_nothing
#include <lamina/layers/reshaping/cropping2d.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4, 6, 1>, Cropping2D<1>> model;
#else
Sequential<Input<4, 6, 1>, Cropping2D<2>> model;
#endif
