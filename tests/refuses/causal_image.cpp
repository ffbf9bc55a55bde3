// Causal padding of an image.
// expect: error: ; layer<0> ; Causal ; Extents<9, 9, 1> ; this_layer_has_no_Causal_padding
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<9, 9, 1>, Conv2D<4, Padding<1>>> model;
#else
Sequential<Input<9, 9, 1>, Conv2D<4, Causal>> model;
#endif
