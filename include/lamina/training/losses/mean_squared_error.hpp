// lamina/training/losses/mean_squared_error.hpp: the mean of (prediction − target)².
#pragma once

#include <lamina/core/partial.hpp>
#include <lamina/training/loss.hpp>
#include <lamina/training/losses/labels.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace lamina::inline LAMINA_ARCHITECTURE {

/// The mean of squared differences over the row.
///
/// Shapes    prediction [n], target [n], finite.
/// Numerics  as Keras 3, within 1e-6 relative; added up in `T`, a register's lanes at a time.
struct MeanSquaredError {
    static constexpr std::string_view name = "mean_squared_error";
    static constexpr targets kind = targets::same_shape;

    template <class T, class Y>
    T row(const T* prediction, const Y* target, std::size_t width, T* gradient, T scale) const
    {
        if (width == 0) return 0;
        constexpr std::size_t lanes = simd::lanes<T>;
        const simd::batch<T> each(2 * scale / static_cast<T>(width));

        simd::batch<T> sum(T(0));
        for (std::size_t i = 0; i < width; i += lanes) {
            const std::size_t n = std::min(lanes, width - i);
            const auto off = some<T>(prediction + i, n) - some<T>(target + i, n);
            sum = simd::fma(off, off, sum);
            if (gradient == nullptr) continue;
            if (n == lanes) (off * each).store_unaligned(gradient + i);
            else simd::store_partial(off * each, gradient + i, n);
        }
        return simd::reduce_add(sum) / static_cast<T>(width);
    }

    template <class Y>
    bool accepts(const Y* target, std::size_t width) const
    {
        return losses::all_finite(target, width);
    }
    std::string needs(std::size_t) const { return "finite numbers"; }

private:
    /// The first `n` values at `p`, at most a register, as `T`; zeros behind them.
    template <class T, class Y>
    static simd::batch<T> some(const Y* p, std::size_t n)
    {
        if constexpr (std::is_same_v<T, Y>)
            return n == simd::lanes<T> ? simd::batch<T>::load_unaligned(p) : simd::load_partial(p, n);
        else {
            alignas(alignment) T values[simd::lanes<T>]{};
            for (std::size_t i = 0; i < n; ++i) values[i] = static_cast<T>(p[i]);
            return simd::batch<T>::load_aligned(values);
        }
    }
};

} // namespace lamina::inline LAMINA_ARCHITECTURE
