// TimeDistributed: shapes, gradients, and masks of sequences within sequences.
#include "catch.hpp"
#include "layers/gradient_check.hpp"

#include <lamina/layers/convolution/conv2d.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/layers/recurrent/gru.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/composites/time_distributed.hpp>
#include <lamina/models/predict.hpp>

using namespace lamina;
using namespace lamina::protocols;

namespace {

static_assert(TimeDistributed<Dense<4>>::on<3, 2>::output == Shape{3, 4});
static_assert(TimeDistributed<LSTM<4, ReturnSequences>>::on<3, 5, 2>::output == Shape{3, 5, 4});
static_assert(TimeDistributed<Dense<4>>::on<3, 2>::passes_mask && !TimeDistributed<LSTM<4>>::on<3, 5, 2>::passes_mask);
static_assert(TimeDistributed<Dense<4>>::accept(Shape{3}).answer == misfit::needs_at_least_rank_2__steps_and_what_a_step_is);
static_assert(TimeDistributed<Dense<4>>::accept(Shape{3, 2, 2}).answer == misfit::needs_rank_1__put_Flatten_before_it);
static_assert(TimeDistributed<Dense<4, Same>>::accept(Shape{3, 2}).answer == misfit::cannot_take_an_option);

using Inner = Sequential<Input<2>, Dense<3, Tanh>, Dense<2>>;

} // namespace

TEST_CASE("the gradients of TimeDistributed agree with differences", "[models][composites]")
{
    check_gradients_of_each<TimeDistributed<Conv2D<2, Kernel<2>, Tanh>>::on<2, 3, 3, 1>::as<double>,
                            TimeDistributed<Dropout<0.4>>::on<3, 5>::as<double>, TimeDistributed<Inner>::on<3, 2>::as<double>,
                            TimeDistributed<GRU<3>>::on<2, 3, 2>::as<double>>({.tolerance = 3e-6, .counts = {0, 1, 5}});
}

TEST_CASE("the words of each sentence are masked by themselves", "[models][composites]")
{
    // Sentences of three words of two texts: what follows a 0 says nothing.
    using Texts = Sequential<Input<2, 3>, Embedding<7, 4, MaskZero>, TimeDistributed<LSTM<3>>>;
    const auto model = build<Texts>(Seed{2});
    const xt::xtensor<int, 3> padded{{{5, 0, 0}, {1, 2, 3}}, {{4, 6, 0}, {0, 0, 0}}};
    const auto y = predict(model, padded);

    auto alone = build<Sequential<Input<1>, Embedding<7, 4>, LSTM<3>>>(Seed{2}); // the same weights for one word
    const auto short_one = alone(std::array{5});
    for (std::size_t u = 0; u < 3; ++u) {
        CHECK(y(0, 0, u) == Approx(short_one(u)).margin(1e-6));
        CHECK(y(1, 1, u) == 0);
    }
}
