// Conv2D: arithmetic worked out by hand, shapes as TensorFlow gives them, refusals, options.
#include "catch.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/predict.hpp>

#include <vector>

using namespace lamina;
using namespace lamina::internals;

static_assert(Conv2D<6, Kernel<5>, Same>::accept(Shape{28, 28, 1}).output == Shape{28, 28, 6});
static_assert(Conv2D<6, Kernel<5>>::accept(Shape{28, 28, 1}).output == Shape{24, 24, 6});
static_assert(Conv2D<4>::accept(Shape{5, 7, 3}).output == Shape{3, 5, 4});
static_assert(Conv2D<4, Strides<2>>::accept(Shape{7, 8, 3}).output == Shape{3, 3, 4});
static_assert(Conv2D<4, Strides<2>, Same>::accept(Shape{7, 8, 3}).output == Shape{4, 4, 4});
static_assert(Conv2D<4, Strides<3, 1>, Same>::accept(Shape{7, 8, 3}).output == Shape{3, 8, 4});
static_assert(Conv2D<4, Kernel<3, 1>>::accept(Shape{5, 7, 3}).output == Shape{3, 7, 4});
static_assert(Conv2D<4, Dilation<2>>::accept(Shape{7, 5, 1}).output == Shape{3, 1, 4});
static_assert(Conv2D<4, Dilation<1, 2>>::accept(Shape{7, 5, 1}).output == Shape{5, 1, 4});
static_assert(Conv2D<4, Kernel<5>, Same>::accept(Shape{2, 1, 1}).output == Shape{2, 1, 4});
static_assert(Conv2D<4, Strides<2>, Dilation<2>>::accept(Shape{7, 8, 1}).output == Shape{2, 2, 4});
static_assert(Conv2D<4, Padding<1>>::accept(Shape{5, 7, 3}).output == Shape{5, 7, 4});
static_assert(Conv2D<4, Padding<0, 3>, Strides<2>>::accept(Shape{5, 8, 3}).output == Shape{2, 6, 4}); // one column is left over
static_assert(Conv2D<4, Padding<1>>::accept(Shape{1, 1, 3}).output == Shape{1, 1, 4});

