// The forms of attention in functions on tensors.
#include "autodiff/composed.hpp"

#include <lamina/lamina.hpp>

using namespace lamina;
using composed::check;

TEST_CASE("MultiHeadAttention in functions on tensors", "[autodiff]")
{
    using itself = MultiHeadAttention<2, 3>::on<4, 3>;
    check<itself>("on itself");
    check<itself>("on itself, masked", {.masked = 1});
    using drops = MultiHeadAttention<3, 2, ValueDim<1>, OutputDim<5>, NoBias, CausalMask, DropoutRate<0.3>>::on<3, 4>;
    check<drops>("causal, dropping", {.training = true, .masked = 1});
    check<drops>("causal, inference");
    using two = MultiHeadAttention<2, 2, ValueDim<3>>::on_inputs<Input<3, 4>, Input<5, 2>>;
    check<two>("of two");
    check<two>("of two, masked", {.masked = 2});
    check<MultiHeadAttention<1, 1>::on<3, 1>>("one feature");
    using three = MultiHeadAttention<1, 3, CausalMask, DropoutRate<0.3>>::on_inputs<Input<3, 1>, Input<4, 2>, Input<4, 3>>;
    check<three>("of three", {.training = true, .masked = 3});
}

TEST_CASE("Attention in functions on tensors", "[autodiff]")
{
    check<Attention<>::on<4, 3>>("on itself", {.masked = 1, .begins = true});
    check<Attention<UseScale, CausalMask, DropoutRate<0.3>>::on<3, 2>>("scaled", {.training = true, .masked = 1, .begins = true});
    check<Attention<ConcatScore>::on_inputs<Input<3, 4>, Input<5, 4>>>("concat", {.masked = 2, .begins = true});
    check<Attention<UseScale, ConcatScore, CausalMask, DropoutRate<0.3>>::on_inputs<Input<3, 2>, Input<4, 3>, Input<4, 2>>>(
        "of three", {.training = true, .masked = 3, .begins = true});
}

TEST_CASE("AdditiveAttention in functions on tensors", "[autodiff]")
{
    check<AdditiveAttention<>::on<4, 3>>("on itself", {.masked = 1, .begins = true});
    check<AdditiveAttention<NoScale, CausalMask, DropoutRate<0.3>>::on_inputs<Input<3, 2>, Input<4, 2>>>(
        "of two", {.training = true, .masked = 2, .begins = true});
    check<AdditiveAttention<>::on_inputs<Input<3, 2>, Input<4, 3>, Input<4, 2>>>("of three", {.masked = 3, .begins = true});
}
