// lamina/ops/powers_of_tensors.hpp: pow with tensors on either side, and the angle of a point.
//
// A number as exponent is constant: pow(x, 0) is 1 with slope 0 everywhere. A tensor as exponent has TensorFlow's corners: at 0 to the power of 0
// the slope by the base is NaN; where the base is not above 0 the slope by the exponent is 0.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/keeps.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/on_tensors.hpp>
#include <lamina/ops/powers.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

/// Attribute: the exponent.
struct PowerOfNumber {
    static void infer(const Inputs&, const Attributes&, Shape&, dtype& type) { require_real("pow", type); }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes& with)
    {
        with_real("pow", out.dtype(), [&]<class T>(T) {
            const T* const x[]{in[0].numbers<T>()};
            ops::Power::forward(ops::OpCall<1>({out.shape()}, out.shape(), with.number), x, out.numbers<T>(), 1);
        });
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
};
inline constexpr OpEntry power_entry{"pow_of_number", keeps::inputs, PowerOfNumber::infer, PowerOfNumber::compute,
                                     PowerOfNumber::gradient};

[[gnu::cold]] inline AnyTensor power(const AnyTensor& x, double exponent)
{
    Attributes with;
    with.number = exponent;
    with.count = 1;
    return run(power_entry, x, with);
}
inline void PowerOfNumber::gradient(const StepBack& step, AnyTensor* dx)
{
    const double exponent = step.attributes.number;
    dx[0] = exponent == 0 ? zeros_like(step.dy) : step.dy * (exponent * power(step.in[0], exponent - 1));
}

/// A function of two numbers in plain loops, of shapes that broadcast.
template <class F> struct PlainBinary {
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_alike(F::name, in[0], in[1]);
        require_real(F::name, type);
        s = broadcast_shape(F::name, in[0].shape(), in[1].shape());
    }
    template <class T> static void loop(const T* a, const T* b, T* y, std::size_t n)
    {
        for (std::size_t i = 0; i < n; ++i) y[i] = F::of(a[i], b[i]);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        with_real(F::name, out.dtype(), [&]<class T>(T) { spread_over(in[0], in[1], out, two_arrays<T, T, loop<T>>); });
    }
    static void gradient(const StepBack& step, AnyTensor* dx)
    {
        for (std::size_t i = 0; i < 2; ++i)
            if (step.wants(i)) dx[i] = fitted(F::slope(i, step.in[0], step.in[1], step.output, step.dy), step.in[i]);
    }
    static constexpr OpEntry entry{F::name, F::kept, infer, compute, gradient};
};

struct PowerOfTensors {
    static constexpr std::string_view name = "pow";
    static constexpr keeps kept = keeps::both;
    template <class T> static T of(T a, T b) { return std::pow(a, b); }
    static AnyTensor slope(std::size_t input, const AnyTensor& a, const AnyTensor& b, const AnyTensor& y, const AnyTensor& dy)
    {
        if (input == 0) return dy * (b * run(PlainBinary<PowerOfTensors>::entry, a, b - 1));
        const AnyTensor above = greater(a, 0);
        return dy * y * where(above, log(where(above, a, 1)), 0);
    }
};

struct Angle {
    static constexpr std::string_view name = "atan2";
    static constexpr keeps kept = keeps::inputs;
    template <class T> static T of(T y, T x) { return std::atan2(y, x); }
    static AnyTensor slope(std::size_t input, const AnyTensor& y, const AnyTensor& x, const AnyTensor&, const AnyTensor& dy)
    {
        const AnyTensor share = dy / (square(x) + square(y));
        return input == 0 ? x * share : -y * share;
    }
};

template <class A, class B>
concept TensorExponent = (TensorLike<A> || ops::PlainNumber<A>) && TensorLike<B>;

} // namespace internals::tensors

namespace internals::ops {

template <> inline constexpr bool is_elementwise<Power> = true;
template <> struct on_tensors<Power> {
    static AnyTensor call(double exponent, const AnyTensor& x) { return tensors::power(x, exponent); }
};

} // namespace internals::ops

/// a to the power of a tensor. (To that of a number: the function on values.)
///
/// Example    auto x = constant({1., 2., 3.}), y = pow(x, x), z = pow(2, x);
template <class A, class B>
    requires internals::tensors::TensorExponent<A, B>
internals::tensors::sides_of<A, B> pow(const A& a, const B& b)
{
    using namespace internals::tensors;
    return sides_of<A, B>(run_operands(PlainBinary<PowerOfTensors>::entry, a, b));
}

/// The angle of the point (x, y), in (-π, π].
///
/// Example    auto angle = atan2(constant({1.}), constant({-1.})); // 3π/4
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::sides_of<A, B> atan2(const A& y, const B& x)
{
    using namespace internals::tensors;
    return sides_of<A, B>(run_operands(PlainBinary<Angle>::entry, y, x));
}

}} // namespace lamina
