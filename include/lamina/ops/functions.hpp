// lamina/ops/functions.hpp: the functions on values: maximum, sqrt, relu, sum, concatenate, dot and their kin.
//
// A value is what a block or a function gave, in a model's operator(): a symbol while the model is traced, numbers where it is called
// with a sample or a batch. `predict`, `fit` and a call give the same numbers. Shapes are those of a sample, without the batch.
// Argument-dependent lookup finds these functions: `tanh(h)`, not std::tanh(h).
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/activations.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/concatenate.hpp>
#include <lamina/ops/operators.hpp>
#include <lamina/ops/powers.hpp>
#include <lamina/ops/products.hpp>
#include <lamina/ops/reductions.hpp>
#include <lamina/ops/reshape.hpp>
#include <lamina/ops/trigonometric_functions.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::functions {

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

/// log(1 + a), exact near 0.
template <class A>
    requires ops::Value<A>
of_each<ops::LogarithmOfOneMore, A> log1p(A&& a)
{
    using op = ops::elementwise<ops::LogarithmOfOneMore>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
/// exp(a) - 1, exact near 0.
template <class A>
    requires ops::Value<A>
of_each<ops::ExponentialLessOne, A> expm1(A&& a)
{
    using op = ops::elementwise<ops::ExponentialLessOne>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
/// 1 / sqrt(a).
template <class A>
    requires ops::Value<A>
of_each<ops::ReciprocalRoot, A> rsqrt(A&& a)
{
    using op = ops::elementwise<ops::ReciprocalRoot>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
/// The error function.
template <class A>
    requires ops::Value<A>
of_each<ops::ErrorFunction, A> erf(A&& a)
{
    using op = ops::elementwise<ops::ErrorFunction>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
/// 1 above 0, -1 below, 0 at 0; its slope is 0.
template <class A>
    requires ops::Value<A>
of_each<ops::Sign, A> sign(A&& a)
{
    using op = ops::elementwise<ops::Sign>;
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

/// The same of three or more.
template <class A, class B, class C, class... More>
    requires ops::ValueAndOther<A, B>
auto maximum(const A& a, const B& b, const C& c, const More&... more)
{
    return functions::maximum(functions::maximum(a, b), c, more...);
}
template <class A, class B, class C, class... More>
    requires ops::ValueAndOther<A, B>
auto minimum(const A& a, const B& b, const C& c, const More&... more)
{
    return functions::minimum(functions::minimum(a, b), c, more...);
}

/// Values side by side in the last axis: `head(concatenate(features(image), extra))`, two or more.
///
/// Shapes    [… , a], [… , b] … of equal other extents give [… , a + b + …].
template <class First, class... More>
    requires(sizeof...(More) > 0 && ops::Together<First, More...>)
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

using internals::functions::abs, internals::functions::concatenate, internals::functions::dot, internals::functions::erf,
    internals::functions::exp, internals::functions::expm1, internals::functions::log, internals::functions::log1p,
    internals::functions::matmul, internals::functions::maximum, internals::functions::minimum, internals::functions::pow,
    internals::functions::reshape, internals::functions::rsqrt, internals::functions::sign, internals::functions::sqrt,
    internals::functions::square;

}} // namespace lamina
