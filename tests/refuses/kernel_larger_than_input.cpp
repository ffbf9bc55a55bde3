// A kernel that does not fit into what the layer before it leaves.
// expect: error: ; layer<1> ; Conv2D<8, lamina::Kernel<5 ; Shape<3, 3, 4> ; kernel_is_larger_than_its_input
#include <lamina/layers/conv2d.hpp>
#include <lamina/layers/max_pooling2d.hpp>
#include <lamina/models/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<6, 6, 4>, MaxPooling2D<2>, Conv2D<8, Kernel<5>, Same>> model;
#else
Sequential<Input<6, 6, 4>, MaxPooling2D<2>, Conv2D<8, Kernel<5>>> model;
#endif
