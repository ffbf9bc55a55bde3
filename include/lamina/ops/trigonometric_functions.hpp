// lamina/ops/trigonometric_functions.hpp: sin, cos, tan, sinh, cosh and their inverses as functions on values.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/activations.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/trigonometry.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::functions {

/// Angles are in radians. Numerics: ops/trigonometry.hpp.
template <class A>
    requires ops::Value<A>
of_each<ops::Sine, A> sin(A&& a)
{
    using op = ops::elementwise<ops::Sine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::Cosine, A> cos(A&& a)
{
    using op = ops::elementwise<ops::Cosine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::Tangent, A> tan(A&& a)
{
    using op = ops::elementwise<ops::Tangent>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::HyperbolicSine, A> sinh(A&& a)
{
    using op = ops::elementwise<ops::HyperbolicSine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::HyperbolicCosine, A> cosh(A&& a)
{
    using op = ops::elementwise<ops::HyperbolicCosine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::InverseSine, A> asin(A&& a)
{
    using op = ops::elementwise<ops::InverseSine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::InverseCosine, A> acos(A&& a)
{
    using op = ops::elementwise<ops::InverseCosine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::InverseTangent, A> atan(A&& a)
{
    using op = ops::elementwise<ops::InverseTangent>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::InverseHyperbolicSine, A> asinh(A&& a)
{
    using op = ops::elementwise<ops::InverseHyperbolicSine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::InverseHyperbolicCosine, A> acosh(A&& a)
{
    using op = ops::elementwise<ops::InverseHyperbolicCosine>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
of_each<ops::InverseHyperbolicTangent, A> atanh(A&& a)
{
    using op = ops::elementwise<ops::InverseHyperbolicTangent>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}

} // namespace internals::functions

using internals::functions::acos, internals::functions::acosh, internals::functions::asin, internals::functions::asinh,
    internals::functions::atan, internals::functions::atanh, internals::functions::cos, internals::functions::cosh,
    internals::functions::sin, internals::functions::sinh, internals::functions::tan;

}} // namespace lamina
