// The forms of convolutions in functions on tensors.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::check;

TEST_CASE("Convolutions in functions on tensors", "[autodiff]")
{
    check<Conv2D<3, Kernel<2>, Tanh>::on<4, 3, 2>>("Conv2D");
    check<Conv2D<2, Kernel<3, 2>, Same, Strides<2, 1>, Gelu, NoBias>::on<5, 4, 2>>("Conv2D, same");
    check<Conv2D<4, Kernel<2>, Padding<3, 1>, Dilation<1, 2>, Groups<2>, Sigmoid>::on<3, 4, 4>>("Conv2D, groups");
    check<Conv2D<3, Kernel<3, 4>, Softmax>::on<3, 4, 2>>("Conv2D, one pixel");
    check<Conv1D<3, Kernel<3>, Causal, Dilation<2>, Tanh>::on<6, 2>>("Conv1D, causal");
    check<Conv1D<4, Kernel<2>, Strides<2>, Groups<2>>::on<5, 2>>("Conv1D");
    check<Conv1D<2, Kernel<2>, Padding<1>>::on<3, 1>>("Conv1D, padded");
    check<DepthwiseConv2D<Kernel<2>, DepthMultiplier<2>, Tanh>::on<3, 4, 2>>("DepthwiseConv2D");
    check<DepthwiseConv2D<Kernel<3>, Same, Strides<2>>::on<5, 4, 3>>("DepthwiseConv2D, same");
    check<DepthwiseConv1D<Kernel<3>, Causal, DepthMultiplier<3>>::on<5, 2>>("DepthwiseConv1D");
    check<SeparableConv2D<3, Kernel<2>, DepthMultiplier<2>, Softsign>::on<3, 4, 2>>("SeparableConv2D");
    check<SeparableConv1D<3, Kernel<3>, Same, Strides<2>, Tanh>::on<5, 2>>("SeparableConv1D");
    check<Conv2DTranspose<3, Kernel<3, 2>, Strides<2>, Tanh>::on<2, 3, 2>>("Conv2DTranspose");
    check<Conv2DTranspose<2, Kernel<3>, Strides<2>, Same, OutputPadding<1>>::on<2, 3, 2>>("Conv2DTranspose, same");
    check<Conv2DTranspose<2, Kernel<2>, Strides<3>, NoBias>::on<2, 2, 2>>("Conv2DTranspose, gaps");
    check<Conv2DTranspose<2, Kernel<3>, Padding<1>, Dilation<2>>::on<3, 3, 2>>("Conv2DTranspose, padded");
    check<Conv1DTranspose<3, Kernel<3>, Strides<2>, Softplus>::on<4, 2>>("Conv1DTranspose");
}
