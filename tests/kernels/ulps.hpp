// What the tests of functions on registers share: errors in units in the last place, over dense sweeps and random bits.
#pragma once

#include "catch.hpp"

#include <lamina/core/simd.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

/// |got - expected| in units in the last place of T at `expected`; infinite if one is NaN or infinite and the other is not.
template <class T> double ulps(T got, long double expected)
{
    using limits = std::numeric_limits<T>;
    const T rounded = T(expected);
    if (got == rounded || (std::isnan(got) && std::isnan(rounded))) return 0;
    if (!std::isfinite(got) || !std::isfinite(rounded)) return std::numeric_limits<double>::infinity();
    const T magnitude = std::max(std::abs(rounded), limits::min());
    return double(std::abs((long double)got - expected) / std::ldexp(1.0L, std::ilogb(magnitude) - limits::digits + 1));
}

/// Dense in `low … high`, near 0 and 1, and over all bit patterns.
template <class T> std::vector<T> inputs(double low, double high)
{
    using bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
    std::mt19937_64 generator(11);
    std::vector<T> result;
    constexpr int many = sanitized ? 5000 : 100000;
    for (int i = 0; i <= many; ++i) result.push_back(T(low + (high - low) * i / many));
    for (int i = 0; i < 2 * many; ++i) {
        const bits pattern = bits(generator());
        T value;
        std::memcpy(&value, &pattern, sizeof value);
        result.push_back(value);
    }
    for (const double scale : {1e-1, 1e-3, 1e-5, 1e-9, 1e-20, 1e-39, 1e-310})
        for (int i = -2000; i < 2000; i += sanitized ? 20 : 1) {
            result.push_back(T(i / 2000.0 * scale));
            result.push_back(T(1 + i / 2000.0 * scale));
        }
    using limits = std::numeric_limits<T>;
    for (const T value :
         {T(0), T(1), limits::infinity(), limits::quiet_NaN(), limits::denorm_min(), limits::min(), limits::max(),
          limits::epsilon(), T(88.5), T(88.7228), T(103.9), T(104.1), T(709.7), T(745.1), T(745.2), std::nextafter(T(1), T(0))}) {
        result.push_back(value);
        result.push_back(-value);
    }
    return result;
}

template <class T, class F, class E> void check(const char* name, double low, double high, F function, E reference)
{
    using lanes = lamina::internals::simd::batch<T>;
    auto x = inputs<T>(low, high);
    x.resize(lamina::internals::round_up(x.size(), lanes::size));
    double worst = 0, worst_scalar = 0;
    T at = 0, at_scalar = 0;
    std::size_t wrong_zeros = 0, dependent = 0;
    for (std::size_t i = 0; i < x.size(); i += lanes::size) {
        alignas(lamina::internals::alignment) T y[lanes::size], alone[lanes::size];
        lanes(function(lanes::load_unaligned(x.data() + i))).store_aligned(y);
        lanes(function(lanes(x[i]))).store_aligned(alone);
        dependent += std::memcmp(y, alone, sizeof(T)) != 0 && !std::isnan(y[0]);
        for (std::size_t j = 0; j < lanes::size; ++j) {
            const long double expected = reference((long double)x[i + j]);
            const double off = ulps(y[j], expected), off_scalar = ulps(T(function(x[i + j])), expected);
            if (!(off <= worst)) worst = off, at = x[i + j];
            if (!(off_scalar <= worst_scalar)) worst_scalar = off_scalar, at_scalar = x[i + j];
            wrong_zeros += y[j] == 0 && expected == 0 && std::signbit(y[j]) != std::signbit(expected);
        }
    }
    CAPTURE(name, sizeof(T), at, at_scalar);
    CHECK(worst <= 5);
    CHECK(worst_scalar <= 5);
    CHECK(wrong_zeros == 0);
    CHECK(dependent == 0);
}
