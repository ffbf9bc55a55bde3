// Reshape: the order of Keras, shapes, refusals, gradients.
#include "layers/gradient_check.hpp"

#include <lamina/layers/reshaping/reshape.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Reshape<28, 28, 1>::accept(Shape{784}).output == Shape{28, 28, 1});
static_assert(Reshape<6>::accept(Shape{2, 3}).output == Shape{6});
static_assert(Reshape<>::accept(Shape{1}).output == Shape{});
static_assert(Reshape<5>::accept(Shape{2, 3}).answer == misfit::reshape_changes_the_number_of_elements);
static_assert(Reshape<>::accept(Shape{2}).answer == misfit::reshape_changes_the_number_of_elements);
static_assert(Reshape<0>::accept(Shape{0, 3}).answer == misfit::an_extent_is_zero);
static_assert(Block<Reshape<3, 5>::on<15>> && is_view<Reshape<3, 5>::on<15>>);

TEST_CASE("Reshape keeps the numbers in their order", "[layers][reshape]")
{
    const auto y = Reshape<3, 2>::on<2, 3>{}(std::array{1.f, 2.f, 3.f, 4.f, 5.f, 6.f});
    CHECK(y(0, 1) == 2);
    CHECK(y(1, 0) == 3);
    CHECK(y(2, 1) == 6);
}

TEST_CASE("Reshape's gradients agree with central differences", "[layers][reshape][gradients]")
{
    check_gradients_of_each<Reshape<1>::on<1>::as<double>, Reshape<7, 5, 3>::on<3, 35>::as<double>,
                            Reshape<3, 5>::on<15>::as<double>>();
}
