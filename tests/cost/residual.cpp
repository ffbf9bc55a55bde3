// A residual network of fifty layers that learn, with normalizations between them, trained and saved.
// clang-format off: a model reads as a table
#include <lamina/graph/save.hpp>
#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/pooling/global_average_pooling2d.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/parallel.hpp>
#include <lamina/models/composites/residual.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <cstdint>
#include <cstdio>

using namespace lamina;

using Normalized = BatchNormalization<>;
using Rectified = Activation<Relu>;

/// Two convolutions around which the input is carried.
template <std::size_t Width> using Block = Residual<
    Conv2D<Width, Same, NoBias>, Normalized, Rectified,
    Conv2D<Width, Same, NoBias>, Normalized>;
/// The first of a stage: half of the height and the width, more channels.
template <std::size_t Width> using First = Parallel<Add,
    Branch<Conv2D<Width, Strides<2>, Same, NoBias>, Normalized, Rectified,
           Conv2D<Width, Same, NoBias>,             Normalized>,
    Branch<Conv2D<Width, Kernel<1>, Strides<2>, NoBias>, Normalized>>;

/// Fourteen different shapes of what they learn.
using ResNet50 = Sequential<Input<32, 32, 3>,
    Conv2D<16, Same, NoBias>, Normalized, Rectified,
    Block<16>,  Rectified, Block<16>,  Rectified, Block<16>,  Rectified, Block<16>,  Rectified, Block<16>,  Rectified, Block<16>,  Rectified,
    First<32>,  Rectified, Block<32>,  Rectified, Block<32>,  Rectified, Block<32>,  Rectified, Block<32>,  Rectified, Block<32>,  Rectified,
    First<64>,  Rectified, Block<64>,  Rectified, Block<64>,  Rectified, Block<64>,  Rectified, Block<64>,  Rectified, Block<64>,  Rectified,
    First<128>, Rectified, Block<128>, Rectified, Block<128>, Rectified, Block<128>, Rectified, Block<128>, Rectified, Block<128>, Rectified,
    GlobalAveragePooling2D<>, Dense<10, Softmax>>;

int main()
{
    const Samples train{xt::xtensor<float, 4>({8, 32, 32, 3}, 0.f), xt::xtensor<std::int32_t, 1>({8}, 0)};
    auto model = build<ResNet50>(Seed{1});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    const auto history = trainer.fit(train, {.epochs = 1, .batch_size = 8});
    std::printf("%zu parameters, loss %f\n", ResNet50::parameter_count, history["loss"].back());
    save(model, "resnet50.safetensors");
}
