// Global poolings over images and sequences: shapes, refusals, numbers by hand, ties, masks, gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/pooling/global_average_pooling1d.hpp>
#include <lamina/layers/pooling/global_average_pooling2d.hpp>
#include <lamina/layers/pooling/global_max_pooling1d.hpp>
#include <lamina/layers/pooling/global_max_pooling2d.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 7, 3}).output == Shape{3});
static_assert(GlobalAveragePooling2D<KeepDims>::accept(Shape{5, 7, 3}).output == Shape{1, 1, 3});
static_assert(GlobalMaxPooling1D<>::accept(Shape{5, 3}).output == Shape{3});
static_assert(GlobalMaxPooling1D<KeepDims>::accept(Shape{5, 3}).output == Shape{1, 3});
static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 7}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 7, 3, 1}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(GlobalAveragePooling1D<>::accept(Shape{5, 7, 3}).answer == misfit::needs_rank_2__steps_features);
static_assert(GlobalAveragePooling2D<>::accept(Shape{5, 0, 3}).answer == misfit::an_extent_is_zero);
static_assert(GlobalMaxPooling2D<>::accept(Shape{5, 7, 0}).answer == misfit::an_extent_is_zero);
static_assert(Block<GlobalAveragePooling2D<>::on<5, 7, 3>> && parameter_count_of<GlobalAveragePooling2D<>::on<5, 7, 3>>() == 0);
static_assert(given_name<GlobalAveragePooling2D<Name<"pool">, KeepDims>::on<5, 7, 3>>() == "pool");

TEST_CASE("Global poolings are the mean and the largest value of each channel", "[layers][global_pooling]")
{
    xt::xtensor_fixed<float, xt::xshape<2, 3, 2>> x;
    for (std::size_t i = 0; i < 12; ++i) x.data()[i] = i % 2 ? -float(i) : float(i); // 0 2 4 6 8 10 and -1 -3 -5 -7 -9 -11
    const auto y = build<GlobalAveragePooling2D<>::on<2, 3, 2>>(Seed{})(x);
    CHECK((y.size() == 2 && y(0) == 5 && y(1) == -6));
    const auto kept = build<GlobalAveragePooling2D<KeepDims>::on<2, 3, 2>>(Seed{})(x);
    CHECK((kept(0, 0, 0) == 5 && kept(0, 0, 1) == -6));
    const auto most = build<GlobalMaxPooling2D<KeepDims>::on<2, 3, 2>>(Seed{})(x);
    CHECK((most(0, 0, 0) == 10 && most(0, 0, 1) == -1));
}

TEST_CASE("A mean gives every place its share of the gradient, equal maxima share theirs", "[layers][global_pooling]")
{
    GlobalAveragePooling2D<>::on<2, 2, 2> mean;
    const float any[16]{}, dy[]{4, -8, 1, 0};
    float dx[16];
    mean.backward({}, any, nullptr, nullptr, dy, dx, mean, nullptr, 2);
    for (std::size_t pixel = 0; pixel < 4; ++pixel) {
        CHECK((dx[2 * pixel] == 1 && dx[2 * pixel + 1] == -2));
        CHECK((dx[8 + 2 * pixel] == 0.25f && dx[8 + 2 * pixel + 1] == 0));
    }
    GlobalMaxPooling1D<>::on<4, 1> most;
    const float x[]{1, 3, 3, 2}, y[]{3};
    float scratch[16];
    most.backward({}, x, y, nullptr, dy, dx, most, scratch, 1);
    CHECK((dx[0] == 0 && dx[1] == 2 && dx[2] == 2 && dx[3] == 0));
}

TEST_CASE("Steps that are masked are no part of a mean", "[layers][global_pooling]")
{
    const GlobalAveragePooling1D<>::on<3, 2> mean{};
    auto gradient = mean;
    const std::uint8_t there[]{1, 0, 1, 0, 0, 0};
    const std::uint8_t* masks[]{there};
    const float x[]{1, 2, 100, 100, 3, 6, 5, 5, 5, 5, 5, 5}, dy[]{2, 4, 1, 1};
    float y[4], dx[12];
    const Mode mode{.masks = masks};
    mean.forward(mode, x, y, nullptr, nullptr, 2);
    CHECK((y[0] == 2 && y[1] == 4 && y[2] == 0 && y[3] == 0));
    mean.backward(mode, x, y, nullptr, dy, dx, gradient, nullptr, 2);
    CHECK(std::vector<float>(dx, dx + 12) == std::vector<float>{1, 2, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("Gradients of global poolings agree with central differences", "[layers][global_pooling][gradients]")
{
    check_gradients_of_each<GlobalAveragePooling2D<>::on<1, 1, 1>::as<double>, GlobalAveragePooling2D<>::on<5, 7, 3>::as<double>,
                            GlobalAveragePooling2D<KeepDims>::on<3, 1, 17>::as<double>,
                            GlobalAveragePooling1D<>::on<7, 33>::as<double>, GlobalMaxPooling1D<KeepDims>::on<7, 5>::as<double>,
                            GlobalMaxPooling2D<>::on<5, 3, 17>::as<double>>();
}
