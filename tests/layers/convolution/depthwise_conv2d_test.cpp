// DepthwiseConv2D, DepthwiseConv1D: shapes and refusals, gradients of every option, Keras's order of channels.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/depthwise_conv1d.hpp>
#include <lamina/layers/convolution/depthwise_conv2d.hpp>

using namespace lamina;
using namespace lamina::protocols;

namespace {

static_assert(DepthwiseConv2D<>::on<5, 7, 2>::output == Shape{3, 5, 2});
static_assert(DepthwiseConv2D<Kernel<2, 3>, DepthMultiplier<3>, Same, Strides<2>>::on<5, 7, 2>::output == Shape{3, 4, 6});
static_assert(DepthwiseConv2D<>::accept(Shape{5, 7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(DepthwiseConv2D<>::accept(Shape{2, 7, 1}).answer == misfit::kernel_is_larger_than_its_input);
static_assert(DepthwiseConv2D<Strides<2>, Dilation<2>, Padding<1, 2>>::accept(Shape{9, 9, 1}).output == Shape{4, 5, 1});
static_assert(DepthwiseConv2D<Causal>::accept(Shape{9, 9, 1}).answer == misfit::this_layer_has_no_Causal_padding);
static_assert(DepthwiseConv2D<DepthMultiplier<0>>::accept(Shape{9, 9, 1}).answer == misfit::an_extent_is_zero);

static_assert(DepthwiseConv1D<DepthMultiplier<2>, Causal, Strides<2>>::on<7, 3>::output == Shape{4, 6});
static_assert(DepthwiseConv1D<>::accept(Shape{7, 3, 1}).answer == misfit::needs_rank_2__steps_features);
static_assert(DepthwiseConv1D<Strides<2, 1>>::accept(Shape{7, 3}).answer ==
              misfit::steps_are_one_axis__give_an_option_one_number);

} // namespace

TEST_CASE("the gradients of DepthwiseConv2D agree with differences", "[layers][convolution]")
{
    check_gradients_of_each<DepthwiseConv2D<>::on<5, 6, 3>::as<double>,
                            DepthwiseConv2D<Same, Kernel<3, 2>, Tanh>::on<4, 5, 9>::as<double>,
                            DepthwiseConv2D<DepthMultiplier<3>, Same, Strides<2>, Gelu>::on<5, 4, 2>::as<double>,
                            DepthwiseConv2D<DepthMultiplier<2>, Dilation<2>, NoBias>::on<6, 5, 3>::as<double>,
                            DepthwiseConv2D<Padding<1, 3>, Strides<2>, Dilation<1, 2>, Silu>::on<4, 5, 5>::as<double>,
                            DepthwiseConv1D<Causal, Dilation<2>, DepthMultiplier<2>, Tanh>::on<6, 3>::as<double>,
                            DepthwiseConv1D<Padding<1>, Strides<2>>::on<6, 9>::as<double>,
                            DepthwiseConv2D<Kernel<1>, Sigmoid>::on<3, 2, 17>::as<double>>(
        {.tolerance = 3e-6, .counts = {0, 1, 3}});
}

TEST_CASE("output c · m + j of DepthwiseConv2D belongs to channel c", "[layers][convolution]")
{
    auto block = build<DepthwiseConv2D<Kernel<1>, DepthMultiplier<2>>::on<1, 1, 3>>(Seed{1});
    std::size_t i = 0;
    block.kernel.storage()->for_each<float>([&](float& v) { v = static_cast<float>(++i); });
    CHECK(block.kernel.storage()->stored_size() == internals::row_stride<float>(6)); // one row
    const float x[] = {1, 10, 100};
    float y[6];
    std::vector<float> scratch(decltype(block)::scratch(1));
    block.forward({}, x, y, nullptr, scratch.data(), 1);
    CHECK((y[0] == 1 && y[1] == 2 && y[2] == 30 && y[3] == 40 && y[4] == 500 && y[5] == 600));
}
