// lamina/ops/reductions.hpp: sum, mean, max and min of a value, over all axes or some.
//
// `sum(h)`: over all axes, which gives a value of no axis. `sum<0>(h)`, `mean<0, 1>(h)`, `max<-1>(h)`: over these, counted without the
// batch, from the end where negative. `mean<-1>(h, KeepDims{})`: the axes stay, with extent 1, so that `h - mean<-1>(h, KeepDims{})`
// broadcasts. Where several numbers are the largest they share the gradient in equal parts. Sums are accumulated in the value's type.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/reduce.hpp>
#include <lamina/trace/result.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::functions {

template <class Kind, class A, int... Axes> using reduced = ops::outcome<ops::Reduce<Kind, false, Axes...>, A>;
template <class Kind, class A, int... Axes> using kept = ops::outcome<ops::Reduce<Kind, true, Axes...>, A>;

// xtensor has functions of these names for everything, which overload resolution finds as good unless the kind of reference decides.
template <int First, int... More, class A>
    requires ops::Value<A>
reduced<ops::Sum, A, First, More...> sum(A&& a)
{
    using op = ops::Reduce<ops::Sum, false, First, More...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <int... Axes, class A>
    requires ops::Value<A>
kept<ops::Sum, A, Axes...> sum(A&& a, KeepDims)
{
    using op = ops::Reduce<ops::Sum, true, Axes...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
reduced<ops::Sum, A> sum(const A& a)
{
    using op = ops::Reduce<ops::Sum, false>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
reduced<ops::Sum, A> sum(A& a)
{
    using op = ops::Reduce<ops::Sum, false>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class T, Shape S> reduced<ops::Sum, Symbol<T, S>> sum(Symbol<T, S>&& a) { return functions::sum(a); }
template <class T> reduced<ops::Sum, AnySymbol<T>> sum(AnySymbol<T>&& a) { return functions::sum(a); }
template <class T> reduced<ops::Sum, RefusedSymbol<T>> sum(RefusedSymbol<T>&& a) { return functions::sum(a); }
template <class Tensor, bool IsSample> reduced<ops::Sum, Result<Tensor, IsSample>> sum(Result<Tensor, IsSample>&& a)
{
    return functions::sum(a);
}

template <int First, int... More, class A>
    requires ops::Value<A>
reduced<ops::Mean, A, First, More...> mean(A&& a)
{
    using op = ops::Reduce<ops::Mean, false, First, More...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <int... Axes, class A>
    requires ops::Value<A>
kept<ops::Mean, A, Axes...> mean(A&& a, KeepDims)
{
    using op = ops::Reduce<ops::Mean, true, Axes...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
reduced<ops::Mean, A> mean(const A& a)
{
    using op = ops::Reduce<ops::Mean, false>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
reduced<ops::Mean, A> mean(A& a)
{
    using op = ops::Reduce<ops::Mean, false>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class T, Shape S> reduced<ops::Mean, Symbol<T, S>> mean(Symbol<T, S>&& a) { return functions::mean(a); }
template <class T> reduced<ops::Mean, AnySymbol<T>> mean(AnySymbol<T>&& a) { return functions::mean(a); }
template <class T> reduced<ops::Mean, RefusedSymbol<T>> mean(RefusedSymbol<T>&& a) { return functions::mean(a); }
template <class Tensor, bool IsSample> reduced<ops::Mean, Result<Tensor, IsSample>> mean(Result<Tensor, IsSample>&& a)
{
    return functions::mean(a);
}

template <int First, int... More, class A>
    requires ops::Value<A>
reduced<ops::Max, A, First, More...> max(A&& a)
{
    using op = ops::Reduce<ops::Max, false, First, More...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <int... Axes, class A>
    requires ops::Value<A>
kept<ops::Max, A, Axes...> max(A&& a, KeepDims)
{
    using op = ops::Reduce<ops::Max, true, Axes...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
reduced<ops::Max, A> max(A&& a)
{
    using op = ops::Reduce<ops::Max, false>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}

template <int First, int... More, class A>
    requires ops::Value<A>
reduced<ops::Min, A, First, More...> min(A&& a)
{
    using op = ops::Reduce<ops::Min, false, First, More...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <int... Axes, class A>
    requires ops::Value<A>
kept<ops::Min, A, Axes...> min(A&& a, KeepDims)
{
    using op = ops::Reduce<ops::Min, true, Axes...>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}
template <class A>
    requires ops::Value<A>
reduced<ops::Min, A> min(A&& a)
{
    using op = ops::Reduce<ops::Min, false>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}

} // namespace internals::functions

using internals::functions::max, internals::functions::mean, internals::functions::min, internals::functions::sum;

}} // namespace lamina
