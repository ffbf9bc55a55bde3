// A model one step at a time: it gives what the whole model gives for the sequence so far.
#include "catch.hpp"

#include <lamina/layers/convolution/conv1d.hpp>
#include <lamina/layers/core/activation.hpp>
#include <lamina/layers/core/dense.hpp>
#include <lamina/layers/core/embedding.hpp>
#include <lamina/layers/normalization/layer_normalization.hpp>
#include <lamina/layers/recurrent/bidirectional.hpp>
#include <lamina/layers/recurrent/gru.hpp>
#include <lamina/layers/recurrent/lstm.hpp>
#include <lamina/layers/recurrent/simple_rnn.hpp>
#include <lamina/layers/regularization/dropout.hpp>
#include <lamina/models/build.hpp>
#include <lamina/models/composites/sequential.hpp>
#include <lamina/models/predict.hpp>
#include <lamina/models/stream.hpp>

#include <array>

using namespace lamina;

namespace {

/// The largest difference between the rows of a sequence and what a stream gives for its steps.
template <class M> double largest_difference()
{
    auto model = build<M>(Seed{7});
    for_each_variable(model, [n = 0](auto& variable) mutable {
        variable.storage()->template for_each<float>([&](float& v) { v += float(n++ * 7919 % 101 - 50) / 400; });
    });
    constexpr std::size_t steps = M::input[0], width = M::input.size() / steps, units = M::output.back();
    auto x = xt::xtensor<float, M::input.rank + 1>::from_shape({1, steps, width});
    for (std::size_t i = 0; i < x.size(); ++i) x.data()[i] = float(i * i * 31 % 199) / 100 - 1;
    const auto whole = predict(model, x);

    Stream stream(model);
    double off = 0;
    for (int pass = 0; pass < 2; ++pass, stream.reset())
        for (std::size_t t = 0; t < steps; ++t) {
            std::array<float, width> now{};
            std::copy_n(x.data() + t * width, width, now.begin());
            const auto y = stream(now);
            if (M::output.rank == 1 && t + 1 < steps) continue;
            for (std::size_t u = 0; u < units; ++u)
                off = std::max(off, double(std::fabs(y(u) - whole.data()[(M::output.rank == 1 ? 0 : t * units) + u])));
        }
    return off;
}

template <class M> inline constexpr bool streams = internals::step_by_step<M>::possible;
static_assert(streams<Sequential<Input<5, 2>, LSTM<3>, Dense<4>, Activation<Relu>>>);
static_assert(!streams<Sequential<Input<5, 2>, Bidirectional<LSTM<3>>>>);
static_assert(!streams<Sequential<Input<5, 2>, Conv1D<3, Same>>> &&
              !streams<Sequential<Input<5, 2>, LayerNormalization<Axes<2>>>>);
static_assert(!streams<Sequential<Input<5, 2>, LSTM<3, Backwards>>>);
static_assert(!streams<Sequential<Input<5>, Embedding<4, 2, MaskZero>, LSTM<3>>>);

} // namespace

TEST_CASE("a stream gives what the model gives for the sequence so far", "[models][stream]")
{
    // Sums are added in another order; states carry what was rounded on, and forget it.
    CHECK(largest_difference<Sequential<Input<1000, 1>, LSTM<8, ReturnSequences>, Dense<1, EachRow>>>() < 1e-6);
    CHECK(largest_difference<Sequential<Input<1000, 5>, GRU<16, ReturnSequences>, Dropout<0.5>, GRU<3, ReturnSequences>>>() <
          1e-6);
    CHECK(largest_difference<Sequential<Input<1000, 2>, SimpleRNN<20, ReturnSequences, NoBias>, Dense<3, EachRow, Tanh>,
                                        GRU<5, ResetBefore, ReturnSequences>>>() < 1e-6);
    CHECK(largest_difference<Sequential<Input<40, 3>, LSTM<33, ReturnSequences, RecurrentActivation<HardSigmoid<>>>,
                                        GRU<16, NoBias>, Dense<4, Relu>, Dense<2>>>() < 1e-6);
    CHECK(largest_difference<Sequential<Input<200, 3>, Conv1D<8, Causal, Dilation<3>, Relu>, LayerNormalization<>,
                                        Conv1D<5, Kernel<2>, Causal, Dilation<16>, Tanh>, Conv1D<1, Causal>>>() < 2e-6);
    CHECK(largest_difference<Sequential<Input<300, 16>, LSTM<64, ReturnSequences>, Activation<Sigmoid>, LSTM<100>>>() < 1e-6);
}

TEST_CASE("a stream reads words, and the records that a model is bound to", "[models][stream]")
{
    using Words = Sequential<Input<3>, Embedding<5, 4>, SimpleRNN<4>, Dense<2>>;
    auto model = build<Words>(Seed{1});
    Stream stream(model);
    for (const int word : {3, 1}) stream(word);
    CHECK(stream(4)(1) == Approx(model(std::array{3, 1, 4})(1)).margin(1e-6));
    for_each_variable(model, [](auto& variable) { variable.storage()->template for_each<float>([](float& v) { v *= 2; }); });
    stream.reset();
    for (const int word : {3, 1}) stream(word);
    CHECK(stream(4)(0) == Approx(model(std::array{3, 1, 4})(0)).margin(1e-6));

    const Words unbound;
    CHECK_THROWS_WITH(Stream(unbound), Catch::Contains("is bound to no stored variable"));
}
