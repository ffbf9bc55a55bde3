// GlobalAveragePooling2D: shapes and refusals, numbers by hand, gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/pooling/global_average_pooling2d.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 7, 3}).output == Shape{3});
static_assert(GlobalAveragePooling2D<KeepDims>::accept(Shape{5, 7, 3}).output == Shape{1, 1, 3});
static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 7, 3, 1}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 0, 3}).answer == misfit::an_extent_is_zero);
static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 7, 0}).answer == misfit::an_extent_is_zero);
static_assert(Block<GlobalAveragePooling2D<>::on<5, 7, 3>> && parameter_count_of<GlobalAveragePooling2D<>::on<5, 7, 3>>() == 0);
static_assert(given_name<GlobalAveragePooling2D<Name<"pool">, KeepDims>::on<5, 7, 3>>() == "pool");

TEST_CASE("GlobalAveragePooling2D is the mean of each channel", "[layers][global_average_pooling2d]")
{
    xt::xtensor_fixed<float, xt::xshape<2, 3, 2>> x;
    for (std::size_t i = 0; i < 12; ++i) x.data()[i] = i % 2 ? -float(i) : float(i); // 0 2 4 6 8 10 and -1 -3 -5 -7 -9 -11
    const auto y = build<GlobalAveragePooling2D<>::on<2, 3, 2>>(Seed{})(x);
    CHECK(y.size() == 2);
    CHECK(y(0) == 5);
    CHECK(y(1) == -6);
    const auto kept = build<GlobalAveragePooling2D<KeepDims>::on<2, 3, 2>>(Seed{})(x);
    CHECK(kept(0, 0, 0) == 5);
    CHECK(kept(0, 0, 1) == -6);
}

TEST_CASE("GlobalAveragePooling2D gives every pixel its share of the gradient", "[layers][global_average_pooling2d]")
{
    GlobalAveragePooling2D<>::on<2, 2, 2> block;
    const float x[16]{}, dy[]{4, -8, 1, 0};
    float dx[16];
    block.backward({}, x, nullptr, nullptr, dy, dx, block, nullptr, 2);
    for (std::size_t pixel = 0; pixel < 4; ++pixel) {
        CHECK((dx[2 * pixel] == 1 && dx[2 * pixel + 1] == -2));
        CHECK((dx[8 + 2 * pixel] == 0.25f && dx[8 + 2 * pixel + 1] == 0));
    }
}

TEST_CASE("GlobalAveragePooling2D's gradients agree with central differences", "[layers][global_average_pooling2d][gradients]")
{
    check_gradients_of_each<GlobalAveragePooling2D<>::on<1, 1, 1>::as<double>, GlobalAveragePooling2D<>::on<5, 7, 3>::as<double>,
                            GlobalAveragePooling2D<KeepDims>::on<5, 7, 1>::as<double>,
                            GlobalAveragePooling2D<KeepDims>::on<3, 1, 17>::as<double>,
                            GlobalAveragePooling2D<>::on<1, 3, 33>::as<double>>();
}
