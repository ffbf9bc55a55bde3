// MaxPooling2D: arithmetic worked out by hand, shapes, refusals, ties, and gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/pooling/max_pooling2d.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(MaxPooling2D<2>::accept(Shape{24, 24, 6}).output == Shape{12, 12, 6});
static_assert(MaxPooling2D<2, Same>::accept(Shape{5, 7, 3}).output == Shape{3, 4, 3});
static_assert(MaxPooling2D<Window{3, 2}, Strides<2, 1>>::accept(Shape{7, 6, 1}).output == Shape{3, 5, 1});
static_assert(MaxPooling2D<3>::accept(Shape{5, 2, 1}).answer == misfit::pooling_window_is_larger_than_its_input);
static_assert(MaxPooling2D<3>::accept(Shape{25}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(MaxPooling2D<2, Strides<1, 0>>::accept(Shape{5, 5, 1}).answer == misfit::an_extent_is_zero);
static_assert(Block<MaxPooling2D<2>::on<5, 7, 3>> && parameter_count_of<MaxPooling2D<2>::on<5, 7, 3>>() == 0);

TEST_CASE("MaxPooling2D is the largest of each window", "[layers][max_pooling2d]")
{
    xt::xtensor_fixed<float, xt::xshape<3, 3, 1>> x;
    const float values[] = {-1, -2, -3, -9, -5, -6, -7, -8, -4};
    std::copy_n(values, 9, x.data());
    const auto valid = build<MaxPooling2D<2>::on<3, 3, 1>>(Seed{})(x);
    CHECK(valid.size() == 1);
    CHECK(valid(0, 0, 0) == -1);
    const auto same = build<MaxPooling2D<2, Same>::on<3, 3, 1>>(Seed{})(x); // the padding never wins over negative numbers
    CHECK(same(0, 1, 0) == -3);
    CHECK(same(1, 0, 0) == -7);
    CHECK(same(1, 1, 0) == -4);
    const auto over = build<MaxPooling2D<2, Strides<1>>::on<3, 3, 1>>(Seed{})(x);
    CHECK(over(1, 1, 0) == -4);
}

TEST_CASE("MaxPooling2D gives the gradient to the first of equal cells", "[layers][max_pooling2d]")
{
    const MaxPooling2D<2>::on<2, 2, 1> block{};
    auto gradient = block;
    const float x[] = {1, 2, 2, 0}, dy[] = {5};
    float y[1], dx[4];
    block.forward(Mode{}, x, y, nullptr, nullptr, 1);
    block.backward(Mode{}, x, y, nullptr, dy, dx, gradient, nullptr, 1);
    CHECK(y[0] == 2);
    CHECK(std::vector<float>(dx, dx + 4) == std::vector<float>{0, 5, 0, 0});
}

TEST_CASE("MaxPooling2D's gradients agree with central differences", "[layers][max_pooling2d][gradients]")
{
    check_gradients_of_each<
        MaxPooling2D<1>::on<1, 1, 1>::as<double>, MaxPooling2D<2>::on<5, 7, 3>::as<double>,
        MaxPooling2D<2, Same>::on<5, 7, 1>::as<double>, MaxPooling2D<Window{3, 2}, Strides<1, 3>>::on<7, 5, 5>::as<double>,
        MaxPooling2D<3, Strides<2>, Same>::on<7, 3, 17>::as<double>, MaxPooling2D<3, Strides<1>>::on<5, 5, 7>::as<double>,
        MaxPooling2D<5, Strides<1>, Same>::on<3, 1, 7>::as<double>>();
}
