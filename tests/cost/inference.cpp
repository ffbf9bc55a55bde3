// LeNet-5, read from a file and used on one image.
// clang-format off: a model reads as a table
#include <lamina/graph/save.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/composites/sequential.hpp>

#include <array>
#include <cstdio>

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>,
    Conv2D<6, Kernel<5>, Same, Tanh>,  AveragePooling2D<2>,
    Conv2D<16, Kernel<5>, Tanh>,       AveragePooling2D<2>,
    Conv2D<120, Kernel<5>, Tanh>,      Flatten,
    Dense<84, Tanh>,                   Dense<10, Softmax>>;

int main()
{
    const auto model = load<LeNet5>("lenet5.safetensors");
    const std::array<float, 784> image{};
    const auto p = model(image);
    std::printf("%f\n", static_cast<double>(p(0)));
}
