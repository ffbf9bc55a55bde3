// lamina/ops/powers.hpp: the formulas of abs, sign, sqrt, square, log, erf and their kin, and the op of pow with a constant exponent.
//
// exp is the activation Exponential.
//
// `gradient` is the slope in functions on tensors, for derivatives of any order.
//
// Numerics: sqrt is rounded once, rsqrt twice, exp, log, erf and their kin are within 5 ulp (kernels/math.hpp), pow is at whole exponents up to 16 a product, within
// half an ulp for each factor, and otherwise std::pow. Slopes at corners are TensorFlow's: abs has 0 at 0, sqrt and log have
// infinity at 0, and what is not defined is NaN.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/keeps.hpp>
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
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return simd::abs(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return simd::select(x > V(0), dy, simd::select(x < V(0), -dy, x * V(0))); // NaN at NaN
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * sign(x); }
};

struct SquareRoot {
    static constexpr std::string_view name = "sqrt";
    static constexpr protocols::keeps kept = protocols::keeps::output;
    static constexpr protocols::reads derivative = protocols::reads::output;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return kernels::math::sqrt(x); }
    template <class V> static V backward(const V& y, const V& dy) { return number_as<V>(0.5) * dy / y; }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return 0.5 * dy / y; }
};

struct Square {
    static constexpr std::string_view name = "square";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return x * x; }
    template <class V> static V backward(const V& x, const V& dy) { return (x + x) * dy; }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return 2 * x * dy; }
};

struct Logarithm {
    static constexpr std::string_view name = "log";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return kernels::math::log(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy / x; }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / x; }
};

/// y = log(1 + x), exact near 0.
struct LogarithmOfOneMore {
    static constexpr std::string_view name = "log1p";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return kernels::math::log1p(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy / (V(1) + x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy / (1 + x); }
};

/// y = exp(x) - 1, exact near 0.
struct ExponentialLessOne {
    static constexpr std::string_view name = "expm1";
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr protocols::reads derivative = protocols::reads::input; // y + 1 has lost its digits where y is near -1
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return kernels::math::expm1(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy * kernels::math::exp(x); }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return dy * exp(x); }
};

/// y = 1 / sqrt(x).
struct ReciprocalRoot {
    static constexpr std::string_view name = "rsqrt";
    static constexpr protocols::keeps kept = protocols::keeps::output;
    static constexpr protocols::reads derivative = protocols::reads::output;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return V(1) / kernels::math::sqrt(x); }
    template <class V> static V backward(const V& y, const V& dy) { return number_as<V>(-0.5) * dy * (y * y * y); }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return -0.5 * dy * (y * y * y); }
};

/// The error function.
struct ErrorFunction {
    static constexpr std::string_view name = "erf";
    static constexpr double slope = 1.1283791670955125739; ///< at 0: 2 / sqrt(pi)
    static constexpr protocols::keeps kept = protocols::keeps::inputs;
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x) { return kernels::math::erf(x); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return number_as<V>(slope) * dy * kernels::math::exp(V(-(x * x)));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy) { return slope * dy * exp(-square(x)); }
};

/// y = 1 above 0, -1 below, 0 at 0; its slope is 0 everywhere.
struct Sign {
    static constexpr std::string_view name = "sign";
    static constexpr protocols::keeps kept = protocols::keeps::none;
    static constexpr protocols::reads derivative = protocols::reads::output;
    static constexpr bool takes_numbers = true;
    template <class V> static V forward(const V& x)
    {
        return simd::select(x > V(0), V(1), simd::select(x < V(0), V(-1), x)); // NaN at NaN
    }
    template <class V> static V backward(const V&, const V&) { return V(0); }
    template <class X> static X gradient(const X&, const X&, const X& dy) { return zeros_like(dy); }
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
