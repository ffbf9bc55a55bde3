// lamina/ops/rounding.hpp: floor, ceil, round, division without a rest, and the rest.
//
// Nothing flows back through what jumps, as in TensorFlow.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>
#include <lamina/core/keeps.hpp>
#include <lamina/ops/comparison.hpp>
#include <lamina/ops/constants.hpp>
#include <lamina/ops/functions.hpp>
#include <lamina/ops/on_tensors.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::tensors {

enum class Rounds { down, up, to_nearest };

/// To a whole number, which of integers they are already.
template <Rounds How> struct Round {
    static constexpr std::string_view name = How == Rounds::down ? "floor" : How == Rounds::up ? "ceil" : "round";
    static void infer(const Inputs&, const Attributes&, Shape&, dtype& type) { require_real(name, type); }
    template <class T> static T of(T x)
    {
        if constexpr (How == Rounds::down) return std::floor(x);
        else if constexpr (How == Rounds::up) return std::ceil(x);
        else { // half to even, whatever the program makes of the rounding of its processor
            const T below = std::floor(x), rest = x - below;
            if (!(rest < T(0.5) || rest > T(0.5))) return rest == T(0.5) ? std::copysign(2 * std::floor((below + 1) / 2), x) : x;
            return std::copysign(rest < T(0.5) ? below : below + 1, x);
        }
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        with_real(name, out.dtype(), [&]<class T>(T) {
            for (std::size_t i = 0; i < out.size(); ++i) out.numbers<T>()[i] = of(in[0].numbers<T>()[i]);
        });
    }
    static constexpr OpEntry entry{name, keeps::none, infer, compute, nullptr};
};

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_division(std::string_view op)
{
    fail({op, ": an integer divided by 0"});
}

/// The largest whole number that is not above a / b.
template <class T> T floor_divided(std::string_view op, T a, T b)
{
    if constexpr (std::is_floating_point_v<T>) {
        (void)op;
        return std::floor(a / b);
    }
    else {
        if (b == 0) refuse_division(op);
        if (b == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a)); // the lowest number wraps around
        return static_cast<T>(a / b - (a % b != 0 && (a < 0) != (b < 0)));
    }
}
/// What is left, with the sign of b.
template <class T> T rest_of(std::string_view op, T a, T b)
{
    if constexpr (std::is_floating_point_v<T>) {
        const T rest = std::fmod(a, b);
        (void)op;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }
    else {
        if (b == 0) refuse_division(op);
        if (b == -1) return 0;
        const T rest = static_cast<T>(a % b);
        return static_cast<T>(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest);
    }
}

template <bool Rest> struct Division {
    static constexpr std::string_view name = Rest ? "mod" : "floordiv";
    static void infer(const Inputs& in, const Attributes&, Shape& s, dtype& type)
    {
        require_alike(name, in[0], in[1]);
        require_computable(name, type);
        s = broadcast_shape(name, in[0].shape(), in[1].shape());
    }
    template <class T> static void loop(const T* a, const T* b, T* y, std::size_t n)
    {
        for (std::size_t i = 0; i < n; ++i) y[i] = Rest ? rest_of(name, a[i], b[i]) : floor_divided(name, a[i], b[i]);
    }
    static void compute(const Inputs& in, const AnyTensor& out, const Attributes&)
    {
        const auto pass = [&]<class T>(T) { spread_over(in[0], in[1], out, two_arrays<T, T, loop<T>>); };
        if (out.dtype() == dtype::int32) pass(std::int32_t{});
        else if (out.dtype() == dtype::int64) pass(std::int64_t{});
        else with_real(name, out.dtype(), pass);
    }
    static void gradient(const StepBack& step, AnyTensor* dx);
    static constexpr OpEntry entry{name, keeps::inputs, infer, compute, Rest ? gradient : nullptr};
};

} // namespace internals::tensors

/// The whole number below, above, and the nearest one, of two the even.
///
/// Example    auto y = round(constant({1.5, 2.5, 3.5})); // [2. 2. 4.]
template <TensorLike X> X floor(const X& x)
{
    return X(internals::tensors::run(internals::tensors::Round<internals::tensors::Rounds::down>::entry, x));
}
template <TensorLike X> X ceil(const X& x)
{
    return X(internals::tensors::run(internals::tensors::Round<internals::tensors::Rounds::up>::entry, x));
}
template <TensorLike X> X round(const X& x)
{
    return X(internals::tensors::run(internals::tensors::Round<internals::tensors::Rounds::to_nearest>::entry, x));
}

/// The largest whole number that is not above a / b, and what is left, with the sign of b, as in Python. Of integers as well.
///
/// Errors     an integer divided by 0.
/// Example    auto at = arange(12), row = floordiv(at, 4), column = mod(at, 4);
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::sides_of<A, B> floordiv(const A& a, const B& b)
{
    using namespace internals::tensors;
    return sides_of<A, B>(run_operands(Division<false>::entry, a, b));
}
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::sides_of<A, B> mod(const A& a, const B& b)
{
    using namespace internals::tensors;
    return sides_of<A, B>(run_operands(Division<true>::entry, a, b));
}

template <bool Rest> void internals::tensors::Division<Rest>::gradient(const StepBack& step, AnyTensor* dx)
{
    if (step.wants(0)) dx[0] = fitted(step.dy, step.in[0]);
    if (step.wants(1)) dx[1] = fitted(-step.dy * floordiv(step.in[0], step.in[1]), step.in[1]);
}

/// (a - b)².
///
/// Example    auto loss = reduce_mean(squared_difference(constant({1.f, 2.f}), 1.5f));
template <class A, class B>
    requires internals::tensors::Operands<A, B>
internals::tensors::sides_of<A, B> squared_difference(const A& a, const B& b)
{
    return square(a - b);
}

/// 1 / x.
///
/// Example    auto y = reciprocal(constant({2., 4.})); // [0.5 0.25]
template <TensorLike X> X reciprocal(const X& x) { return 1 / x; }

}} // namespace lamina
