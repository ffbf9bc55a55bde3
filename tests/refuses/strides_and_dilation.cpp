// Strides and dilation at once.
// expect: error: ; layer<0> ; Strides<2 ; Extents<9, 9, 1> ; strides_and_dilation_cannot_both_be_above_1
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<9, 9, 1>, Conv2D<4, Dilation<2>>> model;
#else
Sequential<Input<9, 9, 1>, Conv2D<4, Strides<2>, Dilation<2>>> model;
#endif
