// lamina/ops/not_of_tensors.hpp: what numbers do and tensors do not: changed in place, compared by operators. One sentence each.
//
// `if (loss < 0.1f)` would ask whether there is a tensor, since that is what a tensor is as a bool.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/tensor.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::functions {

/// Never true: the types are a part of the error message.
template <class A, class B> inline constexpr bool tensors_can_do_this = false;

template <class A, class B>
concept WithATensor = TensorLike<A> || TensorLike<B>;

template <TensorLike A, class B> A& operator+=(A& a, const B&)
{
    static_assert(tensors_can_do_this<A, B>, "lamina: a tensor never changes: write auto sum = a + b for another");
    return a;
}
template <TensorLike A, class B> A& operator-=(A& a, const B&)
{
    static_assert(tensors_can_do_this<A, B>, "lamina: a tensor never changes: write auto difference = a - b for another");
    return a;
}
template <TensorLike A, class B> A& operator*=(A& a, const B&)
{
    static_assert(tensors_can_do_this<A, B>, "lamina: a tensor never changes: write auto product = a * b for another");
    return a;
}
template <TensorLike A, class B> A& operator/=(A& a, const B&)
{
    static_assert(tensors_can_do_this<A, B>, "lamina: a tensor never changes: write auto quotient = a / b for another");
    return a;
}

template <class A, class B>
    requires WithATensor<A, B>
bool operator<(const A&, const B&)
{
    static_assert(tensors_can_do_this<A, B>, "lamina: less(a, b) compares tensors element by element, a.item() < x one number");
    return false;
}
template <class A, class B>
    requires WithATensor<A, B>
bool operator<=(const A&, const B&)
{
    static_assert(tensors_can_do_this<A, B>,
                  "lamina: less_equal(a, b) compares tensors element by element, a.item() <= x one number");
    return false;
}
template <class A, class B>
    requires WithATensor<A, B>
bool operator>(const A&, const B&)
{
    static_assert(tensors_can_do_this<A, B>,
                  "lamina: greater(a, b) compares tensors element by element, a.item() > x one number");
    return false;
}
template <class A, class B>
    requires WithATensor<A, B>
bool operator>=(const A&, const B&)
{
    static_assert(tensors_can_do_this<A, B>,
                  "lamina: greater_equal(a, b) compares tensors element by element, a.item() >= x one number");
    return false;
}
template <class A, class B>
    requires WithATensor<A, B>
bool operator==(const A&, const B&)
{
    static_assert(tensors_can_do_this<A, B>, "lamina: equal(a, b) compares tensors element by element, a.item() == x one number");
    return false;
}
template <class A, class B>
    requires WithATensor<A, B>
bool operator!=(const A&, const B&)
{
    static_assert(tensors_can_do_this<A, B>,
                  "lamina: not_equal(a, b) compares tensors element by element, a.item() != x one number");
    return false;
}

}}} // namespace lamina::internals::functions
