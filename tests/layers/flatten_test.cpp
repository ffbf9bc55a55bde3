// Flatten: the order of Keras, shapes, refusals, gradients.
#include "layers/gradient_check.hpp"

#include <lamina/layers/flatten.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;

static_assert(Flatten::accept(shape{28, 28, 1}).output == shape{784});
static_assert(Flatten::accept(shape{5}).output == shape{5});
static_assert(Flatten::accept(shape{}).output == shape{1});
static_assert(Flatten::accept(shape{5, 0}).answer == fit::an_extent_is_zero);
static_assert(Block<Flatten::on<5, 7, 3>> && is_view<Flatten::on<5, 7, 3>>);
static_assert(Flatten::on<5, 7, 3>::input == shape{5, 7, 3} && Flatten::on<5, 7, 3>::output == shape{105});

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
