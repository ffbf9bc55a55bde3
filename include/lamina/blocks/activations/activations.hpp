// lamina/blocks/activations/activations.hpp: activations: types that are an option of a layer and, as Activation<…>, a layer.
//
// An activation per element has `forward(z)` and `backward(at, dy)` on vectors of numbers; `at` is its output or its input,
// as `reads` says. One that works on rows (softmax) has both on whole rows. Definitions and constants are those of Keras.
// Slopes are computed within ±1000 where a product with x is in them: beyond they do not change, and infinity times 0 is NaN.
#pragma once

#include <lamina/blocks/options.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/math.hpp>

#if !LAMINA_PLAIN_LOOPS
#include <lamina/kernels/tanh_table.hpp>
#endif

#include <cstddef>
#include <limits>
#include <numbers>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace protocols {

/// What an activation's derivative is computed from.
enum class reads { output, input };

} // namespace protocols

namespace internals {

template <class T, class A> T number_in(const internals::simd::batch<T, A>&);
template <std::floating_point T> T number_in(T);
template <class V> V clamp(const V& x, double low, double high)
{
    using T = decltype(number_in(V()));
    const V least(static_cast<T>(low)), most(static_cast<T>(high));
    return internals::simd::select(x < least, least, internals::simd::select(x > most, most, x)); // keeps NaN
}
template <class V> V number_as(double value) { return V(static_cast<decltype(number_in(V()))>(value)); }

/// x, where it is −infinity the lowest number: times 0 that is 0, and not NaN. Keeps NaN.
template <class V> V above_minus_infinity(const V& x)
{
    return internals::simd::at_least(x, V(std::numeric_limits<decltype(number_in(V()))>::lowest()));
}

} // namespace internals

/// y = x.
struct Linear {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "linear";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x) { return x; }
    template <class V> static V backward(const V&, const V& dy) { return dy; }
};

/// y = max(x, 0); the derivative at 0 is 0.
struct Relu {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "relu";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(x < V(0), V(0), x); // keeps NaN
    }
    template <class V> static V backward(const V& y, const V& dy) { return internals::simd::select(y > V(0), dy, V(0)); }
};

/// y = min(max(x, 0), 6).
struct Relu6 {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "relu6";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x) { return internals::simd::select(x > V(6), V(6), Relu::forward(x)); }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select((y > V(0)) & (y < V(6)), dy, V(0));
    }
};

/// y = x above 0, 0.2 x below.
struct LeakyRelu {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "leaky_relu";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(x > V(0), x, internals::number_as<V>(0.2) * x);
    }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select(y > V(0), dy, internals::number_as<V>(0.2) * dy);
    }
};

/// y = x above 0, exp(x) − 1 below (Clevert, Unterthiner and Hochreiter 2015).
struct Elu {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "elu";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(x > V(0), x, internals::kernels::math::expm1(x));
    }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select(y > V(0), dy, dy * (y + V(1)));
    }
};

/// y = 1.0507… · (x above 0, 1.6733… (exp(x) − 1) below) (Klambauer, Unterthiner, Mayr and Hochreiter 2017).
struct Selu {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "selu";
    static constexpr protocols::reads derivative = protocols::reads::output;
    static constexpr double scale = 1.05070098735548049342, alpha = 1.67326324235437728481;
    template <class V> static V forward(const V& x)
    {
        return internals::number_as<V>(scale) *
               internals::simd::select(x > V(0), x, internals::number_as<V>(alpha) * internals::kernels::math::expm1(x));
    }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return dy * internals::simd::select(y >= V(0), internals::number_as<V>(scale),
                                            y + internals::number_as<V>(scale * alpha)); // at 0 as Keras
    }
};

/// y = 1 / (1 + exp(−x)).
struct Sigmoid {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "sigmoid";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x) { return internals::kernels::math::sigmoid(x); }
    template <class V> static V backward(const V& y, const V& dy) { return dy * y * (V(1) - y); }
};

struct Tanh {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "tanh";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x) { return internals::kernels::math::tanh(x); }
#if !LAMINA_PLAIN_LOOPS
    /// The same for a loop over registers.
    template <class V>
        requires internals::simd::looks_up<V>
    static auto ready()
    {
        return internals::kernels::math::table_tanh<V>{};
    }
#endif
    template <class V> static V backward(const V& y, const V& dy) { return dy * (V(1) - y * y); }
};

/// y = exp(x).
struct Exponential {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "exponential";
    static constexpr protocols::reads derivative = protocols::reads::output;
    template <class V> static V forward(const V& x) { return internals::kernels::math::exp(x); }
    template <class V> static V backward(const V& y, const V& dy) { return dy * y; }
};

