// LayerNormalization, RMSNormalization, UnitNormalization, GroupNormalization: shapes, refusals, numbers by hand, rules, gradients.
#include "layers/gradient_check.hpp"

#include <lamina/layers/normalization/batch_normalization.hpp>
#include <lamina/layers/normalization/group_normalization.hpp>
#include <lamina/layers/normalization/layer_normalization.hpp>
#include <lamina/layers/normalization/rms_normalization.hpp>
#include <lamina/layers/normalization/unit_normalization.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(LayerNormalization<>::accept(Shape{5, 7, 3}).output == Shape{5, 7, 3});
static_assert(LayerNormalization<>::accept(Shape{}).answer == misfit::needs_at_least_rank_1);
static_assert(LayerNormalization<Axes<3>>::accept(Shape{5, 7}).answer ==
              misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
static_assert(RMSNormalization<Axes<0>>::accept(Shape{5, 7}).answer ==
              misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
static_assert(UnitNormalization<OverAxes<3>>::accept(Shape{5, 7}).answer ==
              misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
static_assert(UnitNormalization<OverAxes<2, 2>>::accept(Shape{5, 7}).answer == misfit::an_axis_is_given_twice);
static_assert(UnitNormalization<OverAxes<1>, Axes<1>>::accept(Shape{5, 7}).answer == misfit::an_axis_is_given_twice);
static_assert(!UnitNormalization<OverAxes<1>>::on<5, 7>::each_step && UnitNormalization<OverAxes<2>>::on<5, 7>::each_step);
static_assert(UnitNormalization<>::accept(Shape{5, 0}).answer == misfit::an_extent_is_zero);
static_assert(GroupNormalization<2>::accept(Shape{5, 3}).answer == misfit::channels_and_filters_must_be_multiples_of_the_groups);
static_assert(parameter_count_of<LayerNormalization<Axes<2>>::on<2, 3, 5>>() == 30);
static_assert(parameter_count_of<LayerNormalization<NoScale, NoCenter>::on<2, 5>>() == 0);
static_assert(parameter_count_of<GroupNormalization<2, NoScale>::on<2, 6>>() == 6);
static_assert(LayerNormalization<>::on<5, 3>::passes_mask && GroupNormalization<3>::on<5, 3>::passes_mask);

TEST_CASE("A row loses its mean and its deviation", "[layers][normalization]")
{
    auto layer = build<LayerNormalization<Epsilon<0>>::on<2>>(Seed{});
    layer.gamma.data()[1] = 2;
    layer.beta.data()[0] = 0.5f;
    const auto y = layer(std::array{1.f, 5.f});
    CHECK((y(0) == -0.5f && y(1) == 2));
    const auto unit = UnitNormalization<>::on<2>{}(std::array{3.f, 4.f});
    CHECK((unit(0) == Approx(0.6) && unit(1) == Approx(0.8)));
    const auto root = build<RMSNormalization<Epsilon<0>>::on<2>>(Seed{})(std::array{1.f, 7.f});
    CHECK((root(0) == Approx(0.2) && root(1) == Approx(1.4)));
}

TEST_CASE("A UnitNormalization goes over the axes that it names", "[layers][normalization]")
{
    // keras 3.15.1: UnitNormalization(axis=1), axis=[1, 3], axis=2
    const auto check = [](const auto& layer, const std::vector<double>& wanted) {
        std::array<double, 12> x{}, y{};
        for (std::size_t i = 0; i < 12; ++i) x[i] = double(i * 7919 % 1013) / 506.5 - 1;
        std::vector<double> scratch(scratch_of<std::remove_cvref_t<decltype(layer)>>(1));
        layer.forward({}, x.data(), y.data(), nullptr, scratch.data(), 1);
        for (std::size_t i = 0; i < 12; ++i) CHECK(y[i] == Approx(wanted[i]).epsilon(1e-8));
    };
    check(UnitNormalization<OverAxes<1>>::on<2, 3, 2>::as<double>{},
          {-0.777638012, 0.819890325, 0.960588992, -0.316227766, -0.577022722, -0.643733034, 0.628712273, 0.572520616,
           0.277972639, -0.948683298, -0.816728093, 0.765250142});
    check(UnitNormalization<OverAxes<1, 3>>::on<2, 3, 2>::as<double>{},
          {-0.666219605, 0.422881744, 0.652856015, -0.231967156, -0.304922544, -0.546509998, 0.538631645, 0.295293784,
           0.188921704, -0.695901467, -0.431592722, 0.64967437});
    check(UnitNormalization<OverAxes<2>>::on<2, 3, 2>::as<double>{},
          {-0.882108723, 0.606650478, 0.237725253, -0.0915164796, -0.406658217, -0.789683437, 0.775990342, 0.39743743,
           0.0748513273, -0.257581942, -0.626287688, 0.880735507});
}

TEST_CASE("Axes are normalized as one", "[layers][normalization]")
{
    const auto one = build<LayerNormalization<>::on<6>>(Seed{});
    const auto two = build<LayerNormalization<Axes<2>>::on<2, 3>>(Seed{});
    const std::array x{1.f, -2.f, 3.f, 0.f, 4.f, 8.f};
    for (std::size_t i = 0; i < 6; ++i) CHECK(one(x)(i) == two(x)(i / 3, i % 3));
}

TEST_CASE("Groups of channels are normalized each by itself", "[layers][normalization]")
{
    const auto layer = build<GroupNormalization<2, Epsilon<0>>::on<2, 4>>(Seed{});
    const auto y = layer(std::array{1.f, 2.f, 10.f, 30.f, 3.f, 2.f, 30.f, 10.f}); // 1 2 3 2 and 10 30 30 10
    CHECK((y(0, 2) == -1 && y(0, 3) == 1 && y(1, 2) == 1 && y(1, 3) == -1));
    CHECK((y(0, 0) == Approx(-std::sqrt(2)) && y(0, 1) == 0 && y(1, 0) == Approx(std::sqrt(2))));
}

TEST_CASE("Gammas and betas may be penalized and constrained", "[layers][normalization]")
{
    auto block = build<BatchNormalization<GammaRegularizer<L2<0.5>>, BetaConstraint<NonNegative>>::on<3>>(Seed{});
    auto gradient = zeros_like(block);
    CHECK(block.penalty(&gradient) == Approx(1.5));
    CHECK(gradient.gamma.data()[2] == 1);
    block.beta.data()[1] = -2;
    block.after_step();
    CHECK(block.beta.data()[1] == 0);
    const auto none = build<LayerNormalization<NoScale, GammaRegularizer<L2<0.5>>, BetaRegularizer<L1<1>>>::on<3>>(Seed{});
    CHECK(none.penalty(static_cast<std::remove_const_t<decltype(none)>*>(nullptr)) == 0);
}

TEST_CASE("Gradients of normalizations agree with central differences", "[layers][normalization][gradients]")
{
    check_gradients_of_each<
        LayerNormalization<>::on<3, 7>::as<double>, LayerNormalization<Axes<2>, NoCenter>::on<2, 3, 5>::as<double>,
        LayerNormalization<NoScale>::on<33>::as<double>, RMSNormalization<>::on<2, 5>::as<double>,
        UnitNormalization<Axes<2>>::on<2, 3>::as<double>, UnitNormalization<OverAxes<3, 1>>::on<2, 3, 5>::as<double>,
        GroupNormalization<2>::on<3, 2, 6>::as<double>, GroupNormalization<3, NoScale, NoCenter>::on<5, 3>::as<double>,
        GroupNormalization<1, NoCenter>::on<4, 5>::as<double>>();
}
