// Normalization and Rescaling: numbers by hand, adapt, saved with the model, refusals, gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/preprocessing/normalization.hpp>
#include <lamina/layers/preprocessing/rescaling.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(Normalization<GivenMean<1>, GivenVariance<1, 4>>::accept(Shape{5, 2}).output == Shape{5, 2});
static_assert(Normalization<GivenMean<1, 2, 3>, GivenVariance<1>>::accept(Shape{5, 2}).answer ==
              misfit::mean_and_variance_are_given_both__one_number_or_one_for_each_feature);
static_assert(Normalization<GivenVariance<1>>::accept(Shape{2}).answer ==
              misfit::mean_and_variance_are_given_both__one_number_or_one_for_each_feature);
static_assert(parameter_count_of<Normalization<GivenMean<1>, GivenVariance<1>>::on<2>>() == 0);

TEST_CASE("Normalization takes out mean and deviation, of the data or given, and puts them back", "[layers][normalization]")
{
    auto layer = build<Normalization<>::on<2>>(Seed{});
    CHECK(layer(std::array{3.f, 4.f})(1) == 4);                   // before it has seen data
    layer.adapt(std::vector<double>{1, 10, 3, 10, 5, 40, 3, 20}); // means 3 and 20, variances 2 and 150
    const auto y = layer(std::array{5.f, 20.f});
    CHECK((y(0) == Approx(std::sqrt(2)) && y(1) == 0));
    CHECK(layer.variance.data()[1] == 150);
    CHECK_THROWS_AS(layer.adapt(std::vector<float>{1, 2, 3}), lamina::error);
    CHECK_THROWS_AS(layer.adapt(std::vector<float>{1, 2, NAN, 3}), lamina::error);
    CHECK(layer.variance.data()[1] == 150);
    const auto given = build<Normalization<GivenMean<1, 2>, GivenVariance<4>>::on<2>>(Seed{});
    CHECK(given(std::array{5.f, 0.f})(0) == 2);
    const auto back = build<Normalization<GivenMean<1, 2>, GivenVariance<4>, Invert>::on<2>>(Seed{});
    CHECK(back(std::array{2.f, -1.f})(0) == 5);
    const auto moved = build<Rescaling<0.5, -1>::on<2>>(Seed{})(std::array{4.f, 0.f});
    CHECK((moved(0) == 1 && moved(1) == -1));
}

TEST_CASE("What a Normalization has seen is copied with its model", "[layers][normalization]")
{
    auto model = build<Sequential<Input<2>, Normalization<>>>(Seed{});
    xt::xtensor<float, 2> data{{1, 10}, {3, 30}};
    model.layer<0>().adapt(data);
    const auto copy = clone(model);
    CHECK(copy(std::array{3.f, 10.f})(0) == 1);
    CHECK(copy(std::array{3.f, 10.f})(1) == -1);
}

TEST_CASE("Gradients of Normalization and Rescaling agree with central differences", "[layers][normalization][gradients]")
{
    check_gradients_of_each<Normalization<>::on<3, 5>::as<double>,
                            Normalization<GivenMean<1>, GivenVariance<4>, Invert>::on<3>::as<double>,
                            Rescaling<0.25, 3>::on<2, 5>::as<double>>();
}