static_assert(Conv2D<4>::accept(Shape{7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(Conv2D<4>::accept(Shape{7, 7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(Conv2D<4>::accept(Shape{7, 7, 1, 1}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(Conv2D<4>::accept(Shape{2, 7, 1}).answer == misfit::kernel_is_larger_than_its_input);
static_assert(Conv2D<4, Kernel<1, 8>>::accept(Shape{7, 7, 1}).answer == misfit::kernel_is_larger_than_its_input);
static_assert(Conv2D<4, Dilation<2>>::accept(Shape{4, 7, 1}).answer == misfit::kernel_is_larger_than_its_input);
static_assert(Conv2D<4>::accept(Shape{0, 7, 1}).answer == misfit::an_extent_is_zero);
static_assert(Conv2D<4>::accept(Shape{7, 7, 0}).answer == misfit::an_extent_is_zero);
static_assert(Conv2D<0>::accept(Shape{7, 7, 1}).answer == misfit::an_extent_is_zero);
static_assert(Conv2D<4, Kernel<0, 3>>::accept(Shape{7, 7, 1}).answer == misfit::an_extent_is_zero);
static_assert(Conv2D<4, Strides<0>, Same>::accept(Shape{7, 7, 1}).answer == misfit::an_extent_is_zero);
static_assert(Conv2D<4, Dilation<0>>::accept(Shape{7, 7, 1}).answer == misfit::an_extent_is_zero);
static_assert(Conv2D<4, Causal>::accept(Shape{7, 7, 1}).answer == misfit::this_layer_has_no_Causal_padding);

static_assert(Block<Conv2D<4>::on<5, 7, 3>>);
static_assert(Conv2D<4>::on<5, 7, 3>::multiply_adds == 3 * 5 * 4 * 3 * 3 * 3);
static_assert(parameter_count_of<Conv2D<4>::on<5, 7, 3>>() == 3 * 3 * 3 * 4 + 4);
static_assert(parameter_count_of<Conv2D<4, NoBias>::on<5, 7, 3>>() == 3 * 3 * 3 * 4);
static_assert(std::is_same_v<Conv2D<4, Same, Strides<2>, Relu>::padding, Conv2D<4, Relu, Strides<2>, Same>::padding>);
static_assert(std::is_same_v<Conv2D<4, Kernel<5>, HeNormal>::kernel_size, Conv2D<4, HeNormal, Kernel<5>>::kernel_size>);
static_assert(given_name<Conv2D<4, Name<"stem">, Relu>::on<5, 7, 3>>() == "stem");

// Where the kernel covers its input the layer is a matrix product.
static_assert(Conv2D<4, Kernel<5, 7>>::on<5, 7, 3>::one_pixel);
static_assert(!Conv2D<4, Padding<1>, Strides<3>>::on<3, 3, 2>::one_pixel);
static_assert(!Conv2D<4, Kernel<5, 7>, Padding<1>>::on<5, 7, 3>::one_pixel);
static_assert(!Conv2D<4, Dilation<2>>::on<5, 5, 3>::one_pixel && !Conv2D<4>::on<5, 7, 3>::one_pixel);

namespace {

/// The result of a convolution of the numbers 1, 2, 3 … with the kernel 1, 2, 3 … in logical order.
template <class B> std::vector<float> counting()
{
    auto block = build<B>(Seed{1});
    float next = 1;
    block.kernel.storage()->template for_each<float>([&](float& e) { e = next++; });
    FixedTensor<float, B::input> x;
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = float(i + 1);
    const auto y = block(x);
    return {y.data(), y.data() + y.size()};
}

using Numbers = std::vector<float>;

} // namespace

TEST_CASE("Conv2D slides its kernel without flipping it", "[layers][conv2d]")
{
    CHECK(counting<Conv2D<1, Kernel<2>>::on<3, 3, 1>>() == Numbers{37, 47, 67, 77});
    CHECK(counting<Conv2D<1, Kernel<2>, Bias<Ones>>::on<3, 3, 1>>() == Numbers{38, 48, 68, 78});
    CHECK(counting<Conv2D<1, Kernel<2>, Bias<Constant<-50.0>>, Relu>::on<3, 3, 1>>() == Numbers{0, 0, 17, 27});
    CHECK(counting<Conv2D<1, Kernel<1, 2>, NoBias>::on<2, 3, 1>>() == Numbers{5, 8, 14, 17});
}

TEST_CASE("Same pads with zeros, the odd rest at the bottom and right", "[layers][conv2d]")
{
    CHECK(counting<Conv2D<1, Kernel<2>, Same>::on<3, 3, 1>>() == Numbers{37, 47, 21, 67, 77, 33, 23, 26, 9});
    CHECK(counting<Conv2D<1, Kernel<3>, Same>::on<1, 2, 1>>() == Numbers{5 + 2 * 6, 4 + 2 * 5});
    CHECK(counting<Conv2D<1, Kernel<2>, Same, Strides<2>>::on<3, 3, 1>>() == Numbers{37, 21, 23, 9});
}

TEST_CASE("Strides and dilation leave pixels out", "[layers][conv2d]")
{
    CHECK(counting<Conv2D<1, Kernel<2>, Dilation<2>>::on<3, 3, 1>>() == Numbers{1 + 3 * 2 + 7 * 3 + 9 * 4});
    CHECK(counting<Conv2D<1, Kernel<1>, Strides<2>>::on<3, 4, 1>>() == Numbers{1, 3, 9, 11});
    CHECK(counting<Conv2D<1, Kernel<1, 2>, Dilation<1, 2>>::on<1, 4, 1>>() == Numbers{7, 10});
    CHECK(counting<Conv2D<1, Kernel<1, 2>, Dilation<1, 2>, Strides<1, 3>>::on<1, 6, 1>>() == Numbers{7, 4 + 2 * 6});
}

TEST_CASE("Padding puts zeros on both sides, also whole windows of them", "[layers][conv2d]")
{
    CHECK(counting<Conv2D<1, Kernel<1, 2>, Padding<0, 1>>::on<1, 2, 1>>() == Numbers{2, 5, 2});
    CHECK(counting<Conv2D<1, Kernel<1>, Padding<1, 2>, Strides<2>>::on<1, 2, 1>>() == Numbers{0, 0, 0, 0, 0, 0});
    CHECK(counting<Conv2D<1, Kernel<1>, Padding<0, 2>, Strides<2>>::on<1, 2, 1>>() == Numbers{0, 1, 0});
    CHECK(counting<Conv2D<1, Kernel<1, 2>, Padding<0, 2>, Strides<1, 2>, Dilation<1, 2>>::on<1, 3, 1>>() == Numbers{2, 7, 3});
}

TEST_CASE("Conv2D's kernel is [height, width, channels, filters]", "[layers][conv2d]")
{
    // x = [[1, 2]], w = [[1, 2, 3], [4, 5, 6]] over (channel, filter).
    CHECK(counting<Conv2D<3, Kernel<1>, Same>::on<1, 1, 2>>() == Numbers{9, 12, 15});
    CHECK(counting<Conv2D<3, Kernel<1>>::on<1, 1, 2>>() == Numbers{9, 12, 15}); // stored by outputs
    // Two pixels of two channels, a kernel of two taps: Σ x[t][c] · w[t][c][f].
    CHECK(counting<Conv2D<2, Kernel<1, 2>>::on<1, 2, 2>>() == Numbers{1 + 2 * 3 + 3 * 5 + 4 * 7, 2 + 2 * 4 + 3 * 6 + 4 * 8});
    CHECK(counting<Conv2D<2, Kernel<1, 2>, Same>::on<1, 2, 2>>() == Numbers{50, 60, 3 + 4 * 3, 3 * 2 + 4 * 4});
}

TEST_CASE("Softmax in Conv2D works over the filters of each pixel", "[layers][conv2d]")
{
    const auto y = counting<Conv2D<3, Kernel<1>, Softmax, Zeros>::on<2, 2, 1>>();
    REQUIRE(y.size() == 12);
    for (std::size_t pixel = 0; pixel < 4; ++pixel) CHECK(y[3 * pixel] + y[3 * pixel + 1] + y[3 * pixel + 2] == Approx(1));
}
