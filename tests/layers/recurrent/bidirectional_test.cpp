// Bidirectional, and RNN with a cell of one's own: shapes, gradients, masks.
#include "catch.hpp"
#include "layers/gradient_check.hpp"
#include "layers/recurrent/leaky.hpp"
#include "layers/recurrent/masks.hpp"

#include <lamina/layers/recurrent/bidirectional.hpp>
#include <lamina/layers/recurrent/gru.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/recurrent/rnn.hpp>
#include <lamina/layers/recurrent/simple_rnn.hpp>

using namespace lamina;
using namespace lamina::protocols;

namespace {

static_assert(Bidirectional<LSTM<5>>::on<3, 2>::output == Shape{10});
static_assert(Bidirectional<LSTM<5, ReturnSequences>, MergeAve>::on<3, 2>::output == Shape{3, 5});
static_assert(Bidirectional<GRU<5, ReturnSequences>>::on<3, 2>::passes_mask);
static_assert(Bidirectional<GRU<5>>::accept(Shape{5}).answer == misfit::needs_rank_2__steps_features);
static_assert(Bidirectional<GRU<5, Backwards>>::accept(Shape{5, 2}).answer ==
              misfit::the_layer_of_a_Bidirectional_goes_Backwards_itself);
static_assert(Bidirectional<Relu>::accept(Shape{5, 2}).answer == misfit::needs_a_recurrent_layer_inside);

struct NoCell {};
static_assert(RNN<Leaky<4>>::on<3, 2>::output == Shape{4});
static_assert(RNN<NoCell>::accept(Shape{3, 2}).answer == misfit::its_cell_lacks_units_or_a_block_with_forward_and_backward);

} // namespace

TEST_CASE("the gradients of Bidirectional and RNN agree with differences", "[layers][recurrent]")
{
    check_gradients_of_each<
        Bidirectional<LSTM<3>>::on<4, 2>::as<double>, Bidirectional<GRU<2, ReturnSequences>, MergeMul>::on<3, 2>::as<double>,
        Bidirectional<SimpleRNN<3, ReturnSequences, DropoutRate<0.3>>, MergeAve>::on<3, 2>::as<double>,
        RNN<Leaky<3>, ReturnSequences>::on<4, 2>::as<double>, Bidirectional<RNN<Leaky<2>>, MergeSum>::on<3, 2>::as<double>>(
        {.tolerance = 3e-6});
}

TEST_CASE("masks reach both directions and a cell of one's own", "[layers][recurrent]")
{
    const Masks masks;
    GradientCheck how{.tolerance = 3e-6};
    how.mode.masks = &masks.start;
    check_gradients_of_each<Bidirectional<LSTM<2, ReturnSequences>>::on<4, 2>::as<double>,
                            RNN<Leaky<3>, Backwards>::on<4, 2>::as<double>>(how);
}

TEST_CASE("the rules of a layer hold in both directions", "[layers][recurrent]")
{
    auto block = build<Bidirectional<SimpleRNN<2, KernelRegularizer<L1<1.0>>, KernelConstraint<NonNegative>>>::on<3, 2>>(Seed{1});
    auto gradient = zeros_like(block);
    double sizes = 0;
    for (auto* kernel : {&block.forward_layer.kernel, &block.backward_layer.kernel})
        kernel->storage()->for_each<float>([&](float& v) { sizes += std::fabs(v); });
    CHECK(block.penalty(&gradient) == Approx(sizes));
    CHECK(std::fabs(gradient.backward_layer.kernel.data()[0]) == 1);
    block.after_step();
    block.backward_layer.kernel.storage()->for_each<float>([](float& v) { CHECK(v >= 0); });
}
