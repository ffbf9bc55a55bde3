// Five layers over sequences, trained and saved: compiled to compare with training.cpp.
// clang-format off: a model reads as a table
#include <lamina/graph/save.hpp>
#include <lamina/layers/convolution/conv1d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/pooling/global_average_pooling1d.hpp>
#include <lamina/layers/pooling/max_pooling1d.hpp>
#include <lamina/layers/recurrent/bidirectional.hpp>
#include <lamina/layers/recurrent/gru.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/training/compile.hpp>
#include <lamina/training/losses/sparse_categorical_crossentropy.hpp>
#include <lamina/training/metrics/accuracy.hpp>
#include <lamina/training/optimizers/adam.hpp>

#include <cstdint>
#include <cstdio>

using namespace lamina;

using Net = Sequential<Input<64, 3>,
    Conv1D<16, Kernel<5>, Same, Relu>, BatchNormalization<>, MaxPooling1D<2>,
    Bidirectional<GRU<24, ReturnSequences>>, GlobalAveragePooling1D<>,
    Dense<10, Softmax>>;

int main()
{
    const Samples train{xt::xtensor<float, 3>({100, 64, 3}, 0.f), xt::xtensor<std::int32_t, 1>({100}, 0)};
    auto model = build<Net>(Seed{1});
    auto trainer = compile(model, Adam{}, SparseCategoricalCrossentropy{}, Accuracy{});
    const auto history = trainer.fit(train, {.epochs = 2, .batch_size = 32});
    std::printf("%f\n", history["loss"].back());
    save(model, "sequences.safetensors");
}
