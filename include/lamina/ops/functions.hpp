// lamina/ops/functions.hpp: the functions on values: maximum, sqrt, relu, sum, concatenate, dot and their kin.
//
// A value is what a block or a function gave, in a model's operator(): a symbol while the model is traced, numbers where it is called
// with a sample or a batch. `predict`, `fit` and a call give the same numbers. Shapes are those of a sample, without the batch.
// Argument-dependent lookup finds these functions: `tanh(h)`, not std::tanh(h).
#pragma once

#include <lamina/blocks/activations/activations.hpp>
#include <lamina/blocks/activations/row_activations.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/concatenate.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/powers.hpp>
#include <lamina/ops/products.hpp>
#include <lamina/ops/reductions.hpp>
#include <lamina/ops/reshape.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::functions {

template <class F, class A> using of_each = ops::outcome<ops::elementwise<F>, A>;

/// Activations: the same formulas as those of layers. softmax and log_softmax work over the last axis.
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
template <class A>
    requires ops::Value<A>
of_each<LeakyRelu, A> leaky_relu(A&& a)
{
    using op = ops::elementwise<LeakyRelu>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<Elu, A> elu(A&& a)
{
    using op = ops::elementwise<Elu>;
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
of_each<Sigmoid, A> sigmoid(A&& a)
{
    using op = ops::elementwise<Sigmoid>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<HardSigmoid, A> hard_sigmoid(A&& a)
{
    using op = ops::elementwise<HardSigmoid>;
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
of_each<HardTanh, A> hard_tanh(A&& a)
{
    using op = ops::elementwise<HardTanh>;
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
of_each<Tanh, A> tanh(A&& a)
{
    using op = ops::elementwise<Tanh>;
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

/// e to the a.
template <class A>
    requires ops::Value<A>
of_each<Exponential, A> exp(A&& a)
{
    using op = ops::elementwise<Exponential>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
/// The natural logarithm: -infinity at 0, NaN below.
template <class A>
    requires ops::Value<A>
of_each<ops::Logarithm, A> log(A&& a)
{
    using op = ops::elementwise<ops::Logarithm>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::SquareRoot, A> sqrt(A&& a)
{
    using op = ops::elementwise<ops::SquareRoot>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::Square, A> square(A&& a)
{
    using op = ops::elementwise<ops::Square>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::AbsoluteValue, A> abs(A&& a)
{
    using op = ops::elementwise<ops::AbsoluteValue>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}

/// a to the power of a number that is constant.
template <class A, class B>
    requires(ops::Value<A> && ops::PlainNumber<B>)
ops::outcome<ops::Power, A, B> pow(A&& a, B&& exponent)
{
    using op = ops::Power;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, exponent);
}

/// The larger of two values, or of a value and a number. Where they are equal the first has the gradient.
template <class A, class B>
    requires ops::ValueAndOther<A, B>
ops::outcome<ops::two<ops::Larger, A, B>, A, B> maximum(A&& a, B&& b)
{
    using op = ops::two<ops::Larger, A, B>;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}

/// The smaller of two values, or of a value and a number. Where they are equal the first has the gradient.
template <class A, class B>
    requires ops::ValueAndOther<A, B>
ops::outcome<ops::two<ops::Smaller, A, B>, A, B> minimum(A&& a, B&& b)
{
    using op = ops::two<ops::Smaller, A, B>;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}

/// Values side by side in the last axis: `head(concatenate(features(image), extra))`, two or more.
///
/// Shapes    [… , a], [… , b] … of equal other extents give [… , a + b + …].
template <class First, class... More>
    requires(sizeof...(More) > 0 && (ops::Symbols<First, More...> || ops::SomeNumbers<First, More...>))
ops::outcome<ops::Concatenate, First, More...> concatenate(const First& first, const More&... more)
{
    using op = ops::Concatenate;
    static_assert(ops::op_fits<ops::judged<op, First, More...>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(first, more...);
}

/// Products over the last axes of both.
///
/// Shapes    [a, d], [b, d] give [a, b]; [a, d], [d] give [a]; [d], [d] give [1], as Keras's Dot.
template <class A, class B>
    requires ops::Values<A, B>
ops::outcome<ops::Dot, A, B> dot(A&& a, B&& b)
{
    using op = ops::Dot;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}

/// The product of matrices.
///
/// Shapes    [a, b], [b, c] give [a, c].
template <class A, class B>
    requires ops::Values<A, B>
ops::outcome<ops::Matmul, A, B> matmul(A&& a, B&& b)
{
    using op = ops::Matmul;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}

/// The same numbers in another shape: `reshape<4, -1>(h)`. One extent may be -1: it is what is left.
template <int... Extents, class A>
    requires ops::Value<A>
ops::outcome<ops::Reshape<Extents...>, A> reshape(A&& a)
{
    using op = ops::Reshape<Extents...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}

} // namespace internals::functions

using internals::functions::abs, internals::functions::concatenate, internals::functions::dot, internals::functions::elu,
    internals::functions::exp, internals::functions::exponential, internals::functions::gelu, internals::functions::gelu_tanh,
    internals::functions::hard_sigmoid, internals::functions::hard_silu, internals::functions::hard_tanh,
    internals::functions::leaky_relu, internals::functions::linear, internals::functions::log, internals::functions::log_softmax,
    internals::functions::matmul, internals::functions::maximum, internals::functions::minimum, internals::functions::mish,
    internals::functions::pow, internals::functions::relu, internals::functions::relu6, internals::functions::reshape,
    internals::functions::selu, internals::functions::sigmoid, internals::functions::silu, internals::functions::softmax,
    internals::functions::softplus, internals::functions::softsign, internals::functions::sqrt, internals::functions::square,
    internals::functions::tanh;

}} // namespace lamina
