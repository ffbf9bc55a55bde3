// Conv1D: shapes and refusals, causal windows by hand, groups, gradients of every option.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/conv1d.hpp>

#include <vector>

using namespace lamina;
using namespace lamina::protocols;

static_assert(Conv1D<4>::on<7, 3>::output == Shape{5, 4} && Conv1D<4, Same, Strides<2>>::on<7, 3>::output == Shape{4, 4});
static_assert(Conv1D<4, Causal, Strides<2>, Kernel<9>>::on<8, 3>::output == Shape{4, 4});
static_assert(Conv1D<4, Padding<2>, Dilation<2>, Strides<3>>::on<7, 3>::output == Shape{3, 4});
static_assert(internals::parameter_count_of<Conv1D<6, Groups<2>>::on<7, 4>>() == 3 * 2 * 6 + 6);
static_assert(Conv1D<4>::accept(Shape{7}).answer == misfit::needs_rank_2__steps_features);
static_assert(Conv1D<4>::accept(Shape{7, 7, 3}).answer == misfit::needs_rank_2__steps_features);
static_assert(Conv1D<4>::accept(Shape{2, 3}).answer == misfit::kernel_is_larger_than_its_input);
static_assert(Conv1D<4, Strides<0>>::accept(Shape{7, 3}).answer == misfit::an_extent_is_zero);
static_assert(Conv1D<4, Groups<0>>::accept(Shape{7, 3}).answer == misfit::an_extent_is_zero);
static_assert(Conv1D<4, Kernel<3, 2>>::accept(Shape{7, 3}).answer == misfit::steps_are_one_axis__give_an_option_one_number);
static_assert(Conv1D<4, Padding<1, 2>>::accept(Shape{7, 3}).answer == misfit::steps_are_one_axis__give_an_option_one_number);
static_assert(Conv1D<4, Groups<2>>::accept(Shape{7, 3}).answer == misfit::channels_and_filters_must_be_multiples_of_the_groups);
static_assert(Conv1D<3, Groups<2>>::accept(Shape{7, 4}).answer == misfit::channels_and_filters_must_be_multiples_of_the_groups);
static_assert(Conv1D<4, Kernel<7>>::on<7, 3>::one_pixel && !Conv1D<4, Kernel<7>, Groups<2>>::on<7, 2>::one_pixel);

namespace {

/// The numbers that a convolution with the kernel 1, 2, 3 … makes of 1, 2, 3 …
template <class B> std::vector<float> counting()
{
    auto block = build<B>(Seed{1});
    float next = 1;
    block.kernel.storage()->template for_each<float>([&](float& e) { e = next++; });
    std::vector<float> x(B::input.size()), y(B::output.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = float(i + 1);
    Buffer<float> room(B::scratch(1));
    block.forward(Mode{}, x.data(), y.data(), nullptr, room.data(), std::size_t(1));
    return y;
}

using Numbers = std::vector<float>;

} // namespace

TEST_CASE("Conv1D's causal windows end at their step", "[layers][convolution]")
{
    CHECK(counting<Conv1D<1, Kernel<2>, Causal>::on<3, 1>>() == Numbers{2, 1 + 2 * 2, 2 + 2 * 3});
    CHECK(counting<Conv1D<1, Kernel<2>, Causal, Dilation<2>>::on<4, 1>>() == Numbers{2, 4, 1 + 2 * 3, 2 + 2 * 4});
    CHECK(counting<Conv1D<1, Kernel<2>, Causal, Strides<2>>::on<4, 1>>() == Numbers{2, 2 + 2 * 3});
    CHECK(counting<Conv1D<1, Kernel<2>, Padding<1>>::on<2, 1>>() == Numbers{2, 1 + 2 * 2, 2});
}

TEST_CASE("Filters of a group lie together and see its channels alone", "[layers][convolution]")
{
    // Channels 1, 2 | 3, 4; kernel [1, 2, 4]: rows 1 2 | 3 4 and 5 6 | 7 8.
    CHECK(counting<Conv1D<4, Kernel<1>, Groups<2>>::on<1, 4>>() == Numbers{1 + 10, 2 + 12, 9 + 28, 12 + 32});
    CHECK(counting<Conv1D<2, Kernel<1>, Groups<2>>::on<2, 2>>() == Numbers{1, 4, 3, 8});
}

TEST_CASE("Conv1D's gradients agree with central differences", "[layers][convolution][gradients]")
{
    check_gradients_of_each<Conv1D<3>::on<7, 2>::as<double>, Conv1D<5, Same, Strides<2>, Tanh>::on<6, 3>::as<double>,
                            Conv1D<2, Causal, Dilation<2>, Gelu>::on<17, 1>::as<double>,
                            Conv1D<4, Padding<3>, Strides<2>, Dilation<2>, NoBias>::on<5, 9>::as<double>,
                            Conv1D<3, Kernel<5>, Softmax>::on<5, 3>::as<double>>({.tolerance = 3e-6, .counts = {0, 1, 3}});
}

TEST_CASE("Gradients of convolutions in groups agree with central differences", "[layers][convolution][gradients]")
{
    check_gradients_of_each<Conv1D<6, Groups<3>, Same>::on<5, 3>::as<double>,
                            Conv1D<18, Groups<2>, Strides<2>, Padding<1>, Sigmoid>::on<7, 4>::as<double>>(
        {.tolerance = 3e-6, .counts = {0, 1, 3}});
}
