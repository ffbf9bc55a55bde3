// Layers that move numbers, or resize images: shapes and refusals, numbers by hand, gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/reshaping/center_crop.hpp>
#include <lamina/layers/reshaping/cropping1d.hpp>
#include <lamina/layers/reshaping/cropping2d.hpp>
#include <lamina/layers/reshaping/permute.hpp>
#include <lamina/layers/reshaping/repeat_vector.hpp>
#include <lamina/layers/reshaping/resizing.hpp>
#include <lamina/layers/reshaping/up_sampling1d.hpp>
#include <lamina/layers/reshaping/up_sampling2d.hpp>
#include <lamina/layers/reshaping/zero_padding1d.hpp>
#include <lamina/layers/reshaping/zero_padding2d.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(ZeroPadding1D<2>::accept(Shape{5, 3}).output == Shape{9, 3});
static_assert(ZeroPadding1D<Sides{2, 1}>::accept(Shape{5, 3}).output == Shape{8, 3});
static_assert(ZeroPadding1D<1>::accept(Shape{5}).answer == misfit::needs_rank_2__steps_features);
static_assert(ZeroPadding2D<1>::accept(Shape{5, 6, 3}).output == Shape{7, 8, 3});
static_assert(ZeroPadding2D<Border{1, 2}>::accept(Shape{5, 6, 3}).output == Shape{7, 10, 3});
static_assert(ZeroPadding2D<Border{{1, 2}, {0, 3}}>::accept(Shape{5, 6, 3}).output == Shape{8, 9, 3});
static_assert(ZeroPadding2D<1>::accept(Shape{5, 6}).answer == misfit::needs_rank_3__height_width_channels);
static_assert(ZeroPadding2D<1>::accept(Shape{5, 6, 0}).answer == misfit::an_extent_is_zero);
static_assert(Cropping1D<Sides{1, 2}>::accept(Shape{8, 3}).output == Shape{5, 3});
static_assert(Cropping1D<4>::accept(Shape{8, 3}).answer == misfit::cropping_leaves_nothing);
static_assert(Cropping2D<Border{{1, 2}, {0, 1}}>::accept(Shape{6, 5, 2}).output == Shape{3, 4, 2});
static_assert(Cropping2D<Border{1, 3}>::accept(Shape{6, 6, 2}).answer == misfit::cropping_leaves_nothing);
static_assert(RepeatVector<4>::accept(Shape{5}).output == Shape{4, 5});
static_assert(RepeatVector<0>::accept(Shape{5}).answer == misfit::an_extent_is_zero);
static_assert(RepeatVector<4>::accept(Shape{5, 2}).answer == misfit::needs_rank_1__put_Flatten_before_it);
static_assert(UpSampling1D<3>::accept(Shape{4, 3}).output == Shape{12, 3});
static_assert(UpSampling1D<0>::accept(Shape{4, 3}).answer == misfit::an_extent_is_zero);
static_assert(UpSampling2D<Window{2, 3}, Bilinear>::accept(Shape{4, 5, 3}).output == Shape{8, 15, 3});
static_assert(Permute<3, 1, 2>::accept(Shape{4, 5, 6}).output == Shape{6, 4, 5});
static_assert(Permute<2, 1>::accept(Shape{4, 5, 6}).answer == misfit::the_axes_of_a_Permute_are_1_to_the_rank__each_of_them_once);
static_assert(Permute<1, 1>::accept(Shape{4, 5}).answer == misfit::the_axes_of_a_Permute_are_1_to_the_rank__each_of_them_once);
static_assert(Permute<0, 1>::accept(Shape{4, 5}).answer == misfit::the_axes_of_a_Permute_are_1_to_the_rank__each_of_them_once);
static_assert(Resizing<5, 4>::accept(Shape{4, 6, 2}).output == Shape{5, 4, 2});
static_assert(Resizing<0, 4>::accept(Shape{4, 6, 2}).answer == misfit::an_extent_is_zero);
static_assert(CenterCrop<3, 2>::accept(Shape{4, 6, 2}).output == Shape{3, 2, 2});
static_assert(given_name<ZeroPadding2D<1, Name<"frame">>::on<2, 2, 1>>() == "frame");

