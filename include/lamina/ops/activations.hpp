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

/// A function for each; those of an activation with parameters take them in front, `elu<0.5>(h)`. softmax and its kin work over the last axis.
/// Each says the error itself: what is shared stands in each line of an error.
template <class A>
    requires ops::Value<A>
of_each<Linear, A> linear(A&& a)
{
    using op = ops::elementwise<Linear>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Relu, A> relu(A&& a)
{
    using op = ops::elementwise<Relu>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Relu6, A> relu6(A&& a)
{
    using op = ops::elementwise<Relu6>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction Slope = 0.2, class A>
    requires ops::Value<A>
of_each<LeakyRelu<Slope>, A> leaky_relu(A&& a)
{
    using op = ops::elementwise<LeakyRelu<Slope>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction Alpha = 1, class A>
    requires ops::Value<A>
of_each<Elu<Alpha>, A> elu(A&& a)
{
    using op = ops::elementwise<Elu<Alpha>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction Alpha = 1, class A>
    requires ops::Value<A>
of_each<Celu<Alpha>, A> celu(A&& a)
{
    using op = ops::elementwise<Celu<Alpha>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Selu, A> selu(A&& a)
{
    using op = ops::elementwise<Selu>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction At, fraction Value, class A>
    requires ops::Value<A>
of_each<Threshold<At, Value>, A> threshold(A&& a)
{
    using op = ops::elementwise<Threshold<At, Value>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction Low, fraction High, class A>
    requires ops::Value<A>
of_each<Clip<Low, High>, A> clip(A&& a)
{
    using op = ops::elementwise<Clip<Low, High>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<HardTanh, A> hard_tanh(A&& a)
{
    using op = ops::elementwise<HardTanh>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction Slope = 1.0 / 6, class A>
    requires ops::Value<A>
of_each<HardSigmoid<Slope>, A> hard_sigmoid(A&& a)
{
    using op = ops::elementwise<HardSigmoid<Slope>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<SparseSigmoid, A> sparse_sigmoid(A&& a)
{
    using op = ops::elementwise<SparseSigmoid>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<SparsePlus, A> sparse_plus(A&& a)
{
    using op = ops::elementwise<SparsePlus>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction Width = 0.5, class A>
    requires ops::Value<A>
of_each<HardShrink<Width>, A> hard_shrink(A&& a)
{
    using op = ops::elementwise<HardShrink<Width>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction Width = 0.5, class A>
    requires ops::Value<A>
of_each<SoftShrink<Width>, A> soft_shrink(A&& a)
{
    using op = ops::elementwise<SoftShrink<Width>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<TanhShrink, A> tanh_shrink(A&& a)
{
    using op = ops::elementwise<TanhShrink>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Sigmoid, A> sigmoid(A&& a)
{
    using op = ops::elementwise<Sigmoid>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<LogSigmoid, A> log_sigmoid(A&& a)
{
    using op = ops::elementwise<LogSigmoid>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Tanh, A> tanh(A&& a)
{
    using op = ops::elementwise<Tanh>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Softsign, A> softsign(A&& a)
{
    using op = ops::elementwise<Softsign>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Softplus, A> softplus(A&& a)
{
    using op = ops::elementwise<Softplus>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <fraction B = 4, class A>
    requires ops::Value<A>
of_each<Squareplus<B>, A> squareplus(A&& a)
{
    using op = ops::elementwise<Squareplus<B>>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Exponential, A> exponential(A&& a)
{
    using op = ops::elementwise<Exponential>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Gelu, A> gelu(A&& a)
{
    using op = ops::elementwise<Gelu>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<GeluTanh, A> gelu_tanh(A&& a)
{
    using op = ops::elementwise<GeluTanh>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Silu, A> silu(A&& a)
{
    using op = ops::elementwise<Silu>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<HardSilu, A> hard_silu(A&& a)
{
    using op = ops::elementwise<HardSilu>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Mish, A> mish(A&& a)
{
    using op = ops::elementwise<Mish>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Softmax, A> softmax(A&& a)
{
    using op = ops::elementwise<Softmax>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<LogSoftmax, A> log_softmax(A&& a)
{
    using op = ops::elementwise<LogSoftmax>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Sparsemax, A> sparsemax(A&& a)
{
    using op = ops::elementwise<Sparsemax>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Glu, A> glu(A&& a)
{
    using op = ops::elementwise<Glu>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}

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
