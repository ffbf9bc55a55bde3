// lamina/ops/powers.hpp: the formulas of abs, sqrt, square and log, and the op of pow with a constant exponent.
//
// exp is the activation Exponential.
//
// Numerics: sqrt is rounded once, exp and log are within 5 ulp (kernels/math.hpp), pow is at whole exponents up to 16 a product, within
// half an ulp for each factor, and otherwise std::pow. Slopes at corners are TensorFlow's: abs has 0 at 0, sqrt and log have
// infinity at 0, and what is not defined is NaN.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/ops/elementwise.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::ops {

struct AbsoluteValue {
    static constexpr std::string_view name = "abs";
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return simd::abs(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return simd::select(x > V(0), dy, simd::select(x < V(0), -dy, x * V(0))); // NaN at NaN
    }
};

struct SquareRoot {
    static constexpr std::string_view name = "sqrt";
    static constexpr protocols::reads derivative = protocols::reads::output;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return kernels::math::sqrt(x); }
    template <class V> static V backward(const V& y, const V& dy) { return number_as<V>(0.5) * dy / y; }
};

struct Square {
    static constexpr std::string_view name = "square";
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return x * x; }
    template <class V> static V backward(const V& x, const V& dy) { return (x + x) * dy; }
};

struct Logarithm {
    static constexpr std::string_view name = "log";
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return kernels::math::log(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy / x; }
};

/// y = x to the power of the call's number.
struct Power {
    static constexpr std::string_view name = "pow";
    static constexpr bool has_number = true;
    static constexpr bool joins_masks = true;

    static constexpr verdict accept(const std::array<Shape, 1>& in) { return accepts(in[0]); }

    template <class T> static void forward(const OpCall<1>& call, const T* const* in, T* y, std::size_t n)
    {
        raise(in[0], call.number, y, call.size(n));
    }

    template <class T>
    static void backward(const OpCall<1>& call, const T* const* in, const T*, const T* dy, T* const* din, T*, std::size_t n)
    {
        T* const dx = din[0];
        if (!dx) return;
        if (call.number == 0) return void(std::fill_n(dx, call.size(n), T(0)));
        raise(in[0], call.number - 1, dx, call.size(n));
        const T exponent = static_cast<T>(call.number);
        kernels::transform(dx, dy, dx, call.size(n),
                           of_numbers{[exponent]<class V>(const V& power, const V& d) { return d * (V(exponent) * power); }});
    }

private:
    template <class T> static void raise(const T* x, double exponent, T* y, std::size_t size)
    {
        const double whole = std::trunc(exponent);
        if (whole != exponent || whole < -16 || whole > 16) {
            for (std::size_t i = 0; i < size; ++i) y[i] = std::pow(x[i], static_cast<T>(exponent));
            return;
        }
        const auto factors = static_cast<unsigned>(std::fabs(whole));
        kernels::transform(x, y, size, of_numbers{[factors, turned = whole < 0]<class V>(const V& base) {
                               V result(1), square = base;
                               for (unsigned left = factors; left > 0; left /= 2) {
                                   if (left % 2 == 1) result = result * square;
                                   square = square * square;
                               }
                               return turned ? V(V(1) / result) : result;
                           }});
    }
};

}}} // namespace lamina::internals::ops
