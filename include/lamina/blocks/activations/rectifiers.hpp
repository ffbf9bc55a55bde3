// lamina/blocks/activations/rectifiers.hpp: activations of straight pieces, and those that follow x above 0: relu, elu, clip and their kin.
#pragma once

#include <lamina/blocks/activations/formula.hpp>
#include <lamina/core/architecture.hpp>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

/// A bound among the options; Keras has None for one that is none.
template <fraction Bound, class To> void list_bound(To& to, std::string_view option)
{
    if constexpr (Bound.value() < unlimited.value()) to(option, Bound.value(), nullptr);
    else to(option, nullptr, nullptr);
}

} // namespace internals

/// y = x.
struct Linear : internals::from_output {
    static constexpr std::string_view name = "linear";
    template <class V> static V forward(const V& x) { return x; }
    template <class V> static V backward(const V&, const V& dy) { return dy; }
    static constexpr protocols::keeps kept = protocols::keeps::none;
    template <class X> static X gradient(const X&, const X&, const X& dy) { return dy; }
};

/// y = max(x, 0); the derivative at 0 is 0.
struct Relu : internals::from_output {
    static constexpr std::string_view name = "relu";
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(x < V(0), V(0), x); // keeps NaN
    }
    template <class V> static V backward(const V& y, const V& dy) { return internals::simd::select(y > V(0), dy, V(0)); }
    template <class X> static X gradient(const X&, const X& y, const X& dy) { return where(greater(y, 0), dy, zeros_like(dy)); }
};

/// y = min(max(x, 0), 6).
struct Relu6 : internals::from_output {
    static constexpr std::string_view name = "relu6";
    template <class V> static V forward(const V& x) { return internals::simd::select(x > V(6), V(6), Relu::forward(x)); }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select((y > V(0)) & (y < V(6)), dy, V(0));
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        const X none = zeros_like(dy);
        return where(greater(y, 0), where(less(y, 6), dy, none), none);
    }
};

/// y = x above 0, Slope · x below; the derivative at 0 is Slope. PyTorch's default is 0.01.
template <internals::fraction Slope = 0.2>
    requires(Slope.value() >= 0)
struct LeakyRelu : internals::from_output {
    static constexpr std::string_view name = "leaky_relu";
    template <class To> static void list_options(To& to) { to("negative_slope", Slope.value(), 0.2); }
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(x > V(0), x, internals::number_as<V>(Slope.value()) * x);
    }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select(y > V(0), dy, internals::number_as<V>(Slope.value()) * dy);
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        return where(greater(y, 0), dy, Slope.value() * dy);
    }
};

/// y = min(x, MaxValue) above From, NegativeSlope · (x − From) below: Keras's relu with all of its arguments. The derivative at
/// From is 0, at MaxValue 1.
template <internals::fraction NegativeSlope = 0, internals::fraction MaxValue = internals::unlimited,
          internals::fraction From = 0>
    requires(NegativeSlope.value() >= 0 && MaxValue.value() >= 0 && From.value() >= 0)
struct GeneralRelu : internals::activation_base<protocols::reads::input> {
    static constexpr std::string_view name = "general_relu";
    template <class To> static void list_options(To& to)
    {
        to("negative_slope", NegativeSlope.value(), 0);
        internals::list_bound<MaxValue>(to, "max_value");
        to("threshold", From.value(), 0);
    }
    template <class V> static V forward(const V& x)
    {
        const V from = internals::number_as<V>(From.value()), most = internals::number_as<V>(MaxValue.value());
        const V below = NegativeSlope.value() == 0 ? V(0) : V(internals::number_as<V>(NegativeSlope.value()) * (x - from));
        return internals::simd::select(x > from, internals::simd::select(x > most, most, x),
                                       internals::simd::select(x <= from, below, x)); // keeps NaN
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V from = internals::number_as<V>(From.value()), most = internals::number_as<V>(MaxValue.value());
        return internals::simd::select(
            (x > from) & (x <= most), dy,
            internals::simd::select(x < from, internals::number_as<V>(NegativeSlope.value()) * dy, V(0)));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const X none = zeros_like(dy), below = where(less(x, From.value()), NegativeSlope.value() * dy, none);
        if constexpr (MaxValue.value() < internals::unlimited.value())
            return where(greater(x, From.value()), where(less_equal(x, MaxValue.value()), dy, none), below);
        else return where(greater(x, From.value()), dy, below);
    }
};

/// y = x above 0, Alpha · (exp(x) − 1) below (Clevert, Unterthiner and Hochreiter 2015).
template <internals::fraction Alpha = 1>
    requires(Alpha.value() >= 0)
struct Elu : internals::from_output {
    static constexpr std::string_view name = "elu";
    template <class To> static void list_options(To& to) { to("alpha", Alpha.value(), 1); }
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(x > V(0), x, internals::number_as<V>(Alpha.value()) * internals::kernels::math::expm1(x));
    }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select(y > V(0), dy, dy * (y + internals::number_as<V>(Alpha.value())));
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        return where(greater(y, 0), dy, dy * (y + Alpha.value()));
    }
};

