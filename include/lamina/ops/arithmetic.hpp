// lamina/ops/arithmetic.hpp: the formulas of + - * /, of the larger and the smaller of two numbers, and of -a.
//
// Where two numbers are equal, `maximum` and `minimum` give the gradient to the first, as TensorFlow does. A NaN in either stays.
// Division by 0 gives what IEEE 754 says.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/ops/elementwise.hpp>

#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

struct Plus {
    static constexpr std::string_view name = "add";
    template <class V> static V forward(const V& a, const V& b) { return a + b; }
    template <class V> static V to_first(const V&, const V&, const V& dy) { return dy; }
    template <class V> static V to_second(const V&, const V&, const V& dy) { return dy; }
};

struct Minus {
    static constexpr std::string_view name = "subtract";
    template <class V> static V forward(const V& a, const V& b) { return a - b; }
    template <class V> static V to_first(const V&, const V&, const V& dy) { return dy; }
    template <class V> static V to_second(const V&, const V&, const V& dy) { return -dy; }
};

struct Times {
    static constexpr std::string_view name = "multiply";
    template <class V> static V forward(const V& a, const V& b) { return a * b; }
    template <class V> static V to_first(const V&, const V& b, const V& dy) { return dy * b; }
    template <class V> static V to_second(const V& a, const V&, const V& dy) { return dy * a; }
};

struct Over {
    static constexpr std::string_view name = "divide";
    template <class V> static V forward(const V& a, const V& b) { return a / b; }
    template <class V> static V to_first(const V&, const V& b, const V& dy) { return dy / b; }
    template <class V> static V to_second(const V& a, const V& b, const V& dy) { return -dy * (a / b / b); }
};

struct Larger {
    static constexpr std::string_view name = "maximum";
    template <class V> static V forward(const V& a, const V& b)
    {
        return simd::select((b > a) | !(b == b), b, a); // where a is NaN it stays
    }
    template <class V> static V to_first(const V& a, const V& b, const V& dy) { return simd::select(a >= b, dy, V(0)); }
    template <class V> static V to_second(const V& a, const V& b, const V& dy) { return simd::select(a >= b, V(0), dy); }
};

struct Smaller {
    static constexpr std::string_view name = "minimum";
    template <class V> static V forward(const V& a, const V& b) { return simd::select((b < a) | !(b == b), b, a); }
    template <class V> static V to_first(const V& a, const V& b, const V& dy) { return simd::select(a <= b, dy, V(0)); }
    template <class V> static V to_second(const V& a, const V& b, const V& dy) { return simd::select(a <= b, V(0), dy); }
};

struct Negative {
    static constexpr std::string_view name = "negative";
    static constexpr protocols::reads derivative = protocols::reads::output;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return -x; }
    template <class V> static V backward(const V&, const V& dy) { return -dy; }
};

}}} // namespace lamina::internals::ops
