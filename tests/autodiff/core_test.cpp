// The forms of core layers and of composites in functions on tensors.
#include "autodiff/composed.hpp"
#include "autodiff/halves.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::check, composed::Halves;

TEST_CASE("Dense in functions on tensors", "[autodiff]")
{
    check<Dense<3, Tanh>::on<5>>("Dense");
    check<Dense<1, NoBias>::on<4>>("Dense of one output");
    check<Dense<3, Softmax>::on<1>>("Dense, softmax");
    check<Dense<2, EachRow, Silu>::on<3, 2, 4>>("Dense of each row");
}

TEST_CASE("core layers in functions on tensors", "[autodiff]")
{
    check<Activation<Elu<0.5>>::on<3, 2>>("Activation");
    check<Activation<Glu>::on<2, 4>>("Glu");
    check<Activation<LogSoftmax>::on<5>>("LogSoftmax");
    check<ReLU<1.25, 0.125, 0.25>::on<3, 3>>("ReLU");
    check<LeakyReLU<>::on<7>>("LeakyReLU");
    check<ELU<>::on<7>>("ELU");
    check<PReLU<>::on<3, 2>>("PReLU");
    check<PReLU<SharedAxes<1, 2>>::on<3, 2, 2>>("PReLU, shared axes");
    check<Embedding<5, 3>::on<4>>("Embedding", {.low = 0, .high = 5, .whole = true});
    check<Embedding<7, 1, MaskZero>::on<2, 3>>("Embedding", {.low = 0, .high = 7, .whole = true});
    check<Masking<>::on<4, 3>>("Masking");
    check<Identity::on<4, 3>>("Identity");
}

TEST_CASE("composites in functions on tensors", "[autodiff]")
{
    check<Sequential<Input<5>, Dense<4, Tanh>, Dense<3>, Activation<Softmax>>>("Sequential");
    check<Sequential<Input<4>, Residual<Dense<3, Tanh>, Dense<4, Sigmoid>>, Dense<1>>>("Residual");
    check<Sequential<Input<4>, Parallel<Concat, Dense<3, Tanh>, Branch<Dense<2, Silu>, Dense<1>>, Branch<>>, Dense<2>>>("Concat");
    check<Sequential<Input<4>, Parallel<Add, Dense<4, Tanh>, Branch<>, Residual<Dense<4, Exponential>>>>>("Add");
    check<TimeDistributed<Dense<2, Tanh>>::on<3, 4>>("TimeDistributed");
    check<TimeDistributed<LSTM<2>>::on<2, 3, 2>>("TimeDistributed sequences", {.masked = 1, .steps = 6});
    check<Sequential<Input<3, 2>, Sequential<Input<3, 2>, LSTM<2, ReturnSequences, DropoutRate<0.3>>>,
                     Residual<GRU<2, ReturnSequences, RecurrentDropoutRate<0.3>>>,
                     Parallel<Concat, SimpleRNN<3, DropoutRate<0.3>>, SimpleRNN<1, DropoutRate<0.3>>>>>("parts that drop",
                                                                                                        {.training = true});
}

TEST_CASE("masks that layers make reach those behind them in functions on tensors", "[autodiff]")
{
    check<Sequential<Input<5>, Embedding<3, 2, MaskZero>, Dense<2, EachRow, Tanh>, LSTM<2>>>(
        "Embedding", {.low = 0, .high = 3, .whole = true});
    check<Sequential<Input<5, 1>, Activation<Relu>, Masking<>, Sequential<Input<5, 1>, GRU<2, ReturnSequences>>,
                     SimpleRNN<2, ZeroOutputForMask>>>("Masking");
    check<
        Sequential<Input<2, 3>, Sequential<Input<2, 3>, Embedding<3, 2, MaskZero>>, TimeDistributed<SimpleRNN<2>>, SimpleRNN<1>>>(
        "words in sentences", {.low = 0, .high = 3, .whole = true});
    check<Sequential<Input<4>, Embedding<3, 2, MaskZero>, MultiHeadAttention<1, 2>, Attention<>>>(
        "attention", {.low = 0, .high = 3, .whole = true, .begins = true});
}

TEST_CASE("a part without a form has first derivatives, and a sentence for the second", "[autodiff]")
{
    const auto model = build<Sequential<Input<2>, Residual<Halves>, Parallel<Add, Halves, Branch<>>>>();
    AnyTensor x = constant({{1.f, 2.f}});
    {
        GradientTape tape;
        tape.watch(x);
        CHECK(tape.gradient(AnyTensor(model(x)), x).item(1) == 2.25);
    }
    GradientTape outer, inner;
    outer.watch(x);
    inner.watch(x);
    const AnyTensor y = model(x);
    CHECK_THROWS_WITH(inner.gradient(y, x),
                      Catch::Contains("Halves: has no form in ops, so it has no derivative of second order"));
}
