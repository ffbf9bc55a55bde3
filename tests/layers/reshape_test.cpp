// Reshape: the order of Keras, shapes, refusals, gradients.
#include "layers/gradient_check.hpp"

#include <lamina/layers/reshape.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;

static_assert(Reshape<28, 28, 1>::accept(shape{784}).output == shape{28, 28, 1});
static_assert(Reshape<6>::accept(shape{2, 3}).output == shape{6});
static_assert(Reshape<>::accept(shape{1}).output == shape{});
static_assert(Reshape<5>::accept(shape{2, 3}).answer == fit::reshape_changes_the_number_of_elements);
static_assert(Reshape<>::accept(shape{2}).answer == fit::reshape_changes_the_number_of_elements);
static_assert(Reshape<0>::accept(shape{0, 3}).answer == fit::an_extent_is_zero);
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
