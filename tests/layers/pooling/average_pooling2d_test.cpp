// AveragePooling2D: arithmetic worked out by hand, shapes, refusals, and gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(AveragePooling2D<2>::accept(Shape{24, 24, 6}).output == Shape{12, 12, 6});
static_assert(AveragePooling2D<2>::accept(Shape{5, 7, 3}).output == Shape{2, 3, 3});
static_assert(AveragePooling2D<2, Same>::accept(Shape{5, 7, 3}).output == Shape{3, 4, 3});
static_assert(AveragePooling2D<3, Strides<1>>::accept(Shape{5, 7, 3}).output == Shape{3, 5, 3});
static_assert(AveragePooling2D<Window{3, 2}>::accept(Shape{6, 6, 1}).output == Shape{2, 3, 1});
static_assert(AveragePooling2D<3, Same>::accept(Shape{2, 2, 1}).output == Shape{1, 1, 1});
static_assert(AveragePooling2D<3>::accept(Shape{2, 5, 1}).answer == misfit::pooling_window_is_larger_than_its_input);
static_assert(AveragePooling2D<3>::accept(Shape{5, 5}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(AveragePooling2D<0>::accept(Shape{5, 5, 1}).answer == misfit::an_extent_is_zero);
static_assert(AveragePooling2D<2, Strides<0>>::accept(Shape{5, 5, 1}).answer == misfit::an_extent_is_zero);
static_assert(AveragePooling2D<2>::accept(Shape{5, 5, 0}).answer == misfit::an_extent_is_zero);
static_assert(Block<AveragePooling2D<2>::on<5, 7, 3>> && parameter_count_of<AveragePooling2D<2>::on<5, 7, 3>>() == 0);
static_assert(given_name<AveragePooling2D<2, Name<"pool">>::on<5, 7, 3>>() == "pool");

TEST_CASE("AveragePooling2D is the mean of each window", "[layers][average_pooling2d]")
{
    xt::xtensor_fixed<float, xt::xshape<3, 4, 1>> x;
    for (std::size_t i = 0; i < 12; ++i) x.data()[i] = float(i + 1); // 1 2 3 4 / 5 6 7 8 / 9 10 11 12
    const auto valid = build<AveragePooling2D<2>::on<3, 4, 1>>(Seed{})(x);
    CHECK(valid.size() == 2);
    CHECK(valid(0, 0, 0) == 3.5f);
    CHECK(valid(0, 1, 0) == 5.5f);
    const auto wide = build<AveragePooling2D<Window{1, 4}>::on<3, 4, 1>>(Seed{})(x);
    CHECK(wide(2, 0, 0) == 10.5f);
}

TEST_CASE("AveragePooling2D leaves the padding out of the mean", "[layers][average_pooling2d]")
{
    xt::xtensor_fixed<float, xt::xshape<3, 3, 1>> x;
    for (std::size_t i = 0; i < 9; ++i) x.data()[i] = float(i + 1);
    const auto y = build<AveragePooling2D<2, Same>::on<3, 3, 1>>(Seed{})(x);
    CHECK(y(0, 0, 0) == 3);
    CHECK(y(0, 1, 0) == 4.5f); // 3 and 6 alone
    CHECK(y(1, 0, 0) == 7.5f);
    CHECK(y(1, 1, 0) == 9);
}

TEST_CASE("AveragePooling2D keeps channels apart", "[layers][average_pooling2d]")
{
    xt::xtensor_fixed<float, xt::xshape<2, 2, 2>> x;
    for (std::size_t i = 0; i < 8; ++i) x.data()[i] = i % 2 ? 10 * float(i) : float(i);
    const auto y = build<AveragePooling2D<2>::on<2, 2, 2>>(Seed{})(x);
    CHECK(y(0, 0, 0) == 3);
    CHECK(y(0, 0, 1) == 40);
}

TEST_CASE("AveragePooling2D's gradients agree with central differences", "[layers][average_pooling2d][gradients]")
{
    check_gradients_of_each<AveragePooling2D<1>::on<1, 1, 1>::as<double>, AveragePooling2D<2>::on<5, 7, 3>::as<double>,
                            AveragePooling2D<2, Same>::on<5, 7, 1>::as<double>,
                            AveragePooling2D<Window{3, 2}, Strides<1, 3>>::on<7, 5, 5>::as<double>,
                            AveragePooling2D<3, Strides<2>, Same>::on<7, 3, 17>::as<double>,
                            AveragePooling2D<2, Strides<3>>::on<7, 7, 7>::as<double>,
                            AveragePooling2D<5, Strides<1>, Same>::on<3, 1, 7>::as<double>>();
}
