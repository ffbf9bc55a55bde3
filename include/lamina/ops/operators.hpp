// lamina/ops/operators.hpp: + - * / of values, and of a value and a number, in a model's operator().
//
// `0.5f * a`, `a * b`, `1 - a`, `a / 2`, `-a`. Shapes broadcast as numpy has it: `[4, 3] * [3]`. The batch is no part of them.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/ops/apply.hpp>
#include <lamina/ops/apply_variables.hpp>
#include <lamina/ops/arithmetic.hpp>
#include <lamina/ops/elementwise.hpp>

#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

namespace ops {

template <class F, class A, class B> struct of_two {
    using type = elementwise<F>;
};
template <class F, PlainNumber A, class B> struct of_two<F, A, B> {
    using type = with_number<F, true>;
};
template <class F, class A, PlainNumber B> struct of_two<F, A, B> {
    using type = with_number<F, false>;
};
/// The op of two values, or of one and a number.
template <class F, class A, class B> using two = typename of_two<F, A, B>::type;

/// A symbol beside something that is no value and no number.
template <class A, class B>
concept ValueAndAnything = WithAValue<A, B> && !ValueAndOther<A, B>;

template <class A, class B> using value_among = std::remove_cvref_t<std::conditional_t<AValue<A>, A, B>>;

} // namespace ops

namespace functions {

template <class A, class B>
    requires ops::ValueAndOther<A, B>
ops::outcome<ops::two<ops::Plus, A, B>, A, B> operator+(A&& a, B&& b)
{
    using op = ops::two<ops::Plus, A, B>;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}
template <class A, class B>
    requires ops::ValueAndOther<A, B>
ops::outcome<ops::two<ops::Minus, A, B>, A, B> operator-(A&& a, B&& b)
{
    using op = ops::two<ops::Minus, A, B>;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}
template <class A, class B>
    requires ops::ValueAndOther<A, B>
ops::outcome<ops::two<ops::Times, A, B>, A, B> operator*(A&& a, B&& b)
{
    using op = ops::two<ops::Times, A, B>;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}
template <class A, class B>
    requires ops::ValueAndOther<A, B>
ops::outcome<ops::two<ops::Over, A, B>, A, B> operator/(A&& a, B&& b)
{
    using op = ops::two<ops::Over, A, B>;
    static_assert(ops::op_fits<ops::judged<op, A, B>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a, b);
}
template <class A>
    requires ops::Value<A>
ops::outcome<ops::elementwise<ops::Negative>, A> operator-(A&& a)
{
    using op = ops::elementwise<ops::Negative>;
    static_assert(ops::op_fits<ops::judged<op, A>>, "lamina: a function on values refuses what it is given");
    return ops::apply<op>(a);
}

/// Whatever else stands beside a value is refused, in one sentence.
template <class A, class B>
    requires ops::ValueAndAnything<A, B>
ops::value_among<A, B> operator+(A&& a, [[maybe_unused]] B&& b)
{
    static_assert(
        internals::values_of_a_model_can_do_this<A, B>,
        "lamina: the values of a model are computed with each other and with plain numbers; for anything else write a layer");
    if constexpr (AValue<A>) return a;
    else return b;
}
template <class A, class B>
    requires ops::ValueAndAnything<A, B>
ops::value_among<A, B> operator-(A&& a, [[maybe_unused]] B&& b)
{
    static_assert(
        internals::values_of_a_model_can_do_this<A, B>,
        "lamina: the values of a model are computed with each other and with plain numbers; for anything else write a layer");
    if constexpr (AValue<A>) return a;
    else return b;
}
template <class A, class B>
    requires ops::ValueAndAnything<A, B>
ops::value_among<A, B> operator*(A&& a, [[maybe_unused]] B&& b)
{
    static_assert(
        internals::values_of_a_model_can_do_this<A, B>,
        "lamina: the values of a model are computed with each other and with plain numbers; for anything else write a layer");
    if constexpr (AValue<A>) return a;
    else return b;
}
template <class A, class B>
    requires ops::ValueAndAnything<A, B>
ops::value_among<A, B> operator/(A&& a, [[maybe_unused]] B&& b)
{
    static_assert(
        internals::values_of_a_model_can_do_this<A, B>,
        "lamina: the values of a model are computed with each other and with plain numbers; for anything else write a layer");
    if constexpr (AValue<A>) return a;
    else return b;
}
template <class A, class B>
    requires WithAValue<A, B>
ops::value_among<A, B> operator%(A&& a, [[maybe_unused]] B&& b)
{
    static_assert(
        internals::values_of_a_model_can_do_this<A, B>,
        "lamina: the values of a model are computed with each other and with plain numbers; for anything else write a layer");
    if constexpr (AValue<A>) return a;
    else return b;
}

} // namespace functions

}}} // namespace lamina::internals
