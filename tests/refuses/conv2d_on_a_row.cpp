// A two-dimensional convolution over one axis.
// expect: error: ; layer<0> ; Conv2D<6, lamina::[a-z0-9_:]*Kernel<3 ; Extents<784> ; needs_rank_3__height_width_channels
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<784>, Reshape<28, 28, 1>, Conv2D<6, Kernel<3>>> model;
#else
Sequential<Input<784>, Conv2D<6, Kernel<3>>> model;
#endif
