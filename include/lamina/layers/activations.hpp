// lamina/layers/activations.hpp: activations: types that are an option of a layer and, as Activation<…>, a layer.
//
// An activation per element has `forward(z)` and `backward(at, dy)` on vectors of numbers; `at` is its output or its input,
// as `reads` says. One that works on rows (softmax) has both on whole rows. Definitions and constants are those of Keras.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>
#include <lamina/kernels/elementwise.hpp>
#include <lamina/kernels/math.hpp>
#include <lamina/kernels/softmax.hpp>
#include <lamina/kernels/tanh_table.hpp>
#include <lamina/layers/options.hpp>

#include <cstddef>
#include <numbers>
#include <string_view>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// What an activation's derivative is computed from.
enum class reads { output, input };

namespace inner {
template <class V>
V clamp(const V& x, double low, double high)
{
    using T = typename V::value_type;
    const V least(static_cast<T>(low)), most(static_cast<T>(high));
    return xsimd::select(x < least, least, xsimd::select(x > most, most, x)); // keeps NaN
}
template <class V>
V number_as(double value)
{
    return V(static_cast<typename V::value_type>(value));
}
} // namespace inner

/// y = x.
struct Linear {
    using family = family::activation;
    static constexpr std::string_view name = "linear";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return x;
    }
    template <class V>
    static V backward(const V&, const V& dy)
    {
        return dy;
    }
};

/// y = max(x, 0); the derivative at 0 is 0.
struct Relu {
    using family = family::activation;
    static constexpr std::string_view name = "relu";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return xsimd::select(x < V(0), V(0), x);
    } // keeps NaN
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return xsimd::select(y > V(0), dy, V(0));
    }
};

/// y = min(max(x, 0), 6).
struct Relu6 {
    using family = family::activation;
    static constexpr std::string_view name = "relu6";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return xsimd::select(x > V(6), V(6), Relu::forward(x));
    }
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return xsimd::select((y > V(0)) & (y < V(6)), dy, V(0));
    }
};

/// y = x above 0, 0.2 x below.
struct LeakyRelu {
    using family = family::activation;
    static constexpr std::string_view name = "leaky_relu";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return xsimd::select(x > V(0), x, inner::number_as<V>(0.2) * x);
    }
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return xsimd::select(y > V(0), dy, inner::number_as<V>(0.2) * dy);
    }
};

/// y = x above 0, exp(x) − 1 below (Clevert, Unterthiner and Hochreiter 2015).
struct Elu {
    using family = family::activation;
    static constexpr std::string_view name = "elu";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return xsimd::select(x > V(0), x, kernels::math::expm1(x));
    }
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return xsimd::select(y > V(0), dy, dy * (y + V(1)));
    }
};

/// y = 1.0507… · (x above 0, 1.6733… (exp(x) − 1) below) (Klambauer, Unterthiner, Mayr and Hochreiter 2017).
struct Selu {
    using family = family::activation;
    static constexpr std::string_view name = "selu";
    static constexpr reads derivative = reads::output;
    static constexpr double scale = 1.05070098735548049342, alpha = 1.67326324235437728481;
    template <class V>
    static V forward(const V& x)
    {
        return inner::number_as<V>(scale) * xsimd::select(x > V(0), x, inner::number_as<V>(alpha) * kernels::math::expm1(x));
    }
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return dy * xsimd::select(y > V(0), inner::number_as<V>(scale), y + inner::number_as<V>(scale * alpha));
    }
};

/// y = 1 / (1 + exp(−x)).
struct Sigmoid {
    using family = family::activation;
    static constexpr std::string_view name = "sigmoid";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return kernels::math::sigmoid(x);
    }
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return dy * y * (V(1) - y);
    }
};

struct Tanh {
    using family = family::activation;
    static constexpr std::string_view name = "tanh";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return kernels::math::tanh(x);
    }
    /// The same for a loop over registers.
    template <class V>
        requires simd::looks_up<V>
    static auto ready()
    {
        return kernels::math::table_tanh<V>{};
    }
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return dy * (V(1) - y * y);
    }
};

/// y = exp(x).
struct Exponential {
    using family = family::activation;
    static constexpr std::string_view name = "exponential";
    static constexpr reads derivative = reads::output;
    template <class V>
    static V forward(const V& x)
    {
        return kernels::math::exp(x);
    }
    template <class V>
    static V backward(const V& y, const V& dy)
    {
        return dy * y;
    }
};

/// y = log(1 + exp(x)).
struct Softplus {
    using family = family::activation;
    static constexpr std::string_view name = "softplus";
    static constexpr reads derivative = reads::input;
    template <class V>
    static V forward(const V& x)
    {
        return kernels::math::softplus(x);
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        return dy * kernels::math::sigmoid(x);
    }
};