/// y = log(1 + exp(x)).
struct Softplus {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "softplus";
    static constexpr protocols::reads derivative = protocols::reads::input;
    template <class V> static V forward(const V& x) { return internals::kernels::math::softplus(x); }
    template <class V> static V backward(const V& x, const V& dy) { return dy * internals::kernels::math::sigmoid(x); }
};

/// y = x / (1 + |x|).
struct Softsign {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "softsign";
    static constexpr protocols::reads derivative = protocols::reads::input; // 1 - |y| has lost its digits where |x| is large
    template <class V> static V forward(const V& x)
    {
        const V most(std::numeric_limits<decltype(internals::number_in(V()))>::max()); // infinity / infinity would be NaN
        return internals::simd::at_most(internals::above_minus_infinity(x), most) /
               (V(1) + internals::simd::at_most(internals::simd::abs(x), most));
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V slope = V(1) / (V(1) + internals::simd::abs(x));
        return dy * slope * slope;
    }
};

/// y = min(max(x / 6 + 1/2, 0), 1).
struct HardSigmoid {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "hard_sigmoid";
    static constexpr protocols::reads derivative = protocols::reads::input;
    template <class V> static V forward(const V& x)
    {
        return internals::clamp(x + V(3), 0, 6) * internals::number_as<V>(1.0 / 6);
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return internals::simd::select((x > V(-3)) & (x < V(3)), dy * internals::number_as<V>(1.0 / 6), V(0));
    }
};

/// y = min(max(x, −1), 1); the derivative at −1 and at 1 is 1.
struct HardTanh {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "hard_tanh";
    static constexpr protocols::reads derivative = protocols::reads::input; // y = 1 is that of 1, and of what is above
    template <class V> static V forward(const V& x) { return internals::clamp(x, -1, 1); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return internals::simd::select((x >= V(-1)) & (x <= V(1)), dy, V(0));
    }
};

/// y = x · hard_sigmoid(x) (Howard et al. 2019).
struct HardSilu {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "hard_silu";
    static constexpr protocols::reads derivative = protocols::reads::input;
    template <class V> static V forward(const V& x) { return internals::above_minus_infinity(x) * HardSigmoid::forward(x); }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        return dy * (HardSigmoid::forward(x) + x * HardSigmoid::backward(x, V(1)));
    }
};

/// y = x · sigmoid(x), also called swish (Ramachandran, Zoph and Le 2017).
struct Silu {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "silu";
    static constexpr protocols::reads derivative = protocols::reads::input;
    template <class V> static V forward(const V& x)
    {
        return internals::above_minus_infinity(x) * internals::kernels::math::sigmoid(x);
    }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const V s = internals::kernels::math::sigmoid(x);
        return dy * s * (V(1) + x * (V(1) - s));
    }
};

/// y = x · tanh(softplus(x)) (Misra 2019).
struct Mish {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "mish";
    static constexpr protocols::reads derivative = protocols::reads::input;
    template <class V> static V forward(const V& x)
    {
        return internals::above_minus_infinity(x) * internals::kernels::math::tanh(internals::kernels::math::softplus(x));
    }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const V t = internals::kernels::math::tanh(internals::kernels::math::softplus(x));
        return dy * (t + x * (V(1) - t * t) * internals::kernels::math::sigmoid(x));
    }
};

/// y = x Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016).
struct Gelu {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "gelu";
    static constexpr protocols::reads derivative = protocols::reads::input;
    template <class V> static V forward(const V& x) { return internals::kernels::math::gelu(x); }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const internals::kernels::math::normal<V> below(x);
        return dy * (below.distribution + x * below.density);
    }
};

/// The approximation of gelu by tanh: y = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).
struct GeluTanh {
    using family = protocols::family::activation;
    static constexpr std::string_view name = "gelu_tanh";
    static constexpr protocols::reads derivative = protocols::reads::input;
    static constexpr double slope = 0.79788456080286535588, cubic = 0.044715;
    /// (1 + tanh(z)) / 2, as the sigmoid of 2z: full precision where tanh is near -1.
    template <class V> static V share(const V& x)
    {
        return internals::kernels::math::sigmoid(internals::number_as<V>(2 * slope) *
                                                 (x + internals::number_as<V>(cubic) * x * x * x));
    }
    template <class V> static V forward(const V& x) { return internals::above_minus_infinity(x) * share(x); }
    template <class V> static V backward(const V& at, const V& dy)
    {
        const V x = internals::clamp(at, -1000, 1000);
        const V s = share(x);
        const V bend = internals::number_as<V>(2 * slope) * (V(1) + internals::number_as<V>(3 * cubic) * x * x);
        return dy * s * (V(1) + x * (V(1) - s) * bend);
    }
};

}} // namespace lamina
