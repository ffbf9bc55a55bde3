// What tests of registers share.
#pragma once

#include <lamina/core/simd.hpp>

#include <cstddef>
#include <vector>

template <class T> std::vector<T> values_of(const lamina::internals::simd::batch<T>& x)
{
    std::vector<T> values(lamina::internals::simd::lanes<T>);
    x.store_unaligned(values.data());
    return values;
}

/// 1, 2, 3, … as one register, `scale` times.
template <class T> lamina::internals::simd::batch<T> counting(T scale = T(1))
{
    std::vector<T> values(lamina::internals::simd::lanes<T>);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(static_cast<T>(i + 1) * scale);
    return lamina::internals::simd::batch<T>::load_unaligned(values.data());
}
