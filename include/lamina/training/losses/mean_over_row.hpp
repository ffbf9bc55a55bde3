// lamina/training/losses/mean_over_row.hpp: a row's loss as the mean of a formula of one prediction and one target.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/partial.hpp>
#include <lamina/core/simd.hpp>

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE {

namespace internals::losses {

/// The first `n` numbers at `p`, at most a register of them, as `T`; zeros behind them.
template <class T, class Y> simd::batch<T> load_some(const Y* p, std::size_t n)
{
    if constexpr (std::is_same_v<T, Y>) return n == simd::lanes<T> ? simd::batch<T>::load_unaligned(p) : simd::load_partial(p, n);
    else {
        alignas(alignment) T values[simd::lanes<T>]{};
        for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<T>(p[i]);
        return simd::batch<T>::load_aligned(values);
    }
}

} // namespace internals::losses

namespace protocols {

/// What a loss is for one prediction and its target, and its derivative for that prediction.
template <class V> struct ValueAndSlope {
    V value, slope;
};
template <class V> ValueAndSlope(V, V) -> ValueAndSlope<V>;

/// The mean over a row of what `at(prediction, target)` gives, a ValueAndSlope: what `row` of such a loss returns. Where `gradient`
/// is not null it gets `scale` times the mean's derivative.
///
/// `at` is a formula in registers, and in plain numbers in a build without optimization, so its parameters are `const auto&`. It may use
/// + - * /, comparisons and the functions of `protocols::simd`. Behind the end of a row it is given zeros, and what it makes of them
/// is dropped. Of a row of no numbers the mean is 0.
template <class T, class Y, class At>
T mean_over_row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale, const At& at)
{
#if LAMINA_PLAIN_LOOPS
    using V = T;
#else
    using V = internals::simd::batch<T>;
#endif
    static_assert(std::is_invocable_r_v<ValueAndSlope<V>, const At&, const V&, const V&>,
                  "lamina: the formula of mean_over_row takes a prediction and a target and gives a ValueAndSlope: "
                  "[](const auto& p, const auto& t) { return ValueAndSlope{value, slope}; }");
    if (width == 0) return 0;
    const T each = scale / static_cast<T>(width);
#if LAMINA_PLAIN_LOOPS
    T sum = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const auto [value, slope] = at(prediction[i], static_cast<T>(target[i]));
        sum += value;
        if (gradient != nullptr) gradient[i] = slope * each;
    }
    return sum / static_cast<T>(width);
#else
    V sum(T(0));
    const auto step = [&](std::size_t i, std::size_t n) {
        const auto [value, slope] =
            at(internals::losses::load_some<T>(prediction + i, n), internals::losses::load_some<T>(target + i, n));
        sum = n == V::size ? sum + value : internals::simd::replace_first(sum, sum + value, n);
        if (gradient == nullptr) return;
        if (n == V::size) (slope * V(each)).store_unaligned(gradient + i);
        else internals::simd::store_partial(slope * V(each), gradient + i, n);
    };
    std::size_t i = 0;
    for (; i + V::size <= width; i += V::size) step(i, V::size);
    if (i < width) step(i, width - i);
    return internals::simd::reduce_add(sum) / static_cast<T>(width);
#endif
}

} // namespace protocols

}} // namespace lamina
