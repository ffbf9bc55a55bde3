// lamina/core/partial.hpp: masked loads and stores of the first lanes of a register, for the tail of an array.
#pragma once

#include <lamina/core/architecture.hpp>
#include <lamina/core/simd.hpp>

#include <cstddef>
#include <type_traits>

namespace lamina { inline namespace LAMINA_ARCHITECTURE { namespace internals::simd {

/// The first `n` values at `p`, then `fill`. `n` is 0 … lanes; nothing behind `p + n` is read.
template <class T, class A = native> batch<T, A> load_partial(const T* p, std::size_t n, T fill = T(0))
{
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 16)
        return _mm512_mask_loadu_ps(_mm512_set1_ps(fill), static_cast<__mmask16>((1u << n) - 1u), p);
    else if constexpr (std::is_same_v<T, double> && batch<T, A>::size == 8)
        return _mm512_mask_loadu_pd(_mm512_set1_pd(fill), static_cast<__mmask8>((1u << n) - 1u), p);
    else
#endif
    {
        alignas(alignment) T values[batch<T, A>::size];
        for (std::size_t i = 0; i < batch<T, A>::size; ++i) values[i] = i < n ? p[i] : fill;
        return batch<T, A>::load_aligned(values);
    }
}

/// The first `n` lanes of x, then zeros. `n` is 0 … lanes.
template <class T, class A> batch<T, A> first_lanes(const batch<T, A>& x, std::size_t n)
{
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 16)
        return _mm512_maskz_mov_ps(static_cast<__mmask16>((1u << n) - 1u), x);
    else
#endif
    {
        alignas(alignment) T values[batch<T, A>::size];
        x.store_aligned(values);
        return load_partial<T, A>(values, n);
    }
}

/// The first `n` lanes of `by`, then those of x. `n` is 0 … lanes.
template <class T, class A> batch<T, A> replace_first(const batch<T, A>& x, const batch<T, A>& by, std::size_t n)
{
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 16)
        return _mm512_mask_mov_ps(x, static_cast<__mmask16>((1u << n) - 1u), by);
    else if constexpr (std::is_same_v<T, double> && batch<T, A>::size == 8)
        return _mm512_mask_mov_pd(x, static_cast<__mmask8>((1u << n) - 1u), by);
    else
#endif
    {
        alignas(alignment) T values[batch<T, A>::size], first[batch<T, A>::size];
        x.store_aligned(values);
        by.store_aligned(first);
        for (std::size_t i = 0; i < batch<T, A>::size; ++i)
            if (i < n) values[i] = first[i];
        return batch<T, A>::load_aligned(values);
    }
}

/// Stores the first `n` lanes at `p`. `n` is 0 … lanes; nothing behind `p + n` is written.
template <class T, class A> void store_partial(const batch<T, A>& x, T* p, std::size_t n)
{
#if defined(__AVX512F__)
    if constexpr (std::is_same_v<T, float> && batch<T, A>::size == 16)
        _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1u), x);
    else if constexpr (std::is_same_v<T, double> && batch<T, A>::size == 8)
        _mm512_mask_storeu_pd(p, static_cast<__mmask8>((1u << n) - 1u), x);
    else
#endif
    {
        alignas(alignment) T values[batch<T, A>::size];
        x.store_aligned(values);
        for (std::size_t i = 0; i < batch<T, A>::size; ++i) // constant bound: g++ 12 warns of what n cannot be
            if (i < n) p[i] = values[i];
    }
}

}}} // namespace lamina::internals::simd
