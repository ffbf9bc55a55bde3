// Bidirectional, and RNN with a cell of one's own: shapes, gradients, masks.
#include "catch.hpp"
#include "layers/gradient_check.hpp"
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

/// A leaky average of what a kernel makes of each step, with a trace of it as a second state: h' = (h + x · kernel) / 2, s' = h · s.
template <std::size_t Units> struct Leaky {
    static constexpr std::size_t units = Units, states = 2;

    template <class T, std::size_t Features> struct block {
        Variable<T, Shape{Features, Units}> kernel;

        void initialize(Random random) { lamina::protocols::initialize<GlorotUniform>(kernel, random, {Features, Units}); }
        static constexpr std::size_t saved(std::size_t n) { return n * Units; }

        void forward(Mode, const T* x, const T* before, T* after, T* saved, T*, std::size_t n) const
        {
            for (std::size_t i = 0; i < n * Units; ++i) {
                T sum = before[i];
                for (std::size_t k = 0; k < Features; ++k)
                    sum += x[i / Units * Features + k] * kernel.data()[k * row_stride<T>(Units) + i % Units];
                after[i] = saved[i] = sum / 2;
                after[n * Units + i] = before[i] * (1 + before[n * Units + i]);
            }
        }
        void backward(Mode, const T* x, const T* before, const T*, const T*, const T* dafter, T* dx, T* dbefore, block& gradient,
                      T*, std::size_t n) const
        {
            std::fill_n(dx, n * Features, T(0));
            for (std::size_t i = 0; i < n * Units; ++i) {
                const T d = dafter[i] / 2, ds = dafter[n * Units + i];
                dbefore[i] = d + ds * (1 + before[n * Units + i]);
                dbefore[n * Units + i] = ds * before[i];
                for (std::size_t k = 0; k < Features; ++k) {
                    const std::size_t at = k * row_stride<T>(Units) + i % Units;
                    gradient.kernel.data()[at] += d * x[i / Units * Features + k];
                    dx[i / Units * Features + k] += d * kernel.data()[at];
                }
            }
        }
    };
};

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
