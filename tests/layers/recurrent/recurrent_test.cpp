// What recurrent layers have in common: gradients of every option against differences, masks, directions, dropout, rules.
#include "catch.hpp"
#include "layers/gradient_check.hpp"
#include "layers/recurrent/masks.hpp"

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/layers/recurrent/gru.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/recurrent/simple_rnn.hpp>

#include <cstdint>

using namespace lamina;
using namespace lamina::protocols;

namespace {

static_assert(GRU<5>::on<3, 2>::output == Shape{5} && SimpleRNN<5, ReturnSequences>::on<3, 2>::output == Shape{3, 5});
static_assert(GRU<5, ReturnSequences>::on<3, 2>::passes_mask && !SimpleRNN<5>::on<3, 2>::passes_mask);
static_assert(decltype(GRU<5>::on<3, 2>::bias)::extents == Shape{2, 15});
static_assert(decltype(GRU<5, ResetBefore>::on<3, 2>::bias)::extents == Shape{15});
static_assert(GRU<5>::accept(Shape{3}).answer == misfit::needs_rank_2__steps_features);
static_assert(SimpleRNN<0>::accept(Shape{3, 2}).answer == misfit::an_extent_is_zero);
static_assert(GRU<2, DropoutRate<1.0>>::accept(Shape{3, 2}).answer == misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(LSTM<2, RecurrentDropoutRate<-0.1>>::accept(Shape{3, 2}).answer ==
              misfit::a_rate_is_a_probability_in_0_to_1__1_excluded);
static_assert(!SimpleRNN<2, ResetBefore>::options::fine && !GRU<2, NoUnitForgetBias>::options::fine);

} // namespace

TEST_CASE("the gradients of recurrent layers agree with differences", "[layers][recurrent]")
{
    check_gradients_of_each<GRU<3>::on<4, 2>::as<double>, GRU<9, ReturnSequences, NoBias, Backwards>::on<3, 5>::as<double>,
                            GRU<5, ResetBefore, Softsign, RecurrentActivation<Silu>>::on<3, 2>::as<double>,
                            GRU<1, ReturnSequences, ResetBefore>::on<1, 1>::as<double>, SimpleRNN<5>::on<4, 3>::as<double>,
                            SimpleRNN<9, ReturnSequences, Gelu, Backwards, NoBias>::on<3, 1>::as<double>>({.tolerance = 3e-6});
}

TEST_CASE("masked steps of recurrent layers are passed over, forward and back", "[layers][recurrent]")
{
    const Masks masks;
    GradientCheck how{.tolerance = 3e-6};
    how.mode.masks = &masks.start;
    check_gradients_of_each<LSTM<3, ReturnSequences>::on<4, 2>::as<double>, GRU<5, Backwards>::on<4, 2>::as<double>,
                            GRU<3, ResetBefore, ReturnSequences, ZeroOutputForMask>::on<4, 3>::as<double>,
                            SimpleRNN<4, ReturnSequences, Backwards, ZeroOutputForMask>::on<4, 2>::as<double>,
                            SimpleRNN<4, ZeroOutputForMask>::on<4, 2>::as<double>>(how);
}

TEST_CASE("dropout in recurrent layers is one mask a sequence", "[layers][recurrent]")
{
    check_gradients_of_each<LSTM<3, DropoutRate<0.4>, RecurrentDropoutRate<0.3>, ReturnSequences>::on<4, 5>::as<double>,
                            GRU<5, DropoutRate<0.5>, Backwards>::on<4, 3>::as<double>,
                            GRU<5, ResetBefore, RecurrentDropoutRate<0.5>>::on<4, 3>::as<double>>({.tolerance = 3e-6});

    // y of each step is the sum of what of the input is left: dropped numbers are so at every step.
    using Sums = SimpleRNN<64, Linear, ReturnSequences, DropoutRate<0.25>>::on<2, 64>;
    auto block = build<Sums>(Seed{1});
    block.recurrent_kernel.storage()->for_each<float>([](float& v) { v = 0; });
    std::size_t at = 0;
    block.kernel.storage()->for_each<float>([&](float& v) { v = at / 64 == at % 64 ? 1.f : 0.f, ++at; });
    std::vector<float> x(2 * 64, 1.f), y(2 * 64), saved(Sums::saved(1)), scratch(Sums::scratch(1) + 16);
    float* const room = scratch.data() + (64 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 64) % 64 / 4;
    block.forward(Mode{.training = true, .seed = 4}, x.data(), y.data(), saved.data(), room, 1);
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < 64; ++i) {
        CHECK(y[i] == y[64 + i]);
        CHECK((y[i] == 0.f || y[i] == Approx(1 / 0.75f)));
        dropped += y[i] == 0;
    }
    CHECK((dropped > 6 && dropped < 30));
}

TEST_CASE("the rules of a recurrent layer reach its recurrent kernel", "[layers][recurrent]")
{
    using Ruled = GRU<3, KernelRegularizer<L2<0.5>>, RecurrentRegularizer<L1<2.0>>, RecurrentConstraint<NonNegative>>;
    auto block = build<Ruled::on<2, 3>>(Seed{1});
    auto gradient = zeros_like(block);
    double squares = 0, sizes = 0;
    block.kernel.storage()->for_each<float>([&](float& v) { squares += double(v) * double(v); });
    block.recurrent_kernel.storage()->for_each<float>([&](float& v) { sizes += std::fabs(v); });
    CHECK(block.penalty(&gradient) == Approx(0.5 * squares + 2 * sizes));
    CHECK(gradient.recurrent_kernel.data()[0] == (block.recurrent_kernel.data()[0] < 0 ? -2 : 2));
    block.after_step();
    block.recurrent_kernel.storage()->for_each<float>([](float& v) { CHECK(v >= 0); });
}

TEST_CASE("a forget gate opens only where it is told to", "[layers][recurrent]")
{
    const auto block = build<LSTM<4, NoUnitForgetBias, Bias<Constant<0.5>>>::on<3, 2>>(Seed{3});
    for (std::size_t i = 0; i < 16; ++i) CHECK(block.bias.data()[i] == 0.5f);
}
