// lamina/kernels/fold.hpp: a row of numbers made into one: their sum, the largest of them.
//
// Contract: arrays of any alignment; `n` may be 0, which gives `start`. The order depends on `n` and the width of a register alone.
// Numerics: a sum is accumulated in T, |got - reference| <= (2 + n) · epsilon · (sum of |terms|).
// Reference: kernels/reference/fold.hpp.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/partial.hpp>

#include <cstddef>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::kernels {

/// combine(… combine(combine(start, f(x[0]…)), f(x[1]…)) …, f(x[n - 1]…)), in another order. `start` changes nothing that it is
/// combined with. `combine` and `f` work on registers, and on plain numbers in builds without optimization.
template <class T, class Combine, class F, class... Inputs>
T fold(std::size_t n, T start, const Combine& combine, const F& f, const Inputs*... inputs)
{
#if LAMINA_PLAIN_LOOPS
    T result = start;
    for (std::size_t i = 0; i < n; ++i) result = combine(result, f(inputs[i]...));
    return result;
#else
    using lanes = simd::batch<T>;
    alignas(alignment) T values[lanes::size];
    lanes parts(start);
    std::size_t i = 0;
    for (; i + lanes::size <= n; i += lanes::size) parts = combine(parts, lanes(f(lanes::load_unaligned(inputs + i)...)));
    if (i < n) {
        lanes(f(simd::load_partial(inputs + i, n - i)...)).store_aligned(values);
        parts = combine(parts, simd::load_partial(values, n - i, start));
    }
    // Halves are combined with halves: values[k] with values[k + half].
    for (std::size_t half = lanes::size / 2; half > 0; half /= 2) {
        parts.store_aligned(values);
        parts = combine(lanes::load_aligned(values), simd::load_partial(values + half, half, start));
    }
    parts.store_aligned(values);
    return values[0];
#endif
}

/// f(x[0]…) + f(x[1]…) + …
template <class T, class F, class... Inputs> T sum_of(std::size_t n, const F& f, const T* x, const Inputs*... more)
{
    return fold(n, T(0), [](const auto& a, const auto& b) { return a + b; }, f, x, more...);
}

}}} // namespace lamina::internals::kernels
