// Flatten: the order of Keras, shapes, refusals, gradients.
#include "layers/gradient_check.hpp"

#include <lamina/layers/reshaping/flatten.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Flatten::accept(Shape{28, 28, 1}).output == Shape{784});
static_assert(Flatten::accept(Shape{5}).output == Shape{5});
static_assert(Flatten::accept(Shape{}).output == Shape{1});
static_assert(Flatten::accept(Shape{5, 0}).answer == misfit::an_extent_is_zero);
static_assert(Block<Flatten::on<5, 7, 3>> && is_view<Flatten::on<5, 7, 3>>);
static_assert(Flatten::on<5, 7, 3>::input == Shape{5, 7, 3} && Flatten::on<5, 7, 3>::output == Shape{105});

TEST_CASE("Flatten keeps the numbers in their order", "[layers][flatten]")
{
    xt::xtensor_fixed<float, xt::xshape<2, 3>> x{{1, 2, 3}, {4, 5, 6}};
    const auto y = Flatten::on<2, 3>{}(x);
    static_assert(std::is_base_of_v<xt::xtensor_fixed<float, xt::xshape<6>>, decltype(y)>);
    for (std::size_t i = 0; i < 6; ++i) CHECK(y(i) == float(i + 1));
}

TEST_CASE("Flatten's gradients agree with central differences", "[layers][flatten][gradients]")
{
    check_gradients_of_each<Flatten::on<1>::as<double>, Flatten::on<5, 7, 3>::as<double>, Flatten::on<3, 1>::as<double>>();
}
