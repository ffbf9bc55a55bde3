// A pooling window that is wider than the image.
// expect: error: ; layer<0> ; AveragePooling2D< ; Extents<4, 2, 3> ; pooling_window_is_larger_than_its_input
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/models/composites/sequential.hpp>

using namespace lamina;

#ifdef GOOD
Sequential<Input<4, 2, 3>, AveragePooling2D<Window{3, 2}>> model;
#else
Sequential<Input<4, 2, 3>, AveragePooling2D<3>> model;
#endif