/// y = x above 0, Alpha · (exp(x / Alpha) − 1) below (Barron 2017). The derivative at 0 is 1; Keras with TensorFlow gives 2 there.
template <internals::fraction Alpha = 1>
    requires(Alpha.value() > 0)
struct Celu : internals::from_output {
    static constexpr std::string_view name = "celu";
    template <class To> static void list_options(To& to) { to("alpha", Alpha.value(), 1); }
    template <class V> static V forward(const V& x)
    {
        const V alpha = internals::number_as<V>(Alpha.value()), inverse = internals::number_as<V>(1 / Alpha.value());
        return internals::simd::select(x > V(0), x, alpha * internals::kernels::math::expm1(V(x * inverse)));
    }
    template <class V> static V backward(const V& y, const V& dy)
    {
        return internals::simd::select(y > V(0), dy, dy * (y * internals::number_as<V>(1 / Alpha.value()) + V(1)));
    }
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        return where(greater(y, 0), dy, dy * (y * (1 / Alpha.value()) + 1));
    }
};

/// y = 1.0507… · (x above 0, 1.6733… (exp(x) − 1) below) (Klambauer, Unterthiner, Mayr and Hochreiter 2017).
struct Selu : internals::from_output {
    static constexpr std::string_view name = "selu";
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
    template <class X> static X gradient(const X&, const X& y, const X& dy)
    {
        return where(greater_equal(y, 0), scale * dy, dy * (y + scale * alpha));
    }
};

/// y = min(max(Slope · x + 1/2, 0), 1). Keras 2 and TensorFlow 1 had HardSigmoid<0.2>.
template <internals::fraction Slope = 1.0 / 6>
    requires(Slope.value() > 0)
struct HardSigmoid : internals::activation_base<protocols::reads::input, protocols::output_activation::hard_sigmoid> {
    static constexpr std::string_view name = "hard_sigmoid";
    static constexpr double half = 0.5 / Slope.value(); ///< where it reaches 1
    template <class To> static void list_options(To& to) { to("slope", Slope.value(), 1.0 / 6); }
    template <class V> static V forward(const V& x)
    {
        return internals::clamp(x + internals::number_as<V>(half), 0, 2 * half) * internals::number_as<V>(Slope.value());
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V end = internals::number_as<V>(half);
        return internals::simd::select((x > -end) & (x < end), dy * internals::number_as<V>(Slope.value()), V(0));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const X none = zeros_like(dy);
        return where(greater(x, -half), where(less(x, half), Slope.value() * dy, none), none);
    }
};

/// y = min(max(x, Low), High); the derivative at both is 1.
template <internals::fraction Low, internals::fraction High>
    requires(Low.value() <= High.value())
struct Clip : internals::activation_base<protocols::reads::input> { // y = High is that of High, and of what is above
    static constexpr std::string_view name = "clip";
    template <class To> static void list_options(To& to)
    {
        to("x_min", Low.value());
        to("x_max", High.value());
    }
    template <class V> static V forward(const V& x) { return internals::clamp(x, Low.value(), High.value()); }
    template <class V> static V backward(const V& x, const V& dy)
    {
        const V low = internals::number_as<V>(Low.value()), high = internals::number_as<V>(High.value());
        return internals::simd::select((x >= low) & (x <= high), dy, V(0));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        const X none = zeros_like(dy);
        return where(greater_equal(x, Low.value()), where(less_equal(x, High.value()), dy, none), none);
    }
};

/// y = min(max(x, −1), 1); the derivative at −1 and at 1 is 1.
struct HardTanh : Clip<-1, 1> {
    static constexpr std::string_view name = "hard_tanh";
    static constexpr protocols::output_activation ends_in = protocols::output_activation::numbers;
    template <class To> static void list_options(To&) {}
};

/// y = x above At, Value elsewhere; the derivative at At is 0.
template <internals::fraction At, internals::fraction Value>
struct Threshold : internals::activation_base<protocols::reads::input> {
    static constexpr std::string_view name = "threshold";
    template <class To> static void list_options(To& to)
    {
        to("threshold", At.value());
        to("default_value", Value.value());
    }
    template <class V> static V forward(const V& x)
    {
        return internals::simd::select(x <= internals::number_as<V>(At.value()), internals::number_as<V>(Value.value()),
                                       x); // keeps NaN
    }
    template <class V> static V backward(const V& x, const V& dy)
    {
        return internals::simd::select(x > internals::number_as<V>(At.value()), dy, V(0));
    }
    template <class X> static X gradient(const X& x, const X&, const X& dy)
    {
        return where(greater(x, At.value()), dy, zeros_like(dy));
    }
};

}} // namespace lamina
