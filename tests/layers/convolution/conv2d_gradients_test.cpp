// Conv2D: gradients against central differences in double, over odd shapes and every option.
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/conv2d.hpp>

using namespace lamina;
using namespace lamina::internals;

TEST_CASE("Conv2D's gradients agree with central differences", "[layers][conv2d][gradients]")
{
    check_gradients_of_each<Conv2D<3>::on<5, 7, 1>::as<double>, Conv2D<5, Same>::on<3, 5, 3>::as<double>,
                            Conv2D<2, Kernel<5>, Same>::on<1, 3, 7>::as<double>>();
}

TEST_CASE("Conv2D's gradients with strides", "[layers][conv2d][gradients]")
{
    check_gradients_of_each<Conv2D<7, Kernel<3, 1>, Strides<2>, Same, Tanh>::on<7, 5, 3>::as<double>,
                            Conv2D<1, Kernel<2, 3>, Strides<3, 2>, NoBias>::on<7, 7, 3>::as<double>>();
}

TEST_CASE("Conv2D's gradients with dilation", "[layers][conv2d][gradients]")
{
    check_gradients_of_each<Conv2D<3, Kernel<2>, Dilation<2>, NoBias>::on<7, 5, 5>::as<double>,
                            Conv2D<5, Dilation<1, 2>, Same, Gelu>::on<3, 7, 1>::as<double>>();
}

TEST_CASE("Conv2D's gradients with zeros on both sides, strides and dilation", "[layers][conv2d][gradients]")
{
    check_gradients_of_each<Conv2D<3, Padding<1, 4>, Strides<2>, Dilation<2, 1>>::on<5, 4, 2>::as<double>,
                            Conv2D<2, Kernel<2, 3>, Padding<2>, Relu>::on<3, 17, 1>::as<double>,
                            Conv2D<4, Groups<2>, Same, Tanh>::on<4, 5, 6>::as<double>>();
}

TEST_CASE("Conv2D's gradients where it is a matrix product, or one pixel at a time", "[layers][conv2d][gradients]")
{
    check_gradients_of_each<Conv2D<1, Kernel<1>>::on<1, 1, 1>::as<double>,
                            Conv2D<3, Kernel<3, 5>, Sigmoid>::on<3, 5, 7>::as<double>,
                            Conv2D<17, Kernel<1>, Softmax>::on<3, 3, 5>::as<double>,
                            Conv2D<5, Kernel<3, 1>, Silu, NoBias>::on<3, 1, 3>::as<double>>();
}
