// A two-dimensional convolution over one axis.
// expect: error: ; layer<0> ; Conv2D<6, lamina::Kernel<3 ; Shape<784> ; needs_rank_3__height_width_channels
#include <lamina/layers/conv2d.hpp>
#include <lamina/layers/reshape.hpp>
#include <lamina/models/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<784>, Reshape<28, 28, 1>, Conv2D<6, Kernel<3>>> model;
#else
Sequential<Input<784>, Conv2D<6, Kernel<3>>> model;
#endif