namespace {

/// What a block without variables makes of the numbers 1, 2, 3, …
template <class B> std::vector<float> of_numbers()
{
    xt::xtensor<float, 2> x = xt::xtensor<float, 2>::from_shape({1, B::input.size()});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = float(i + 1);
    std::vector<float> y(B::output.size()), scratch(scratch_of<B>(1) + 1);
    B{}.forward({}, x.data(), y.data(), nullptr, scratch.data(), 1);
    return y;
}

using Numbers = std::vector<float>;

} // namespace

TEST_CASE("Layers put numbers where they say", "[layers][reshaping]")
{
    CHECK(of_numbers<ZeroPadding1D<Sides{1, 2}>::on<2, 2>>() == Numbers{0, 0, 1, 2, 3, 4, 0, 0, 0, 0});
    CHECK(of_numbers<ZeroPadding2D<Border{{1, 0}, {0, 1}}>::on<2, 2, 1>>() == Numbers{0, 0, 0, 1, 2, 0, 3, 4, 0});
    CHECK(of_numbers<Cropping1D<Sides{0, 1}>::on<3, 2>>() == Numbers{1, 2, 3, 4});
    CHECK(of_numbers<Cropping2D<Border{{0, 1}, {2, 0}}>::on<2, 3, 1>>() == Numbers{3});
    CHECK(of_numbers<RepeatVector<3>::on<2>>() == Numbers{1, 2, 1, 2, 1, 2});
    CHECK(of_numbers<UpSampling1D<2>::on<2, 2>>() == Numbers{1, 2, 1, 2, 3, 4, 3, 4});
    CHECK(of_numbers<UpSampling2D<Window{1, 2}>::on<2, 2, 1>>() == Numbers{1, 1, 2, 2, 3, 3, 4, 4});
    CHECK(of_numbers<Permute<2, 1>::on<2, 3>>() == Numbers{1, 4, 2, 5, 3, 6});
    CHECK(of_numbers<Permute<3, 1, 2>::on<1, 2, 2>>() == Numbers{1, 3, 2, 4});
    CHECK(of_numbers<UpSampling2D<Window{1, 2}, Bilinear>::on<1, 4, 1>>() == Numbers{1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4});
    CHECK(of_numbers<Resizing<1, 2>::on<1, 4, 1>>() == Numbers{1.5, 3.5});
    CHECK(of_numbers<Resizing<1, 2, Nearest>::on<1, 4, 1>>() == Numbers{2, 4});
    CHECK(of_numbers<Resizing<2, 2, CropToAspectRatio>::on<2, 4, 1>>() == Numbers{2, 3, 6, 7});
    CHECK(of_numbers<CenterCrop<1, 2>::on<3, 5, 1>>() == Numbers{7, 8});
    CHECK(of_numbers<CenterCrop<2, 1>::on<1, 2, 1>>() == Numbers{1, 1}); // too low: the left half, since Keras rounds down
}

TEST_CASE("Layers that move numbers stand in models", "[layers][reshaping]")
{
    auto model = build<Sequential<Input<2, 3>, Permute<2, 1>, ZeroPadding1D<Sides{1, 0}>, Cropping1D<Sides{1, 0}>>>(Seed{});
    const auto y = model(std::array{1.f, 2.f, 3.f, 4.f, 5.f, 6.f});
    CHECK((y(0, 1) == 4 && y(2, 0) == 3));
}

TEST_CASE("Gradients of layers that move numbers agree with central differences", "[layers][reshaping][gradients]")
{
    check_gradients_of_each<ZeroPadding2D<Border{{1, 2}, {0, 3}}>::on<3, 2, 5>::as<double>,
                            Cropping2D<Border{{0, 1}, {2, 1}}>::on<3, 5, 3>::as<double>, RepeatVector<3>::on<7>::as<double>,
                            UpSampling2D<Window{2, 3}>::on<3, 2, 9>::as<double>, Permute<2, 3, 1>::on<3, 4, 5>::as<double>>();
}

TEST_CASE("Gradients of resized images agree with central differences", "[layers][reshaping][gradients]")
{
    check_gradients_of_each<UpSampling2D<Window{2, 3}, Bilinear>::on<3, 2, 9>::as<double>,
                            Resizing<4, 7, CropToAspectRatio>::on<5, 6, 1>::as<double>,
                            CenterCrop<5, 4>::on<3, 9, 2>::as<double>>();
}
