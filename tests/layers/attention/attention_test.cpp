// Attention and AdditiveAttention: shapes, a mean by hand, gradients of every option against differences. What Keras computes is in tests/cases.
#include "catch.hpp"
#include "layers/as_one.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/attention/additive_attention.hpp>
#include <lamina/layers/attention/attention.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/summary.hpp>

using namespace lamina;
using namespace lamina::protocols;

namespace {

using Cross = Attention<>::on_inputs<Input<4, 5>, Input<3, 5>>;
using WithKey = Attention<UseScale, ConcatScore>::on_inputs<Input<4, 5>, Input<3, 2>, Input<3, 5>>;

static_assert(Block<Attention<>::on<4, 5>> && JoiningBlock<Cross> &&
              JoiningBlock<AdditiveAttention<>::on_inputs<Input<4, 5>, Input<3, 5>>>);
static_assert(Cross::output == Shape{4, 5} && WithKey::output == Shape{4, 2});
static_assert(Attention<>::accept(Shape{4}).answer == misfit::needs_rank_2__steps_features);
static_assert(Attention<>::accept(Shape{4, 5}, Shape{3, 4}).answer == misfit::last_axes_differ);
static_assert(AdditiveAttention<DropoutRate<1.0>>::accept(Shape{4, 5}).answer ==
              misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(AdditiveAttention<>::accept(Shape{4, 5}, Shape{3, 2}, Shape{2, 5}).answer ==
              misfit::the_keys_have_another_number_of_steps_than_the_values);
static_assert(!Attention<NoBias>::options::fine && !AdditiveAttention<ConcatScore>::options::fine);

} // namespace

TEST_CASE("attention without linear maps is a mean of the values", "[layers][attention]")
{
    auto model = build<Sequential<Input<2, 1>, Attention<CausalMask>>>(Seed{1});
    const xt::xtensor_fixed<float, xt::xshape<2, 1>> x{{2.f}, {-1.f}};
    const auto y = model(x);
    CHECK(y(0, 0) == 2.f); // it sees itself alone
    const double first = std::exp(-2.), second = std::exp(1.);
    CHECK(y(1, 0) == Approx((2 * first - second) / (first + second)));

    auto added = build<Sequential<Input<2, 1>, AdditiveAttention<NoScale>>>(Seed{1});
    const auto z = added(x);
    const double one = std::exp(std::tanh(4.)), other = std::exp(std::tanh(1.));
    CHECK(z(0, 0) == Approx((2 * one - other) / (one + other)));
}

TEST_CASE("the gradients of attention without linear maps agree with differences", "[layers][attention]")
{
    check_gradients_of_each<Sequential<Input<4, 3>, Dense<3, EachRow>, Attention<>>::as<double>,
                            Attention<UseScale, CausalMask>::on<5, 9>::as<double>,
                            Attention<ConcatScore, DropoutRate<0.25>>::on<3, 2>::as<double>,
                            AdditiveAttention<CausalMask, DropoutRate<0.5>>::on<4, 17>::as<double>>({.tolerance = 3e-6});
    check_gradients_of_each<AsOne<Cross::as<double>>, AsOne<WithKey::as<double>>,
                            AsOne<AdditiveAttention<NoScale>::on_inputs<Input<1, 3>, Input<5, 3>>::as<double>>>(
        {.tolerance = 3e-6});
}
