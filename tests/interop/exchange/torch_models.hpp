// Chains that use every module of torch.nn that a layer becomes.
#pragma once

#include <lamina/lamina.hpp>

namespace exchange {

using namespace lamina;

using LeNet5 = Sequential<Input<28, 28, 1>, Conv2D<6, Kernel<5>, Same, Tanh>, AveragePooling2D<2>, Conv2D<16, Kernel<5>, Tanh>,
                          AveragePooling2D<2>, Conv2D<120, Kernel<5>, Tanh>, Flatten, Dense<84, Tanh>, Dense<10, Softmax>>;

/// Same pads unevenly: a module pads before.
using Padded = Sequential<Input<11, 10, 4>, Conv2D<6, Kernel<3>, Strides<2>, Same, Relu>,
                          Conv2D<6, Kernel<3, 2>, Groups<2>, Dilation<2, 1>, Same>, MaxPooling2D<2, Strides<2>, Same>,
                          ZeroPadding2D<Border{{1, 0}, {2, 1}}>, Cropping2D<Border{{0, 1}, {1, 1}}>,
                          Conv2D<3, Kernel<3>, Padding<1>, NoBias>, AveragePooling2D<3, Strides<1>, Same>, GlobalMaxPooling2D<>>;

using Steps =
    Sequential<Input<12, 3>, Conv1D<5, Kernel<3>, Causal, Dilation<2>, Relu>, MaxPooling1D<2>, Conv1D<4, Kernel<3>, Same>,
               BatchNormalization<>, AveragePooling1D<2>, Flatten, Dropout<0.25>, Dense<3, LogSoftmax>>;

using Mobile = Sequential<Input<9, 9, 3>, DepthwiseConv2D<Kernel<3>, DepthMultiplier<2>, Same, NoBias>, BatchNormalization<>,
                          ReLU<6.0>, SeparableConv2D<5, Kernel<3>, Relu>, PReLU<SharedAxes<1, 2>>, LocalResponseNormalization<3>,
                          SpatialDropout2D<0.1>, GroupNormalization<5>, GlobalAveragePooling2D<>, Dense<4, Softmax>>;

using Upwards = Sequential<Input<5, 4, 2>, Conv2DTranspose<3, Kernel<3>, Strides<2>, Valid, LeakyRelu<0.1>>,
                           Conv2DTranspose<2, Kernel<4>, Strides<2>, Same>, UpSampling2D<2>, UpSampling2D<2, Bilinear>,
                           Activation<Softmax>, AdaptiveAveragePooling2D<3>, Flatten, Dense<6>, LayerNormalization<>, Dense<2>>;

using Words = Sequential<Input<6>, Embedding<20, 4>, LayerNormalization<>, Flatten, Dense<3, Sigmoid>>;

/// A Flatten of an image, and what works element by element before the Dense whose rows are turned.
using Turned =
    Sequential<Input<4, 5, 3>, Conv2D<3, Kernel<2>>, Flatten, ReLU<>, Dropout<0.5>, LeakyReLU<0.2>, ELU<0.7>, Dense<5>>;

using Activations =
    Sequential<Input<7>, Dense<8, Relu>, Dense<8, Relu6>, Dense<8, LeakyRelu<0.3>>, Dense<8, Elu<0.5>>, Dense<8, Celu<0.7>>,
               Dense<8, Selu>, Dense<8, Gelu>, Dense<8, GeluTanh>, Dense<8, Silu>, Dense<8, Mish>, Dense<8, Softplus>,
               Dense<8, Softsign>, Dense<8, Tanh>, Dense<8, Sigmoid>, Dense<8, LogSigmoid>, Dense<8, HardSigmoid<>>,
               Dense<8, HardSilu>, Dense<8, HardTanh>, Dense<8, Clip<-0.5, 2.0>>, Dense<8, TanhShrink>, Dense<8, HardShrink<0.1>>,
               Dense<8, SoftShrink<0.1>>, Dense<8, Threshold<0.1, 0.05>>, Dense<8>, Activation<Glu>, Dense<3>>;

/// Recurrent layers and a struct: a state_dict alone.
struct Reads {
    using input = Input<7, 3>;
    Conv1D<4, Kernel<3>, Same>::on<7, 3> conv;
    LSTM<5, ReturnSequences>::on<7, 4> lstm;
    Bidirectional<GRU<3>>::on<7, 5> gru;
    Dense<2>::on<6> head;
    auto operator()(const auto& x) const { return head(gru(lstm(conv(x)))); }
};

} // namespace exchange
