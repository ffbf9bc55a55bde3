// A residual network with batch normalization: three stages of 32, 64 and 128 filters on 32×32×3, then ten classes.
#include "classifier.hpp"

namespace {

using namespace lamina;

template <std::size_t Filters, std::size_t Step = 1> using Convolution = Conv2D<Filters, Kernel<3>, Strides<Step>, Same, NoBias>;

template <std::size_t Filters>
using Inner = Residual<Convolution<Filters>, BatchNormalization<>, Activation<Relu>, Convolution<Filters>, BatchNormalization<>>;

using Start = Sequential<Input<32, 32, 3>, Convolution<32>, BatchNormalization<>, Activation<Relu>, Inner<32>, Activation<Relu>>;
using Middle = Append<Start, Convolution<64, 2>, BatchNormalization<>, Activation<Relu>, Inner<64>, Activation<Relu>>;
using End = Append<Middle, Convolution<128, 2>, BatchNormalization<>, Activation<Relu>, Inner<128>, Activation<Relu>>;
using ResidualNet = Append<End, GlobalAveragePooling2D<>, Dense<10, Softmax>>;

const bool registered = (bench::inference<ResidualNet>("residual"), bench::training<ResidualNet>("residual"), true);

} // namespace
