// Poolings over steps, with padding, dilation, CeilMode and over even parts: shapes, refusals, numbers by hand, gradients.
#include "layers/gradient_check.hpp"

#include <lamina/layers/pooling/adaptive_average_pooling1d.hpp>
#include <lamina/layers/pooling/adaptive_average_pooling2d.hpp>
#include <lamina/layers/pooling/adaptive_max_pooling1d.hpp>
#include <lamina/layers/pooling/adaptive_max_pooling2d.hpp>
#include <lamina/layers/pooling/average_pooling1d.hpp>
#include <lamina/layers/pooling/average_pooling2d.hpp>
#include <lamina/layers/pooling/max_pooling1d.hpp>
#include <lamina/layers/pooling/max_pooling2d.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(MaxPooling1D<2>::accept(Shape{7, 3}).output == Shape{3, 3});
static_assert(MaxPooling1D<3, Strides<2>, Same>::accept(Shape{7, 3}).output == Shape{4, 3});
static_assert(MaxPooling1D<3, Dilation<2>>::accept(Shape{7, 3}).output == Shape{1, 3});
static_assert(AveragePooling1D<2, CeilMode>::accept(Shape{7, 3}).output == Shape{4, 3});
static_assert(AveragePooling1D<3, Padding<1>, Strides<1>>::accept(Shape{7, 3}).output == Shape{7, 3});
static_assert(MaxPooling1D<2>::accept(Shape{7}).answer == misfit::needs_rank_2__steps_features);
static_assert(MaxPooling1D<8>::accept(Shape{7, 3}).answer == misfit::pooling_window_is_larger_than_its_input);
static_assert(MaxPooling1D<2, Strides<2, 3>>::accept(Shape{7, 3}).answer ==
              misfit::steps_are_one_axis__give_an_option_one_number);
static_assert(MaxPooling1D<2, Padding<2>>::accept(Shape{7, 3}).answer == misfit::padding_of_a_pooling_is_at_most_half_its_window);
static_assert(MaxPooling1D<2, Causal>::accept(Shape{7, 3}).answer == misfit::this_layer_has_no_Causal_padding);
static_assert(MaxPooling2D<3, Padding<1>, Dilation<2>>::accept(Shape{9, 8, 3}).output == Shape{3, 2, 3});
static_assert(MaxPooling2D<3, Padding<1>, Strides<2>, Dilation<1, 2>>::accept(Shape{9, 8, 3}).output == Shape{5, 3, 3});
static_assert(MaxPooling2D<2, Padding<2, 1>>::accept(Shape{9, 8, 3}).answer ==
              misfit::padding_of_a_pooling_is_at_most_half_its_window);
static_assert(MaxPooling2D<3, Strides<2>, CeilMode>::accept(Shape{8, 7, 1}).output == Shape{4, 3, 1});
static_assert(AveragePooling2D<2, Strides<3>, CeilMode>::accept(Shape{9, 9, 1}).output == Shape{3, 3, 1}); // none begins outside
static_assert(AveragePooling2D<2, CeilMode>::on<4, 6, 1>::halves && !AveragePooling2D<2, CeilMode>::on<5, 6, 1>::halves);
static_assert(!check_options<families<family::padding>, CountIncludePad>::fine &&
              !MaxPooling2D<2, CountIncludePad>::options::fine);
static_assert(!AveragePooling2D<2, Dilation<2>>::options::fine);
static_assert(AdaptiveAveragePooling2D<3>::accept(Shape{7, 8, 2}).output == Shape{3, 3, 2});
static_assert(AdaptiveMaxPooling2D<Window{2, 3}>::accept(Shape{7, 8, 2}).output == Shape{2, 3, 2});
static_assert(AdaptiveMaxPooling2D<0>::accept(Shape{7, 8, 2}).answer == misfit::an_extent_is_zero);
static_assert(AdaptiveAveragePooling1D<3>::accept(Shape{7, 2}).output == Shape{3, 2});
static_assert(AdaptiveMaxPooling1D<3>::accept(Shape{7, 2, 1}).answer == misfit::needs_rank_2__steps_features);

