// lamina/ops/arithmetic.hpp: the formulas of + - * /, of the larger and the smaller of two numbers, and of -a.
//
// Where two numbers are equal, `maximum` and `minimum` give the gradient to the first, as TensorFlow does. A NaN in either stays.
// Division by 0 gives what IEEE 754 says.
//
// `gradient` is the slope in functions on tensors, before what was repeated is summed: for derivatives of any order.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/keeps.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/ops/elementwise.hpp>

#include <array>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

/// Integers are computed without their signs: what is too large wraps around.
template <class T> constexpr auto without_sign(T x) { return static_cast<std::make_unsigned_t<T>>(x); }

struct Plus {
    static constexpr std::string_view name = "add";
    static constexpr protocols::keeps kept = protocols::keeps::none;
    static constexpr bool whole = true;
    template <class T> static T of_whole(T a, T b) { return static_cast<T>(without_sign(a) + without_sign(b)); }
    template <class V> static V forward(const V& a, const V& b) { return a + b; }
    template <class V> static V to_first(const V&, const V&, const V& dy) { return dy; }
    template <class V> static V to_second(const V&, const V&, const V& dy) { return dy; }
    template <class X> static std::array<X, 2> gradient(const X&, const X&, const X&, const X& dy) { return {dy, dy}; }
};

struct Minus {
    static constexpr std::string_view name = "subtract";
    static constexpr protocols::keeps kept = protocols::keeps::none;
    static constexpr bool whole = true;
    template <class T> static T of_whole(T a, T b) { return static_cast<T>(without_sign(a) - without_sign(b)); }
    template <class V> static V forward(const V& a, const V& b) { return a - b; }
    template <class V> static V to_first(const V&, const V&, const V& dy) { return dy; }
    template <class V> static V to_second(const V&, const V&, const V& dy) { return -dy; }
    template <class X> static std::array<X, 2> gradient(const X&, const X&, const X&, const X& dy) { return {dy, -dy}; }
};

struct Times {
    static constexpr std::string_view name = "multiply";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr bool whole = true;
    template <class T> static T of_whole(T a, T b) { return static_cast<T>(without_sign(a) * without_sign(b)); }
    template <class V> static V forward(const V& a, const V& b) { return a * b; }
    template <class V> static V to_first(const V&, const V& b, const V& dy) { return dy * b; }
    template <class V> static V to_second(const V& a, const V&, const V& dy) { return dy * a; }
    template <class X> static std::array<X, 2> gradient(const X& a, const X& b, const X&, const X& dy)
    {
        return {dy * b, dy * a};
    }
};

struct Over {
    static constexpr std::string_view name = "divide";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    template <class V> static V forward(const V& a, const V& b) { return a / b; }
    template <class V> static V to_first(const V&, const V& b, const V& dy) { return dy / b; }
    template <class V> static V to_second(const V& a, const V& b, const V& dy) { return -dy * (a / b / b); }
    template <class X> static std::array<X, 2> gradient(const X& a, const X& b, const X&, const X& dy)
    {
        return {dy / b, -dy * (a / b / b)};
    }
};

struct Larger {
    static constexpr std::string_view name = "maximum";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr bool whole = true;
    template <class T> static T of_whole(T a, T b) { return b > a ? b : a; }
    template <class V> static V forward(const V& a, const V& b)
    {
        return simd::select((b > a) | !(b == b), b, a); // where a is NaN it stays
    }
    template <class V> static V to_first(const V& a, const V& b, const V& dy) { return simd::select(a >= b, dy, V(0)); }
    template <class V> static V to_second(const V& a, const V& b, const V& dy) { return simd::select(a >= b, V(0), dy); }
    template <class X> static std::array<X, 2> gradient(const X& a, const X& b, const X&, const X& dy)
    {
        const X first = greater_equal(a, b), none = zeros_like(dy);
        return {where(first, dy, none), where(first, none, dy)};
    }
};

struct Smaller {
    static constexpr std::string_view name = "minimum";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr bool whole = true;
    template <class T> static T of_whole(T a, T b) { return b < a ? b : a; }
    template <class V> static V forward(const V& a, const V& b) { return simd::select((b < a) | !(b == b), b, a); }
    template <class V> static V to_first(const V& a, const V& b, const V& dy) { return simd::select(a <= b, dy, V(0)); }
    template <class V> static V to_second(const V& a, const V& b, const V& dy) { return simd::select(a <= b, V(0), dy); }
    template <class X> static std::array<X, 2> gradient(const X& a, const X& b, const X&, const X& dy)
    {
        const X first = less_equal(a, b), none = zeros_like(dy);
        return {where(first, dy, none), where(first, none, dy)};
    }
};

struct Negative {
    static constexpr std::string_view name = "negative";
    static constexpr protocols::keeps kept = protocols::keeps::none;
    static constexpr protocols::reads derivative = protocols::reads::output;
    static constexpr bool takes_numbers = true;
    static constexpr bool whole = true;
    template <class T> static T of_whole(T x) { return static_cast<T>(0 - without_sign(x)); }
    template <class V> static V forward(const V& x) { return -x; }
    template <class V> static V backward(const V&, const V& dy) { return -dy; }
    template <class X> static X gradient(const X&, const X&, const X& dy) { return -dy; }
};

}}} // namespace lamina::internals::ops
