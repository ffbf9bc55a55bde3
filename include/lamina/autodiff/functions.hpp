// lamina/autodiff/functions.hpp: functions that give functions: gradients, values with gradients, derivatives of order n.
#pragma once

#include <lamina/autodiff/gradient_tape.hpp>
#include <lamina/core/architecture.hpp>
#include <lamina/core/error.hpp>

#include <cstddef>
#include <utility>
#include <vector>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals {

template <class X> void watch_real(GradientTape& tape, X& x)
{
    if (is_of_variables(x.dtype())) tape.watch(x);
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_derivative(const Shape& x, const Shape& y)
{
    fail({"nth_derivative: a function of a tensor of shape ", x, " gave one of shape ", y,
          "; derivatives of order n are those of functions that work element by element"});
}

} // namespace internals

/// f(x…), and the gradients of it by each argument, as a pair of tensor and list. A result of several numbers is summed. What f captures is
/// constant unless it is a variable; an integer argument has an empty gradient, and so has one that the result does not depend on.
///
/// Example    auto [y, g] = value_and_gradients_function([](auto a, auto b) { return a * b; })(constant(2.), constant(3.)); // 6; g[1] is 2
template <class F> auto value_and_gradients_function(F f)
{
    return [f = std::move(f)]<TensorLike... X>(X... x) {
        GradientTape tape;
        (internals::watch_real(tape, x), ...);
        auto y = f(x...);
        std::vector<AnyTensor> gradients = tape.gradient(AnyTensor(y), std::vector<AnyTensor>{x...});
        return std::pair{std::move(y), std::move(gradients)};
    };
}

/// The gradients alone.
///
/// Example    auto g = gradients_function([](auto a, auto b) { return a * b; })(constant(2.), constant(3.)); // g[0] is 3, g[1] is 2
template <class F> auto gradients_function(F f)
{
    return [both = value_and_gradients_function(std::move(f))]<TensorLike... X>(const X&... x) { return both(x...).second; };
}

/// The derivative of order N of a function of one tensor, element by element. Its cost grows as c to the power of N: each order
/// differentiates the way back of the one before.
///
/// Errors     a function whose result has another shape than its argument.
/// Example    auto d3 = nth_derivative<3>([](auto x) { return tanh(x) * exp(sin(x)); });
template <int N, class F> auto nth_derivative(F f)
{
    static_assert(N >= 0, "lamina: the order of a derivative is not negative");
    if constexpr (N == 0) return f;
    else
        return [lower = nth_derivative<N - 1>(std::move(f))]<TensorLike X>(X x) {
            GradientTape tape;
            tape.watch(x);
            const AnyTensor y = lower(x);
            if (!internals::tensors::may_equal(y.shape(), x.shape())) internals::refuse_derivative(x.shape(), y.shape());
            return tape.gradient(y, x, {}, Unconnected::zeros);
        };
}

}} // namespace lamina
