// PReLU, Masking, Identity: shapes, refusals, numbers by hand, masks, gradients against central differences.
#include "layers/gradient_check.hpp"

#include <lamina/layers/core/identity.hpp>
#include <lamina/layers/core/masking.hpp>
#include <lamina/layers/core/prelu.hpp>
#include <lamina/layers/pooling/global_average_pooling1d.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::internals;

static_assert(parameter_count_of<PReLU<>::on<4, 3, 5>>() == 60 &&
              parameter_count_of<PReLU<SharedAxes<1, 2>>::on<4, 3, 5>>() == 5);
static_assert(PReLU<SharedAxes<3>>::accept(Shape{5, 7}).answer ==
              misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
static_assert(PReLU<SharedAxes<0>>::accept(Shape{5, 7}).answer ==
              misfit::an_axis_is_beyond_the_rank__axes_do_not_count_the_batch);
static_assert(PReLU<>::accept(Shape{}).answer == misfit::needs_at_least_rank_1);
static_assert(Masking<>::accept(Shape{5}).answer == misfit::needs_rank_2__steps_features);
static_assert(Masking<>::on<5, 3>::mask_steps == 5 && is_view<Identity::on<5>> && Identity::on<5>::passes_mask);

TEST_CASE("PReLU has a slope for each channel, or for each element", "[layers][prelu]")
{
    auto shared = build<PReLU<SharedAxes<1>>::on<2, 2>>(Seed{});
    shared.alpha.data()[0] = 0.5f;
    shared.alpha.data()[1] = 2;
    const auto y = shared(std::array{-1.f, -1.f, 3.f, -2.f});
    CHECK((y(0, 0) == -0.5f && y(0, 1) == -2 && y(1, 0) == 3 && y(1, 1) == -4));
    auto rows = build<PReLU<SharedAxes<2>, Constant<0.25>>::on<2, 2>>(Seed{});
    rows.alpha.data()[1] = 2;
    const auto z = rows(std::array{-1.f, -1.f, 3.f, -2.f});
    CHECK((z(0, 0) == -0.25f && z(0, 1) == -0.25f && z(1, 1) == -4));
    auto penalized = build<PReLU<KernelRegularizer<L2<0.5>>, KernelConstraint<NonNegative>, Constant<-1>>::on<3>>(Seed{});
    CHECK(penalized.penalty(static_cast<decltype(penalized)*>(nullptr)) == Approx(1.5));
    penalized.after_step();
    CHECK(penalized.alpha.data()[2] == 0);
}

TEST_CASE("Masking masks steps that hold one value, for the layers behind it", "[layers][masking]")
{
    const auto model = build<Sequential<Input<3, 2>, Masking<-1>, Identity, GlobalAveragePooling1D<>>>(Seed{});
    const auto y = model(std::array{1.f, -1.f, -1.f, -1.f, 3.f, 5.f});
    CHECK((y(0) == 2 && y(1) == 2)); // the second step is not there
    const Masking<>::on<2, 2> block{};
    auto gradient = block;
    const float x[]{0, 0, 0, 1}, dy[]{1, 2, 3, 4};
    float out[4], dx[4];
    std::uint8_t there[2];
    block.forward({.mask_out = there}, x, out, nullptr, nullptr, 1);
    block.backward({}, x, out, nullptr, dy, dx, gradient, nullptr, 1);
    CHECK((there[0] == 0 && there[1] == 1));
    CHECK((dx[0] == 0 && dx[1] == 0 && dx[2] == 3 && dx[3] == 4));
}

TEST_CASE("Gradients of PReLU agree with central differences", "[layers][prelu][gradients]")
{
    check_gradients_of_each<PReLU<>::on<7>::as<double>, PReLU<SharedAxes<1, 2>>::on<3, 2, 5>::as<double>,
                            PReLU<SharedAxes<2>>::on<3, 5, 2>::as<double>, PReLU<SharedAxes<1, 2, 3>>::on<2, 3, 2>::as<double>,
                            Identity::on<5>::as<double>>();
}
