// SeparableConv1D, SeparableConv2D: shapes, refusals, rules of both kernels, gradients of every option.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/separable_conv1d.hpp>
#include <lamina/layers/convolution/separable_conv2d.hpp>

using namespace lamina;
using namespace lamina::protocols;

static_assert(SeparableConv2D<5>::on<5, 7, 2>::output == Shape{3, 5, 5});
static_assert(SeparableConv2D<5, DepthMultiplier<3>, Same, Strides<2>>::on<5, 7, 2>::output == Shape{3, 4, 5});
static_assert(SeparableConv1D<5, Causal, Dilation<2>>::on<7, 2>::output == Shape{7, 5});
static_assert(SeparableConv2D<5>::on<5, 7, 2>::multiply_adds == 3 * 5 * 2 * 9 + 3 * 5 * 2 * 5);
static_assert(internals::parameter_count_of<SeparableConv2D<5, DepthMultiplier<3>>::on<5, 7, 2>>() == 9 * 6 + 6 * 5 + 5);
static_assert(SeparableConv2D<5>::accept(Shape{5, 7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(SeparableConv1D<5>::accept(Shape{5, 7, 1}).answer == misfit::needs_rank_2__steps_features);
static_assert(SeparableConv2D<5>::accept(Shape{2, 7, 1}).answer == misfit::kernel_is_larger_than_its_input);
static_assert(SeparableConv2D<5, Causal>::accept(Shape{5, 7, 1}).answer == misfit::this_layer_has_no_Causal_padding);
static_assert(SeparableConv2D<0>::accept(Shape{5, 7, 1}).answer == misfit::an_extent_is_zero);
static_assert(SeparableConv2D<5, DepthMultiplier<0>>::accept(Shape{5, 7, 1}).answer == misfit::an_extent_is_zero);

TEST_CASE("The gradients of separable convolutions agree with differences", "[layers][convolution][gradients]")
{
    check_gradients_of_each<SeparableConv2D<4>::on<5, 6, 3>::as<double>,
                            SeparableConv2D<9, DepthMultiplier<2>, Same, Strides<2>, Gelu>::on<5, 4, 2>::as<double>,
                            SeparableConv1D<1, Kernel<4>, Causal, NoBias, Tanh>::on<6, 5>::as<double>,
                            SeparableConv1D<3, Padding<2>, Strides<2>, Dilation<2>, Softmax>::on<6, 17>::as<double>>(
        {.tolerance = 3e-6, .counts = {0, 1, 3}});
}

TEST_CASE("Each kernel of a separable convolution has rules of its own", "[layers][convolution]")
{
    using Ruled = SeparableConv1D<2, Kernel<1>, Ones, PointwiseInitializer<Constant<-1>>, Bias<Constant<0.5>>,
                                  KernelRegularizer<L1<0.5>>, PointwiseRegularizer<L2<0.25>>, PointwiseConstraint<NonNegative>>;
    auto block = build<Ruled::on<3, 2>>(Seed{1});
    auto gradient = build<Ruled::on<3, 2>>(Seed{1});
    for_each_variable(gradient, [](auto& v) { v.storage()->template for_each<float>([](float& e) { e = 0; }); });
    CHECK(block.penalty(&gradient) == 2 * 0.5 + 4 * 0.25);
    CHECK((gradient.depthwise_kernel.data()[0] == 0.5f && gradient.pointwise_kernel.data()[0] == -0.5f));
    block.after_step();
    CHECK((block.depthwise_kernel.data()[0] == 1 && block.pointwise_kernel.data()[0] == 0 && block.bias.data()[1] == 0.5f));
}
