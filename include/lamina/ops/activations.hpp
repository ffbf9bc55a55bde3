// lamina/ops/activations.hpp: activations as functions on values: relu(h), leaky_relu<0.1>(h), softmax(h).
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/elementwise.hpp>
#include <lamina/ops/operators.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::functions {

template <class F, class A> using of_each = ops::outcome<ops::elementwise<F>, A>;

// A function for each: those of an activation with parameters take them in front, `elu<0.5>(h)`. softmax and its kin work over the last
// axis. A macro, as each must be a function by itself: objects would hide those of <cmath> where both namespaces are open.
// NOLINTBEGIN(bugprone-macro-parentheses): types and parameters of templates
#define LAMINA_PARAMETERS(...) __VA_ARGS__,
#define LAMINA_ON_VALUES(function, parameters, ...)                                                                              \
    template <parameters class A>                                                                                                \
        requires ops::Value<A>                                                                                                   \
    of_each<__VA_ARGS__, A> function(A&& a)                                                                                      \
    {                                                                                                                            \
        using op = ops::elementwise<__VA_ARGS__>;                                                                                \
        static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");                \
        return ops::apply<op>(a);                                                                                                \
    }                                                                                                                            \
    static_assert(true)
// NOLINTEND(bugprone-macro-parentheses)

LAMINA_ON_VALUES(linear, , Linear);
LAMINA_ON_VALUES(relu, , Relu);
LAMINA_ON_VALUES(relu6, , Relu6);
LAMINA_ON_VALUES(leaky_relu, LAMINA_PARAMETERS(fraction Slope = 0.2), LeakyRelu<Slope>);
LAMINA_ON_VALUES(elu, LAMINA_PARAMETERS(fraction Alpha = 1), Elu<Alpha>);
LAMINA_ON_VALUES(celu, LAMINA_PARAMETERS(fraction Alpha = 1), Celu<Alpha>);
LAMINA_ON_VALUES(selu, , Selu);
LAMINA_ON_VALUES(threshold, LAMINA_PARAMETERS(fraction At, fraction Value), Threshold<At, Value>);
LAMINA_ON_VALUES(clip, LAMINA_PARAMETERS(fraction Low, fraction High), Clip<Low, High>);
LAMINA_ON_VALUES(hard_tanh, , HardTanh);
LAMINA_ON_VALUES(hard_sigmoid, LAMINA_PARAMETERS(fraction Slope = 1.0 / 6), HardSigmoid<Slope>);
LAMINA_ON_VALUES(sparse_sigmoid, , SparseSigmoid);
LAMINA_ON_VALUES(sparse_plus, , SparsePlus);
LAMINA_ON_VALUES(hard_shrink, LAMINA_PARAMETERS(fraction Width = 0.5), HardShrink<Width>);
LAMINA_ON_VALUES(soft_shrink, LAMINA_PARAMETERS(fraction Width = 0.5), SoftShrink<Width>);
LAMINA_ON_VALUES(tanh_shrink, , TanhShrink);
LAMINA_ON_VALUES(sigmoid, , Sigmoid);
LAMINA_ON_VALUES(log_sigmoid, , LogSigmoid);
LAMINA_ON_VALUES(tanh, , Tanh);
LAMINA_ON_VALUES(softsign, , Softsign);
LAMINA_ON_VALUES(softplus, , Softplus);
LAMINA_ON_VALUES(squareplus, LAMINA_PARAMETERS(fraction B = 4), Squareplus<B>);
LAMINA_ON_VALUES(exponential, , Exponential);
LAMINA_ON_VALUES(gelu, , Gelu);
LAMINA_ON_VALUES(gelu_tanh, , GeluTanh);
LAMINA_ON_VALUES(silu, , Silu);
LAMINA_ON_VALUES(hard_silu, , HardSilu);
LAMINA_ON_VALUES(mish, , Mish);
LAMINA_ON_VALUES(softmax, , Softmax);
LAMINA_ON_VALUES(log_softmax, , LogSoftmax);
LAMINA_ON_VALUES(sparsemax, , Sparsemax);
LAMINA_ON_VALUES(glu, , Glu);

#undef LAMINA_ON_VALUES
#undef LAMINA_PARAMETERS

} // namespace internals::functions

using internals::functions::celu, internals::functions::clip, internals::functions::elu, internals::functions::exponential,
    internals::functions::gelu, internals::functions::gelu_tanh, internals::functions::glu, internals::functions::hard_shrink,
    internals::functions::hard_sigmoid, internals::functions::hard_silu, internals::functions::hard_tanh,
    internals::functions::leaky_relu, internals::functions::linear, internals::functions::log_sigmoid,
    internals::functions::log_softmax, internals::functions::mish, internals::functions::relu, internals::functions::relu6,
    internals::functions::selu, internals::functions::sigmoid, internals::functions::silu, internals::functions::soft_shrink,
    internals::functions::softmax, internals::functions::softplus, internals::functions::softsign,
    internals::functions::sparse_plus, internals::functions::sparse_sigmoid, internals::functions::sparsemax,
    internals::functions::squareplus, internals::functions::tanh, internals::functions::tanh_shrink,
    internals::functions::threshold;

}} // namespace lamina