/// y = x / (1 + |x|).
struct Softsign {
    using family = family::activation;
    static constexpr std::string_view name = "softsign";
    static constexpr reads derivative = reads::input; // 1 - |y| has lost its digits where |x| is large
    template <class V>
    static V forward(const V& x)
    {
        return x / (V(1) + xsimd::abs(x));
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        const V slope = V(1) / (V(1) + xsimd::abs(x));
        return dy * slope * slope;
    }
};

/// y = min(max(x / 6 + 1/2, 0), 1).
struct HardSigmoid {
    using family = family::activation;
    static constexpr std::string_view name = "hard_sigmoid";
    static constexpr reads derivative = reads::input;
    template <class V>
    static V forward(const V& x)
    {
        return inner::clamp(x + V(3), 0, 6) * inner::number_as<V>(1.0 / 6);
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        return xsimd::select((x > V(-3)) & (x < V(3)), dy * inner::number_as<V>(1.0 / 6), V(0));
    }
};

/// y = x · hard_sigmoid(x) (Howard et al. 2019).
struct HardSilu {
    using family = family::activation;
    static constexpr std::string_view name = "hard_silu";
    static constexpr reads derivative = reads::input;
    template <class V>
    static V forward(const V& x)
    {
        return x * HardSigmoid::forward(x);
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        return dy * (HardSigmoid::forward(x) + x * HardSigmoid::backward(x, V(1)));
    }
};

/// y = x · sigmoid(x), also called swish (Ramachandran, Zoph and Le 2017).
struct Silu {
    using family = family::activation;
    static constexpr std::string_view name = "silu";
    static constexpr reads derivative = reads::input;
    template <class V>
    static V forward(const V& x)
    {
        return x * kernels::math::sigmoid(x);
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        const V s = kernels::math::sigmoid(x);
        return dy * s * (V(1) + x * (V(1) - s));
    }
};

/// y = x · tanh(softplus(x)) (Misra 2019).
struct Mish {
    using family = family::activation;
    static constexpr std::string_view name = "mish";
    static constexpr reads derivative = reads::input;
    template <class V>
    static V forward(const V& x)
    {
        return x * kernels::math::tanh(kernels::math::softplus(x));
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        const V t = kernels::math::tanh(kernels::math::softplus(x));
        return dy * (t + x * (V(1) - t * t) * kernels::math::sigmoid(x));
    }
};

/// y = x Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016).
struct Gelu {
    using family = family::activation;
    static constexpr std::string_view name = "gelu";
    static constexpr reads derivative = reads::input;
    template <class V>
    static V forward(const V& x)
    {
        return kernels::math::gelu(x);
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        const kernels::math::normal<V> at(x);
        return dy * (at.distribution + x * at.density);
    }
};

/// The approximation of gelu by tanh: y = x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).
struct GeluTanh {
    using family = family::activation;
    static constexpr std::string_view name = "gelu_tanh";
    static constexpr reads derivative = reads::input;
    static constexpr double slope = 0.79788456080286535588, cubic = 0.044715;
    /// (1 + tanh(z)) / 2, as the sigmoid of 2z: full precision where tanh is near -1.
    template <class V>
    static V share(const V& x)
    {
        return kernels::math::sigmoid(inner::number_as<V>(2 * slope) * (x + inner::number_as<V>(cubic) * x * x * x));
    }
    template <class V>
    static V forward(const V& x)
    {
        return x * share(x);
    }
    template <class V>
    static V backward(const V& x, const V& dy)
    {
        const V s = share(x);
        const V bend = inner::number_as<V>(2 * slope) * (V(1) + inner::number_as<V>(3 * cubic) * x * x);
        return dy * s * (V(1) + x * (V(1) - s) * bend);
    }
};

/// y = exp(x) / Σ exp(x) over the last axis.
struct Softmax {
    using family = family::activation;
    static constexpr std::string_view name = "softmax";
    static constexpr reads derivative = reads::output;
    template <class T, extent E>
    static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        kernels::softmax_forward(x, y, rows, width);
    }
    template <class T, extent E>
    static void backward_rows(const T* y, const T* dy, T* dx, std::size_t rows, E width)
    {
        kernels::softmax_backward(y, dy, dx, rows, width);
    }
};

/// y = x − log Σ exp(x) over the last axis.
struct LogSoftmax {
    using family = family::activation;
    static constexpr std::string_view name = "log_softmax";
    static constexpr reads derivative = reads::output;
    template <class T, extent E>
    static void forward_rows(const T* x, T* y, std::size_t rows, E width)
    {
        kernels::log_softmax_forward(x, y, rows, width);
    }
    template <class T, extent E>
    static void backward_rows(const T* y, const T* dy, T* dx, std::size_t rows, E width)
    {
        kernels::log_softmax_backward(y, dy, dx, rows, width);
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