namespace {

using Numbers = std::vector<float>;

/// What a pooling makes of a sample.
template <class B> Numbers of(const Numbers& x)
{
    Numbers y(B::output.size());
    B{}.forward({}, x.data(), y.data(), nullptr, nullptr, 1);
    return y;
}

} // namespace

TEST_CASE("Poolings over steps are those over images of one row", "[layers][pooling]")
{
    const Numbers x{1, -1, 5, -5, 3, -3, 2, -2, 4, -4}; // five steps of two features
    CHECK(of<MaxPooling1D<2>::on<5, 2>>(x) == Numbers{5, -1, 3, -2});
    CHECK(of<AveragePooling1D<2, Strides<3>>::on<5, 2>>(x) == Numbers{3, -3, 3, -3});
    CHECK(of<MaxPooling1D<2, Same>::on<5, 2>>(x) == Numbers{5, -1, 3, -2, 4, -4});
    CHECK(of<MaxPooling1D<2, Dilation<3>, Strides<1>>::on<5, 2>>(x) == Numbers{2, -1, 5, -4});
}

TEST_CASE("Poolings do as PyTorch's with padding and ceil_mode", "[layers][pooling]")
{
    const Numbers x{1, 2, 3, 4, 5, 6};
    CHECK(of<AveragePooling1D<2, Padding<1>>::on<6, 1>>(x) == Numbers{1, 2.5, 4.5, 6});
    CHECK(of<AveragePooling1D<2, Padding<1>, CountIncludePad>::on<6, 1>>(x) == Numbers{0.5, 2.5, 4.5, 3});
    CHECK(of<AveragePooling1D<4, CeilMode>::on<6, 1>>(x) == Numbers{2.5, 5.5});
    CHECK(of<AveragePooling1D<4, CeilMode, CountIncludePad>::on<6, 1>>(x) == Numbers{2.5, 5.5}); // there is no padding
    CHECK(of<AveragePooling1D<4, Padding<1>, CeilMode, CountIncludePad>::on<6, 1>>(x) ==
          Numbers{1.5, 3.75}); // of 7 cells, one is left out
    CHECK(of<AveragePooling1D<2, Same, CountIncludePad>::on<5, 1>>({1, 2, 3, 4, 5}) == Numbers{1.5, 3.5, 2.5});
    CHECK(of<MaxPooling2D<3, Padding<1>, Strides<2>>::on<2, 3, 1>>({-1, -2, -3, -4, -5, -6}) == Numbers{-1, -2});
}

TEST_CASE("Adaptive poolings cover their input evenly", "[layers][pooling]")
{
    const Numbers x{1, 2, 3, 4, 5, 6, 7};
    CHECK(of<AdaptiveAveragePooling1D<3>::on<7, 1>>(x) == Numbers{2, 4, 6}); // [0, 3), [2, 5), [4, 7)
    CHECK(of<AdaptiveMaxPooling1D<2>::on<7, 1>>(x) == Numbers{4, 7});
    CHECK(of<AdaptiveAveragePooling2D<Window{1, 3}>::on<2, 3, 1>>({1, 2, 3, 3, 4, 5}) == Numbers{2, 3, 4});
    CHECK(of<AdaptiveMaxPooling1D<3>::on<2, 1>>({1, 2}) == Numbers{1, 2, 2});
}

TEST_CASE("Gradients of poolings with PyTorch's options agree with central differences", "[layers][pooling][gradients]")
{
    check_gradients_of_each<
        MaxPooling1D<3, Strides<2>, Padding<1>, CeilMode>::on<8, 5>::as<double>,
        AveragePooling1D<3, Strides<2>, Padding<1>, CountIncludePad>::on<8, 5>::as<double>,
        MaxPooling2D<2, Dilation<2, 3>, Padding<1>>::on<7, 5, 3>::as<double>,
        AveragePooling2D<Window{3, 2}, Strides<2>, Padding<1>, CeilMode, CountIncludePad>::on<6, 5, 3>::as<double>,
        AdaptiveAveragePooling2D<Window{3, 2}>::on<7, 5, 3>::as<double>,
        AdaptiveMaxPooling2D<Window{3, 2}>::on<7, 4, 3>::as<double>>();
}
