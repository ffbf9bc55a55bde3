// Conv2DTranspose, Conv1DTranspose: extents as TensorFlow and PyTorch give them, numbers by hand, gradients of every option.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/conv1d_transpose.hpp>
#include <lamina/layers/convolution/conv2d_transpose.hpp>

#include <vector>

using namespace lamina;
using namespace lamina::protocols;

static_assert(Conv2DTranspose<4>::on<5, 7, 3>::output == Shape{7, 9, 4});
static_assert(Conv2DTranspose<4, Kernel<2, 5>, Strides<3, 2>>::on<5, 7, 3>::output == Shape{15, 17, 4});
static_assert(Conv2DTranspose<4, Kernel<2, 5>, Strides<3, 2>, Same>::on<5, 7, 3>::output == Shape{15, 14, 4});
static_assert(Conv2DTranspose<4, Strides<3>, Same, OutputPadding<0, 2>>::on<5, 7, 3>::output == Shape{13, 21, 4});
static_assert(Conv2DTranspose<4, Strides<3>, OutputPadding<1>>::on<5, 7, 3>::output == Shape{16, 22, 4});
static_assert(Conv2DTranspose<4, Strides<2>, Padding<1, 0>, OutputPadding<1>>::on<5, 7, 3>::output == Shape{10, 16, 4});
static_assert(Conv2DTranspose<4, Dilation<2>>::on<5, 7, 3>::output == Shape{9, 11, 4});
static_assert(Conv1DTranspose<4, Strides<2>>::on<5, 3>::output == Shape{11, 4});
static_assert(Conv1DTranspose<4, Strides<2>, Padding<1>>::on<5, 3>::output == Shape{9, 4});
static_assert(Conv2DTranspose<4>::on<5, 7, 3>::multiply_adds == 5 * 7 * 3 * 9 * 4);

static_assert(Conv2DTranspose<4>::accept(Shape{5, 7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(Conv1DTranspose<4>::accept(Shape{5, 7, 1}).answer == misfit::needs_rank_2__steps_features);
static_assert(Conv1DTranspose<4, Causal>::accept(Shape{5, 7}).answer == misfit::this_layer_has_no_Causal_padding);
static_assert(Conv1DTranspose<4, Padding<9>>::accept(Shape{5, 7}).answer == misfit::an_extent_is_zero);
static_assert(Conv1DTranspose<4, Strides<2>, OutputPadding<0, 1>>::accept(Shape{5, 7}).answer ==
              misfit::steps_are_one_axis__give_an_option_one_number);
static_assert(Conv2DTranspose<4, Strides<2, 3>, OutputPadding<2>>::accept(Shape{5, 7, 1}).answer ==
              misfit::output_padding_is_below_the_stride__and_not_0_for_an_even_kernel_with_Same);
static_assert(Conv1DTranspose<4, Strides<2>, Kernel<4>, Same, OutputPadding<0>>::accept(Shape{5, 7}).answer ==
              misfit::output_padding_is_below_the_stride__and_not_0_for_an_even_kernel_with_Same);

namespace {

/// What a layer makes of ones with the kernel 1, 10, 100 …
template <class B> std::vector<float> digits()
{
    auto block = build<B>(Seed{1});
    float next = 1;
    block.kernel.storage()->template for_each<float>([&](float& e) { e = next, next *= 10; });
    const std::vector<float> x(B::input.size(), 1.f);
    std::vector<float> y(B::output.size());
    Buffer<float> room(B::scratch(1));
    block.forward(Mode{}, x.data(), y.data(), nullptr, room.data(), std::size_t(1));
    return y;
}

using Numbers = std::vector<float>;

} // namespace

TEST_CASE("A transposed convolution adds a window for each input", "[layers][convolution]")
{
    CHECK(digits<Conv1DTranspose<1, Strides<2>, Same>::on<3, 1>>() == Numbers{1, 10, 101, 10, 101, 10});
    CHECK(digits<Conv1DTranspose<1, Strides<2>>::on<2, 1>>() == Numbers{1, 10, 101, 10, 100});
    CHECK(digits<Conv1DTranspose<1, Strides<2>, Padding<1>>::on<2, 1>>() == Numbers{10, 101, 10});
    CHECK(digits<Conv1DTranspose<1, Strides<2>, Padding<1>, OutputPadding<1>>::on<2, 1>>() == Numbers{10, 101, 10, 100});
    CHECK(digits<Conv1DTranspose<1, Kernel<1>, Strides<2>, Bias<Constant<7>>>::on<2, 1>>() == Numbers{8, 7, 8, 7}); // no window
    CHECK(digits<Conv2DTranspose<2, Kernel<1>>::on<1, 1, 2>>() == Numbers{11, 1100}); // [.., filters, channels]
}

TEST_CASE("The gradients of transposed convolutions agree with differences", "[layers][convolution][gradients]")
{
    check_gradients_of_each<
        Conv2DTranspose<3>::on<3, 4, 2>::as<double>, Conv2DTranspose<5, Strides<2>, Same, Tanh>::on<3, 2, 3>::as<double>,
        Conv2DTranspose<2, Kernel<2, 3>, Strides<3, 2>, NoBias, Gelu>::on<2, 3, 4>::as<double>,
        Conv1DTranspose<9, Dilation<2>, Strides<2>, Padding<2>, OutputPadding<1>, Softmax>::on<4, 2>::as<double>,
        Conv1DTranspose<1, Kernel<4>, Strides<2>, Same, Sigmoid>::on<5, 1>::as<double>>({.tolerance = 3e-6, .counts = {0, 1, 3}});
}
