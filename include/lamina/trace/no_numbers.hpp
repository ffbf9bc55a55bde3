// lamina/trace/no_numbers.hpp: what only numbers can do and a value of a model that is traced cannot: one sentence each.
//
// Return types are written out, so that compilers look inside at the end, and name the line that is wrong and nothing around it.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/found_here.hpp>

#include <array>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals {

/// Never true: the names are a part of the error message.
template <class Value> inline constexpr bool values_of_a_model_are_numbers = false;
template <class A, class B> inline constexpr bool values_of_a_model_can_do_this = false;

/// Base of the values that a model's operator() receives while it is traced.
template <class T> struct NoNumbers : functions::found_here {
    explicit operator bool() const
    {
        static_assert(values_of_a_model_are_numbers<T>, "lamina: operator() is run once, without numbers: no `if` on a value");
        return false;
    }
    T operator[](const auto&) const
    {
        static_assert(values_of_a_model_are_numbers<T>,
                      "lamina: operator() is run once, without numbers: a value has no elements");
        return {};
    }
    T operator()(const auto&...) const
    {
        static_assert(values_of_a_model_are_numbers<T>,
                      "lamina: operator() is run once, without numbers: a value has no elements");
        return {};
    }
    const T* begin() const
    {
        static_assert(values_of_a_model_are_numbers<T>, "lamina: operator() is run once, without numbers: no loop over a value");
        return {};
    }
    const T* end() const { return {}; }
    const T* data() const
    {
        static_assert(values_of_a_model_are_numbers<T>, "lamina: operator() is run once, without numbers: a value has no data");
        return {};
    }
    std::array<std::size_t, 8> shape() const
    {
        static_assert(values_of_a_model_are_numbers<T>, "lamina: the shape of a value in operator() is a constant: h.extents");
        return {};
    }
    std::size_t shape(std::size_t) const
    {
        static_assert(values_of_a_model_are_numbers<T>, "lamina: the shape of a value in operator() is a constant: h.extents");
        return {};
    }
    std::size_t size() const
    {
        static_assert(values_of_a_model_are_numbers<T>,
                      "lamina: the size of a value in operator() is a constant: h.extents.size()");
        return {};
    }
    std::size_t dimension() const
    {
        static_assert(values_of_a_model_are_numbers<T>,
                      "lamina: the rank of a value in operator() is a constant: h.extents.rank");
        return {};
    }
};

template <class T> std::true_type derived_from_no_numbers(const NoNumbers<T>*);
std::false_type derived_from_no_numbers(const void*);
template <class S>
concept AValue = decltype(derived_from_no_numbers(static_cast<std::remove_cvref_t<S>*>(nullptr)))::value;
template <class A, class B>
concept WithAValue = AValue<A> || AValue<B>;

template <AValue A, class B> A& operator+=(A& a, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: a value of a model stays what it is: write auto sum = h + other for another");
    return a;
}
template <AValue A, class B> A& operator-=(A& a, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: a value of a model stays what it is: write auto difference = h - other for another");
    return a;
}
template <AValue A, class B> A& operator*=(A& a, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: a value of a model stays what it is: write auto product = h * other for another");
    return a;
}
template <AValue A, class B> A& operator/=(A& a, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: a value of a model stays what it is: write auto quotient = h / other for another");
    return a;
}
template <AValue A> A& operator++(A& a)
{
    static_assert(internals::values_of_a_model_can_do_this<A, A>,
                  "lamina: a value of a model stays what it is: h + 1 is another");
    return a;
}
template <AValue A> A operator++(A& a, int)
{
    static_assert(internals::values_of_a_model_can_do_this<A, A>,
                  "lamina: a value of a model stays what it is: h + 1 is another");
    return a;
}
template <AValue A> A& operator--(A& a)
{
    static_assert(internals::values_of_a_model_can_do_this<A, A>,
                  "lamina: a value of a model stays what it is: h - 1 is another");
    return a;
}
template <AValue A> A operator--(A& a, int)
{
    static_assert(internals::values_of_a_model_can_do_this<A, A>,
                  "lamina: a value of a model stays what it is: h - 1 is another");
    return a;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator==(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator!=(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator<(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator>(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator<=(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator>=(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator&&(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class A, class B>
    requires WithAValue<A, B>
bool operator||(const A&, const B&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, B>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <AValue A> bool operator!(const A&)
{
    static_assert(internals::values_of_a_model_can_do_this<A, A>,
                  "lamina: operator() is run once, without numbers: values cannot be compared, and there is no `if` on them");
    return false;
}
template <class Stream, AValue A> Stream& operator<<(Stream& stream, const A&)
{
    static_assert(internals::values_of_a_model_can_do_this<Stream, A>,
                  "lamina: operator() is run once, without numbers: there is nothing to print of a value");
    return stream;
}

}}} // namespace lamina::internals
