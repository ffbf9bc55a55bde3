// A kernel that does not fit into what the layer before it leaves. What is done with the model adds no error.
// expect: error: ; layer<1> ; Conv2D<8, lamina::[a-z0-9_:]*Kernel<5 ; Extents<3, 3, 4> ; kernel_is_larger_than_its_input
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/summary.hpp>

#include <iostream>

using namespace lamina;

#ifdef GOOD
using Model = Sequential<Input<6, 6, 4>, MaxPooling2D<2>, Conv2D<8, Kernel<5>, Same>>;
#else
using Model = Sequential<Input<6, 6, 4>, MaxPooling2D<2>, Conv2D<8, Kernel<5>>>;
#endif

int main()
{
    const auto model = build<Model>();
    std::cout << model.summary();
}
